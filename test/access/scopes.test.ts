import { randomUUID } from 'node:crypto';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId } from '../support/search-message.js';
import { askToken } from '../support/token.js';

describe('a token with scopes', () => {
  let gateway: TestGateway;
  let partner: Partner;

  beforeAll(async () => {
    gateway = await startTestGateway();
    partner = await createPartner(gateway, { agreements: [{}, { registry: 'CRVS' }] });
  });
  afterAll(() => gateway.close());

  const tokenFor = (scope: string) =>
    askToken(gateway.url, { client_id: partner.clientId, client_secret: partner.clientSecret, scope });
  const search = async (scope: string, registry = 'social') => {
    const { body } = await tokenFor(scope);
    const envelope = await partner.envelope('search', byId('1'));
    return partner.post(`/dci/v1/${registry}/registry/sync/search`, envelope, {
      authorization: `Bearer ${body.access_token}`,
    });
  };
  const forbidden = { status: 403, body: { message: { error: { code: 'err.request.forbidden' } } } };

  test.each([
    'registry.search',
    'registry/search',
    'registry.social.search',
    'registry/sr/search',
    'x y registry.search',
  ])('may do what %s names', async (scope) => {
    expect((await search(scope)).status).toBe(200);
  });

  test.each(['registry.subscribe', 'registry.crvs.search', 'registry/social/verify'])(
    'may not search the social registry with %s',
    async (scope) => {
      expect(await search(scope)).toMatchObject(forbidden);
    },
  );

  test('is limited to the registry that its scope names', async () => {
    expect((await search('registry.crvs.search', 'crvs')).status).toBe(200);
    expect((await search('registry.search', 'crvs')).status).toBe(200);
    expect(await search('registry.social.search', 'crvs')).toMatchObject(forbidden);
  });

  test('is limited in the short form as well', async () => {
    const { body } = await tokenFor('registry.verify');
    const limited = await askShort(body.access_token, '/dci/v1/search', { search_criteria: { UIN: '1' } });
    expect(limited).toMatchObject(forbidden);
    const allowed = await askShort(body.access_token, '/dci/v1/verify', { verify: { UIN: '1', sex: 'female' } });
    expect(allowed.status).toBe(200);
  });

  async function askShort(token: string, path: string, body: object) {
    const { signHttpRequest } = await import('../../src/protocol/signature/http.profile.js');
    const text = JSON.stringify({ transaction_id: randomUUID(), sender_id: partner.senderId, ...body });
    const authorization = `Bearer ${token}`;
    const message = {
      method: 'POST',
      targetUri: `${gateway.url}${path}`,
      headers: { authorization },
      body: Buffer.from(text),
    };
    const options = { senderId: partner.senderId, now: new Date(), nonce: randomUUID() };
    return partner.post(path, text, { authorization, ...signHttpRequest(message, partner.key, options) });
  }

  test('says which of its scopes were granted', async () => {
    expect((await tokenFor('registry.search disburse.pay')).body.scope).toBe('registry.search');
    expect(
      (await askToken(gateway.url, { client_id: partner.clientId, client_secret: partner.clientSecret })).body,
    ).not.toHaveProperty('scope');
    expect(await tokenFor('everything')).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
  });

  test('is told in the metadata', async () => {
    const response = await fetch(`${gateway.url}/.well-known/oauth-authorization-server`);
    expect(await response.json()).toMatchObject({
      issuer: gateway.url,
      token_endpoint: `${gateway.url}/oauth2/token`,
      jwks_uri: `${gateway.url}/.well-known/jwks.json`,
      grant_types_supported: ['client_credentials'],
      scopes_supported: expect.arrayContaining(['registry.search', 'registry.notify']),
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: ['EdDSA', 'RS256', 'ES256'],
    });
  });
});
