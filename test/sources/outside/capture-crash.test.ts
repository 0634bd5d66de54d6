/**
 * A gateway that is killed again and again while it reads a source for the first time and while it follows its changes:
 * at the end it serves what the source holds, and told of each change of a record in its order and no change twice.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { startFleet, type Fleet } from '../../support/fleet.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.js';
import { until } from '../../support/until.js';

const ROWS = 2000;
/** Transactions, of one to three rows each. */
const CHANGES = 1500;
const KILLS = 4;
const SLOT = `dci_crash_${randomBytes(4).toString('hex')}`;

const YAML = `version: 1
source: { name: people, kind: postgres, url: "\${PEOPLE_DATABASE_URL}" }
capture: { by: publication, publication: dci, slot: ${SLOT}, sweep: 1d }
records:
  - registry: SOCIAL
    type: SRPerson
    from: person
    key: id
    fields: { name.surname: surname, registration_date: day }
    identifiers: [{ type: UIN, value: uin }]
    lists:
      phone_number: { from: phone, parent: person, key: id, order: id, value: number }
    touched_by: { person: id, phone: person }
`;

/** The same rows again, of which nothing is copied: only told. */
const LIVE = YAML.replace('name: people', 'name: asked')
  .replace('_URL}"', '_URL}", mode: live')
  .replace(SLOT, `${SLOT}_live`)
  .replace('SOCIAL', 'CRVS')
  .replace('SRPerson', 'Person')
  .replace('surname, registration_date: day', 'surname')
  .concat('    search: { identifier: { UIN: SELECT id FROM person WHERE uin = :value } }\n');

const TABLES = `
create table person (id int primary key, uin text, surname text, day date, step int not null default 0);
create table phone (id serial primary key, person int, number text);
insert into person select n, 'p' || n, 'Surname 0', '2026-01-01' from generate_series(1, ${ROWS}) n;
create publication dci for table person (id), phone (id, person);`;

/** The same rows on every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * sides);
  };
}

const opened = new AsyncDisposableStack();
let fleet: Fleet;
let ours: TestDatabase;
let gateway: Client;
let people: Client;

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  opened.defer(() => client.end());
  return client;
}

beforeAll(async () => {
  const outside = await createTestDatabase({ template: false });
  opened.defer(() => outside.drop());
  ours = await createTestDatabase();
  opened.defer(() => ours.drop());
  people = await connected(outside.url);
  await people.query(TABLES);
  gateway = await connected(ours.url);
  opened.defer(async () => {
    const drop = `select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name like '${SLOT}%' and not active`;
    await until(async () => {
      await people.query(drop);
      return (await people.query(`select from pg_replication_slots where slot_name like '${SLOT}%'`)).rowCount === 0;
    });
  });
  fleet = await startFleet(ours.url, { api: 1, workers: 1, env: { PEOPLE_DATABASE_URL: outside.url } });
  opened.defer(() => fleet.close());
}, 200_000);
afterAll(() => opened.disposeAsync(), 60_000);

const graphql = async (query: string, variables = {}) => {
  const response = await fetch(`${fleet.api[0]?.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${fleet.adminToken}` },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as { data: Record<string, Record<string, unknown>>; errors?: unknown };
};
const source = async () =>
  (await graphql('{ source(name: "people") { state progress lastError served } }')).data['source'];

async function killAtRandom(roll: (sides: number) => number, isOver: () => boolean): Promise<number> {
  let kills = 0;
  while (kills < KILLS || !isOver()) {
    await sleep(300 + roll(1200));
    await fleet.workers[0]?.kill();
    kills += 1;
    // The claim of a dead worker would be waited for, which is tested elsewhere.
    await gateway.query('update source set claimed_until = now()');
    await fleet.workers[0]?.start();
    if (kills >= KILLS && isOver()) break;
  }
  return kills;
}

test('loses nothing and tells nothing twice', async () => {
  const roll = dice(13);
  const apply = async (yaml: string) =>
    expect((await graphql('mutation ($yaml: String!) { applySource(yaml: $yaml) { name } }', { yaml })).errors).toBe(
      undefined,
    );
  // What is written before the first sweep is whole is told to nobody.
  await apply(LIVE);
  await until(
    async () =>
      (await gateway.query(`select from source where name = 'asked' and loaded_at is not null`)).rowCount === 1,
    { timeoutMs: 60_000 },
  );
  await apply(YAML);
  let isWritten = false;
  const writing = (async () => {
    for (let change = 1; change <= CHANGES; change++) {
      const id = 1 + roll(ROWS + 50);
      const statement = [
        `update person set step = step + 1, surname = 'Surname ' || (step + 1) where id = ${id}`,
        `insert into phone (person, number) values (${id}, '+88${change}')`,
        `delete from phone where id = (select max(id) from phone where person = ${id})`,
        `insert into person values (${ROWS + change}, 'n${change}', 'Surname 0', '2026-01-01')`,
        `delete from person where id = ${ROWS + roll(change)}`,
        `update phone set person = ${1 + roll(ROWS)} where id = (select min(id) from phone where person = ${id})`,
      ][roll(6)];
      await people.query(`begin; ${statement}; update person set step = step + 1, surname = 'Surname ' || (step + 1)
        where id = ${1 + (id % 100)}; ${change % 10 === 0 ? 'rollback' : 'commit'}`);
      await sleep(2);
    }
    isWritten = true;
  })();
  const kills = await killAtRandom(roll, () => isWritten);
  await writing;
  expect(kills).toBeGreaterThanOrEqual(KILLS);
  const truth = await people.query(
    `select 'p' as kind, p.uin, p.surname, coalesce(json_agg(f.number order by f.id) filter (where f.id is not null), '[]') as phones
     from person p left join phone f on f.person = p.id group by p.id order by p.uin`,
  );
  const served = () =>
    gateway.query(
      `select 'p' as kind, i.value as uin, r.data -> 'name' ->> 'surname' as surname, coalesce(r.data -> 'phone_number', '[]') as phones
       from registry_record r join record_identifier i on i.record_id = r.id where r.deleted_at is null order by i.value collate "C"`,
    );
  const different = async () => {
    const [mirrored = [], there = []] = [await served(), truth].map(({ rows }) =>
      rows.map((row) => JSON.stringify(row)),
    );
    const [held, wanted] = [new Set(mirrored), new Set(there)];
    return [...mirrored.filter((row) => !wanted.has(row)), ...there.filter((row) => !held.has(row))];
  };
  await until(async () => (await different()).length === 0, {
    seen: async () => [await source(), (await different()).slice(0, 10)],
  });
  // What the live source was not told of, a sweep would find, and tell.
  const writtenUpTo = (await people.query<{ lsn: string }>('select pg_current_wal_lsn() as lsn')).rows[0]?.lsn;
  const toldAll = async () =>
    (
      await gateway.query(
        `select from source where name = 'asked' and position is null and swept_at is not null
           and (capture ->> 'upTo')::pg_lsn >= $1::pg_lsn - 64`,
        [writtenUpTo],
      )
    ).rowCount === 1;
  const liveEvents = async () =>
    (await gateway.query(`select event_type from registry_event where registry = 'CRVS'`)).rowCount;
  await until(toldAll, { seen: source });
  const before = await liveEvents();
  expect(before).toBeGreaterThan(50);
  await graphql('mutation { resyncSource(name: "asked") { state } }');
  await until(toldAll, { seen: source });
  expect(await liveEvents()).toBe(before);
  expect((await gateway.query(`select from registry_record where origin = 'asked' and data <> '{}'`)).rowCount).toBe(0);

  // Every version follows the one before it, and the step that each tells of is later than the one before.
  const { rows } = await gateway.query<{ record: string; version: string; event: string }>(
    `select record_id as record, version, event_type as event from registry_event order by id`,
  );
  const byRecord = Map.groupBy(rows, ({ record }) => record);
  expect(byRecord.size).toBeGreaterThan(50);
  for (const versions of byRecord.values()) {
    const numbers = versions.map(({ version }) => Number(version));
    expect(numbers).toEqual([...new Set(numbers)].toSorted((one, other) => one - other));
  }
  expect(fleet.complaints).toEqual([]);
}, 120_000);
