/** A signature brings the server down. Whatever stands in `signature` or the signature headers, the answer is a refusal, never a fault of ours. */
import * as fc from 'fast-check';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { rawPost } from '../support/raw-post.js';
import { byId } from '../support/search-message.js';

const RUNS = 60;
let gateway: TestGateway;
const partners: Partner[] = [];

beforeAll(async () => {
  gateway = await startTestGateway({ env: { ADDRESS_LIMIT_PER_MINUTE: '1000000' } });
  for (const profile of ['DCI', 'JWS', 'OPENSPP'] as const) partners.push(await createPartner(gateway, { profile }));
});
afterAll(() => gateway?.close());

const REFUSED = [400, 401];
const names = ['namespace', 'kidId', 'algorithm', 'created', 'expires', 'headers', 'signature'];
const pairs = fc.array(fc.tuple(fc.constantFrom(...names), fc.string()), { maxLength: 9 });
const lookalike = pairs.map((list) => list.map(([name, value]) => `${name}="${value}"`).join(', '));
const compact = fc.array(fc.base64String(), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.'));
const anything = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), lookalike, compact, fc.jsonValue());

test('in the envelope', async () => {
  await fc.assert(
    fc.asyncProperty(anything, fc.constantFrom(...partners), async (signature, partner) => {
      const body = { signature, header: partner.header('search'), message: byId('1') };
      const { status } = await rawPost(gateway.url, partner, 'social/registry/sync/search', body);
      expect(REFUSED).toContain(status);
    }),
    { numRuns: RUNS },
  );
});

test('cut, doubled and with one character changed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...partners), fc.nat(), fc.nat(3), async (partner, at, kind) => {
      const envelope = await partner.envelope('search', byId('1'));
      const text = envelope['signature'] as string;
      const place = at % text.length;
      const changed = [
        text.slice(0, place),
        text + text,
        `${text.slice(0, place)}${text[place] === 'A' ? 'B' : 'A'}${text.slice(place + 1)}`,
        `${text.slice(0, place)}\u0000${text.slice(place)}`,
      ][kind];
      const { status } = await rawPost(gateway.url, partner, 'social/registry/sync/search', {
        ...envelope,
        signature: changed,
      });
      // Some places carry no meaning (the namespace, the case of a word), so a message may still be whole.
      expect([200, ...REFUSED]).toContain(status);
    }),
    { numRuns: RUNS },
  );
});

test('in the headers of an HTTP signature', async () => {
  const [partner] = partners;
  if (partner === undefined) throw new Error('no partner');
  const header = fc.string().map((text) => text.replaceAll(/[^\x20-\x7e]/g, ''));
  await fc.assert(
    fc.asyncProperty(header, header, header, async (input, signature, digest) => {
      const response = await fetch(`${gateway.url}/dci/v1/search`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${partner.token}`,
          'signature-input': `sig1=${input}`,
          signature: `sig1=:${signature}:`,
          'content-digest': digest,
        },
        body: JSON.stringify({ transaction_id: 't', sender_id: partner.senderId, search_criteria: { UIN: '1' } }),
      });
      await response.body?.cancel();
      expect(REFUSED).toContain(response.status);
    }),
    { numRuns: RUNS },
  );
});
