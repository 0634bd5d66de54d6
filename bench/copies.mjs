/**
 * Many more records than a generator makes in an evening: copies of those that are there, each under an id, an external id
 * and identifiers of its own, registered later. Who is born when and named how stays as it is.
 */

const RECORDS = 'registry_record';
/** The time that the id of a copy begins with is later by so much; what is behind it stays. */
const COPIED_ID = `create or replace function pg_temp.copied(id uuid, later bigint) returns uuid language sql immutable as $$
  select (lpad(to_hex(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint + later), 12, '0')
    || substr(replace(id::text, '-', ''), 13))::uuid $$`;

/** What a copy has of its own; everything else it shares. */
const OWN = {
  id: 'pg_temp.copied(id, $1::bigint)',
  record_id: 'pg_temp.copied(record_id, $1::bigint)',
  external_id: `external_id || 'C' || $1::bigint`,
  value: `value || 'C' || $1::bigint`,
};

/**
 * Afterwards there are `times` as many.
 *
 * @param connect opens a connection to the database of the records
 */
export async function multiply(connect, times, progress) {
  const client = await connect();
  const tables = await tablesOf(client);
  const last = (await client.query(`select id from ${RECORDS} order by id desc limit 1`)).rows[0].id;
  const span = timeOf(last) - timeOf((await client.query(`select id from ${RECORDS} order by id limit 1`)).rows[0].id);
  const work = tables.flatMap((table) => Array.from({ length: times - 1 }, (_, copy) => [table, copy + 1])).values();
  await together(connect, async (own) => {
    // No trigger fires: what triggers write is copied too.
    await own.query(`set session_replication_role = replica; ${COPIED_ID}`);
    for (const [table, copy] of work) {
      const { rowCount } = await own.query(copying(table, last), [copy * (span + 1)]);
      if (rowCount > 100_000) progress(`  ${rowCount} rows of ${table.name}, copy ${copy}`);
    }
  });
}

/**
 * Indexes that no constraint needs are made anew behind the work, as whoever loads a country would: kept row by row they
 * cost more than the rows.
 */
export async function indexedBehind(connect, work, progress) {
  const client = await connect();
  const indexes = await indexesOf(client, await tablesOf(client));
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  await work();
  const open = indexes.values();
  await together(connect, async (own) => {
    await own.query(`set maintenance_work_mem = '1GB'`);
    for (const { name, definition } of open) {
      const began = performance.now();
      // Those of what is searched may have been made by the work itself.
      await own.query(definition.replace(' INDEX ', ' INDEX IF NOT EXISTS '));
      if (performance.now() - began > 2000) progress(`  ${name}`);
    }
  });
}

/** Of an id of version 7 (RFC 9562 5.7). */
const timeOf = (id) => Number(`0x${id.replaceAll('-', '').slice(0, 12)}`);

/** $1 is how much later a copy is, in milliseconds. */
const copying = ({ name, key, columns }, last) => {
  const values = columns.map((column) => OWN[column] ?? column);
  return `insert into ${name} (${columns.join(', ')}) select ${values.join(', ')} from ${name} where ${key} <= '${last}' and $1::bigint > 0`;
};

/** Of the records, and of what belongs to them. */
async function tablesOf(client) {
  const { rows } = await client.query(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind = 'r' and (c.relname in ('${RECORDS}', 'record_identifier') or c.relname ~ '^searched_record_\\d+$')
     group by 1 order by 1`,
  );
  return rows.map(({ name, columns }) => ({ name, columns, key: name === RECORDS ? 'id' : 'record_id' }));
}

async function indexesOf(client, tables) {
  const { rows } = await client.query(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_index i where i.indrelid = any($1::text[]::regclass[]) and not i.indisprimary
     order by pg_relation_size(i.indexrelid) desc`,
    [tables.map(({ name }) => name)],
  );
  return rows;
}

/** Two at a time: a connection keeps one processor busy. */
const together = async (connect, work) => Promise.all([connect(), connect()].map(async (client) => work(await client)));
