/** A registry in somebody else's PostgreSQL, followed by its own stream of changes, with a role that may read and replicate only. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { forgetsTold } from '../../../src/jobs/forget-versions.job.js';
import { watchSlots } from '../../../src/jobs/watch-slots.job.js';
import { createLog } from '../../../src/platform/log.js';
import { createRegistries } from '../../../src/protocol/registries/registries.js';
import { unreadable } from '../../../src/sources/outside/readable-transactions.js';
import { SourceConnections } from '../../../src/sources/outside/source-connections.js';
import { giveConsent } from '../../support/consent.js';
import { startTestGateway, type TestGateway } from '../../support/gateway.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.js';
import { createPartner, type Partner } from '../../support/partner.js';
import { byId, find } from '../../support/search-message.js';
import { answer, startInbox } from '../../support/inbox.js';
import { until } from '../../support/until.js';
import { allEnded, change, deliveriesOf, eventOf, settled, subscribed } from '../../subscriptions/subscriptions.js';

const RUN = randomBytes(4).toString('hex');
const SLOT = `dci_test_${RUN}`;
const READER = `dci_reader_${RUN}`;

/** The sweep is out of reach: what arrives, the stream brought. */
const YAML = `version: 1
source: { name: clinic, kind: postgres, url: "\${CLINIC_DATABASE_URL}" }
capture: { by: publication, publication: dci, slot: ${SLOT}, sweep: 1d, ignore: { visit: { kind: [seen] } } }
records:
  - registry: SOCIAL
    type: SRPerson
    from: served_patient
    key: id
    fields: { name.surname: surname, name.given_name: last_visit }
    identifiers: [{ type: UIN, value: uin }]
    lists:
      phone_number: { from: phone, parent: patient, key: id, value: number }
    touched_by:
      patient: id
      phone: patient
      visit: SELECT id FROM patient WHERE uin = :uin
      ward: all
      log: none
    events: { created: REGISTER, changed: UPDATE, deleted: DELETE }
`;

const TABLES = `
create table ward (id int primary key, name text);
create table patient (id int primary key, uin text, surname text, secret text, ward int);
create table phone (id int primary key, patient int, number text, "group" int);
create table visit (id int primary key, uin text, kind text, day text);
create table log (line text);
create view served_patient as select p.id, p.uin, p.surname,
  (select max(v.day) from visit v where v.uin = p.uin and v.kind <> 'seen') as last_visit from patient p
  left join ward w on w.id = p.ward;
insert into patient select n, 'p' || n, 'Surname ' || n, 'secret', null from generate_series(1, 300) n;
insert into phone values (1, 1, '+8801'), (2, 2, '+8802');
insert into ward values (1, 'North');
grant usage on schema public to ${READER};
grant select on served_patient, patient, phone, visit, ward to ${READER};`;

const STATUS = 'state served lastError lagSeconds followedBy notice';

interface Status {
  state: string;
  served: number;
  lastError: string | null;
  lagSeconds: number | null;
  followedBy: string | null;
  notice: string | null;
}

let gateway: TestGateway;
let partner: Partner;
let outside: TestDatabase;
let clinic: Client;

const status = async (): Promise<Status> =>
  (await gateway.admin<{ source: Status }>(`{ source(name: "clinic") { ${STATUS} } }`)).source;
const apply = (yaml: string) =>
  gateway.graphql<{ applySource: Status }>(`mutation ($yaml: String!) { applySource(yaml: $yaml) { ${STATUS} } }`, {
    yaml,
  });
const refusal = async (yaml: string) => (await apply(yaml)).errors?.[0]?.message;
const untilStatus = (wanted: Partial<Status>) =>
  until(
    async () => {
      const seen = await status();
      return Object.entries(wanted).every(([member, value]) => seen[member as keyof Status] === value) && seen;
    },
    { seen: status },
  );
const person = async (uin: string) => (await find(partner, byId(uin))).records[0];
const untilPerson = (uin: string, fits: (found: Awaited<ReturnType<typeof person>>) => boolean) =>
  until(async () => fits(await person(uin)), { seen: () => person(uin) });
const events = async () =>
  (await gateway.database.query<{ name: string }>('select event_type as name from registry_event order by id')).map(
    ({ name }) => name,
  );
const readerUrl = () => Object.assign(new URL(outside.url), { username: READER, password: 'reads' }).href;
const slots = async () =>
  (await clinic.query('select active from pg_replication_slots where slot_name = $1', [SLOT])).rows as unknown[];
const publish = () =>
  clinic.query('create publication dci for table patient (id), phone (id, patient), visit (id, uin, kind), ward (id)');

beforeAll(async () => {
  outside = await createTestDatabase({ template: false });
  clinic = new Client({ connectionString: outside.url });
  clinic.on('error', () => undefined);
  await clinic.connect();
  await clinic.query(`create role ${READER} login replication password 'reads'`);
  await clinic.query(TABLES);
  gateway = await startTestGateway({ env: { CLINIC_DATABASE_URL: readerUrl() } });
  partner = await createPartner(gateway, { sender: { rateLimitPerMinute: 1_000_000 }, agreements: [{}] });
}, 60_000);
afterAll(async () => {
  await gateway?.close();
  await clinic.query(
    `select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = any ($1)`,
    [[SLOT, `${SLOT}_odd`, `${SLOT}_linked`]],
  );
  await clinic.query(`drop owned by ${READER}; drop role ${READER}`);
  await clinic.end();
  await outside.drop();
});

test('a publication is asked for in SQL, and never where it would stop the registry from writing', async () => {
  const said = await refusal(YAML);
  const statement = /CREATE PUBLICATION .*(?=, by the owner)/.exec(said ?? '')?.[0] ?? '';
  expect(statement).toBe(
    'CREATE PUBLICATION dci FOR TABLE public.patient (id), public.phone (id, patient), public.visit (id, uin, kind), public.ward (id)',
  );
  expect(await refusal(YAML.replace('log: none', 'log: line'))).toContain('log has no primary key');
  expect(await refusal(YAML.replace('patient: id', 'served_patient: id'))).toContain('is a view');
  await clinic.query(
    `create materialized view kept_patient as table patient; grant select on kept_patient to ${READER}`,
  );
  expect(await refusal(YAML.replace('patient: id', 'kept_patient: id'))).toContain('tells when it is refreshed');
  const { checkSource } = await gateway.admin<{ checkSource: { warnings: { message: string }[] } }>(
    'mutation ($yaml: String!) { checkSource(yaml: $yaml) { warnings { message } } }',
    { yaml: YAML.replace('from: served_patient', 'from: kept_patient').replace('last_visit', 'secret') },
  );
  expect(checkSource.warnings.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/public.kept_patient is a materialized view.* the sweep only/),
  );
  await clinic.query('drop materialized view kept_patient');
  await clinic.query('create publication dci for table patient (id), phone (id)');
  const lacking = await refusal(YAML);
  expect(lacking).toContain('phone lacks patient');
  expect(lacking).toContain('ADD TABLE public.visit (id, uin, kind), public.ward (id)');
  await clinic.query('drop publication dci');
  await clinic.query(statement);
  expect(await slots()).toEqual([]);
});

test('it is loaded and then followed', async () => {
  expect((await apply(YAML)).errors).toBeUndefined();
  await untilStatus({ state: 'RUNNING', served: 300, followedBy: 'PUBLICATION', notice: null });
  expect(await slots()).toEqual([{ active: true }]);
  await untilPerson('p1', (found) => found.phone_number[0] === '+8801');
  await clinic.query(`insert into patient values (900, 'new', 'New', 'secret', null)`);
  await untilPerson('new', (found) => found?.name.surname === 'New');
  await clinic.query(`update patient set surname = 'Newer' where id = 900`);
  await untilPerson('new', (found) => found.name.surname === 'Newer');
  await clinic.query('delete from patient where id = 900');
  await untilPerson('new', (found) => found === undefined);
  expect(await events()).toEqual(['REGISTER', 'UPDATE', 'DELETE']);
});

test('it is acknowledged what was taken over, and not a byte of what comes next', async () => {
  const written = (await clinic.query<{ lsn: string }>('select pg_current_wal_lsn() as lsn')).rows[0]?.lsn;
  await clinic.query(`update patient set surname = 'Acknowledged' where id = 13`);
  const acknowledged = await until(async () => {
    const { rows } = await clinic.query<{ over: string }>(
      `select pg_wal_lsn_diff(confirmed_flush_lsn, '0/0') % 8 as over from pg_replication_slots
       where slot_name = $1 and confirmed_flush_lsn > $2`,
      [SLOT, written],
    );
    return rows[0];
  });
  // Records of the log begin at every eighth byte. Who says to have the first of a commit is told of it no more.
  expect(acknowledged).toEqual({ over: '0' });
});

test('what is told before others can read it is waited for', async () => {
  await using opened = new AsyncDisposableStack();
  const writer = new Client({ connectionString: outside.url });
  await writer.connect();
  opened.defer(() => writer.end());
  const awaited = (names: string) =>
    clinic
      .query(`alter system set synchronous_standby_names = '${names}'`)
      .then(() => clinic.query('select pg_reload_conf()'));
  opened.defer(() => awaited('').then(() => undefined));
  // A commit that waits for a standby is in the log, and so in the stream, while everybody still reads the row as it was.
  await awaited('away');
  await writer.query('set synchronous_commit = on');
  let [written, isWritten] = [0, true];
  const flushed = await until(async () => {
    // The server takes up the setting when it comes to it.
    if (isWritten) {
      isWritten = false;
      void writer
        .query(`update patient set surname = 'Awaited ${(written += 1)}' where id = 12`)
        .then(() => (isWritten = true));
    }
    const { rows } = await clinic.query<{ lsn: string }>(
      `select pg_current_wal_flush_lsn() as lsn from pg_stat_activity
       where wait_event = 'SyncRep' and datname = current_database()`,
    );
    return rows[0]?.lsn;
  });
  const sent = async () =>
    (
      await clinic.query(
        `select r.sent_lsn, r.sent_lsn >= $2::pg_lsn - 64 as is_sent
         from pg_replication_slots s join pg_stat_replication r on r.pid = s.active_pid where s.slot_name = $1`,
        [SLOT, flushed],
      )
    ).rows[0] as { is_sent: boolean } | undefined;
  await until(async () => (await sent())?.is_sent, { seen: async () => [flushed, await sent()] });
  // Time for who would read at once.
  await sleep(500);
  expect((await person('p12'))?.name.surname).not.toBe(`Awaited ${written}`);
  await awaited('');
  await untilPerson('p12', (found) => found.name.surname === `Awaited ${written}`);
});

test('a transaction is told by half of the number that snapshots have for it', () => {
  expect(unreadable('700:705:700,703', [699, 700, 701, 703, 704, 705, 706])).toEqual([700, 703, 705, 706]);
  expect(unreadable('700:700:', [699])).toEqual([]);
  // The half has begun anew: 5 is the later one.
  const begun = 2n ** 33n;
  expect(unreadable(`${begun - 2n}:${begun + 3n}:${begun - 2n}`, [2 ** 32 - 2, 2 ** 32 - 1, 2, 5])).toEqual([
    2 ** 32 - 2,
    5,
  ]);
});

test('rows of other tables lead to the records they go into, gone or moved', async () => {
  await clinic.query(`insert into phone values (3, 1, '+8803')`);
  await untilPerson('p1', (found) => found.phone_number.length === 2);
  await clinic.query('delete from phone where id = 3');
  await untilPerson('p1', (found) => found.phone_number.length === 1);
  await clinic.query('update phone set patient = 4 where id = 2');
  await untilPerson('p4', (found) => found.phone_number?.[0] === '+8802');
  await untilPerson('p2', (found) => found.phone_number === undefined);
  await clinic.query(`insert into visit values (1, 'p3', 'came', 'Monday')`);
  await untilPerson('p3', (found) => found.name.given_name === 'Monday');
  expect((await status()).state).toBe('RUNNING');
});

test('a row of a list that was written to as it was changes nothing, wherever it stands in its table now', async () => {
  await clinic.query(`insert into phone values (5, 7, '+8875'), (6, 7, '+8876')`);
  await untilPerson('p7', (found) => found.phone_number?.length === 2);
  const before = await events();
  await clinic.query(`update phone set "group" = 1 where id = 5`);
  await clinic.query(`update patient set surname = 'Later' where id = 8`);
  await untilPerson('p8', (found) => found.name.surname === 'Later');
  expect((await person('p7')).phone_number).toEqual(['+8875', '+8876']);
  expect((await events()).slice(before.length)).toEqual(['UPDATE']);
  await clinic.query('delete from phone where patient = 7');
  await untilPerson('p7', (found) => found.phone_number === undefined);
});

test('nothing that was not done is told, and a table emptied at once is', async () => {
  const before = await events();
  await clinic.query(`begin; update patient set surname = 'Never'; rollback`);
  await clinic.query(
    `update patient set secret = 'other' where id = 7; insert into visit values (2, 'p7', 'seen', 'x')`,
  );
  await clinic.query('truncate phone');
  await untilPerson('p1', (found) => found.phone_number === undefined);
  await untilPerson('p4', (found) => found.phone_number === undefined);
  await untilStatus({ state: 'RUNNING', lastError: null });
  expect((await events()).slice(before.length)).toEqual(['UPDATE', 'UPDATE']);
});

test('everybody gone at once is not believed', async () => {
  await clinic.query(`create table away as table patient; delete from patient where id > 100`);
  const { lastError } = await untilStatus({ state: 'FAILED' });
  expect(lastError).toContain('are gone at the source');
  expect(await person('p250')).toBeDefined();
  await clinic.query('insert into patient select * from away where id > 100');
  await untilStatus({ state: 'RUNNING', served: 300, lastError: null });
}, 40_000);

test('a slot that was lost, a publication that was dropped: everything is read again, and nothing is missed', async () => {
  await untilStatus({ state: 'RUNNING' });
  const began = new Date();
  await clinic.query(`select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = '${SLOT}'`);
  await until(async () => {
    await clinic.query(`select pg_drop_replication_slot('${SLOT}')`).catch(() => undefined);
    return (await slots()).length === 0;
  });
  await clinic.query(`update patient set surname = 'Unseen' where id = 8`);
  await untilPerson('p8', (found) => found.name.surname === 'Unseen');
  // Sooner than after a second failure, although it had failed before it went well.
  const due = await gateway.database.query<{ at: string }>('select due_at as at from source');
  expect(new Date(due[0]?.at ?? 0).getTime() - began.getTime()).toBeLessThan(8000);
  await untilStatus({ state: 'RUNNING', followedBy: 'PUBLICATION' });
  await clinic.query('drop publication dci');
  await clinic.query(`update patient set surname = 'Missed' where id = 9`);
  expect((await untilStatus({ state: 'FAILED' })).lastError).toContain('CREATE PUBLICATION dci');
  await publish();
  await untilPerson('p9', (found) => found.name.surname === 'Missed');
  await untilStatus({ state: 'RUNNING', followedBy: 'PUBLICATION', lastError: null });
}, 120_000);

test('a table that has another name for a while, or whose name another one takes, is followed all the same', async () => {
  const renamed = (from: string, to: string) => `alter table ${from} rename to ${to}`;
  await clinic.query(`${renamed('patient', 'kept')}; update kept set surname = 'Aside' where id = 12`);
  await clinic.query(renamed('kept', 'patient'));
  await untilPerson('p12', (found) => found.name.surname === 'Aside');
  await clinic.query(`create table phone_new (like phone including all); grant select on phone_new to ${READER};
    alter publication dci add table phone_new (id, patient)`);
  const swept = async () =>
    (await gateway.database.query<{ at: string | null }>('select swept_at as at from source'))[0]?.at ?? null;
  const before = await swept();
  await until(async () => ![before, null].includes(await swept()));
  await clinic.query(`insert into phone_new values (91, 12, '+8891')`);
  await clinic.query(`${renamed('phone', 'phone_old')}; ${renamed('phone_new', 'phone')}`);
  await untilPerson('p12', (found) => found.phone_number?.[0] === '+8891');
  await clinic.query(`${renamed('phone', 'phone_new')}; ${renamed('phone_old', 'phone')}; drop table phone_new`);
  await untilPerson('p12', (found) => found.phone_number === undefined);
  expect(await untilStatus({ state: 'RUNNING', lastError: null })).toMatchObject({ followedBy: 'PUBLICATION' });
}, 60_000);

test('rows of a table that inherits are told of under its own name, also where it came later', async () => {
  await clinic.query(`create table patient_new (primary key (id)) inherits (patient);
    grant select on patient_new to ${READER}; insert into patient_new values (901, 'p901', 'Heir')`);
  expect((await untilStatus({ state: 'FAILED' })).lastError).toContain('ADD TABLE public.patient_new (id)');
  await clinic.query('alter publication dci add table patient_new (id)');
  await untilPerson('p901', (found) => found !== undefined);
  await clinic.query(`insert into patient_new values (902, 'p902', 'Later');
    update patient set surname = 'Changed' where id = 901`);
  await untilPerson('p902', (found) => found !== undefined);
  await untilPerson('p901', (found) => found.name.surname === 'Changed');
  await clinic.query('create table patient_odd () inherits (patient)');
  expect((await untilStatus({ state: 'FAILED' })).lastError).toContain('public.patient_odd has no primary key');
  await clinic.query('drop table patient_odd, patient_new');
  await untilPerson('p901', (found) => found === undefined);
  await untilStatus({ state: 'RUNNING', lastError: null });
}, 60_000);

test('what the server keeps for a source that nobody reads has a bound', async () => {
  await apply(YAML.replace('sweep: 1d', 'sweep: 1d, max_wal_mb: 16'));
  await untilStatus({ state: 'RUNNING', followedBy: 'PUBLICATION' });
  const connections = new SourceConnections({ CLINIC_DATABASE_URL: readerUrl() }, createRegistries(), 1);
  const watch = () => watchSlots({ database: gateway.database, connections, log: createLog('silent') });
  await gateway.admin('mutation { pauseSource(name: "clinic") { state } }');
  await until(async () => JSON.stringify(await slots()) === '[{"active":false}]', { seen: slots });
  const write = (megabytes: number) =>
    clinic.query(`select pg_logical_emit_message(false, 'x', repeat('x', 1048576)) from generate_series(1, $1)`, [
      megabytes,
    ]);
  await write(10);
  // What was written is counted once the server has flushed it.
  await until(async () => {
    await watch();
    return (await status()).notice !== null;
  });
  // The log is that of the whole server, in which other tests write at the same time: it may be too much already.
  const { notice } = await status();
  expect(notice).toMatch(/keeps \d+ MB of its log/);
  expect(await slots()).toHaveLength(notice?.includes('our slot was dropped') === true ? 0 : 1);
  await write(10);
  await clinic.query(`update patient set surname = 'Paused' where id = 11`);
  await until(async () => {
    await watch();
    return (await status()).notice?.includes('more than capture.max_wal_mb') === true;
  });
  await connections.close();
  expect(await slots()).toEqual([]);
  await gateway.admin('mutation { resumeSource(name: "clinic") { state } }');
  await untilPerson('p11', (found) => found.name.surname === 'Paused');
  await untilStatus({ state: 'RUNNING', followedBy: 'PUBLICATION' });
}, 40_000);

test('where it is not allowed, the way that the file names is taken, and said; our slot is not left behind', async () => {
  await clinic.query('alter table patient add column written timestamptz not null default now()');
  await clinic.query('drop publication dci');
  await apply(
    YAML.replace('sweep: 1d', 'sweep: 1d, fallback: { by: watermark, table: patient, column: written, every: 200ms }'),
  );
  const { notice } = await untilStatus({ state: 'RUNNING', followedBy: 'WATERMARK' });
  expect(notice).toContain('CREATE PUBLICATION dci');
  expect(await slots()).toEqual([]);
  await clinic.query(`update patient set surname = 'Polled', written = now() where id = 10`);
  await untilPerson('p10', (found) => found.name.surname === 'Polled');
  // Of a column of days, what was written today is as of midnight.
  await clinic.query('alter table patient alter written type date');
  await clinic.query(`update patient set surname = 'Today', written = current_date where id = 14`);
  await untilPerson('p14', (found) => found.name.surname === 'Today');
  await publish();
  await untilStatus({ state: 'RUNNING', followedBy: 'PUBLICATION', notice: null });
  await gateway.admin('mutation { removeSource(name: "clinic") { name } }');
  await until(async () => (await slots()).length === 0);
}, 60_000);

test('a live source tells of what changes, and keeps nothing of a person but what was told', async () => {
  const live = YAML.replace('_URL}"', '_URL}", mode: live').replace(
    '    events:',
    '    search: { identifier: { UIN: SELECT id FROM patient WHERE uin = :value } }\n    events:',
  );
  await clinic.query('delete from patient where id > 40; drop publication if exists dci');
  await publish();
  expect((await apply(live)).errors).toBeUndefined();
  await untilStatus({ state: 'RUNNING', served: 40, followedBy: 'PUBLICATION', notice: null });
  const begun = (await events()).length;
  await using opened = new AsyncDisposableStack();
  const inbox = await startInbox(gateway.url);
  opened.defer(() => inbox.close());
  const subscriber = (agreement: Record<string, unknown>) =>
    createPartner(gateway, { sender: { autoApproveSubscriptions: true }, agreements: [agreement] });
  const told = await subscriber({ fields: ['identifier', 'name.surname'] });
  const asking = await subscriber({ legalBasis: 'CONSENT', requiresConsent: true });
  const wish = (event: string) => ({ event, recordType: 'SRPerson' });
  const { code: updates } = await subscribed(told, inbox, wish('UPDATE'), 'social');
  const { code: deletions } = await subscribed(told, inbox, wish('DELETE'), 'social');
  const { code: asked } = await subscribed(asking, inbox, wish('UPDATE'), 'social');

  await clinic.query(`update patient set secret = 'unseen' where id = 21`);
  await clinic.query(`update patient set surname = 'First' where id = 20`);
  await inbox.wait(1);
  await clinic.query(`update patient set surname = 'Second' where id = 20`);
  const [first, second] = await inbox.wait(2);
  expect([first, second].map((one) => one?.body.message.notify_event[0].data.reg_records)).toMatchObject([
    { identifier: [{ identifier_type: 'UIN', identifier_value: 'p20' }], name: { surname: 'First' } },
    { name: { surname: 'Second' } },
  ]);
  expect(JSON.stringify(inbox.received)).not.toContain('given_name');
  expect(await settled(gateway, asked, allEnded(2))).toMatchObject([
    { state: 'CANCELLED', reason: 'the person has not consented' },
    { state: 'CANCELLED' },
  ]);
  const kept = await gateway.database.query(
    `select r.data, r.deleted_at is null as served from registry_record r join registry_event e on e.record_id = r.id
     order by e.id desc limit 1`,
  );
  expect(kept).toEqual([{ data: {}, served: false }]);
  expect(await gateway.database.query(`select 1 from record_identifier where value = 'p20'`)).toEqual([]);

  // Of the one nobody was told of anything: there is nobody to tell that this person is gone.
  await clinic.query('delete from patient where id in (20, 22)');
  const [, , third] = await inbox.wait(3);
  expect(eventOf(third!).data.reg_records).toEqual(
    expect.objectContaining({ identifier: [{ identifier_type: 'UIN', identifier_value: 'p20' }] }),
  );
  expect(JSON.stringify(third?.body)).not.toContain('Second');
  await untilStatus({ served: 38 });
  expect((await events()).slice(begun)).toEqual(['UPDATE', 'UPDATE', 'DELETE']);
  expect(await deliveriesOf(gateway, updates)).toMatchObject([{ sequence: 1 }, { sequence: 2 }]);
  expect(await deliveriesOf(gateway, deletions)).toMatchObject([{ sequence: 1 }]);

  // Who was told of a person is told that they are gone, also where nobody was told of what changed since.
  await clinic.query(`update patient set surname = 'Third' where id = 19`);
  await inbox.wait(4);
  for (const code of [updates, asked]) await change(gateway, 'cancelSubscription', code);
  await clinic.query(`update patient set surname = 'Untold' where id = 19`);
  const untold = 'select 1 from registry_event where fanned_out_at is null';
  await until(async () => (await events()).length === begun + 5 && (await gateway.database.query(untold)).length === 0);
  await forgetsTold(gateway.database)();
  await clinic.query('delete from patient where id = 19');
  const fifth = (await inbox.wait(5)).at(-1);
  expect(eventOf(fifth!).data.reg_records).toMatchObject({
    identifier: [{ identifier_type: 'UIN', identifier_value: 'p19' }],
  });

  // To deletions alone one may subscribe too: who came or changed since is told of when they go.
  await clinic.query(`insert into patient (id, uin, surname) values (41, 'p41', 'Late')`);
  await until(async () => (await events()).length === begun + 7 && (await gateway.database.query(untold)).length === 0);
  await forgetsTold(gateway.database)();
  await clinic.query('delete from patient where id = 41');
  expect(eventOf((await inbox.wait(6)).at(-1)!).data.reg_records).toMatchObject({
    identifier: [{ identifier_type: 'UIN', identifier_value: 'p41' }],
  });

  // A consent is of the row that had its number: whoever gets it there is told of to nobody.
  const { code: anew } = await subscribed(asking, inbox, wish('UPDATE'), 'social');
  await giveConsent(gateway, { uin: 'p18', senderId: asking.senderId });
  await clinic.query(`update patient set surname = 'Agreed' where id = 18`);
  await settled(gateway, anew, allEnded(1));
  await clinic.query(`update patient set uin = 'q18' where id = 18`);
  await clinic.query(`update patient set uin = 'p18' where id = 17`);
  expect(await settled(gateway, anew, allEnded(3))).toMatchObject([
    { state: 'DELIVERED' },
    { state: 'CANCELLED', reason: 'the person has not consented' },
    { state: 'CANCELLED', reason: 'the person has not consented' },
  ]);

  // Who gets a number is told of behind what is still tried of who was told of under it, and has another now.
  await subscribed(told, inbox, wish('UPDATE'), 'social');
  const { code: registrations } = await subscribed(told, inbox, wish('REGISTER'), 'social');
  await clinic.query(`update patient set surname = 'Holder' where id = 16`);
  await inbox.wait(1);
  const letGo = Promise.withResolvers<void>();
  inbox.behave(async (received, response) => {
    await letGo.promise;
    await answer(200)(received, response);
  });
  await clinic.query(`update patient set uin = 'q16' where id = 16`);
  await inbox.wait(2);
  await clinic.query(`insert into patient (id, uin, surname) values (42, 'p16', 'Newcomer')`);
  await settled(gateway, registrations, (rows) => rows.length === 1);
  const { deliveries } = await gateway.admin<{ deliveries: { nodes: { waiting: { reason: string } | null }[] } }>(
    `query ($code: String) { deliveries(filter: { subscriptionCode: $code }) { nodes { waiting { reason } } } }`,
    { code: registrations },
  );
  expect(deliveries.nodes).toEqual([{ waiting: { reason: 'EARLIER_ONE' } }]);
  letGo.resolve();
  await settled(gateway, registrations, allEnded(1));

  // Who has two rows, or gets another key, is not told to be gone by the number that is still served.
  await clinic.query(`update patient set surname = 'Twice' where id in (13, 14, 15)`);
  await clinic.query(`insert into patient (id, uin, surname) values (43, 'p15', 'Twice')`);
  await settled(gateway, registrations, allEnded(2));
  await until(async () => (await gateway.database.query(untold)).length === 0);
  await gateway.database.query(
    `update record_version v set data_sealed = set_byte(v.data_sealed, 40, 255 - get_byte(v.data_sealed, 40))
     from registry_event e where e.record_id = v.record_id and e.identifiers @> '[{"value": "p13"}]'`,
  );
  // A version that was altered keeps nobody else from being told of.
  await clinic.query(`update patient set surname = 'Thrice' where id = 13`);
  await clinic.query('delete from patient where id = 43');
  await clinic.query('update patient set id = 44 where id = 14');
  await settled(gateway, registrations, allEnded(3));
  await clinic.query('delete from patient where id = 15');
  await settled(gateway, deletions, allEnded(4));
  const gone = inbox.received.filter(({ body }) => body.header.meta.subscription_code === deletions);
  expect(gone.map((one) => JSON.stringify(eventOf(one).data.reg_records).match(/p1\d/g))).toEqual([['p15']]);
  await gateway.admin('mutation { removeSource(name: "clinic") { name } }');
}, 60_000);

const ODD = `version: 1
source: { name: district, kind: postgres, url: "\${CLINIC_DATABASE_URL}", time_zone: Asia/Dhaka }
capture: { by: publication, publication: dci_odd, slot: ${SLOT}_odd, sweep: 1d }
records:
  - registry: SOCIAL
    type: Group
    from: served_family
    key: [id, day]
    state: { column: state, served: [in] }
    fields: { group_size: size, poverty_score_type: note, registration_date: since }
    identifiers: [{ type: HOUSEHOLD_ID, value: number, ambiguous: refuse }]
    lists: { address: { from: home, parent: id, fields: { locality: village } } }
    touched_by:
      family: SELECT id, day FROM family WHERE id = :id
      Odd Schema.Note: SELECT id, day FROM family WHERE id = :FamilyID AND '2020-01-01 00:00:00' < now()::text
      call: SELECT id, day FROM family WHERE number = :number
      form: SELECT id, day FROM family WHERE id = (:payload::jsonb->>'family')::int
`;

const ODD_TABLES = `
create schema "Odd Schema";
create table family (id int, day date, number text, state char(6), since timestamp, primary key (id, day));
create table home (id numeric(8,2), village text);
create table "Odd Schema"."Note" ("NoteID" int primary key, "FamilyID" int, note text);
create table call (id int, number text, month text, primary key (id, month)) partition by list (month);
create table call_may partition of call for values in ('may');
create table call_june partition of call for values in ('june');
create table form (id int primary key, payload jsonb, size int);
create view served_family as select f.*, (select max(note) from "Odd Schema"."Note" n where n."FamilyID" = f.id) as note,
  coalesce((select sum(size) from form where payload->>'family' = f.id::text), 0)
    + (select count(*) from call c where c.number = f.number) as size from family f;
insert into family select n, '2026-03-04', 'f' || n, 'in', '1980-05-01' from generate_series(1, 20) n;
insert into home values (1, 'North');
grant usage on schema "Odd Schema" to ${READER};
grant select on served_family, family, home, form to ${READER};
create publication dci_odd for table family (id, day), "Odd Schema"."Note" ("NoteID", "FamilyID"), call,
  form (id, payload)`;

test('rows lead to their records whatever the registry calls and keeps them', async () => {
  await clinic.query(ODD_TABLES);
  const family = async (number: string) =>
    (
      await gateway.admin<{ records: { nodes: { data: Record<string, unknown> }[] } }>(
        `query ($value: String!) { records(first: 1, registry: SOCIAL,
          filter: { recordType: "Group", identifier: { type: "HOUSEHOLD_ID", value: $value } }) { nodes { data } } }`,
        { value: number },
      )
    ).records.nodes[0]?.data;
  const untilFamily = async (number: string, wanted: Record<string, unknown> | undefined) =>
    until(
      async () => {
        const found = await family(number);
        return wanted === undefined
          ? found === undefined
          : Object.entries(wanted).every(([member, value]) => found?.[member] === value);
      },
      { seen: () => family(number) },
    );
  expect(await refusal(ODD)).toContain('ALTER PUBLICATION dci_odd SET (publish_via_partition_root = true)');
  await clinic.query('alter publication dci_odd set (publish_via_partition_root = true)');
  expect(await refusal(ODD.replace(':FamilyID', ':familyid'))).toContain('"Odd Schema"."Note" has no column familyid');
  expect(await refusal(ODD)).toBeUndefined();
  // A day in a column of times, a key in another form, a state that is filled with spaces.
  await untilFamily('f1', { registration_date: '1980-05-01' });
  expect(await family('f1')).toMatchObject({ address: [{ locality: 'North' }] });

  await clinic.query(`insert into "Odd Schema"."Note" values (1, 3, 'odd')`);
  await untilFamily('f3', { poverty_score_type: 'odd' });
  await clinic.query(`insert into call values (1, 'f4', 'may')`);
  await untilFamily('f4', { group_size: 1 });
  await clinic.query(`update call set month = 'june', number = 'f5' where id = 1`);
  await untilFamily('f5', { group_size: 1 });
  // A large value that a change leaves alone is not told with it.
  await clinic.query(`insert into form values (1, $1, 1)`, [
    JSON.stringify({ family: 6, text: randomBytes(9000).toString('base64') }),
  ]);
  await untilFamily('f6', { group_size: 1 });
  await clinic.query(`update form set size = 9 where id = 1`);
  await untilFamily('f6', { group_size: 9 });
  await clinic.query(`delete from family where id = 10`);
  await untilFamily('f10', undefined);
  // Two families of one number: neither is found by it from now on.
  await clinic.query(`update family set number = 'f12' where id = 11`);
  await untilFamily('f12', undefined);
  await gateway.admin('mutation { removeSource(name: "district") { name } }');
}, 60_000);

const LINKED = `version: 1
source: { name: events, kind: postgres, url: "\${CLINIC_DATABASE_URL}", statement_timeout: 100ms }
capture: { by: publication, publication: dci_linked, slot: ${SLOT}_linked, sweep: 1d, max_end_share: 1 }
records:
  - registry: CRVS
    type: Person
    name: death
    from: death
    key: id
    fields: { death_date: day }
    identifiers: [{ type: DRN, value: number }, { type: BRN, value: birth }]
    link: { to: birth, by: BRN, give: [death_date] }
  - registry: CRVS
    type: Person
    name: birth
    from: birth
    key: id
    fields: { name.surname: surname }
    identifiers: [{ type: BRN, value: number }]
`;

test('those that depend on a change are read, also where the source did not answer for them when it was', async () => {
  await clinic.query(`create table birth (id int primary key, number text, surname text);
    create table death (id int primary key, number text, birth text, day date);
    insert into birth select n, 'b' || n, 'Born' from generate_series(1, 3) n;
    grant select on birth, death to ${READER};
    create publication dci_linked for table birth (id), death (id)`);
  expect((await apply(LINKED)).errors).toBeUndefined();
  const rows = () =>
    gateway.database.query<{ state: string; deaths: number; day: string | null }>(
      `select state, (select count(*)::int from source_row where source = 'events' and entry = 'death') as deaths,
         (select data ->> 'death_date' from registry_record r join record_identifier i on i.record_id = r.id
          where i.value = 'b2' and data ? 'name' and r.deleted_at is null) as day
       from source where name = 'events'`,
    );
  const untilRow = (wanted: object) =>
    until(
      async () => {
        const [row] = await rows();
        return Object.entries(wanted).every(([name, value]) => row?.[name as keyof typeof row] === value);
      },
      { seen: rows },
    );
  await untilRow({ state: 'RUNNING', deaths: 0, day: null });
  const whileNoBirthIsRead = async (statement: string, deaths: number) => {
    await clinic.query('begin; lock table birth in access exclusive mode');
    const other = new Client({ connectionString: outside.url });
    await other.connect();
    await other.query(statement);
    await other.end();
    await untilRow({ state: 'FAILED', deaths });
    await clinic.query('rollback');
  };
  await whileNoBirthIsRead(`insert into death values (7, 'd7', 'b2', '2026-03-04')`, 1);
  await untilRow({ state: 'RUNNING', day: '2026-03-04' });
  await whileNoBirthIsRead('delete from death where id = 7', 0);
  await untilRow({ state: 'RUNNING', day: null });
  await gateway.admin('mutation { removeSource(name: "events") { name } }');
}, 60_000);
