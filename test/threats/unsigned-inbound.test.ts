/** Receivers that take a bearer token and any body, and acknowledge what they throw away. */
import { randomUUID } from 'node:crypto';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { rawPost } from '../support/raw-post.js';

let gateway: TestGateway;
let partner: Partner;

beforeAll(async () => {
  gateway = await startTestGateway();
  partner = await createPartner(gateway);
});
afterAll(() => gateway?.close());

const STATUS = { txn_type: 'search', txn_status: { transaction_id: 't', correlation_id: 'c', search_response: [] } };
const RECEIVERS: [path: string, action: string, content: object][] = [
  ['on-search', 'on-search', { search_response: [] }],
  ['on-subscribe', 'on-subscribe', { subscribe_response: [] }],
  ['txn/on-status', 'txn-on-status', { txnstatus_response: STATUS }],
  ['notify', 'notify', { notify_event: [] }],
];

describe.each(RECEIVERS)('%s', (path, action, content) => {
  const url = `social/registry/${path}`;
  const message = () => ({ transaction_id: randomUUID(), correlation_id: randomUUID(), ...content });

  test('refuses an unsigned message of a known sender', async () => {
    const { status, body } = await rawPost(gateway.url, partner, url, {
      header: partner.header(action),
      message: message(),
    });
    expect({ status, code: body.message.error.code }).toEqual({ status: 401, code: 'err.signature.missing' });
  });

  test.each(['', '{}', 'null', '[]', 'no json'])('does not acknowledge the body %j', async (text) => {
    const response = await fetch(`${gateway.url}/dci/v1/${url}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${partner.token}` },
      body: text,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ message: { ack_status: 'ERR' } });
  });

  test('refuses without a token', async () => {
    const response = await fetch(`${gateway.url}/dci/v1/${url}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(await partner.envelope(action, message())),
    });
    expect(response.status).toBe(401);
  });
});

test('an answer to nothing we asked is told so', async () => {
  const message = { transaction_id: randomUUID(), correlation_id: randomUUID(), search_response: [] };
  const envelope = await partner.envelope('on-search', message, { status: 'succ' });
  const { status, body } = await partner.post('/dci/v1/social/registry/on-search', envelope);
  expect(status).toBe(200);
  expect(body.message).toMatchObject({ ack_status: 'ERR', error: { code: 'err.request.not_found' } });
});
