/** A token request or a token brings the server down. Whatever is sent to the token endpoint or as a token, the answer is a refusal, never a fault of ours. */
import * as fc from 'fast-check';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { ASSERTION_TYPE } from '../support/token.js';

const RUNS = 80;
let gateway: TestGateway;
let partner: Partner;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { ADDRESS_LIMIT_PER_MINUTE: '1000000' } });
  partner = await createPartner(gateway);
});
afterAll(() => gateway?.close());

const post = async (body: URLSearchParams | Buffer | string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${gateway.url}/oauth2/token`, { method: 'POST', body, headers });
  return { status: response.status, body: (await response.json()) as { error?: string } };
};

test('any form', async () => {
  const field = fc.constantFrom(
    'client_id',
    'client_secret',
    'scope',
    'client_assertion',
    'client_assertion_type',
    'client_id[]',
    'x',
  );
  const value = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constant(ASSERTION_TYPE),
    fc.constant(partner.clientId),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(field, value), { maxLength: 6 }), async (fields) => {
      const { status, body } = await post(new URLSearchParams([['grant_type', 'client_credentials'], ...fields]));
      expect([400, 401]).toContain(status);
      expect(body.error).toMatch(/^invalid_/);
    }),
    { numRuns: RUNS },
  );
});

test('any bytes', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (bytes) => {
      expect([400, 401]).toContain((await post(Buffer.from(bytes), headers)).status);
    }),
    { numRuns: RUNS },
  );
});

test.each([
  ['too long', 'x'.repeat(20_000), {}],
  ['of too many fields', 'a=1&'.repeat(2_000), {}],
  ['in another charset', 'a=b', { 'content-type': 'application/x-www-form-urlencoded; charset=utf-7' }],
  ['in an unknown encoding', 'a=b', { 'content-encoding': 'lzma' }],
  ['in a broken encoding', 'a=b', { 'content-encoding': 'gzip' }],
])('a form %s', async (_, text, headers) => {
  const { status, body } = await post(text, { 'content-type': 'application/x-www-form-urlencoded', ...headers });
  expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_request' });
});

test('any HTTP Basic', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.base64String(),
        fc.string().map((text) => Buffer.from(text).toString('base64')),
      ),
      async (credentials) => {
        const form = new URLSearchParams({ grant_type: 'client_credentials' });
        const { status } = await post(form, { authorization: `Basic ${credentials}` });
        expect([400, 401]).toContain(status);
      },
    ),
    { numRuns: RUNS },
  );
});

test('any bearer token', async () => {
  const part = fc.base64String().map((text) => text.replaceAll(/[+/=]/g, ''));
  const jwt = fc.tuple(part, part, part).map((parts) => parts.join('.'));
  const printable = fc.string().map((text) => text.replaceAll(/[^\x21-\x7e]/g, ''));
  const cut = fc.nat(partner.token.length).map((length) => partner.token.slice(0, length - 1));
  await fc.assert(
    fc.asyncProperty(fc.oneof(jwt, printable, cut), async (token) => {
      const response = await fetch(`${gateway.url}/dci/v1/social/registry/sync/search`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: '{}',
      });
      expect(response.status).toBe(401);
      await response.body?.cancel();
    }),
    { numRuns: RUNS },
  );
});
