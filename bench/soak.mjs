/**
 * Minutes of everything at once while things break: searches, changes, notifications to two receivers, live readers; the
 * database is restarted and killed, connections are cut, receivers and readers are slow. Then nothing may be missing.
 *
 *   npm run soak -- [--minutes 10] [--write: the result into docs/soak.md]
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { connectDatabase } from '../dist/entities/schema/connect.js';
import { verifyAudit } from '../dist/use-cases/audit/verify-audit.js';
import { onGround } from './ground.mjs';
import { machine } from './machine.mjs';
import { memoryOf } from './process.mjs';
import { LiveReader } from './soak-readers.mjs';
import { startReceiver } from './soak-receiver.mjs';

const RECORDS = 40;
const READERS = 18;
const CHANGE_MS = 60;
const DRAIN_MS = 240_000;
const DOCUMENT = new URL('../docs/soak.md', import.meta.url);

const { values: options } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, write: { type: 'boolean', default: false } },
});
const minutes = Number(options.minutes);
const began = performance.now();
const say = (text) => process.stderr.write(`${((performance.now() - began) / 60_000).toFixed(1)} min ${text}\n`);
const about = machine();

const checks = await onGround(soak);
const lines = checks.map(({ what, found, good }) => `| ${what} | ${found} | ${good ? 'yes' : '**no**'} |`);
const table = ['| What | Found | As it must be |', '| --- | --- | --- |', ...lines].join('\n');
process.stdout.write(`${table}\n`);
if (options.write) await publish(table);
if (checks.some(({ good }) => !good)) process.exitCode = 1;

async function soak(ground) {
  const databaseUrl = await ground.database('soak');
  const gateway = await ground.gateway(databaseUrl, {
    ALLOW_HTTP_CALLBACKS: 'true',
    ALLOW_PRIVATE_CALLBACKS: 'true',
    DELIVERY_RETRY_SECONDS: '0,1,1,2,2,3,3,5,5,5,10,10,10',
    LOG_LEVEL: 'fatal',
  });
  const receivers = [await startReceiver(), await startReceiver()];
  const partner = await gateway.partner('soak-partner', {
    registry: 'CRVS',
    operations: ['SEARCH', 'SUBSCRIBE'],
    callbackHosts: ['127.0.0.1'],
    autoApproveSubscriptions: true,
  });
  for (const { url } of receivers) await subscribe(gateway, partner, url);
  const { liveCursor } = await gateway.graphql('{ liveCursor }');
  const readers = Array.from(
    { length: READERS },
    () => new LiveReader(gateway.url, gateway.env.ADMIN_TOKEN, liveCursor),
  );
  const state = {
    until: performance.now() + minutes * 60_000,
    broken: 0,
    searches: 0,
    away: 0,
    wrong: [],
    changes: 0,
    faults: [],
  };
  const idle = sleep(Math.min(60_000, minutes * 12_000)).then(() => memoryOf(gateway.child.pid));
  const last = new Map();
  await Promise.all([
    changing(gateway, state, last),
    ...Array.from({ length: 4 }, () => searching(partner, state)),
    breaking(ground, receivers, readers, state),
    telling(gateway, receivers, readers, state),
  ]);
  say('nothing is changed any more: all that is owed must come');
  const truth = await drained(databaseUrl, receivers, readers, last);
  const memory = [await idle, memoryOf(gateway.child.pid, 'VmHWM'), await settledMemory(gateway.child.pid)];
  const checked = await check(gateway, databaseUrl, { state, receivers, readers, last, truth, memory });
  for (const one of [...readers, ...receivers]) one.close();
  return checked;
}

async function subscribe(gateway, partner, url) {
  const active = async () =>
    (await gateway.graphql('{ subscriptions(first: 50, filter: { state: ACTIVE }) { totalCount } }')).subscriptions
      .totalCount;
  const before = await active();
  const criteria = { version: '1.0.0', reg_event_type: 'LiveBirth', filter: {}, notify_record_type: 'Person' };
  const item = { reference_id: randomUUID(), timestamp: new Date().toISOString(), subscribe_criteria: criteria };
  const message = { transaction_id: randomUUID(), subscribe_request: [item] };
  const envelope = await partner.sign('subscribe', message, { senderUri: `${url}/registry/on-subscribe` });
  const { status, body } = await partner.post('/dci/v1/crvs/registry/subscribe', envelope);
  if (status !== 202) throw new Error(JSON.stringify(body));
  while ((await active()) === before) await sleep(100);
}

/** One record after another is changed, each change until it has been taken. */
async function changing(gateway, state, last) {
  for (let turn = 0; performance.now() < state.until; turn += 1) {
    const record = `soak${turn % RECORDS}`;
    const number = (last.get(record) ?? 0) + 1;
    const input = {
      recordType: 'Person',
      identifiers: [{ type: 'UIN', value: record }],
      data: { sex: 'female', name: { surname: 'Soak', given_name: String(number) } },
      eventType: 'LiveBirth',
    };
    const upsert =
      'mutation ($records: [RecordInput!]!) { upsertRecords(registry: CRVS, records: $records) { refused } }';
    while (
      !(await gateway.graphql(upsert, { records: [input] }).then(
        () => true,
        () => false,
      ))
    )
      await sleep(200);
    last.set(record, number);
    state.changes += 1;
    await sleep(CHANGE_MS);
  }
}

/** A search may be refused while the database is away, and says so; nothing else may come of it. */
async function searching(partner, state) {
  while (performance.now() < state.until) {
    const criteria = {
      query_type: 'idtype-value',
      query: { type: 'UIN', value: `soak${Math.floor(Math.random() * RECORDS)}` },
    };
    const message = {
      transaction_id: randomUUID(),
      search_request: [{ reference_id: '1', timestamp: new Date().toISOString(), search_criteria: criteria }],
    };
    const { status, body } = await partner.post(
      '/dci/v1/crvs/registry/sync/search',
      await partner.sign('search', message),
    );
    if (status === 200 && body.message?.search_response?.[0]?.status === 'succ') state.searches += 1;
    else if (status === 503 && performance.now() < state.broken) state.away += 1;
    else state.wrong.push(`${status} ${JSON.stringify(body).slice(0, 200)}`);
    await sleep(30);
  }
}

/** What goes wrong, by its share of the time. */
async function breaking(ground, receivers, readers, state) {
  const length = minutes * 60_000;
  const at = (share) => sleep(Math.max(0, state.until - length * (1 - share) - performance.now()));
  const fault = (text, ms) => {
    say(text);
    state.faults.push(text);
    state.broken = performance.now() + ms;
  };
  const cutting = (async () => {
    for (let turn = 0; performance.now() < state.until; turn += 1) {
      readers[turn % readers.length].cut();
      readers[(turn + 5) % readers.length].pause(9000);
      await sleep(5000);
    }
  })();
  await at(0.15);
  say('one receiver takes a second for each answer');
  receivers[1].slowMs = 1000;
  await at(0.3);
  fault('the database is restarted', 20_000);
  process.kill(postmaster(ground), 'SIGINT');
  await at(0.45);
  receivers[1].slowMs = 0;
  await at(0.6);
  fault('the database is ended without a shutdown', 20_000);
  process.kill(postmaster(ground), 'SIGQUIT');
  await at(0.8);
  fault('every connection to the database is cut', 10_000);
  const admin = await ground.client(ground.url);
  await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = 'soak'`);
  await cutting;
}

/** The server's first process; only its folder knows it. */
function postmaster(ground) {
  const file = readdirSync(ground.folder, { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith('postmaster.pid'),
  );
  return Number(readFileSync(`${ground.folder}/${file}`, 'utf8').split('\n')[0]);
}

async function telling(gateway, receivers, readers, state) {
  while (performance.now() < state.until) {
    await sleep(20_000);
    const told = readers.map((reader) => reader.told.length);
    say(
      `${state.searches} searches, ${state.changes} changes, ${receivers.map(({ received }) => received).join(' and ')} messages received, ` +
        `readers were told ${Math.min(...told)} to ${Math.max(...told)}, ${memoryOf(gateway.child.pid)} MB`,
    );
  }
}

/** Once everybody has everything, or time is up. Gives the events in the order of their commits. */
async function drained(databaseUrl, receivers, readers, last) {
  const database = await connectDatabase(databaseUrl, { poolSize: 1 });
  const rows = await database.query(`select subject from outbox_event where topic = 'registry' order by xid, seq`);
  await database.close();
  const truth = rows.map(({ subject }) => subject);
  const all = [...last.values()].reduce((sum, count) => sum + count, 0);
  const there = () =>
    readers.every(({ told }) => told.length >= truth.length) &&
    receivers.every(({ changes }) => changes.values().reduce((sum, numbers) => sum + numbers.length, 0) >= all);
  for (const end = performance.now() + DRAIN_MS; !there() && performance.now() < end;) await sleep(500);
  return truth;
}

async function settledMemory(pid) {
  await sleep(30_000);
  return memoryOf(pid);
}

async function check(gateway, databaseUrl, { state, receivers, readers, last, truth, memory }) {
  const database = await connectDatabase(databaseUrl, { poolSize: 2 });
  const one = async (sql) => (await database.query(sql))[0].n;
  const changes = [...last.values()].reduce((sum, count) => sum + count, 0);
  const inOrder = (numbers, count) =>
    numbers.length === count && numbers.every((number, index) => number === index + 1);
  const complete = ({ changes: received }) =>
    last
      .entries()
      .filter(([record, count]) => inOrder(received.get(record) ?? [], count))
      .toArray();
  const same = readers.filter(
    ({ told }) => told.length === truth.length && told.every((id, index) => id === truth[index]),
  );
  for (
    const end = performance.now() + 30_000;
    (await one(
      "select count(*)::int as n from audit_entry where xid >= coalesce((select max(until_xid) from audit_seal), '0')",
    )) > 0 && performance.now() < end;
  )
    await sleep(1000);
  const audit = await verifyAudit(database);
  const sessions = await one(
    `select count(*)::int as n from pg_stat_activity where datname = 'soak' and pid <> pg_backend_pid() and state like 'idle in transaction%'`,
  );
  const { status } = await fetch(`${gateway.url}/readyz`);
  const [early, most, late] = memory;
  const checked = [
    { what: 'Faults', found: state.faults.join('; '), good: state.faults.length === 3 },
    {
      what: 'Searches answered; refused with 503 while the database was away; anything else',
      found: `${state.searches}; ${state.away}; ${state.wrong.length}`,
      good: state.searches > 0 && state.wrong.length === 0,
    },
    { what: 'Changes taken, events written', found: `${changes}, ${truth.length}`, good: changes === truth.length },
    ...receivers.map((receiver, index) => ({
      what: `Receiver ${index + 1}: records with every change in order; messages, of which dropped after reading`,
      found: `${complete(receiver).length} of ${last.size}; ${receiver.received}, ${receiver.dropped}`,
      good: complete(receiver).length === last.size,
    })),
    {
      what: 'Live readers told everything once, in the order of the commits; times they were cut off',
      found: `${same.length} of ${readers.length}; ${readers.reduce((sum, { cuts }) => sum + cuts, 0)}`,
      good: same.length === readers.length,
    },
    {
      what: 'Memory after a minute, at most, at the end (MB)',
      found: `${early}, ${most}, ${late}`,
      good: late <= 1.3 * early,
    },
    { what: 'Sessions left in a transaction', found: sessions, good: sessions === 0 },
    {
      what: 'Audit: seals, entries, not sealed',
      found: `${audit.seals}, ${audit.entries}, ${audit.unsealed}${audit.problem ? `: ${audit.problem}` : ''}`,
      good: audit.intact,
    },
    { what: 'Ready', found: status, good: status === 200 },
  ];
  await database.close();
  for (const text of state.wrong.slice(0, 5)) say(text);
  return checked;
}

async function publish(result) {
  const { at, commit, machine: on, load } = about;
  const shared = load >= 1 ? ` The machine was shared: its load was ${load} when this began.` : '';
  const text = `# Soak\n\n\`npm run soak\` runs a gateway for minutes while things break: searches over four connections, a change every ${CHANGE_MS} ms to one of ${RECORDS} records, notifications to two receivers that drop every twentieth connection (one of them slow for a while), ${READERS} live readers that are cut off or stop reading in turn, and a database that is restarted, ended without a shutdown and cut off. Nothing may be missing, told twice or out of order afterwards.\n\nThe last run: ${minutes} minutes, ${at} UTC, commit \`${commit}\`, ${on}.${shared}\n\n${result}\n`;
  await writeFile(DOCUMENT, await format(text, { ...(await resolveConfig(DOCUMENT)), parser: 'markdown' }));
}
