import { readFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId } from '../support/search-message.js';
import { askToken } from '../support/token.js';
import { until } from '../support/until.js';

const pem = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../support/tls/${name}`, import.meta.url)), 'utf8');
const CERTIFICATE = new X509Certificate(pem('gateway.test.pem'));
const OTHER = new X509Certificate(pem('partner.test.pem'));
const HEADER = 'x-client-cert';
const FORMS = {
  'RFC 9440': (certificate: X509Certificate) => `:${certificate.raw.toString('base64')}:`,
  'URL-encoded PEM': (certificate: X509Certificate) => encodeURIComponent(certificate.toString()),
  'bare base64': (certificate: X509Certificate) => certificate.raw.toString('base64'),
};

describe('mutual TLS behind a proxy', () => {
  let gateway: TestGateway;
  let byThumbprint: Partner;

  beforeAll(async () => {
    gateway = await startTestGateway({ env: { MTLS_HEADER: HEADER, TRUST_PROXY: '127.0.0.1' } });
    byThumbprint = await createPartner(gateway, { sender: { tlsThumbprints: [CERTIFICATE.fingerprint256] } });
  });
  afterAll(() => gateway.close());

  const present = (certificate: X509Certificate, form = FORMS['RFC 9440']) => ({ [HEADER]: form(certificate) });
  const token = (clientId: string, headers: Record<string, string>) =>
    askToken(gateway.url, { client_id: clientId }, headers);

  test.each(Object.entries(FORMS))('takes a registered certificate as %s', async (_, form) => {
    expect(await token(byThumbprint.clientId, present(CERTIFICATE, form))).toMatchObject({ status: 200 });
  });

  test('takes a registered subject, in either order', async () => {
    const tlsSubject = CERTIFICATE.subject.split('\n').toReversed().join(', ');
    const bySubject = await createPartner(gateway, { sender: { tlsSubject } });
    expect((await token(bySubject.clientId, present(CERTIFICATE))).status).toBe(200);
    expect((await token(bySubject.clientId, present(OTHER))).status).toBe(401);
  });

  test('refuses another certificate, none, and what is none', async () => {
    for (const headers of [present(OTHER), {}, { [HEADER]: 'garbage' }, { [HEADER]: '%%%' }])
      expect(await token(byThumbprint.clientId, headers)).toMatchObject({
        status: 401,
        body: { error: 'invalid_client' },
      });
    const unregistered = await createPartner(gateway);
    expect((await token(unregistered.clientId, present(CERTIFICATE))).status).toBe(401);
  });

  test('refuses more than one certificate, whichever comes first', async () => {
    const two = [CERTIFICATE, OTHER];
    const chain = encodeURIComponent(two.map(String).join(''));
    const der = Buffer.concat(two.map(({ raw }) => raw)).toString('base64');
    const listed = (all: X509Certificate[]) => all.map(FORMS['RFC 9440']).join(', ');
    for (const value of [
      listed(two),
      listed(two.toReversed()),
      listed([CERTIFICATE, CERTIFICATE]),
      chain,
      der,
      `:${der}:`,
    ])
      expect(await token(byThumbprint.clientId, { [HEADER]: value })).toMatchObject({
        status: 401,
        body: { error: 'invalid_client' },
      });
  });

  test('binds the token to the certificate', async () => {
    const { body } = await token(byThumbprint.clientId, present(CERTIFICATE));
    const authorization = `Bearer ${body.access_token}`;
    const ask = async (headers: Record<string, string>) =>
      byThumbprint.post('/dci/v1/social/registry/sync/search', await byThumbprint.envelope('search', byId('1')), {
        authorization,
        ...headers,
      });
    expect((await ask(present(CERTIFICATE))).status).toBe(200);
    for (const headers of [{}, present(OTHER)])
      expect(await ask(headers)).toMatchObject({
        status: 401,
        body: { message: { error: { code: 'err.request.unauthorized' } } },
      });
  });

  test('a renewed certificate is good beside the old one, whose tokens end when it is taken away', async () => {
    const partner = await createPartner(gateway, { sender: { tlsThumbprints: [CERTIFICATE.fingerprint256] } });
    const register = (...certificates: X509Certificate[]) =>
      gateway.admin(
        `mutation ($senderId: String!, $input: UpdateSenderInput!) {
          updateSender(senderId: $senderId, input: $input) { senderId } }`,
        {
          senderId: partner.senderId,
          input: { tlsThumbprints: certificates.map(({ fingerprint256 }) => fingerprint256) },
        },
      );
    const ask = async (accessToken: string, certificate: X509Certificate) =>
      partner.post('/dci/v1/social/registry/sync/search', await partner.envelope('search', byId('1')), {
        authorization: `Bearer ${accessToken}`,
        ...present(certificate),
      });
    const ofOld = (await token(partner.clientId, present(CERTIFICATE))).body.access_token;
    await register(CERTIFICATE, OTHER);
    const ofNew = await until(async () => (await token(partner.clientId, present(OTHER))).body.access_token);
    expect([(await ask(ofOld, CERTIFICATE)).status, (await ask(ofNew, OTHER)).status]).toEqual([200, 200]);
    await register(OTHER);
    await until(async () => (await ask(ofOld, CERTIFICATE)).status === 401);
    expect((await ask(ofOld, CERTIFICATE)).body.message.error).toMatchObject({
      code: 'err.request.unauthorized',
      message: 'the access token has ended with its client certificate: get a new one',
    });
    expect((await ask(ofNew, OTHER)).status).toBe(200);
  });

  test('is told in the metadata', async () => {
    const response = await fetch(`${gateway.url}/.well-known/oauth-authorization-server`);
    expect(await response.json()).toMatchObject({
      token_endpoint_auth_methods_supported: expect.arrayContaining(['tls_client_auth', 'self_signed_tls_client_auth']),
      tls_client_certificate_bound_access_tokens: true,
    });
  });
});

test('the header proves nothing from an address that is no trusted proxy', async () => {
  const gateway = await startTestGateway({ env: { MTLS_HEADER: HEADER, TRUST_PROXY: '10.1.2.3' } });
  try {
    const partner = await createPartner(gateway, { sender: { tlsThumbprints: [CERTIFICATE.fingerprint256] } });
    const headers = { [HEADER]: FORMS['RFC 9440'](CERTIFICATE) };
    expect(await askToken(gateway.url, { client_id: partner.clientId }, headers)).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
  } finally {
    await gateway.close();
  }
});

test('a thumbprint that is none is refused by name', async () => {
  const gateway = await startTestGateway();
  try {
    const input = {
      senderId: 's',
      name: 's',
      allowedOperations: ['SEARCH'],
      registries: ['SOCIAL'],
      tlsThumbprints: ['ab:cd'],
    };
    const { errors } = await gateway.graphql(
      `mutation ($input: CreateSenderInput!) { createSender(input: $input) { clientId } }`,
      { input },
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'tlsThumbprints' });
  } finally {
    await gateway.close();
  }
});
