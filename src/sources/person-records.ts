/** All records that hold somebody: as their subject, or as a person inside them; those deleted since included. */
import type { Sql } from '../entities/database/database.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../protocol/registries/definition.js';
import { memberIdentifierPaths } from '../protocol/registries/records/members.js';
import type { RecordIdentifier } from '../protocol/registries/records/normalize.js';
import { containing, segmentsOf } from './record-path.js';

export interface PersonRecords {
  /** Records of their own. */
  own: string[];
  /** Records of others, such as a household. */
  inside: string[];
}

export async function findPersonRecords(
  sql: Sql,
  definition: RegistryDefinition,
  identifier: RecordIdentifier,
): Promise<PersonRecords> {
  const { type, value } = identifier;
  const known = await sql.query<{ id: string }>(
    'select record_id as id from record_identifier where registry = $1 and type = $2 and value = $3',
    [definition.registry, type, value],
  );
  // A deleted record is not looked up by its identifiers any more, but its data still has them.
  const deleted = await findHolding(sql, definition, identifier, ({ identifierPaths }) => identifierPaths, true);
  const members = (recordType: RecordTypeDefinition) => memberIdentifierPaths(definition, recordType);
  const inside = await findHolding(sql, definition, identifier, members, false);
  const own = new Set([...known.map(({ id }) => id), ...deleted]);
  return { own: [...own], inside: inside.filter((id) => !own.has(id)) };
}

/** Records with the identifier at one of the paths. */
async function findHolding(
  sql: Sql,
  definition: RegistryDefinition,
  { type, value }: RecordIdentifier,
  pathsOf: (recordType: RecordTypeDefinition) => string[],
  onlyDeleted: boolean,
): Promise<string[]> {
  const identifier = { identifier_type: type, identifier_value: value };
  const documents = definition.recordTypes.flatMap((recordType) =>
    pathsOf(recordType).map((path) =>
      JSON.stringify(containing(segmentsOf(definition, recordType.name, path), identifier)),
    ),
  );
  if (documents.length === 0) return [];
  const rows = await sql.query<{ id: string }>(
    `select r.id from registry_record r where r.registry = $1 ${onlyDeleted ? 'and r.deleted_at is not null' : ''}
       and (${documents.map((_, index) => `r.data @> $${index + 2}::jsonb`).join(' or ')})`,
    [definition.registry, ...documents],
  );
  return rows.map(({ id }) => id);
}
