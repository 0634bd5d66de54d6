import { randomUUID } from 'node:crypto';
import { claimDeliveries } from '../../src/entities/deliveries/due-delivery.repository.js';
import { fixMessages } from '../../src/entities/deliveries/fixed-message.repository.js';
import { PARKED_AT_ONCE, parkIdle, wakeParked } from '../../src/entities/subscriptions/parked-delivery.repository.js';
import { Subscription } from '../../src/entities/subscriptions/subscription.entity.js';
import { endSubscription } from '../../src/entities/subscriptions/subscription-end.repository.js';
import type { Unit } from '../../src/entities/database/database.js';
import { parkIdleDeliveries } from '../../src/jobs/park-deliveries.job.js';
import { explaining, looked } from '../support/explain.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, type Partner } from '../support/partner.js';
import { allEnded, settled, subscribed, upsert } from '../subscriptions/subscriptions.js';

let gateway: TestGateway;
let inbox: Inbox;
let partner: Partner;
let code: string;

const SUSPEND = `mutation ($id: String!) { suspendSender(senderId: $id) { state } }`;
const ACTIVATE = `mutation ($id: String!) { activateSender(senderId: $id) { state } }`;

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

const dueTimes = async () => {
  const rows = await gateway.database.query<{ due: boolean }>(
    `select due_at is not null as due from delivery where sender_id = $1 and kind = 'NOTIFICATION' and state = 'PENDING'`,
    [partner.senderId],
  );
  return rows.map(({ due }) => due);
};

interface Waiting {
  id: string;
  waiting: { reason: string } | null;
}
const waitings = async (): Promise<Waiting[]> =>
  (
    await gateway.admin<{ deliveries: { nodes: Waiting[] } }>(
      `query ($id: String) { deliveries(filter: { senderId: $id, state: PENDING }) { nodes { id waiting { reason } } } }`,
      { id: partner.senderId },
    )
  ).deliveries.nodes;
const RETRY = `mutation ($id: ID!) { retryDelivery(id: $id) { state waiting { reason } } }`;

test('what a suspended sender is owed rests, out of the way of claims, and goes once it is active again', async () => {
  await gateway.admin(SUSPEND, { id: partner.senderId });
  await upsert(gateway, ...Array.from({ length: 3 }, () => ({ id: randomUUID(), event: 'Death' })));
  await settled(gateway, code, (rows) => rows.length === 3);
  expect(await parkIdleDeliveries(gateway.database, new Date())).toMatchObject({ parked: expect.any(Number) });
  expect(await dueTimes()).toEqual([false, false, false]);
  expect(await parkIdleDeliveries(gateway.database, new Date())).toEqual({ parked: 0, woken: 0 });
  const room = { perHost: 8, hosts: [], perSender: 8, senders: [], busy: [] };
  expect(await claimDeliveries(gateway.database, randomUUID(), room, 10)).toEqual([]);
  const waiting = { reason: 'SENDER_NOT_ACTIVE' };
  const [one] = await waitings();
  expect(one).toMatchObject({ waiting });
  expect(await gateway.admin(RETRY, { id: one?.id })).toEqual({ retryDelivery: { state: 'PENDING', waiting } });
  await parkIdleDeliveries(gateway.database, new Date());
  expect(await dueTimes()).toEqual([false, false, false]);
  expect(inbox.received).toEqual([]);
  await gateway.admin(ACTIVATE, { id: partner.senderId });
  expect((await settled(gateway, code, allEnded(3))).map(({ state }) => state)).toEqual(
    Array.from({ length: 3 }, () => 'DELIVERED'),
  );
  inbox.received.splice(0);
});

test('a paused subscription of an active sender stays at rest, and what rests without a reason is woken', async () => {
  const { subscriptions } = await gateway.admin<{ subscriptions: { nodes: { id: string }[] } }>(
    `query ($code: String) { subscriptions(filter: { code: $code }) { nodes { id } } }`,
    { code },
  );
  const [{ id } = { id: '' }] = subscriptions.nodes;
  await gateway.admin(`mutation ($id: ID!) { pauseSubscription(id: $id) { state } }`, { id });
  await upsert(gateway, { id: randomUUID(), event: 'Death' });
  await settled(gateway, code, (rows) => rows.length === 1);
  expect(await parkIdleDeliveries(gateway.database, new Date())).toEqual({ parked: 0, woken: 0 });
  expect(await dueTimes()).toEqual([false]);
  expect(await waitings()).toMatchObject([{ waiting: { reason: 'SUBSCRIPTION_RESTS' } }]);
  // As a crash between two commits, or another process, might leave it.
  await gateway.database.query(`update subscription set state = 'ACTIVE' where id = $1`, [id]);
  await parkIdleDeliveries(gateway.database, new Date());
  expect(await settled(gateway, code, allEnded(1))).toMatchObject([{ state: 'DELIVERED' }]);
});

const owed = (
  unit: Unit,
  count: number,
  due: Date | null,
  subscriptionId: string | null = null,
  worker: string | null = null,
) =>
  unit.query<{ id: string }>(
    `insert into delivery (id, kind, action, sender_id, registry, subscription_id, record_id, version, target, host,
       message_id, state, due_at, claimed_by)
     select gen_random_uuid(), 'NOTIFICATION', 'notify', $1, 'CRVS', $4, gen_random_uuid(), 1, 'https://h.example/' || n % 10,
       'h.example', gen_random_uuid()::text, 'PENDING', $2, $5 from generate_series(1, $3::int) as n returning id`,
    [partner.senderId, due, count, subscriptionId, worker],
  );

test.each(['force_custom_plan', 'force_generic_plan'])(
  'fixing many messages costs for each what it costs for few, with such statistics (%s)',
  async (mode) => {
    const [{ id: subscriptionId = '' } = {}] = await gateway.database.query<{ id?: string }>(
      'select id from subscription where code = $1',
      [code],
    );
    const perRow = (count: number) =>
      gateway.database.transaction(async (unit) => {
        await unit.query('analyze delivery');
        await unit.query(`set local plan_cache_mode = ${mode}`);
        const worker = randomUUID();
        const rows = await owed(unit, count, new Date(Date.now() + 3_600_000), subscriptionId, worker);
        const sealed = { dataKeyId: randomUUID(), sealed: Buffer.of(0) };
        const messages = rows.map(({ id }) => ({ id, message: sealed, accessDecision: undefined }));
        let seen = 0;
        await fixMessages(
          explaining(unit, (plan) => void (seen = looked(plan))),
          worker,
          messages,
        );
        await unit.query('delete from delivery where claimed_by = $1', [worker]);
        return seen / count;
      });
    const [few, many] = [await perRow(20), await perRow(200)];
    expect(few).toBeGreaterThan(1);
    expect(many).toBeLessThan(1.5 * few);
  },
);

test.each(['force_custom_plan', 'force_generic_plan'])(
  'a claim stays cheap with statistics made while nothing was pending (%s)',
  async (mode) => {
    const due = new Date(Date.now() - 3_600_000);
    // Which is not committed, so that the worker of this gateway leaves them alone.
    await gateway.database.transaction(async (unit) => {
      await unit.query('analyze delivery');
      await owed(unit, 5000, due);
      await unit.query(`set local plan_cache_mode = ${mode}`);
      const room = { perHost: 8, hosts: [{ host: 'h.example', room: 100 }], perSender: 100, senders: [], busy: [] };
      let blocks = 0;
      let claimed = 0;
      const explained = explaining(unit, (plan) => {
        blocks = (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
        claimed = plan['Actual Rows'] ?? 0;
      });
      await claimDeliveries(explained, randomUUID(), room, 100);
      expect(claimed).toBe(100);
      // Some 30 for each: a look at the row, at what may be earlier, its lock, and its new version in every index.
      expect(blocks).toBeLessThan(100 * 100);
      await unit.query('delete from delivery where sender_id = $1 and target like $2', [
        partner.senderId,
        'https://h.example/%',
      ]);
    });
  },
);

test('however much is pending, a subscription rests, goes on and ends with as much as a statement can bear', async () => {
  const MORE = 10;
  const later = new Date(Date.now() + 3_600_000);
  const frequency = { start_time: '2026-01-01T00:00:00Z', end_time: '2999-01-01T00:00:00Z', frequency: '0 0 0 1 1 ?' };
  // Which is not committed, so that the worker of this gateway leaves them alone.
  await gateway.database.transaction(async (unit) => {
    const subscription = await unit.em.findOneOrFail(Subscription, { code });
    const { id: subscriptionId } = subscription;
    await owed(unit, PARKED_AT_ONCE + MORE, later, subscriptionId);
    const count = async (is: string) =>
      (
        await unit.query<{ n: number }>(
          `select count(*)::int as n from delivery where subscription_id = $1 and state = 'PENDING' and due_at ${is}`,
          [subscriptionId],
        )
      )[0]?.n;
    const job = () => parkIdleDeliveries(unit, new Date());
    subscription.state = 'PAUSED';
    await unit.em.flush();
    await parkIdle(unit, { subscriptionId });
    expect(await count('is null')).toBe(PARKED_AT_ONCE);
    await unit.query('update delivery set due_at = null where subscription_id = $1', [subscriptionId]);
    Object.assign(subscription, { state: 'ACTIVE', frequency });
    await unit.em.flush();
    await wakeParked(unit, new Date(), { subscriptionId });
    expect(await count('is null')).toBe(MORE);
    await job();
    // None before its time.
    expect(await count('> now()')).toBe(PARKED_AT_ONCE + MORE);
    await endSubscription(unit, subscription, 'enough', new Date());
    expect(await count('<= now()')).toBe(PARKED_AT_ONCE);
    await job();
    expect(await count('<= now()')).toBe(PARKED_AT_ONCE + MORE);
    await unit.query('delete from delivery where subscription_id = $1', [subscriptionId]);
  });
});
