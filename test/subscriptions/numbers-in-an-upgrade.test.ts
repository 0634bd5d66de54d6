/** A notification's number is unique in its subscription, whatever version of the gateway runs beside this one. */
import { randomUUID } from 'node:crypto';
import { fixMessages } from '../../src/entities/deliveries/fixed-message.repository.js';
import { Numbered0038 } from '../../src/entities/migrations/0038-numbered.migration.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';
import { allEnded, settled, subscribed, upsert } from './subscriptions.js';

let gateway: TestGateway;
let inbox: Inbox;
let partner: Partner;
let code: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  inbox = await startInbox(gateway.url);
});
afterAll(async () => {
  await inbox?.close();
  await gateway?.close();
});
beforeEach(async () => {
  partner = await createPartner(gateway, {
    agreements: [{ registry: 'CRVS' }],
    sender: { autoApproveSubscriptions: true },
  });
  ({ code } = await subscribed(partner, inbox, { event: 'Death' }));
});

const tell = (count: number) =>
  upsert(gateway, ...Array.from({ length: count }, () => ({ id: randomUUID(), event: 'Death' })));
const SUBSCRIPTION = `(select id from subscription where code = $1)`;
const PAUSE = `mutation ($id: ID!) { pauseSubscription(id: $id) { state } }`;
const RESUME = `mutation ($id: ID!) { resumeSubscription(id: $id) { state } }`;
const numbersSent = () =>
  inbox.received
    .map(({ body }) => body.header.meta as { subscription_code: string; sequence: number })
    .filter((meta) => meta.subscription_code === code)
    .map(({ sequence }) => sequence)
    .toSorted((a, b) => a - b);

// As versions before the number of its own fixed a message: without one, to be sent under its place among the deliveries.
const FIX_AS_BEFORE = `update delivery set message_sealed = '\\x00', data_key_id = gen_random_uuid()
  where id = (select id from delivery where subscription_id = ${SUBSCRIPTION} and state = 'PENDING' order by sequence limit 1)`;
// Asked outside of any transaction, which would see the statements of its own first moment for ever.
const WAITING = `select 1 from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock' and query like '%subscription_told%'`;

test('a version that numbers otherwise fixes nothing; what it had claimed goes out under the next number', async () => {
  await tell(2);
  await settled(gateway, code, allEnded(2));
  const [{ id } = {}] = await gateway.database.query<{ id?: string }>(`select ${SUBSCRIPTION} as id`, [code]);
  await gateway.admin(PAUSE, { id });
  await tell(2);
  await settled(gateway, code, (rows) => rows.length === 4);
  await expect(gateway.database.query(FIX_AS_BEFORE, [code])).rejects.toThrow(/delivery_numbered/);
  await gateway.admin(RESUME, { id });
  await settled(gateway, code, allEnded(4));
  expect(numbersSent()).toEqual([1, 2, 3, 4]);
});

test('a claim that is renewed at this moment is not lost, and a message that was fixed keeps its number', async () => {
  const { database } = gateway;
  const [{ id } = {}] = await database.query<{ id?: string }>(`select ${SUBSCRIPTION} as id`, [code]);
  await gateway.admin(PAUSE, { id });
  await tell(3);
  const worker = randomUUID();
  const rows = await settled(gateway, code, (all) => all.length === 3).then(() =>
    database.query<{ id: string }>('update delivery set claimed_by = $1 where subscription_id = $2 returning id', [
      worker,
      id,
    ]),
  );
  const message = { dataKeyId: randomUUID(), sealed: Buffer.of(0) };
  const fix = (some: typeof rows) =>
    fixMessages(
      database,
      worker,
      some.map((row) => ({ id: row.id, message, accessDecision: undefined })),
    );
  expect(await fix(rows.slice(0, 1))).toEqual([1]);
  const renewed = await database.transaction(async (unit) => {
    await unit.query(`update delivery set claimed_until = now() + interval '1 minute' where claimed_by = $1`, [worker]);
    const fixed = fix(rows);
    await until(async () => (await database.pool.query(WAITING)).rows.length === 1);
    return { fixed };
  });
  expect(await renewed.fixed).toEqual([1, 2, 3]);
  expect(await fixMessages(database, randomUUID(), [{ id: rows[0]!.id, message, accessDecision: undefined }])).toEqual([
    undefined,
  ]);
});

test('no two of a subscription have the same number', async () => {
  await tell(2);
  await settled(gateway, code, allEnded(2));
  const same = `update delivery set told = 1 where subscription_id = ${SUBSCRIPTION} and told = 2`;
  await expect(gateway.database.query(same, [code])).rejects.toThrow(/delivery_told/);
});

test('the migration numbers what an older version sent meanwhile, each once, and goes on behind', async () => {
  const { database } = gateway;
  await tell(4);
  await settled(gateway, code, allEnded(4));
  const migration = new Numbered0038(database.orm.em.getDriver(), database.orm.config);
  migration.up();
  const statements = migration.getQueries().map(String);
  await database.query('alter table delivery drop constraint delivery_numbered');
  await database.query('drop index delivery_told');
  // Two went out by the older version as 3 and 4, two by a newer one as 3 and 4 too; then the counter of the newer stood at 4.
  await database.query(
    `update delivery set told = case when sequence in (3, 4) then null else sequence + 2 end where subscription_id = ${SUBSCRIPTION}`,
    [code],
  );
  await database.transaction(async (unit) => {
    for (const statement of statements) await unit.query(statement);
  });
  const rows = await database.query<{ told: string }>(
    `select told::int as told from delivery where subscription_id = ${SUBSCRIPTION} order by told`,
    [code],
  );
  expect(rows.map(({ told }) => told)).toEqual([3, 4, 5, 6]);
  inbox.received.splice(0);
  await tell(1);
  await settled(gateway, code, allEnded(5));
  expect(numbersSent()).toEqual([7]);
});
