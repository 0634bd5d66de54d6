/** Message ids that may be used again, any `expires`, retries that fail, ids that open answers. */
import { signEnvelope } from '../../src/protocol/signature/signature.js';
import { addRecords, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId } from '../support/search-message.js';

const SEARCH = '/dci/v1/social/registry/sync/search';

let a: TestGateway;
let b: TestGateway;
let partner: Partner;

beforeAll(async () => {
  a = await startTestGateway();
  b = await startTestGateway({ databaseUrl: a.databaseUrl, env: { PUBLIC_URL: a.url } });
  partner = await createPartner(a);
  await addRecords(a, [person('1'), person('2')]);
});
afterAll(async () => {
  await b?.close();
  await a?.close();
});

const post = async (gateway: TestGateway, body: unknown, token = partner.token) => {
  const response = await fetch(`${gateway.url}${SEARCH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  // oxlint-disable-next-line typescript/no-explicit-any -- the shape is asserted
  return { status: response.status, body: (await response.json()) as any };
};

test('a message replayed to any process is worked once and answered from store', async () => {
  const envelope = await partner.envelope('search', byId('1'));
  const answers = await Promise.all([a, b, a, b].map((gateway) => post(gateway, envelope)));
  expect(new Set(answers.map(({ body }) => body.message.correlation_id)).size).toBe(1);
  const [{ count } = { count: 0 }] = await a.database.query<{ count: number }>(
    `select count(*)::int as count from transaction where message_id = $1 and status = 'SUCCEEDED'`,
    [(envelope['header'] as { message_id: string }).message_id],
  );
  expect(count).toBe(1);
});

test('a retry under a new header time and signature is the same message', async () => {
  const message = byId('1');
  const first = await post(a, await partner.envelope('search', message, { message_id: 'retried' }));
  const later = { message_id: 'retried', message_ts: new Date(Date.now() - 5000).toISOString() };
  const second = await post(b, await partner.envelope('search', message, later));
  expect(second.status).toBe(200);
  expect(second.body.message).toEqual(first.body.message);
  expect(second.body.signature).toBeDefined();
});

test('a used id with another message is refused', async () => {
  await post(a, await partner.envelope('search', byId('1'), { message_id: 'used' }));
  const { body } = await post(b, await partner.envelope('search', byId('2'), { message_id: 'used' }));
  expect(body.header).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.message_id.duplicate' });
  expect(JSON.stringify(body)).not.toContain('Surname');
});

describe('a used id with the same message at another endpoint is refused, in the form of that endpoint:', () => {
  const disabled = { transaction_id: 't', disabled_criteria: { query: { 'member.member_identifier': { eq: '1' } } } };
  const callback = { sender_uri: 'http://127.0.0.1:9/on-search' };
  let everywhere: Partner;
  beforeAll(async () => {
    everywhere = await createPartner(a, { agreements: ['SOCIAL', 'CRVS', 'DR'].map((registry) => ({ registry })) });
  });

  test.each([
    ['asynchronous, then synchronous', byId('1'), 'social/registry/search', 'social/registry/sync/search'],
    ['another registry', byId('1'), 'social/registry/sync/search', 'crvs/registry/sync/search'],
    ['another question', disabled, 'dr/registry/sync/disabled', 'dr/registry/sync/get-disability-support'],
  ])('%s', async (name, message, first, second) => {
    const header = { message_id: name, ...callback };
    expect((await everywhere.send(first, 'search', message, header)).status).toBeLessThan(300);
    const { status, body } = await everywhere.send(second, 'search', message, header);
    expect({ status, header: body.header, items: body.message.search_response }).toMatchObject({
      status: 200,
      header: { status: 'rjct', status_reason_code: 'rjct.message_id.duplicate' },
      items: [],
    });
    const again = await everywhere.send(first, 'search', message, header);
    expect(again.status).toBeLessThan(300);
    expect(again.body.header?.status_reason_code).toBeUndefined();
  });

  test('synchronous, then asynchronous, which would have no callback', async () => {
    const header = { message_id: 'sync-first', ...callback };
    expect((await everywhere.send('social/registry/sync/search', 'search', byId('1'), header)).status).toBe(200);
    const { status, body } = await everywhere.send('social/registry/search', 'search', byId('1'), header);
    expect({ status, code: body.errors?.[0].code }).toEqual({ status: 400, code: 'err.request.bad' });
    expect(body.errors[0].message).toMatch(/^rjct\.message_id\.duplicate: .*nonce of its HTTP signature\) was used/);
  });

  test('but not under another name of the same registry', async () => {
    const header = { message_id: 'alias' };
    const message = byId('1');
    const first = await everywhere.send('social/registry/sync/search', 'search', message, header);
    const second = await everywhere.send('sr/registry/sync/search', 'search', message, header);
    expect(second.body.message).toEqual(first.body.message);
  });
});

test('knowing an id is not enough: signature and sender are proven first', async () => {
  const envelope = await partner.envelope('search', byId('1'), { message_id: 'known' });
  await post(a, envelope);
  const other = await createPartner(a);
  const stolen = await post(a, envelope, other.token);
  expect({ status: stolen.status, code: stolen.body.message.error.code }).toEqual({
    status: 400,
    code: 'err.sender_id.invalid',
  });
  const forged = await post(a, { ...envelope, signature: (await other.envelope('search', byId('1')))['signature'] });
  expect(forged.status).toBe(401);
  expect(JSON.stringify([stolen.body, forged.body])).not.toContain('Surname');
});

test('a refused message does not burn its id', async () => {
  const envelope = await partner.envelope('search', byId('1'), { message_id: 'kept' });
  expect((await post(a, { ...envelope, message: byId('2') })).status).toBe(401);
  expect((await post(a, envelope)).status).toBe(200);
});

test.each([
  ['a message_ts of ten minutes ago', { message_ts: new Date(Date.now() - 600_000).toISOString() }],
  ['a message_ts in ten minutes', { message_ts: new Date(Date.now() + 600_000).toISOString() }],
])('%s is refused', async (_, header) => {
  const { status, body } = await post(a, await partner.envelope('search', byId('1'), header));
  expect(status).toBe(400);
  expect(body.message.error.message).toContain('rjct.message_ts.invalid');
});

test('a signature made long ago, or for later, is refused', async () => {
  for (const shift of [-3_600_000, 120_000]) {
    const unsigned = { header: partner.header('search'), message: byId('1') };
    const now = new Date(Date.now() + shift);
    const signature = await signEnvelope('DCI', unsigned, partner.key, { senderId: partner.senderId, now });
    const { status, body } = await post(a, { signature, ...unsigned });
    expect({ status, code: body.message.error.code }).toEqual({ status: 401, code: 'err.signature.invalid' });
  }
});
