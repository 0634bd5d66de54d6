/** Birth, correction and death of one person come from several subscriptions of one partner, and do not overtake each other. */
import { randomUUID } from 'node:crypto';
import { forgetLeft } from '../../src/entities/records/left-number.repository.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { answer, startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';
import {
  allEnded,
  change,
  deliveriesOf,
  remove,
  settled,
  subscribed,
  upsert,
  type Wish,
} from '../subscriptions/subscriptions.js';

let gateway: TestGateway;
let inbox: Inbox;
let partner: Partner;
let id: string;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { DELIVERY_RETRY_SECONDS: '0,0,0,0' } });
});
afterAll(() => gateway?.close());
beforeEach(async () => {
  inbox = await startInbox(gateway.url);
  id = randomUUID();
  partner = await createPartner(gateway, {
    agreements: [{ registry: 'CRVS' }],
    sender: { autoApproveSubscriptions: true },
  });
});
afterEach(() => inbox.close());

const subscribe = async (event: string, more: Partial<Wish> = {}, receiver = inbox): Promise<string> =>
  (await subscribed(partner, receiver, { event, ...more })).code;

const born = (uin = id) => upsert(gateway, { id: uin, event: 'LiveBirth', data: { sex: 'female' } });
const died = (uin = id) =>
  upsert(gateway, { id: uin, event: 'Death', data: { sex: 'female', death_date: '2026-11-01' } });

/** Subscriptions whose messages about a person came, in their order. */
const told = ({ received }: Inbox, about = id): string[] =>
  received.filter(({ text }) => text.includes(about)).map(({ body }) => body.header.meta.subscription_code as string);

/** Refuses the messages of a subscription, so many times. */
function refuse(code: string, times: number): void {
  let left = times;
  inbox.behave((received, response) =>
    answer(received.body.header.meta?.subscription_code === code && left-- > 0 ? 404 : 200)(received, response),
  );
}

interface Waiting {
  id: string;
  waiting: { reason: string; earlierId: string | null } | null;
}
const waitings = async (): Promise<Waiting[]> =>
  (
    await gateway.admin<{ deliveries: { nodes: Waiting[] } }>(
      `query ($id: String) { deliveries(filter: { senderId: $id, kind: "NOTIFICATION" }, orderBy: OLDEST) {
        nodes { id waiting { reason earlierId } } } }`,
      { id: partner.senderId },
    )
  ).deliveries.nodes;

test('a death waits while the birth is still tried at the same receiver; other persons do not wait', async () => {
  const births = await subscribe('LiveBirth');
  const deaths = await subscribe('Death');
  const other = randomUUID();
  let refuseFirst: (() => void) | undefined;
  inbox.behave(async (received, response) => {
    await new Promise<void>((go) => (refuseFirst = go));
    await answer(404)(received, response);
  });
  await born();
  await until(() => refuseFirst !== undefined);
  await died();
  await settled(gateway, deaths, (rows) => rows.length === 1);
  const [birth, death] = await waitings();
  expect([birth?.waiting?.reason, death?.waiting]).toEqual([
    'BEING_TRIED',
    { reason: 'EARLIER_ONE', earlierId: birth?.id },
  ]);
  refuse(births, 2);
  refuseFirst?.();
  await died(other);
  await settled(gateway, deaths, allEnded(2));
  expect(told(inbox)).toEqual([births, births, births, births, deaths]);
  expect(told(inbox, other)).toEqual([deaths]);
});

test('it does not wait for one that failed for good', async () => {
  const births = await subscribe('LiveBirth');
  const deaths = await subscribe('Death');
  refuse(births, 100);
  await born();
  await died();
  expect(await settled(gateway, deaths, allEnded(1))).toMatchObject([{ state: 'DELIVERED' }]);
  expect(await deliveriesOf(gateway, births)).toMatchObject([{ state: 'FAILED' }]);
  expect(told(inbox).at(-1)).toBe(deaths);
});

test.each(['pauseSubscription', 'cancelSubscription'] as const)(
  'nor for one of a subscription after %s',
  async (mutation) => {
    const births = await subscribe('LiveBirth');
    const deaths = await subscribe('Death');
    refuse(births, 100);
    await change(gateway, 'pauseSubscription', births);
    await born();
    await settled(gateway, births, (rows) => rows.length === 1);
    if (mutation === 'cancelSubscription') await change(gateway, mutation, births);
    await died();
    expect(await settled(gateway, deaths, allEnded(1))).toMatchObject([{ state: 'DELIVERED' }]);
    expect(told(inbox)).toEqual([deaths]);
  },
);

test('nor for one that waits for the time its frequency names', async () => {
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  const frequency = { start_time: inDays(2), end_time: inDays(30), frequency: '0 0 0 * * ?' };
  const births = await subscribe('LiveBirth', { more: { frequency } });
  const deaths = await subscribe('Death');
  await born();
  await died();
  expect(await settled(gateway, deaths, allEnded(1))).toMatchObject([{ state: 'DELIVERED' }]);
  expect(await deliveriesOf(gateway, births)).toMatchObject([{ state: 'PENDING' }]);
});

test('nor for one of another receiver', async () => {
  const elsewhere = await startInbox(gateway.url);
  const other = await createPartner(gateway, {
    agreements: [{ registry: 'CRVS' }],
    sender: { autoApproveSubscriptions: true },
  });
  const { code: births } = await subscribed(other, elsewhere, { event: 'LiveBirth' });
  elsewhere.behave(() => undefined);
  const deaths = await subscribe('Death');
  await born();
  await died();
  expect(await settled(gateway, deaths, allEnded(1))).toMatchObject([{ state: 'DELIVERED' }]);
  expect(await deliveriesOf(gateway, births)).toMatchObject([{ state: 'PENDING' }]);
  await elsewhere.close();
});

describe('of who gets a number, and who had it', () => {
  const gone = (uin = id) => remove(gateway, uin);
  const registered = (uin = id) => upsert(gateway, { id: uin, data: { sex: 'male' } });
  let deletions: string;
  let registrations: string;
  beforeEach(async () => {
    deletions = await subscribe('DELETE');
    registrations = await subscribe('REGISTER');
  });

  /** Holds the answers until they are let go. */
  function holding(): { came: () => boolean; release: () => void } {
    const held = Promise.withResolvers<void>();
    let came = false;
    inbox.behave(async (received, response) => {
      came = true;
      await held.promise;
      await answer(404)(received, response);
    });
    return { came: () => came, release: () => held.resolve() };
  }

  test('the newcomer waits while the end of the other is still tried at the same receiver; others do not', async () => {
    await registered();
    await settled(gateway, registrations, allEnded(1));
    const { came, release } = holding();
    await gone();
    await until(came);
    await registered();
    await settled(gateway, registrations, (rows) => rows.length === 2);
    const [, end, newcomer] = await waitings();
    expect(newcomer?.waiting).toEqual({ reason: 'EARLIER_ONE', earlierId: end?.id });
    refuse(deletions, 2);
    release();
    const other = randomUUID();
    await registered(other);
    await settled(gateway, registrations, allEnded(3));
    expect(told(inbox)).toEqual([registrations, deletions, deletions, deletions, deletions, registrations]);
    expect(told(inbox, other)).toEqual([registrations]);
    await until(async () => {
      await forgetLeft(gateway.database);
      return (await gateway.database.query('select from left_number')).length === 0;
    });
  });

  test('so it does for what was told of the other before a correction took the number away', async () => {
    const updates = await subscribe('UPDATE');
    const write = (uin: string, sex: string) =>
      gateway.admin(
        `mutation ($records: [RecordInput!]!) { upsertRecords(registry: CRVS, records: $records) { updated } }`,
        {
          records: [
            { recordType: 'Person', externalId: `e-${id}`, identifiers: [{ type: 'UIN', value: uin }], data: { sex } },
          ],
        },
      );
    await write(id, 'female');
    await settled(gateway, registrations, allEnded(1));
    const { came, release } = holding();
    await write(id, 'male');
    await until(came);
    await write(`${id}-new`, 'male');
    await registered();
    await settled(gateway, registrations, (rows) => rows.length === 2);
    const all = await waitings();
    expect(all.at(-1)?.waiting?.reason).toBe('EARLIER_ONE');
    inbox.behave(undefined);
    release();
    await settled(gateway, registrations, allEnded(2));
    expect(told(inbox).at(-1)).toBe(registrations);
    expect(await deliveriesOf(gateway, updates)).toHaveLength(2);
  });

  test('an end that failed for good is not sent once the newcomer was told', async () => {
    await registered();
    await settled(gateway, registrations, allEnded(1));
    refuse(deletions, 100);
    await gone();
    expect(await settled(gateway, deletions, allEnded(1))).toMatchObject([{ state: 'FAILED' }]);
    await registered();
    await settled(gateway, registrations, allEnded(2));
    const before = inbox.received.length;
    const [, end] = await waitings();
    await gateway.admin('mutation ($id: ID!) { retryDelivery(id: $id) { state } }', { id: end?.id });
    expect(await settled(gateway, deletions, allEnded(1))).toMatchObject([
      { state: 'CANCELLED', reason: 'its number is in use again, and the receiver was told since of who has it' },
    ]);
    expect(inbox.received).toHaveLength(before);
  });
});
