/**
 * Each registry and each endpoint of protocol 1.2: a request that the published schema accepts and its reply, and what the
 * schema refuses is refused. Replies and callbacks are judged where they arrive (support/partner.ts, support/inbox.ts).
 */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { seedRecords } from '../../src/server/prepare.js';
import { demoRecords } from '../../src/sources/demo-data.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, type Answer, type Partner } from '../support/partner.js';
import { describeWhenPublished, testWhenPublished } from '../support/published.js';
import { messageProblems, publishedEndpoints } from '../support/specification.js';
import { breakages } from './broken.js';
import { casesOf, REGISTRIES, UIN, type ContractCase, type Ids } from './messages.js';

const agreements = Object.keys(REGISTRIES).map((registry) => ({ registry: registry.toUpperCase() }));
const ENDLESS = { rateLimitPerMinute: 1_000_000 };
let gateway: TestGateway;
let inbox: Inbox;
let partner: Partner;
/** May leave its messages unsigned, so that a broken one is refused for what is broken. */
let unsigned: Partner;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { ADDRESS_LIMIT_PER_MINUTE: '1000000' } });
  await seedRecords(gateway.database, demoRecords(20));
  inbox = await startInbox(gateway.url);
  partner = await createPartner(gateway, { agreements, sender: { ...ENDLESS, autoApproveSubscriptions: true } });
  unsigned = await createPartner(gateway, {
    agreements,
    sender: { ...ENDLESS, sandbox: true, signaturePolicy: 'OPTIONAL' },
  });
});
afterAll(async () => {
  await gateway?.close();
  await inbox?.close();
});

/** A header that both published header schemas accept. */
const headerFor = (registry: string, { mode, action }: ContractCase): JsonObject => ({
  is_msg_encrypted: false,
  meta: {},
  ...(mode === 'ASYNC' ? { sender_uri: `${inbox.url}/${registry}/registry/on-${action}` } : {}),
  ...(mode === 'INBOUND' || action === 'notify' ? { status: 'succ', completed_count: 1 } : {}),
});

const EXPECTED = {
  SYNC: (body: Answer['body'], message: JsonObject) => {
    expect(body.header).toMatchObject({ status: 'succ', total_count: 1, completed_count: 1 });
    expect(body.message.transaction_id).toBe(message['transaction_id']);
  },
  ASYNC: ({ message }: Answer['body']) => expect(message).toMatchObject({ ack_status: 'ACK' }),
  INBOUND: ({ message }: Answer['body']) => expect(message).toMatchObject({ ack_status: 'ACK' }),
};

describe.each(Object.keys(REGISTRIES))('%s', (registry) => {
  const ids: Ids = { transactionId: randomUUID(), correlationId: '', code: '' };
  const cases = casesOf(registry);
  const titled = cases.map((one): [string, ContractCase] => [`${one.path} ${one.queryType ?? ''}`.trim(), one]);

  testWhenPublished('the cases are those of the specification', () => {
    expect([...new Set(cases.map(({ path }) => path))].sort()).toEqual(publishedEndpoints(registry).sort());
  });

  test.each(titled)('%s', async (_, one) => {
    const path = `/dci/v1/${registry}${one.path}`;
    const message = one.message(ids);
    const before = inbox.received.length;
    const envelope = await partner.envelope(one.action, message, headerFor(registry, one));
    expect(messageProblems(path, envelope)).toEqual([]);
    const { status, body } = await partner.post(path, envelope);
    expect({ status, body }).toMatchObject({ status: one.mode === 'ASYNC' ? 202 : 200 });
    EXPECTED[one.mode](body, message);
    ids.correlationId = body.message.correlation_id;
    if (one.mode !== 'ASYNC') return;
    const { body: callback, verified } = (await inbox.wait(before + 1))[before] ?? {};
    expect(verified).toBe(true);
    expect(callback.header).toMatchObject({ status: 'succ', receiver_id: partner.senderId });
    const { transaction_id: transactionId, correlation_id: correlationId } = callback.message;
    expect({ transactionId, correlationId }).toEqual({
      transactionId: message['transaction_id'],
      correlationId: ids.correlationId,
    });
    ids.code = callback.message.subscribe_response?.[0].subscriptions[0].code ?? ids.code;
  });

  test('answers a second run with the same transaction ids in new messages', async () => {
    const before = inbox.received.length;
    for (const one of cases) {
      const message = one.message(ids);
      const again = async () => {
        const started = performance.now();
        const { path, action } = one;
        const { status } = await partner.send(`${registry}${path}`, action, message, headerFor(registry, one));
        expect({ path, status }).toEqual({ path, status: one.mode === 'ASYNC' ? 202 : 200 });
        expect(performance.now() - started).toBeLessThan(10_000);
      };
      await again();
      await again();
    }
    const callbacks = 2 * cases.filter(({ mode }) => mode === 'ASYNC').length;
    expect((await inbox.wait(before + callbacks)).length).toBe(before + callbacks);
  });

  test('notifies of a record that is new', async () => {
    const before = inbox.received.length;
    const value = randomUUID();
    const subscribing = cases.find(({ path }) => path === '/registry/subscribe') as ContractCase;
    const message = subscribing.message(ids);
    const [{ subscribe_criteria: criteria }] = message['subscribe_request'] as [{ subscribe_criteria: JsonObject }];
    criteria['filter'] = { type: 'UIN', value };
    await partner.send(`${registry}/registry/subscribe`, 'subscribe', message, headerFor(registry, subscribing));
    await inbox.wait(before + 1);
    const { recordType = '', attribute: [name, known] = ['', ''] } = REGISTRIES[registry] ?? {};
    await gateway.admin(
      `mutation ($registry: Registry!, $records: [RecordInput!]!) {
         upsertRecords(registry: $registry, records: $records) { inserted } }`,
      {
        registry: registry.toUpperCase(),
        records: [
          { recordType: recordType.split(':').at(-1), identifiers: [{ type: 'UIN', value }], data: { [name]: known } },
        ],
      },
    );
    const { path, body, verified } = (await inbox.wait(before + 2))[before + 1] ?? {};
    expect({ path, verified }).toEqual({ path: `/${registry}/registry/notify`, verified: true });
    expect(body.message.notify_event).toMatchObject([{ data: { reg_records: { [name]: known } } }]);
  });
});

/** What the specification leaves open, and what is told in the item (protocol 2.7). */
const OPEN = ['meta', 'query', 'filter', 'reg_records', 'authorize', 'beneficiaries', 'txn_status', 'sort'];
/** A receiver reads either header form, of which each requires what the other does not have. */
const EITHER_HEADER = /^header\.(status|total_count|sender_id) missing$/;

describeWhenPublished.each(Object.keys(REGISTRIES))('%s refuses', (registry) => {
  const cases = new Map(casesOf(registry).map((one) => [one.path, one]));

  test.each([...cases])('at %s what the published schema refuses', async (path, one) => {
    const ids = { transactionId: randomUUID(), correlationId: randomUUID(), code: 'SUB-1' };
    const header = unsigned.header(one.action, headerFor(registry, one));
    const receiver = header['status'] !== undefined;
    const broken = breakages({ header, message: one.message(ids) }, OPEN).filter(
      ({ name, envelope }) =>
        messageProblems(`/${registry}${path}`, envelope).length > 0 && !(receiver && EITHER_HEADER.test(name)),
    );
    expect(broken.length).toBeGreaterThan(8);
    for (const { name, envelope } of broken) {
      const { status, body } = await unsigned.post(`/dci/v1/${registry}${path}`, envelope);
      expect({ name, status, code: body.message?.error?.code }).toEqual({ name, status: 400, code: 'err.request.bad' });
      // The place is named in the remedy.
      expect({ name, text: body.errors[0].message }).toEqual({
        name,
        text: expect.stringContaining(name.split(' ')[0]?.split('.').slice(0, 2).join('.') ?? ''),
      });
    }
  });
});

test('the person of the messages is in the demo data', async () => {
  const { records } = await gateway.admin<{ records: { nodes: unknown[] } }>(
    `{ records(registry: SOCIAL, filter: { identifier: { type: "UIN", value: "${UIN}" } }) { nodes { id } } }`,
  );
  expect(records.nodes.length).toBeGreaterThan(0);
});
