/** A transaction status with a sender and URL of the caller's choice posts stored personal data there. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { addRecords, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId } from '../support/search-message.js';

let gateway: TestGateway;
let victim: Partner;
let thief: Partner;
let inbox: Inbox;
let searched: JsonObject;

beforeAll(async () => {
  gateway = await startTestGateway();
  inbox = await startInbox(gateway.url);
  victim = await createPartner(gateway);
  thief = await createPartner(gateway, { sender: { callbackHosts: ['partner.example'] } });
  await addRecords(gateway, [person('1')]);
  searched = byId('1');
  await victim.send('social/registry/sync/search', 'search', searched);
});
afterAll(async () => {
  await gateway?.close();
  await inbox?.close();
});

const question = (): JsonObject => ({
  transaction_id: randomUUID(),
  txnstatus_request: {
    reference_id: 'r',
    txn_type: 'search',
    attribute_type: 'transaction_id',
    attribute_value: searched['transaction_id'] as string,
  },
});

test('a bearer token alone, or the name of another, opens nothing', async () => {
  const header = thief.header('txn-status', { sender_id: victim.senderId, sender_uri: `${inbox.url}/steal` });
  const named = await thief.post('/dci/v1/social/registry/txn/status', { header, message: question() });
  expect({ status: named.status, code: named.body.message.error.code }).toEqual({
    status: 400,
    code: 'err.sender_id.invalid',
  });
  const own = thief.header('txn-status', { sender_uri: `${inbox.url}/steal` });
  const unsigned = await thief.post('/dci/v1/social/registry/txn/status', { header: own, message: question() });
  expect({ status: unsigned.status, code: unsigned.body.message.error.code }).toEqual({
    status: 401,
    code: 'err.signature.missing',
  });
});

test('an answer goes to registered hosts only', async () => {
  const answer = await thief.send('social/registry/txn/status', 'txn-status', question(), {
    sender_uri: `${inbox.url}/steal`,
  });
  expect({ status: answer.status, code: answer.body.message.error.code }).toEqual({
    status: 400,
    code: 'err.sender_uri.invalid',
  });
  expect(inbox.received).toEqual([]);
});

test('another sender’s transaction is not found, its own is', async () => {
  const path = 'social/registry/sync/txn/status';
  const stolen = await thief.send(path, 'txn-status', question());
  expect(JSON.stringify(stolen.body)).not.toContain('Surname');
  expect(stolen.body.message.txnstatus_response.txn_status.search_response).toEqual([]);
  const own = await victim.send(path, 'txn-status', question());
  expect(JSON.stringify(own.body)).toContain('Surname 1');
});
