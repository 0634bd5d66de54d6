/** A signature (RFC 9421) that leaves out method, path, body or token can be moved to another request. */
import { randomUUID } from 'node:crypto';
import { signHttpRequest } from '../../src/protocol/signature/http.profile.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';

let gateway: TestGateway;
let partner: Partner;

beforeAll(async () => {
  gateway = await startTestGateway();
  partner = await createPartner(gateway);
});
afterAll(() => gateway?.close());

const bodyFor = (uin: string) =>
  JSON.stringify({ transaction_id: randomUUID(), sender_id: partner.senderId, search_criteria: { UIN: uin } });

const signed = (text: string, path = '/dci/v1/search', token = partner.token) =>
  signHttpRequest(
    {
      method: 'POST',
      targetUri: `${gateway.url}${path}`,
      headers: { authorization: `Bearer ${token}` },
      body: Buffer.from(text),
    },
    partner.key,
    { senderId: partner.senderId, now: new Date(), nonce: randomUUID() },
  );

const post = async (text: string, headers: Record<string, string>, path = '/dci/v1/search') => {
  const response = await fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${partner.token}`, ...headers },
    body: text,
  });
  return { status: response.status, body: (await response.json()) as { message?: { error?: { code: string } } } };
};

test('a whole signature is taken, and the same request again gets the stored answer', async () => {
  const text = bodyFor('1');
  const headers = signed(text);
  const first = await post(text, headers);
  expect(first.status).toBe(200);
  expect(await post(text, headers)).toEqual(first);
});

test('another body, path, query or token under it is refused', async () => {
  const text = bodyFor('1');
  const invalid = { status: 401, body: { message: { error: { code: 'err.signature.invalid' } } } };
  expect(await post(bodyFor('2'), signed(text))).toMatchObject(invalid);
  expect(await post(text, signed(text), '/dci/v1/verify')).not.toMatchObject({ status: 200 });
  expect(await post(text, signed(text), '/dci/v1/search?a=b')).toMatchObject(invalid);
  expect(await post(text, signed(text, '/dci/v1/search', 'another-token'))).toMatchObject(invalid);
});

test.each(['"@method"', '"@target-uri"', '"content-digest"', '"authorization"'])(
  'a signature that leaves out %s is refused',
  async (component) => {
    const text = bodyFor('1');
    const headers: Record<string, string> = { ...signed(text) };
    const name = Object.keys(headers).find((key) => key.toLowerCase() === 'signature-input') ?? '';
    const input = headers[name] ?? '';
    expect(input).toContain(component);
    const less = input
      .replace(component, '')
      .replace('(  ', '(')
      .replace('( ', '(')
      .replace(' )', ')')
      .replace('  ', ' ');
    expect((await post(text, { ...headers, [name]: less })).status).toBe(401);
  },
);

test('the nonce of one request under another body is a used message id', async () => {
  const nonce = randomUUID();
  const send = (text: string) => {
    const authorization = `Bearer ${partner.token}`;
    const message = {
      method: 'POST',
      targetUri: `${gateway.url}/dci/v1/search`,
      headers: { authorization },
      body: Buffer.from(text),
    };
    const options = { senderId: partner.senderId, now: new Date(), nonce };
    return post(text, { ...signHttpRequest(message, partner.key, options) });
  };
  expect((await send(bodyFor('1'))).status).toBe(200);
  expect(await send(bodyFor('2'))).toMatchObject({
    status: 400,
    body: { message: { error: { code: 'err.request.bad' } } },
  });
});

test('a bearer token alone opens neither short form nor GraphQL', async () => {
  expect(await post(bodyFor('1'), {})).toMatchObject({
    status: 401,
    body: { message: { error: { code: 'err.signature.missing' } } },
  });
  const query = 'mutation { search(input: { registry: SOCIAL, transactionId: "t", items: [] }) { correlationId } }';
  const graphql = await gateway.graphql(query, {}, partner.token);
  expect(graphql.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});
