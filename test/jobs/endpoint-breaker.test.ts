/** A receiver's trouble holds up that endpoint of that sender, for as long as it asks or a burst is worth, and nobody else. */
import { Writable } from 'node:stream';
import { countRests } from '../../src/entities/deliveries/delivery-wait.repository.js';
import { readQueues } from '../../src/entities/overview/queue.repository.js';
import { createLog } from '../../src/platform/log.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { answer, startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';

interface Delivery {
  id: string;
  state: string;
  waitsFor: string | null;
  restingUntil: string | null;
  waiting: { reason: string; until: string | null; problem: string | null; together: number | null } | null;
  attemptCount: number;
}

const DELIVERIES = `query ($filter: DeliveryFilter) { deliveries(filter: $filter, orderBy: OLDEST) { nodes {
  id state waitsFor restingUntil waiting { reason until problem together } attemptCount } } }`;
const RETRY = `mutation ($id: ID!) { retryDelivery(id: $id) { state } }`;
const TROUBLES = `query ($id: String!) { sender(senderId: $id) {
  waitingDeliveries troubledEndpoints { endpoint failures restsUntil reason waiting } } }`;

let gateway: TestGateway;
let beside: TestGateway;
let inbox: Inbox;
let partner: Partner;
const logged: string[] = [];
const sink = new Writable({ write: (line: Buffer, _, done) => (logged.push(line.toString()), done()) });
const options = { env: { DELIVERY_RETRY_SECONDS: '3600' }, log: createLog('info', sink) };

beforeAll(async () => {
  gateway = await startTestGateway(options);
  beside = await startTestGateway({ ...options, databaseUrl: gateway.databaseUrl });
  inbox = await startInbox(gateway.url);
});
afterAll(async () => {
  await inbox?.close();
  await beside?.close();
  await gateway?.close();
});
beforeEach(async () => {
  inbox.behave(undefined);
  partner = await createPartner(gateway);
});

const send = async (from = partner, path = '/on-search') => {
  const { status } = await from.send('social/registry/search', 'search', searchById('4711'), {
    sender_uri: `${inbox.url}${path}`,
  });
  expect(status).toBe(202);
};
const find = async (from = partner): Promise<Delivery[]> =>
  (await gateway.admin<{ deliveries: { nodes: Delivery[] } }>(DELIVERIES, { filter: { senderId: from.senderId } }))
    .deliveries.nodes;
const settled = (count: number, is: (delivery: Delivery) => boolean, from = partner) =>
  until(async () => (await find(from)).filter(is).length === count);
const delivered = ({ state }: Delivery) => state === 'DELIVERED';
const tried = ({ attemptCount }: Delivery) => attemptCount > 0;
const health = async (of = partner) =>
  (
    await gateway.admin<{
      sender: {
        waitingDeliveries: number;
        troubledEndpoints: { endpoint: string; failures: number; restsUntil: string; waiting: number }[];
      };
    }>(TROUBLES, { id: of.senderId })
  ).sender;
const troubles = async () => (await health()).troubledEndpoints;
const restsLogged = (from = partner) =>
  logged.filter((line) => line.includes('an endpoint rests after failures') && line.includes(from.senderId)).length;
const asked = (path: string) => inbox.received.filter((received) => received.path === path).length;

test('a 429 holds up its endpoint of its sender: not the other sender there, nor another endpoint of its own', async () => {
  const [other, path] = [await createPartner(gateway), `/busy-${partner.senderId}`];
  inbox.behave((received, response) =>
    received.body.header.receiver_id === partner.senderId && received.path === path
      ? answer(429, {}, { 'retry-after': '120' })(received, response)
      : answer(200, { ack_status: 'ACK' })(received, response),
  );
  await send(partner, path);
  await settled(1, tried);
  await send(partner, `${path}?again=1`);
  await settled(1, ({ restingUntil }) => restingUntil !== null && restingUntil > new Date().toISOString());
  await send(other, path);
  await settled(1, delivered, other);
  await send(partner, '/well');
  await settled(1, delivered);
  const [first, second] = await find();
  expect(first).toMatchObject({ state: 'PENDING', attemptCount: 1, waiting: { reason: 'NOT_DUE', together: null } });
  expect(second).toMatchObject({ state: 'PENDING', attemptCount: 0 });
  expect(second?.waitsFor).toMatch(/^its endpoint rests until .* after failures: the receiver answered 429; /);
  expect(second?.waiting).toEqual({
    reason: 'ENDPOINT_RESTS',
    until: second?.restingUntil,
    problem: expect.stringMatching(/^the receiver answered 429/),
    together: 2,
  });
  const seconds = (Date.parse(second?.restingUntil ?? '') - Date.now()) / 1000;
  expect(seconds).toBeGreaterThan(100);
  expect(seconds).toBeLessThanOrEqual(120);
  expect(await health()).toMatchObject({
    waitingDeliveries: 2,
    troubledEndpoints: [{ endpoint: `${inbox.url}${path}`, failures: 1, waiting: 2 }],
  });
  expect(await health(other)).toEqual({ waitingDeliveries: 0, troubledEndpoints: [] });
  const page = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(page).toContain(`dci_delivery_breakers{sender="${partner.senderId}"} 1`);
  expect(page).not.toContain(`dci_delivery_breakers{sender="${other.senderId}"}`);
  await until(() => restsLogged() === 1);
  expect(restsLogged(other)).toBe(0);

  // By hand the one that was asked for goes at once, and its success ends the trouble for all.
  inbox.behave(undefined);
  await gateway.admin(RETRY, { id: second?.id });
  await settled(2, delivered);
  await until(async () => (await troubles()).length === 0);
  await until(() =>
    logged.some((line) => line.includes('an endpoint answers again') && line.includes(partner.senderId)),
  );
  expect((await find())[0]).toMatchObject({ state: 'PENDING', restingUntil: null });
});

test('a burst of failures side by side counts once: eight answers of 503 hold up no longer than they ask', async () => {
  const path = `/burst-${partner.senderId}`;
  let held: (() => void)[] = [];
  inbox.behave(async (received, response) => {
    await new Promise<void>((go) => held.push(go));
    await answer(503, {}, { 'retry-after': '2' })(received, response);
  });
  for (let one = 0; one < 8; one++) await send(partner, path);
  await until(() => held.length === 8);
  const [release, all] = [Date.now(), held];
  held = [];
  for (const go of all) go();
  await settled(8, tried);
  const [trouble] = await troubles();
  expect(trouble).toMatchObject({ failures: 1, reason: 'the receiver answered 503' });
  expect(Date.parse(trouble?.restsUntil ?? '') - release).toBeLessThan(4000);
  inbox.behave(undefined);
  await send(partner, path);
  await settled(1, delivered);
});

test('an endpoint that keeps failing rests in every process, one request at a time tries it, and a restart knows', async () => {
  const path = `/down-${partner.senderId}`;
  inbox.behave(answer(500));
  for (let one = 1; one <= 5; one++) {
    await send(partner, path);
    await settled(one, tried);
  }
  const [{ failures, restsUntil } = { failures: 0, restsUntil: '' }] = await troubles();
  expect(failures).toBe(5);
  expect(Date.parse(restsUntil) - Date.now()).toBeGreaterThan(5000);
  const restarted = await startTestGateway({ ...options, databaseUrl: gateway.databaseUrl });
  for (let one = 0; one < 5; one++) await send(partner, path);
  await settled(5, ({ restingUntil, attemptCount }) => restingUntil !== null && attemptCount === 0);
  expect(asked(path)).toBe(5);
  // No worker could take them: no queue stands.
  const queue = async () => (await readQueues(gateway.database)).find(({ name }) => name === 'deliver');
  expect(await queue()).toMatchObject({ waiting: 5, oldestDueAt: null });
  // By hand the rest is passed over though it fails again: then it rests longer.
  await gateway.admin(RETRY, { id: (await find()).at(-1)?.id });
  await settled(6, tried);
  expect(asked(path)).toBe(6);
  const [after] = await troubles();
  expect(after?.failures).toBe(6);
  expect(Date.parse(after?.restsUntil ?? '')).toBeGreaterThan(Date.parse(restsUntil));
  await until(() => restsLogged() === 2);
  const asking: (() => void)[] = [];
  inbox.behave(async (received, response) => {
    await new Promise<void>((go) => asking.push(go));
    await answer(200, { ack_status: 'ACK' })(received, response);
  });
  await gateway.database.query('update endpoint_rest set rests_until = now() where sender_id = $1', [partner.senderId]);
  await until(() => asking.length > 0);
  // Three processes try one each at most.
  const held = (await find()).find(({ waiting }) => waiting?.reason === 'ENDPOINT_ON_TRIAL');
  expect(held?.waiting).toMatchObject({ until: null, problem: 'the receiver answered 500', together: 10 });
  // Nor is it well between two rests.
  const { senderId } = partner;
  const resting = async () => (await countRests(gateway.database)).filter((one) => one.senderId === senderId);
  expect(await resting()).toEqual([{ senderId, resting: 1 }]);
  expect((await queue())?.oldestDueAt).toBeNull();
  inbox.behave(undefined);
  for (const go of asking) go();
  await settled(4, delivered);
  await until(async () => (await troubles()).length === 0);
  expect(await resting()).toEqual([]);
  await restarted.close();
}, 60_000);
