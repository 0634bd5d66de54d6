/** A partner speaks as another: token, sender_id, key and callback host of different senders. Each pair that does not fit is refused and audited. */
import { signEnvelope } from '../../src/protocol/signature/signature.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId } from '../support/search-message.js';

const SEARCH = '/dci/v1/social/registry/sync/search';

let gateway: TestGateway;
let a: Partner;
let b: Partner;

beforeAll(async () => {
  gateway = await startTestGateway();
  a = await createPartner(gateway);
  b = await createPartner(gateway);
});
afterAll(() => gateway?.close());

const lastRefusal = async () => {
  const { transactions } = await gateway.admin<{ transactions: { nodes: Record<string, unknown>[] } }>(
    `{ transactions(first: 1) { nodes { status statusReasonCode action sender { senderId } } } }`,
  );
  return transactions.nodes[0];
};

test('token of one, message of another', async () => {
  const { status, body } = await b.post(SEARCH, await a.envelope('search', byId('1')));
  expect({ status, code: body.message.error.code }).toEqual({ status: 400, code: 'err.sender_id.invalid' });
  expect(await lastRefusal()).toMatchObject({ status: 'REJECTED', statusReasonCode: 'err.sender_id.invalid' });
});

test('an unknown sender is refused in the same words as another', async () => {
  const other = await b.post(SEARCH, { header: b.header('search', { sender_id: a.senderId }), message: byId('1') });
  const unknown = await b.post(SEARCH, { header: b.header('search', { sender_id: 'nobody' }), message: byId('1') });
  expect(unknown.body.message.error).toEqual(other.body.message.error);
});

test('message of one, key of another', async () => {
  const unsigned = { header: a.header('search'), message: byId('1') };
  const signature = await signEnvelope('DCI', unsigned, b.key, { senderId: a.senderId, now: new Date() });
  const { status, body } = await a.post(SEARCH, { signature, ...unsigned });
  expect({ status, code: body.message.error.code }).toEqual({ status: 401, code: 'err.signature.invalid' });
  expect(await lastRefusal()).toMatchObject({ statusReasonCode: 'err.signature.invalid' });
});

test('kidId of another, key of one', async () => {
  const unsigned = { header: a.header('search'), message: byId('1') };
  const signature = await signEnvelope('DCI', unsigned, a.key, { senderId: b.senderId, now: new Date() });
  expect((await a.post(SEARCH, { signature, ...unsigned })).status).toBe(401);
});

test('message of one, callback host of another', async () => {
  const { status, body } = await a.send('social/registry/search', 'search', byId('1'), {
    sender_uri: 'https://b.example/on-search',
  });
  expect({ status, code: body.message.error.code }).toEqual({ status: 400, code: 'err.sender_uri.invalid' });
  expect(await lastRefusal()).toMatchObject({
    statusReasonCode: 'err.sender_uri.invalid',
    sender: { senderId: a.senderId },
  });
});

test('a message for another receiver, or another path', async () => {
  const elsewhere = await a.send('social/registry/sync/search', 'search', byId('1'), { receiver_id: 'other' });
  expect(elsewhere.body.message.error.code).toBe('err.receiver_id.invalid');
  const { status, body } = await a.send('social/registry/sync/search', 'subscribe', byId('1'));
  expect(status).toBe(400);
  expect(body.message.error.message).toContain('rjct.action.invalid');
});
