/** All records that hold somebody: as their subject, or as a person inside them. */
import type { Sql } from '../entities/database.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import { memberIdentifierPaths } from '../protocol/registries/members.js';
import type { RecordIdentifier } from '../protocol/registries/normalize.js';
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
  { type, value }: RecordIdentifier,
): Promise<PersonRecords> {
  const own = await sql.query<{ id: string }>(
    'select record_id as id from record_identifier where registry = $1 and type = $2 and value = $3',
    [definition.registry, type, value],
  );
  const identifier = { identifier_type: type, identifier_value: value };
  const documents = definition.recordTypes.flatMap((recordType) =>
    memberIdentifierPaths(definition, recordType).map((path) =>
      JSON.stringify(containing(segmentsOf(definition, recordType.name, path), identifier)),
    ),
  );
  const inside =
    documents.length === 0
      ? []
      : await sql.query<{ id: string }>(
          `select r.id from registry_record r
           where r.registry = $1 and (${documents.map((_, index) => `r.data @> $${index + 2}::jsonb`).join(' or ')})`,
          [definition.registry, ...documents],
        );
  const mine = new Set(own.map(({ id }) => id));
  return { own: [...mine], inside: inside.map(({ id }) => id).filter((id) => !mine.has(id)) };
}
