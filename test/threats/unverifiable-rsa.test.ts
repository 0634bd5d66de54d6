/** RSA is offered, but its signatures are made and checked without padding, so none ever holds. */
import { importPublicKey } from '../../src/protocol/signature/keys.js';
import { verifyEnvelope } from '../../src/protocol/signature/signature.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner } from '../support/partner.js';
import { byId } from '../support/search-message.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway?.close());

test('a sender that signs with RSA is answered, a forged RSA signature is not', async () => {
  const partner = await createPartner(gateway, { algorithm: 'rsa-sha256' });
  expect((await partner.send('social/registry/sync/search', 'search', byId('1'))).status).toBe(200);
  const envelope = await partner.envelope('search', byId('1'));
  const forged = { ...envelope, message: byId('2') };
  expect((await partner.post('/dci/v1/social/registry/sync/search', forged)).status).toBe(401);
});

test('an RSA key of ours signs what a partner verifies', async () => {
  const { generateServerKey } = await gateway.admin<{ generateServerKey: { kid: string } }>(
    `mutation { generateServerKey(algorithm: RSA_SHA256) { kid } }`,
  );
  await gateway.admin(`mutation ($kid: String!) { activateServerKey(kid: $kid) { state } }`, generateServerKey);
  const partner = await createPartner(gateway);
  const { body } = await partner.send('social/registry/sync/search', 'search', byId('1'));
  expect(body.signature).toContain('algorithm="rsa-sha256"');
  const { keys } = (await (await fetch(`${gateway.url}/.well-known/jwks.json`)).json()) as {
    keys: { kid: string }[];
  };
  const keyFor = async (kid: string) => {
    const { keyObject } = importPublicKey({ jwk: keys.find((key) => key.kid === kid) });
    return { kid, algorithm: 'rsa-sha256' as const, keyObject };
  };
  const message = { text: JSON.stringify(body), document: body };
  const options = { senderId: 'dci-gateway', keyFor, now: new Date() };
  expect(await verifyEnvelope('DCI', message, options)).toEqual({ kid: generateServerKey.kid });
});
