/** Keys are fetched from wherever the message says its sender lives; a signature is optional. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signEnvelope } from '../../src/protocol/signature/signature.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId } from '../support/search-message.js';

const SEARCH = '/dci/v1/social/registry/sync/search';

let gateway: TestGateway;
let partner: Partner;
let server: Server;
let asked = 0;
const own = generateKeyPairSync('ed25519');

beforeAll(async () => {
  server = createServer((_request, response) => {
    asked += 1;
    response.end(JSON.stringify({ keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'mine', use: 'sig' }] }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  gateway = await startTestGateway();
  partner = await createPartner(gateway);
});
afterAll(async () => {
  await gateway?.close();
  server?.close();
});

test('no message makes us fetch keys from an address of its own', async () => {
  const home = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const header = partner.header('search', { sender_uri: `${home}/on-search`, meta: { jwks_uri: `${home}/jwks.json` } });
  const unsigned = { header, message: byId('1') };
  const key = { kid: 'mine', algorithm: 'ed25519' as const, privateKey: own.privateKey };
  for (const senderId of [partner.senderId, home]) {
    const signature = await signEnvelope('DCI', unsigned, key, { senderId, now: new Date() });
    const { status, body } = await partner.post(SEARCH, { signature, ...unsigned });
    expect({ status, code: body.message.error.code }).toEqual({ status: 401, code: 'err.signature.invalid' });
  }
  const renamed = { ...unsigned, header: { ...header, sender_id: home } };
  expect((await partner.post(SEARCH, renamed)).status).toBe(400);
  expect(asked).toBe(0);
});

test.each([
  ['absent', undefined],
  ['empty', ''],
  ['unsigned', 'unsigned'],
  ['unsigned-stub', 'unsigned-stub'],
])('a signature that is %s is no signature', async (_, signature) => {
  const unsigned = { header: partner.header('search'), message: byId('1') };
  const { status, body } = await partner.post(SEARCH, signature === undefined ? unsigned : { signature, ...unsigned });
  expect({ status, code: body.message.error.code }).toEqual({ status: 401, code: 'err.signature.missing' });
});

test('a sender may leave messages unsigned only when it is a sandbox, and shows as such', async () => {
  const { errors } = await gateway.graphql(
    `mutation ($id: String!) { updateSender(senderId: $id, input: { signaturePolicy: OPTIONAL }) { senderId } }`,
    { id: partner.senderId },
  );
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'signaturePolicy' });
  const sandbox = await createPartner(gateway, { sender: { sandbox: true, signaturePolicy: 'OPTIONAL' } });
  const unsigned = { signature: 'unsigned-stub', header: sandbox.header('search'), message: byId('1') };
  expect((await sandbox.post(SEARCH, unsigned)).status).toBe(200);
  expect((await sandbox.post(SEARCH, { ...unsigned, signature: 'invalid-signature' })).status).toBe(401);
});
