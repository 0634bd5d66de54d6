/** All records that hold somebody, named by an identifier that is not shared: as their subject, or as a person inside them; those deleted since included. */
import type { Sql } from '../entities/database/database.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../protocol/registries/definition.js';
import { identifyingInside, identifyingTypes } from '../protocol/registries/records/identifying.js';
import { memberIdentifierPaths } from '../protocol/registries/records/members.js';
import type { RecordIdentifier } from '../protocol/registries/records/normalize.js';
import type { PlainObject } from '../platform/plain-object.js';
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
  const identified = definition.recordTypes.filter((recordType) => identifyingTypes(recordType).includes(type));
  const named = [definition.registry, type, value, identified.map(({ name }) => name)];
  const having = (table: 'record_identifier' | 'former_identifier') =>
    sql.query<{ id: string; recordType: string; data: PlainObject }>(
      `select r.id, r.record_type as "recordType", r.data from ${table} i join registry_record r on r.id = i.record_id
       where i.registry = $1 and i.type = $2 and i.value = $3 and i.record_type = any($4::text[])`,
      named,
    );
  const now = await having('record_identifier');
  // A number that was corrected leads to its record as long as nobody else has it: then it is that person's.
  const held = now.length > 0 ? now : await having('former_identifier');
  const known = held.filter(({ recordType: name, data }) =>
    identified.some((recordType) => recordType.name === name && identifyingTypes(recordType, data).includes(type)),
  );
  // A deleted record is not looked up by its identifiers any more, but its data still has them.
  const ownPaths = (recordType: RecordTypeDefinition) =>
    identified.includes(recordType) ? recordType.identifierPaths : [];
  const deleted = await findHolding(sql, definition, identifier, ownPaths, true);
  const members = (recordType: RecordTypeDefinition) => memberIdentifierPaths(definition, recordType);
  const inside =
    identifyingInside([identifier]).length === 0 ? [] : await findHolding(sql, definition, identifier, members, false);
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
