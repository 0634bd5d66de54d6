/**
 * Whether a search costs the same however many records there are: by identifier, of those born in one year with their
 * total, and of one surname sorted by birth date, all over one connection or sixteen, as the registry grows.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { indexLayouts } from '../dist/entities/records/searched-record.repository.js';
import { seedRecords } from '../dist/server/prepare.js';
import { connectDatabase } from '../dist/entities/schema/connect.js';
import { SOCIAL } from '../dist/protocol/registries/social/social.registry.js';
import { demoRecords } from '../dist/sources/demo-data.js';
import { indexedBehind, multiply } from './copies.mjs';
import { alone, onGround, row } from './ground.mjs';
import { percentile } from './process.mjs';

export const title = 'Searches while the registry grows';

/** Persons, and how many times as many there are in the end; with households and groups some 2.2 times as many records. */
const SIZES = [
  { persons: 10_000, times: 1 },
  { persons: 100_000, times: 10 },
];
const QUICK = [
  { persons: 2_000, times: 1 },
  { persons: 2_000, times: 5 },
];
/** The last size so many times. */
const LARGE = 10;
/** Compiled code, prepared statements, and pages that are in memory. */
const WARM_UP = 12_000;
const PATH = '/dci/v1/social/registry/sync/search';
const PAGE = 20;

export function run({ progress, quick = false, large = false }) {
  const sizes = quick ? QUICK : SIZES;
  return onGround(async (ground) => {
    const databaseUrl = await ground.database('sizes');
    const gateway = await ground.gateway(databaseUrl, { ROLE: 'api' });
    const client = await ground.client(databaseUrl);
    const results = [];
    const measured = async () => {
      await calm(client);
      // Its token would not outlast the growing.
      const partner = await gateway.partner(`bench-${results.length}`);
      const records = Number((await client.query('select count(*) from registry_record')).rows[0].count);
      results.push({ records, ...(await measure(client, partner, quick)) });
      progress(line(results.at(-1)));
    };
    const connect = () => ground.client(databaseUrl);
    for (const [index, { persons, times }] of sizes.entries()) {
      const before = sizes[index - 1]?.persons ?? 0;
      await indexedBehind(
        connect,
        async () => {
          await grow(databaseUrl, before, persons, progress);
          await multiply(connect, times, progress);
        },
        progress,
      );
      await measured();
    }
    if (large) {
      await indexedBehind(connect, () => multiply(connect, LARGE, progress), progress);
      await measured();
    }
    return rowsOf(results);
  });
}

/** The persons behind those that are there: a larger number only adds households. */
async function grow(databaseUrl, from, until, progress) {
  const database = await connectDatabase(databaseUrl, { poolSize: 2 });
  const there = from === 0 ? new Set() : new Set(keysOf(from));
  const added = function* () {
    for (const record of demoRecords(until, [SOCIAL])) if (!there.has(record.externalId)) yield record;
  };
  let told = 0;
  await seedRecords(database, added(), (records) => {
    if (records - told >= 100_000) progress(`  ${(told = records)} records`);
  });
  // As the job `fill-columns` does, which this gateway leaves to others.
  await indexLayouts(database);
  await database.close();
}

/** What the server does by itself after so much was written is over. */
async function calm(client) {
  await client.query('vacuum analyze');
  await client.query('checkpoint');
  const busy = `select from pg_stat_activity where backend_type = 'autovacuum worker'`;
  while ((await client.query(busy)).rowCount > 0) await sleep(1000);
}

function* keysOf(persons) {
  for (const { externalId } of demoRecords(persons, [SOCIAL])) yield externalId;
}

async function measure(client, partner, quick) {
  const { rows } = await client.query(
    `select value from record_identifier where registry = 'SOCIAL' and record_type = 'SRPerson' and type = 'UIN'
     order by random() limit 5000`,
  );
  const identifiers = rows.map(({ value }) => value);
  const searches = quick ? 500 : 4000;
  await searching(partner, identifiers, quick ? 300 : WARM_UP);
  const started = performance.now();
  await searching(partner, identifiers, searches);
  const perSecond = (searches * 1000) / (performance.now() - started);
  const surname = await commonest(client);
  const named = (pageNumber) => ({
    query: { surname: { $eq: surname } },
    sort: [{ attribute_name: 'birth_date', sort_order: 'asc' }],
    pagination: { page_size: PAGE, page_number: pageNumber },
  });
  const times = quick ? 15 : 60;
  const year = { query: { birth_date: { $gte: '1985-01-01', $lt: '1986-01-01' } } };
  const born = await timesOf(partner, { ...year, pagination: { page_size: PAGE, page_number: 1 } }, times);
  const first = await timesOf(partner, named(1), times);
  // As far as there are pages: of few records the last one.
  const last = Math.min(200, Math.ceil(first.total / PAGE));
  return { perSecond, born, first, far: { ...(await timesOf(partner, named(last), times)), page: last } };
}

async function searching(partner, identifiers, count) {
  let left = count;
  const searcher = async () => {
    while (left-- > 0)
      await search(partner, {
        query_type: 'idtype-value',
        query: { type: 'UIN', value: identifiers[left % identifiers.length] },
      });
  };
  await Promise.all(Array.from({ length: 16 }, searcher));
}

async function timesOf(partner, criteria, times) {
  const taken = [];
  let total = 0;
  for (let time = 0; time < times; time += 1) {
    const started = performance.now();
    total = (await search(partner, { query_type: 'expression', ...criteria })).pagination.total_count;
    taken.push(performance.now() - started);
  }
  return { p50: percentile(taken, 0.5), total };
}

async function search(partner, criteria) {
  const message = {
    transaction_id: randomUUID(),
    search_request: [{ reference_id: '1', timestamp: new Date().toISOString(), search_criteria: criteria }],
  };
  const { status, body } = await partner.post(PATH, await partner.sign('search', message));
  const [item] = body.message?.search_response ?? [];
  if (status !== 200 || item?.status !== 'succ')
    throw new Error(
      `${JSON.stringify(criteria)} was answered ${status}: ${JSON.stringify(item ?? body).slice(0, 300)}`,
    );
  return item;
}

async function commonest(client) {
  const { rows } = await client.query(
    `select data #>> '{name,surname}' as surname from registry_record tablesample system (10)
     where record_type = 'SRPerson' and data #>> '{name,surname}' is not null group by 1 order by count(*) desc limit 1`,
  );
  if (rows.length > 0) return rows[0].surname;
  throw new Error('nobody has a surname');
}

const line = ({ records, perSecond, born, first, far }) =>
  `${records} records: ${perSecond.toFixed(0)} searches/s; born in a year ${born.p50.toFixed(1)} ms (of ${born.total}); ` +
  `surname ${first.p50.toFixed(1)} ms (of ${first.total}), page ${far.page} ${far.p50.toFixed(1)} ms`;

function rowsOf([smallest, ...larger]) {
  const inTime = (one, most) => ({ ...one, atLeast: `≤ ${most} ms`, met: one.ours <= most });
  return larger.flatMap((result, index) => {
    const before = [smallest, ...larger][index];
    const of = `${result.records} records`;
    const to = (size) => `${size.records} records`;
    return [
      row(`by identifier, ${of}`, to(before), 'searches/s', result.perSecond, before.perSecond, 0.9),
      inTime(row(`born in one year, ${of}`, to(smallest), 'ms', result.born.p50, smallest.born.p50, ''), 50),
      inTime(row(`surname by birth date, ${of}`, to(smallest), 'ms', result.first.p50, smallest.first.p50, ''), 50),
      inTime(
        row(`the same, page ${result.far.page}`, 'its page 1', 'ms', result.far.p50, result.first.p50, ''),
        Math.round(3 * result.first.p50),
      ),
    ];
  });
}

await alone(import.meta, { title, run });
