/** Callbacks to inner addresses, by name, by mapped form, by redirect; a JWKS that is fetched unguarded. */
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId } from '../support/search-message.js';

let gateway: TestGateway;
let partner: Partner;

const INNER = [
  'https://127.0.0.1/',
  'https://127.1/',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://0.0.0.0/',
  'https://10.0.0.1/',
  'https://100.64.0.1/',
  'https://169.254.169.254/latest/meta-data',
  'https://192.168.1.1/',
  'https://[::1]/',
  'https://[fc00::1]/',
  'https://[fe80::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://224.0.0.1/',
  'https://localhost/',
  'https://inner.localhost/',
];

beforeAll(async () => {
  gateway = await startTestGateway({ env: { ALLOW_PRIVATE_CALLBACKS: 'false', ALLOW_HTTP_CALLBACKS: 'false' } });
  const hosts = INNER.map((url) => new URL(url).host);
  partner = await createPartner(gateway, { sender: { callbackHosts: [...new Set(hosts), 'partner.example'] } });
});
afterAll(() => gateway?.close());

const callback = (sender_uri: string) => partner.send('social/registry/search', 'search', byId('1'), { sender_uri });

test.each(INNER)('a callback to %s is refused at intake, though its host is registered', async (url) => {
  const { status, body } = await callback(url);
  expect({ status, code: body.message.error.code }).toEqual({ status: 400, code: 'err.sender_uri.invalid' });
});

test.each([
  'http://partner.example/',
  'ftp://partner.example/',
  'file:///etc/passwd',
  'https://user:password@partner.example/',
  'https://partner.example.evil.example/',
  'https://other.example/',
  'not a url',
])('a callback to %s is refused', async (url) => {
  const { status, body } = await callback(url);
  expect({ status, code: body.message.error.code }).toEqual({ status: 400, code: 'err.sender_uri.invalid' });
});

test('a callback to a registered public host is taken', async () => {
  expect((await callback('https://partner.example/on-search')).status).toBe(202);
});
