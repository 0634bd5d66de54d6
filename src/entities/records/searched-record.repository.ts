/**
 * Typed columns beside the documents, for what is searched: a layout says which path of a record type is in which column,
 * a partition holds the rows of a layout, and the database keeps them as records are written (migration 0051).
 */
import { createHash } from 'node:crypto';
import type { Sql, Transactional } from '../database/database.js';

/** Columns of text, `w1` and on, and of numbers, `n1` and on. */
export const WORDS = 64;
export const NUMBERS = 16;

export interface Layout {
  registry: string;
  recordType: string;
  /** Name of the source whose copies it is of; empty for our own. */
  origin: string;
  /** A jsonpath for each column, which gives at most one value of the column's type. */
  words: string[];
  /** How much of a word is kept. */
  lengths: number[];
  numbers: string[];
  /** Columns of the B-trees, such as `w1, w5, record_id`; none has a row where its first column has no value. */
  indexes: string[];
}

export interface ReadyLayout {
  id: number;
  registry: string;
  recordType: string;
  origin: string;
  digest: string;
}

export const digestOf = ({ words, lengths, numbers, indexes }: Layout): string =>
  createHash('sha256')
    .update(JSON.stringify([words, lengths, numbers, indexes]))
    .digest('base64url')
    .slice(0, 20);

/** Those that hold every record of their type. */
export const readyLayouts = (sql: Sql): Promise<ReadyLayout[]> =>
  sql.query(
    `select id, registry, record_type as "recordType", origin, digest from searched_layout where ready_at is not null`,
    [],
    'ready-layouts',
  );

/** Makes the layouts that are missing, each with its partition, and notes that the others are in use. */
export async function keepLayouts(database: Transactional, layouts: Layout[]): Promise<void> {
  const seen = await database.query<Omit<ReadyLayout, 'id'>>(
    `update searched_layout l set seen_at = now()
     from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as used (registry, record_type, origin, digest)
     where l.registry = used.registry and l.record_type = used.record_type and l.origin = used.origin
       and l.digest = used.digest
     returning l.registry, l.record_type as "recordType", l.origin, l.digest`,
    [
      layouts.map(({ registry }) => registry),
      layouts.map(({ recordType }) => recordType),
      layouts.map(({ origin }) => origin),
      layouts.map(digestOf),
    ],
  );
  const known = new Set(seen.map(nameOf));
  for (const layout of layouts)
    if (!known.has(nameOf({ ...layout, digest: digestOf(layout) }))) await makeLayout(database, layout);
}

const nameOf = ({ registry, recordType, origin, digest }: Omit<ReadyLayout, 'id'>): string =>
  JSON.stringify([registry, recordType, origin, digest]);

/** The partition is there before a row can fall into it. Attached rather than created in place: searches go on meanwhile. */
function makeLayout(database: Transactional, layout: Layout): Promise<void> {
  const { registry, recordType, origin, words, lengths, numbers, indexes } = layout;
  return database.transaction(async (unit) => {
    const [made] = await unit.query<{ id: number }>(
      `insert into searched_layout (registry, record_type, origin, words, lengths, numbers, digest)
       values ($1, $2, $3, $4::jsonpath[], $5, $6::jsonpath[], $7) on conflict do nothing returning id`,
      [registry, recordType, origin, words, lengths, numbers, digestOf(layout)],
    );
    if (made === undefined) return;
    const table = partitionOf(made.id);
    // What index-only scans rest on is kept up while records only come in.
    await unit.query(`create table ${table} (like searched_record including defaults including constraints)
      with (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)`);
    for (const columns of indexes)
      await unit.query(`create index on ${table} (${columns}) where ${columns.split(',')[0]} is not null`);
    await unit.query(`alter table searched_record attach partition ${table} for values in (${made.id})`);
  });
}

const partitionOf = (layout: number): string => `searched_record_${layout}`;

/**
 * Reads records that were there before their layout into it, a batch a transaction; gives how many, at most about `most`.
 * A layout is begun when every transaction that may have missed it has ended.
 */
export async function fillLayouts(sql: Sql, { batch, most }: { batch: number; most: number }): Promise<number> {
  const open = await sql.query<{ id: number }>(
    `select id from searched_layout
     where ready_at is null and made_in < settled_below() order by id`,
  );
  let filled = 0;
  for (const { id } of open)
    for (let taken = batch; taken === batch; filled += taken) {
      if (filled >= most) return filled;
      const [row] = await sql.query<{ taken: number }>('select fill_searched_records($1, $2) as taken', [id, batch]);
      taken = row?.taken ?? 0;
      if (taken < batch) await finishLayout(sql, id);
    }
  return filled;
}

/** Without records of its type a layout is whole at once. */
export async function readyEmptyLayouts(sql: Sql): Promise<void> {
  await sql.query(
    `update searched_layout l set ready_at = now()
     where ready_at is null and made_in < settled_below() and not exists (
       select 1 from registry_record r where r.registry = l.registry and r.record_type = l.record_type)`,
  );
}

/** The planner must know it before the first search does. */
async function finishLayout(sql: Sql, id: number): Promise<void> {
  await sql.query(`analyze ${partitionOf(id)}`);
  await sql.query('update searched_layout set ready_at = now() where id = $1', [id]);
}

/** Layouts that no process has used for a day: of a definition that was changed, or of a source that was removed. */
export async function dropUnusedLayouts(database: Transactional): Promise<void> {
  const unused = await database.query<{ id: number }>(
    `select id from searched_layout where seen_at < now() - interval '1 day'`,
  );
  for (const { id } of unused)
    await database.transaction(async (unit) => {
      await unit.query(`set local lock_timeout = '2s'`);
      await unit.query('delete from searched_layout where id = $1', [id]);
      await unit.query(`drop table if exists ${partitionOf(id)}`);
    });
}
