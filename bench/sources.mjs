/** Sources: the first reading, how far behind a followed source is, and a question answered by the source itself. */
import { createPublicKey } from 'node:crypto';
import { LogicalReplicationService, PgoutputPlugin } from 'pg-logical-replication';
import { alone, onGround, row, seconds } from './ground.mjs';
import { searching } from './search.mjs';

export const title = 'Sources';

const PAGE = 250;
const PER_SECOND = 200;
const AT_ONCE = 16;
const ROUNDS = 2;
const PATH = '/dci/v1/social/registry/sync/search';
const TABLES = `create table person (id int primary key, uin text unique, surname text, given_name text, born date,
    written timestamptz not null default clock_timestamp());
  create table phone (id int primary key, person int, number text);
  create index on phone (person);
  create publication dci for table person (id), phone (id, person)`;

const fileOf = (mode) => `version: 1
source: { name: people, kind: postgres, url: "\${PEOPLE_DATABASE_URL}", mode: ${mode}, pool: 10 }
capture: ${mode === 'live' ? '{ by: none }' : '{ by: publication, publication: dci, slot: dci_bench, sweep: 1d }'}
records:
  - registry: SOCIAL
    type: SRPerson
    from: person
    key: id
    fields: { name.surname: surname, name.given_name: given_name, birth_date: born }
    identifiers: [{ type: UIN, value: uin }]
    lists: { phone_number: { from: phone, parent: person, key: id, value: number } }
    touched_by: { person: id, phone: person }
    search: { identifier: SELECT id FROM person WHERE uin = :value }
    events: { created: REGISTER, changed: UPDATE }
`;

export function run({ progress, quick }) {
  const persons = quick ? 5000 : 50_000;
  return onGround(
    async (ground) => {
      const url = await peopleOf(ground, persons);
      const people = await ground.client(url);
      progress(`${persons} rows read and written, bare`);
      const bare = persons / (await copyAll(people, await ground.client(ground.url)));
      const gateway = await ground.gateway(await ground.database('mirrored'), { PEOPLE_DATABASE_URL: url });
      progress('the same by a source');
      const mirrored = persons / (await seconds(() => applied(gateway, fileOf('mirror'))));
      progress(`${PER_SECOND} changes a second`);
      const lag = await followed(people, await ground.client(gateway.env.DATABASE_URL), url, quick ? 5 : 15);
      progress('searches answered by the source');
      const { ours, theirs } = await live(ground, url, persons, { quick, progress });
      const reader = 'a bare reader of the stream';
      return [
        row(`first reading of ${persons} rows`, 'pages read and inserted as JSON', 'rows/s', mirrored, bare, 0.2),
        {
          ...row('behind, median', reader, 'ms', lag.ours[0.5], lag.theirs[0.5], '≤ 250 ms'),
          met: lag.ours[0.5] <= 250,
        },
        {
          ...row('behind, p99', reader, 'ms', lag.ours[0.99], lag.theirs[0.99], '≤ 1000 ms'),
          met: lag.ours[0.99] <= 1000,
        },
        row('signed live search', 'bare node:http + pg, the same SQL at the source', 'searches/s', ours, theirs, 0.5),
      ];
    },
    { wal_level: 'logical' },
  );
}

async function peopleOf(ground, persons) {
  const admin = await ground.client(ground.url);
  await admin.query('create database people');
  const url = Object.assign(new URL(ground.url), { pathname: '/people' }).href;
  const client = await ground.client(url);
  await client.query(TABLES);
  await client.query(
    `insert into person select n, 'p' || n, 'Surname ' || n, 'Given', '1980-01-01' from generate_series(1, ${persons}) n`,
  );
  await client.query(`insert into phone select n, n, '+228' || n from generate_series(1, ${persons}) n`);
  return url;
}

/** What cannot be left out: the rows, with their lists, in pages of their keys, into a table of JSON with its identifiers. */
async function copyAll(people, ours) {
  await ours.query(`create table copy (id int primary key, data jsonb); create table copy_identifier (value text, id int);
    create index on copy_identifier (value)`);
  return seconds(async () => {
    for (let after = 0; ;) {
      const { rows } = await people.query(`select * from person where id > $1 order by id limit ${PAGE}`, [after]);
      if (rows.length === 0) return;
      const ids = rows.map(({ id }) => id);
      const phones = Map.groupBy(
        (await people.query('select * from phone where person = any($1)', [ids])).rows,
        ({ person }) => person,
      );
      const data = rows.map((one) => JSON.stringify({ ...one, phones: phones.get(one.id) }));
      await ours.query('begin');
      await ours.query('insert into copy select * from unnest($1::int[], $2::jsonb[])', [ids, data]);
      await ours.query('insert into copy_identifier select * from unnest($1::text[], $2::int[])', [
        rows.map(({ uin }) => uin),
        ids,
      ]);
      await ours.query('commit');
      after = ids.at(-1);
    }
  });
}

async function applied(gateway, yaml) {
  await gateway.graphql('mutation ($yaml: String!) { applySource(yaml: $yaml) { name } }', { yaml });
  for (;;) {
    const { source } = await gateway.graphql('{ source(name: "people") { state lastError } }');
    if (source.state === 'RUNNING') return;
    if (source.state === 'FAILED') throw new Error(source.lastError);
    await sleep(20);
  }
}

/** From the writing of a row to the transaction of ours that tells of it; to its arrival at a reader that only listens. */
async function followed(people, ours, url, forSeconds) {
  const written = new Map();
  const theirs = [];
  await people.query(`select pg_create_logical_replication_slot('bare', 'pgoutput')`);
  const reader = new LogicalReplicationService(
    { connectionString: url },
    { acknowledge: { auto: false, timeoutSeconds: 0 } },
  );
  reader.on('data', (_lsn, { tag, new: now }) => {
    if (tag === 'update' && written.has(now.id)) theirs.push(Date.now() - written.get(now.id));
  });
  reader.on('error', () => undefined);
  const ended = reader
    .subscribe(new PgoutputPlugin({ protoVersion: 1, publicationNames: ['dci'] }), 'bare')
    .catch(() => undefined);
  await new Promise((resolve) => reader.on('start', resolve));
  const began = performance.now();
  const count = PER_SECOND * forSeconds;
  for (let id = 1; id <= count; id += 1) {
    await sleep(began + (id * 1000) / PER_SECOND - performance.now());
    written.set(id, Date.now());
    await people.query(`update person set surname = 'Changed', written = clock_timestamp() where id = $1`, [id]);
  }
  const told = async () =>
    (
      await ours.query(`select identifiers -> 0 ->> 'value' as uin, extract(epoch from created_at) * 1000 as at
    from registry_event where event_type = 'UPDATE'`)
    ).rows;
  for (const deadline = Date.now() + 60_000; (await told()).length < count && Date.now() < deadline;) await sleep(100);
  await reader.destroy();
  await ended;
  await people.query(`select pg_drop_replication_slot('bare')`);
  const at = new Map((await told()).map((event) => [Number(event.uin.slice(1)), Number(event.at)]));
  if (at.size < count) throw new Error(`${count - at.size} changes were not told`);
  return { ours: shares([...written].map(([id, then]) => at.get(id) - then)), theirs: shares(theirs) };
}

const shares = (values) => {
  const sorted = values.toSorted((one, other) => one - other);
  const share = (part) => Math.max(1, sorted[Math.floor((sorted.length - 1) * part)] ?? 0);
  return { 0.5: share(0.5), 0.99: share(0.99) };
};

/** The same questions to the gateway and to the floor, in turns. */
async function live(ground, url, persons, { quick, progress }) {
  const databaseUrl = await ground.database('live');
  const gateway = await ground.gateway(databaseUrl, { PEOPLE_DATABASE_URL: url });
  await applied(gateway, fileOf('live'));
  const partner = await gateway.partner('asking');
  const key = JSON.stringify(createPublicKey(partner.key.privateKey).export({ format: 'jwk' }));
  const env = { DATABASE_URL: databaseUrl, SOURCE_DATABASE_URL: url, PARTNER_JWK: key };
  const floor = await ground.start('./floor.mjs', /(http:\/\/\S+)/, env);
  const targets = { gateway: { ...gateway, url: `${gateway.url}${PATH}` }, floor };
  let next = 0;
  const asked = async (name, count) => {
    const bodies = [];
    for (let index = 0; index < count; index += 1)
      bodies.push(JSON.stringify(await partner.sign('search', messageOf(`p${1 + ((next++ * 7919) % persons)}`))));
    return searching(
      targets[name],
      partner,
      bodies.map((body) => Buffer.from(body)),
      AT_ONCE,
    );
  };
  const results = { gateway: [], floor: [] };
  for (const name of Object.keys(targets)) await asked(name, quick ? 300 : 3000);
  for (let round = 0; round < ROUNDS; round += 1)
    for (const name of Object.keys(targets)) {
      const { perSecond, cpu } = await asked(name, quick ? 300 : 3000);
      progress(`  ${name}: ${perSecond.toFixed(0)} searches/s, ${cpu.toFixed(2)} ms of computing each`);
      results[name].push(perSecond);
    }
  const mean = (all) => all.reduce((sum, one) => sum + one, 0) / all.length;
  return { ours: mean(results.gateway), theirs: mean(results.floor) };
}

const messageOf = (value) => ({
  transaction_id: value,
  search_request: [
    {
      reference_id: '1',
      timestamp: new Date().toISOString(),
      search_criteria: {
        reg_type: 'ns:org:RegistryType:Social',
        reg_record_type: 'SRPerson',
        query_type: 'idtype-value',
        query: { type: 'UIN', value },
      },
    },
  ],
});

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

await alone(import.meta, { title, run });
