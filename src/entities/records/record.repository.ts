/** Records as they are handed in and stored; loading many that raise no events. */
import { uuidv7 } from '../../platform/uuid.js';
import type { Registry } from '../../protocol/vocabulary.js';
import type { Sql } from '../database/database.js';
import { lines, linesOf } from '../database/packed.js';

export interface Identifier {
  type: string;
  value: string;
}

export interface RecordDraft {
  /** Of a record that another system keeps: its id is made of that system's key. */
  id?: string | undefined;
  /** Name of the source that keeps it; none: it is our own. */
  origin?: string | undefined;
  registry: Registry;
  recordType: string;
  externalId?: string | null | undefined;
  identifiers: Identifier[];
  /** In the dictionary's form, normalised. */
  data: Record<string, unknown>;
  /** Raised instead of REGISTER or UPDATE. */
  eventType?: string | undefined;
}

export interface StoredRecord {
  id: string;
  version: number;
  externalId: string | null;
  identifiers: Identifier[];
  data: Record<string, unknown>;
  /** It was deleted before; writing it brings it back. */
  deleted?: boolean;
}

export type RecordChange = 'INSERTED' | 'UPDATED' | 'UNCHANGED' | 'DELETED' | 'REFUSED';

export interface ChangedRecord {
  id: string;
  version: number;
  change: Exclude<RecordChange, 'REFUSED'>;
  eventId?: string;
}

/** Loads records as they are, without events: for the demo registry and first imports. At most a few thousand at once. */
export async function loadRecords(sql: Sql, drafts: RecordDraft[]): Promise<void> {
  const rows = drafts.map((draft) => ({ ...draft, id: draft.id ?? uuidv7() }));
  const column = <T>(pick: (row: (typeof rows)[number]) => T): T[] => rows.map(pick);
  await sql.query(
    `insert into registry_record (id, registry, record_type, external_id, data, origin)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], ${linesOf('$5')}, $6::text[])`,
    [
      column(({ id }) => id),
      column(({ registry }) => registry),
      column(({ recordType }) => recordType),
      column(({ externalId }) => externalId ?? null),
      lines(column(({ data }) => JSON.stringify(data))),
      column(({ origin }) => origin ?? ''),
    ],
  );
  const identifiers = rows.flatMap((row) => row.identifiers.map((identifier) => ({ row, identifier })));
  await sql.query(
    `insert into record_identifier (record_id, registry, record_type, type, value)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) on conflict do nothing`,
    [
      identifiers.map(({ row }) => row.id),
      identifiers.map(({ row }) => row.registry),
      identifiers.map(({ row }) => row.recordType),
      identifiers.map(({ identifier }) => identifier.type),
      identifiers.map(({ identifier }) => identifier.value),
    ],
  );
}
