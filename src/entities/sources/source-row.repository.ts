/** What became of each row of a source: served, ended, withheld or refused, and by what it is told whether it changed. */
import type { Sql } from '../database/database.js';
import { lines, linesOf } from '../database/packed.js';
import type { Identifier, StoredRecord } from '../records/record.repository.js';

export interface SourceRow {
  recordId: string;
  entry: string;
  state: string;
  path: string | null;
  reason: string | null;
  digest: string;
  /** At the source, and of rows of other tables that went into the record: where a deleted one leads, nothing else tells. */
  key: string[];
  children: string[];
  /** Of a live source, which keeps no copy: the last version that an event told of, and what decides which event is next. */
  version?: number;
  counts?: Record<string, number>;
}

export type KnownRow = Pick<SourceRow, 'recordId' | 'state' | 'digest'> &
  Required<Pick<SourceRow, 'version' | 'counts'>>;

const KNOWN = `record_id as "recordId", state, digest, version::float8 as version, counts`;

export const knownRows = (sql: Sql, ids: string[]): Promise<KnownRow[]> =>
  sql.query(`select ${KNOWN} from source_row where record_id = any($1::uuid[])`, [ids]);

export async function keepRows(sql: Sql, source: string, generation: number, rows: SourceRow[]): Promise<void> {
  const column = <Name extends keyof SourceRow>(name: Name): SourceRow[Name][] => rows.map((row) => row[name]);
  await sql.query(
    `insert into source_row (record_id, source, entry, state, path, reason, digest, key, children, version, counts, generation)
     select t.*, $12::bigint from (select r.id, $1::text, r.entry, r.state, r.path, r.reason, r.digest, r.key,
         array(select jsonb_array_elements_text(r.children)), r.version, r.counts
       from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], ${linesOf('$8')}, ${linesOf('$9')},
         $10::bigint[], ${linesOf('$11')}) as r (id, entry, state, path, reason, digest, key, children, version, counts)) t
     on conflict (record_id) do update set entry = excluded.entry, state = excluded.state, path = excluded.path,
       reason = excluded.reason, digest = excluded.digest, key = excluded.key, children = excluded.children,
       version = excluded.version, counts = excluded.counts, generation = excluded.generation`,
    [
      source,
      column('recordId'),
      column('entry'),
      column('state'),
      column('path'),
      column('reason'),
      column('digest'),
      lines(column('key').map((key) => JSON.stringify(key))),
      lines(column('children').map((children) => JSON.stringify(children))),
      column('version').map((version) => version ?? 0),
      lines(column('counts').map((counts) => JSON.stringify(counts ?? {}))),
      generation,
    ],
  );
}

/** Keys of records of an entry that rows of other tables went into. */
export async function keysWithChildren(
  sql: Sql,
  source: string,
  entry: string,
  children: string[],
): Promise<string[][]> {
  const rows = await sql.query<{ key: string[] }>(
    `select key from source_row where children && $3::text[] and children <> '{}' and source = $1 and entry = $2
       and key is not null`,
    [source, entry, children],
  );
  return rows.map(({ key }) => key);
}

export type UnmetRow = KnownRow & Pick<SourceRow, 'entry'> & { key: string[] | null };

/** Rows of a source that its sweep did not meet, some at a time. */
export const unmetRows = (sql: Sql, source: string, generation: number, limit: number): Promise<UnmetRow[]> =>
  sql.query(
    `select ${KNOWN}, entry, key from source_row where source = $1 and generation < $2
     order by generation limit $3`,
    [source, generation, limit],
  );

export async function countUnmet(
  sql: Sql,
  source: string,
  generation: number,
  entries: string[],
): Promise<{ unmet: number; served: number }> {
  const [row] = await sql.query<{ unmet: number; served: number }>(
    `select count(*) filter (where generation < $2)::int as unmet, count(*)::int as served from source_row
     where source = $1 and state = 'SERVED' and entry = any($3::text[])`,
    [source, generation, entries],
  );
  return row ?? { unmet: 0, served: 0 };
}

export async function forgetRows(sql: Sql, ids: string[]): Promise<void> {
  await sql.query('delete from source_row where record_id = any($1::uuid[])', [ids]);
}

export interface RowCount {
  source: string;
  entry: string;
  state: string;
  path: string | null;
  reason: string | null;
  count: number;
}

/** How many rows of each source are in each state, and why. */
export const countRows = (sql: Sql): Promise<RowCount[]> =>
  sql.query(
    `select source, entry, state, path, reason, count(*)::int as count from source_row
     group by source, entry, state, path, reason order by source, count desc`,
  );

/** Records by our ids, deleted ones too, kept for this transaction. */
export async function storedRecords(sql: Sql, ids: string[]): Promise<Map<string, StoredRecord>> {
  const rows = await sql.query<{ id: string; version: string; data: StoredRecord['data']; deleted: boolean }>(
    `select id, version, data, deleted_at is not null as deleted from registry_record
     where id = any($1::uuid[]) order by id for update`,
    [ids],
  );
  const identifiers = await sql.query<Identifier & { recordId: string }>(
    'select record_id as "recordId", type, value from record_identifier where record_id = any($1::uuid[])',
    [rows.map(({ id }) => id)],
  );
  const held = Map.groupBy(identifiers, ({ recordId }) => recordId);
  return new Map(
    rows.map(({ id, version, data, deleted }) => [
      id,
      {
        id,
        version: Number(version),
        externalId: null,
        identifiers: (held.get(id) ?? []).map(({ type, value }) => ({ type, value })),
        data,
        deleted,
      },
    ]),
  );
}
