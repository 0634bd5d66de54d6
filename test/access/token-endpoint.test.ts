import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner } from '../support/partner.js';
import { byId } from '../support/search-message.js';
import { askToken } from '../support/token.js';

const SEARCH = '/dci/v1/social/registry/sync/search';
/** Another process follows a change within a second. */
const FRESH_MS = 1_100;
const settle = () => new Promise((resolve) => setTimeout(resolve, FRESH_MS));

describe('the token endpoint', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(() => gateway.close());

  test('takes the secret in the form or as HTTP Basic', async () => {
    const { clientId, clientSecret } = await createPartner(gateway);
    expect(await askToken(gateway.url, { client_id: clientId, client_secret: clientSecret })).toMatchObject({
      status: 200,
      body: { token_type: 'bearer', expires_in: 600, access_token: expect.any(String) },
    });
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    const answer = await askToken(gateway.url, {}, { authorization: `Basic ${basic}` }, '/oauth2/client/token');
    expect(answer).toMatchObject({ status: 200, body: { expires_in: '600' } });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('refuses an unknown client as it does a wrong secret, word for word', async () => {
    const { clientId } = await createPartner(gateway);
    const wrong = await askToken(gateway.url, { client_id: clientId, client_secret: 'x' });
    const unknown = await askToken(gateway.url, { client_id: 'nobody', client_secret: 'x' });
    expect(unknown.status).toBe(401);
    expect(unknown.body).toEqual(wrong.body);
    expect(unknown.body.error).toBe('invalid_client');
    expect(unknown.headers.get('www-authenticate')).toBe(wrong.headers.get('www-authenticate'));
  });

  test.each([
    // An empty parameter is as if it were left out (RFC 6749 3.2).
    ['no grant type', { grant_type: '' }, 400, 'invalid_request'],
    ['another grant type', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['no client', {}, 400, 'invalid_request'],
    ['an assertion of no known type', { client_assertion: 'x', client_assertion_type: 'y' }, 400, 'invalid_request'],
    ['a client without proof', { client_id: 'nobody' }, 401, 'invalid_client'],
  ])('names what is wrong: %s', async (_, form, status, error) => {
    const answer = await askToken(gateway.url, form);
    expect(answer).toMatchObject({
      status,
      body: { error, error_description: expect.any(String), errors: [{ code: error }] },
    });
  });

  test.each(['grant_type', 'client_id', 'client_secret', 'scope'])(
    '%s that is sent twice is no request of one meaning, whatever it says',
    async (name) => {
      const { clientId, clientSecret } = await createPartner(gateway);
      const form = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
        scope: 'registry.search',
      });
      const ask = (body: URLSearchParams) => fetch(`${gateway.url}/oauth2/client/token`, { method: 'POST', body });
      expect((await ask(form)).status).toBe(200);
      form.append(name, form.get(name) ?? '');
      const twice = await ask(form);
      const error = { error: 'invalid_request', error_description: `${name}: send it once` };
      expect([twice.status, await twice.json()]).toMatchObject([400, error]);
    },
  );

  test('writes every refusal to the audit', async () => {
    await askToken(gateway.url, { client_id: 'nobody-at-all', client_secret: 'x' });
    const { transactions } = await gateway.admin<{ transactions: { nodes: Record<string, string>[] } }>(
      `{ transactions(first: 1) { nodes { action status statusReasonCode statusReasonMessage } } }`,
    );
    expect(transactions.nodes[0]).toMatchObject({
      action: 'token',
      status: 'REJECTED',
      statusReasonCode: 'err.request.unauthorized',
    });
    expect(transactions.nodes[0]?.['statusReasonMessage']).toMatch(/^invalid_client: /);
  });
});

describe('access ends within a second, in every process', () => {
  let a: TestGateway;
  let b: TestGateway;

  beforeAll(async () => {
    a = await startTestGateway();
    b = await startTestGateway({ databaseUrl: a.databaseUrl, env: { PUBLIC_URL: a.url } });
  });
  afterAll(async () => {
    await b.close();
    await a.close();
  });

  const partnerOfBoth = async () => {
    const partner = await createPartner(a);
    const ask = async (gateway: TestGateway) => {
      const response = await fetch(`${gateway.url}${SEARCH}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${partner.token}` },
        body: JSON.stringify(await partner.envelope('search', byId('1'))),
      });
      const { message } = (await response.json()) as { message: { error?: { code: string } } };
      return { status: response.status, code: message.error?.code };
    };
    expect([(await ask(a)).status, (await ask(b)).status]).toEqual([200, 200]);
    return { partner, ask };
  };

  test('with the client secret', async () => {
    const { partner, ask } = await partnerOfBoth();
    await a.admin(`mutation ($id: String!) { rotateSenderSecret(senderId: $id) { clientId } }`, {
      id: partner.senderId,
    });
    expect(await ask(a)).toEqual({ status: 401, code: 'err.request.unauthorized' });
    await settle();
    expect(await ask(b)).toEqual({ status: 401, code: 'err.request.unauthorized' });
    const old = { client_id: partner.clientId, client_secret: partner.clientSecret };
    expect((await askToken(b.url, old)).status).toBe(401);
  });

  test('with the suspension of the sender', async () => {
    const { partner, ask } = await partnerOfBoth();
    await a.admin(`mutation ($id: String!) { suspendSender(senderId: $id) { active } }`, { id: partner.senderId });
    expect(await ask(a)).toEqual({ status: 403, code: 'err.request.forbidden' });
    await settle();
    expect(await ask(b)).toEqual({ status: 403, code: 'err.request.forbidden' });
    expect((await askToken(b.url, { client_id: partner.clientId, client_secret: partner.clientSecret })).status).toBe(
      401,
    );
    await a.admin(`mutation ($id: String!) { activateSender(senderId: $id) { active } }`, { id: partner.senderId });
    expect((await ask(a)).status).toBe(200);
  });

  test('with the key', async () => {
    const { partner, ask } = await partnerOfBoth();
    await a.admin(`mutation ($id: String!) { revokeSenderKey(senderId: $id, kid: "key-1") { kid } }`, {
      id: partner.senderId,
    });
    expect(await ask(a)).toEqual({ status: 401, code: 'err.signature.invalid' });
    await settle();
    expect(await ask(b)).toEqual({ status: 401, code: 'err.signature.invalid' });
  });
});
