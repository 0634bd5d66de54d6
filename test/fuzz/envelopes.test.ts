/** Messages of every kind, nearly right, wholly wrong, in any bytes and under any headers. */
import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { mutated, mutations, odd } from './mutation.arbitrary.js';
import { expectAlways, openFuzzedGateway, type FuzzedGateway } from './fuzzed-gateway.js';

let fuzzed: FuzzedGateway;
beforeAll(async () => {
  fuzzed = await openFuzzedGateway();
}, 60_000);
afterAll(() => fuzzed?.gateway.close());

const LONG = 120_000;
const now = (): string => new Date().toISOString();

/** The document's examples, and one for each endpoint that has none. */
function messages(): [path: string, envelope: JsonObject][] {
  return Object.entries(fuzzed.operations).flatMap(([path, { post }]) => {
    const content = post?.requestBody.content['application/json'];
    if (content === undefined || !path.includes('/registry/')) return [];
    const action = path.endsWith('/receipt') ? 'receipt' : 'notify';
    const own = { header: fuzzed.partner.header(action), message: OWN[path.replace(/^.*\/registry/, '')] ?? {} };
    return [[path, content.example ?? own]];
  });
}

const OWN: Record<string, JsonObject> = {
  '/notify': {
    transaction_id: 't',
    notify_event: [
      {
        reference_id: 'r',
        timestamp: now(),
        data: { reg_event_type: 'UPDATE', reg_record_type: 'Person', reg_records: { identifier: [], sex: 'male' } },
      },
    ],
  },
  '/sync/enrollment/updates': {
    transaction_id: 't',
    enrolled_updates: { beneficiaries: [{ enrollment_status: '1' }] },
  },
  '/receipt': {
    transaction_id: 't',
    receipt_information: { notification_ids: ['n'], received_at: now(), status: 'received' },
  },
};
OWN['/sync/receipt'] = OWN['/receipt'] as JsonObject;

/** The example, sent now and for the first time. */
const fresh = ({ header, message }: JsonObject): JsonObject => ({
  header: { ...(header as JsonObject), message_id: randomUUID(), message_ts: now() },
  message: { ...(message as JsonObject), transaction_id: randomUUID() },
});

test(
  'messages with some members changed',
  async () => {
    const all = messages();
    expect(all.length).toBeGreaterThan(60);
    const statuses = new Map<number, number>();
    const property = fc.asyncProperty(fc.nat(all.length - 1), mutations, async (index, changes) => {
      const [path, example] = all[index] ?? ['', {}];
      const { status } = await fuzzed.postJson(path, mutated(fresh(example), changes));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    });
    await expectAlways(property, 800);
    // Were all refused alike, nothing behind the first check would have been tried.
    for (const status of [200, 202, 400]) expect(statuses.get(status)).toBeGreaterThan(20);
  },
  LONG,
);

const PATH = '/dci/v1/social/registry/sync/search';

test(
  'bodies that are anything',
  async () => {
    const body = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.record({ header: odd, message: odd, signature: odd }, { requiredKeys: [] }).map((one) => JSON.stringify(one)),
      fc.nat(200).map((depth) => `{"header":${'['.repeat(depth)}${']'.repeat(depth)}}`),
    );
    const property = fc.asyncProperty(body, async (sent) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${fuzzed.partner.token}` };
      const { status } = await fuzzed.post(PATH, { headers, body: sent });
      expect(status).toBe(400);
    });
    await expectAlways(property, 200);
  },
  LONG,
);

test(
  'headers that are anything',
  async () => {
    const text = fc.string({
      unit: fc.constantFrom(...'a Z 0 9 - _ . , ; : = / " ( ) \\ \t % é'.split(' ')),
      maxLength: 40,
    });
    const { token } = fuzzed.partner;
    const authorization = fc.oneof(
      fc.constantFrom(`Bearer ${token}`, `bearer ${token}`, `Bearer  ${token}`, 'Bearer', 'Basic YTpi', token, ''),
      text,
      fc.nat(token.length).map((end) => `Bearer ${token.slice(0, end)}`),
    );
    const type = fc.oneof(
      fc.constantFrom('application/json', 'application/json; charset=utf-16', 'multipart/form-data', 'text/plain', ''),
      fc.constant('multipart/form-data; boundary=x'),
      text,
    );
    const more = fc.dictionary(
      fc.constantFrom(
        'signature',
        'signature-input',
        'content-digest',
        'content-encoding',
        'x-forwarded-for',
        'accept',
      ),
      fc.oneof(
        text,
        fc.constantFrom('gzip', 'br', 'identity', 'sig1=("@method");created=1;keyid="a|b"', 'sig1=:AAAA:', '*/*;q=x'),
      ),
    );
    const property = fc.asyncProperty(authorization, type, more, async (sentBy, contentType, rest) => {
      const example = fuzzed.operations[PATH]?.post?.requestBody.content['application/json']?.example ?? {};
      const headers = { ...rest, authorization: sentBy.trim(), 'content-type': contentType.trim() };
      const { status } = await fuzzed.post(PATH, { headers, body: JSON.stringify(fresh(example)) });
      expect([200, 400, 401, 415]).toContain(status);
    });
    await expectAlways(property, 200);
  },
  LONG,
);
