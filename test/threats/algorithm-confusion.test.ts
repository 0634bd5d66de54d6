/** The message chooses its algorithm. Here the key does. */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner } from '../support/partner.js';
import { byId } from '../support/search-message.js';

const SEARCH = '/dci/v1/social/registry/sync/search';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway?.close());

test.each(['rsa-sha256', 'ecdsa-sha256', 'none', 'hmac-sha256', ''])(
  'a signature of an Ed25519 key that calls itself %j is refused',
  async (algorithm) => {
    const partner = await createPartner(gateway);
    const envelope = await partner.envelope('search', byId('1'));
    expect((await partner.post(SEARCH, envelope)).status).toBe(200);
    const signature = (envelope['signature'] as string).replaceAll('ed25519', algorithm);
    const { status, body } = await partner.post(SEARCH, {
      ...(await partner.envelope('search', byId('1'))),
      signature,
    });
    expect({ status, code: body.message.error.code }).toEqual({ status: 401, code: 'err.signature.invalid' });
  },
);

test('a JWS under the public key as an HMAC secret, or under none, is refused', async () => {
  const partner = await createPartner(gateway, { profile: 'JWS', algorithm: 'rsa-sha256' });
  const envelope = await partner.envelope('search', byId('1'));
  expect((await partner.post(SEARCH, envelope)).status).toBe(200);
  const [header = ''] = (envelope['signature'] as string).split('..');
  const known = JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, unknown>;
  const forge = (alg: string, seal: (input: string) => Buffer) => {
    const head = Buffer.from(JSON.stringify({ ...known, alg })).toString('base64url');
    return `${head}..${seal(head).toString('base64url')}`;
  };
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const forgeries = [
    forge('none', () => Buffer.alloc(0)),
    forge('HS256', (input) => createHmac('sha256', 'public key').update(input).digest()),
    forge('RS256', (input) => sign('sha256', Buffer.from(input), stranger)),
    forge('PS256', (input) => sign('sha256', Buffer.from(input), stranger)),
  ];
  for (const signature of forgeries) {
    const message = await partner.envelope('search', byId('1'));
    const { status, body } = await partner.post(SEARCH, { ...message, signature });
    expect({ status, code: body.message.error.code }).toEqual({ status: 401, code: 'err.signature.invalid' });
  }
});
