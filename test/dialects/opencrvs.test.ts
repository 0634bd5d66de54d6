/** OpenCRVS: clients that were written for its API ask, and read what they know. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { signEnvelope } from '../../src/protocol/signature/signature.js';
import { foreignCall } from '../support/foreign-call.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';

const dataDir = mkdtempSync(join(tmpdir(), 'opencrvs-'));
let gateway: TestGateway;
let partner: Partner;
let standard: Partner;
let signing: Partner;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { SEED: 'demo', DATA_DIR: dataDir } });
  const agreements = [{ registry: 'CRVS' }];
  const unsigned = { sandbox: true, signaturePolicy: 'OPTIONAL' };
  partner = await createPartner(gateway, { sender: { dialect: 'OPENCRVS', ...unsigned }, agreements });
  standard = await createPartner(gateway, { sender: unsigned, agreements });
  const attached = { dialect: 'OPENCRVS', jwsForm: 'ATTACHED' };
  signing = await createPartner(gateway, { profile: 'JWS', sender: attached, agreements });
}, 120_000);
afterAll(async () => {
  await gateway.close();
  rmSync(dataDir, { recursive: true });
});

const now = () => new Date().toISOString().replace(/Z$/, '000+00:00');

/** As its API's own sample. */
const envelopeOf = (senderId: string, criteria: JsonObject, header: JsonObject = {}): JsonObject => ({
  header: {
    version: '1.0.0',
    message_id: randomUUID(),
    message_ts: now(),
    action: 'search',
    sender_id: senderId,
    sender_uri: '',
    receiver_id: 'crvs',
    total_count: 10,
    encryption_algorithm: '',
    ...header,
  },
  message: {
    transaction_id: randomUUID(),
    search_request: [
      {
        reference_id: randomUUID(),
        timestamp: now(),
        search_criteria: { reg_type: 'ocrvs:registry_type:birth', ...criteria },
        consent: { id: 'string', ts: '', purpose: { text: 'string', code: 'string', refUri: 'http://example.com' } },
        locale: 'en',
      },
    ],
  },
});

const ask = async (who: Partner, criteria: JsonObject, header: JsonObject = {}) => {
  const path = 'crvs/registry/sync/search';
  const { status, body } = await foreignCall(gateway, who, path, envelopeOf(who.senderId, criteria, header));
  const [item] = body.message?.search_response ?? [];
  return { status, body, item, records: item?.data?.reg_records ?? [] };
};

const byNumber = (type: string, value: string): JsonObject => ({ query_type: 'idtype-value', query: { type, value } });
const range = (query: JsonObject, more: JsonObject = {}): JsonObject => ({
  query_type: 'expression',
  query: { type: 'ns:org:QueryType:expression', value: query },
  ...more,
});
const MAY = { type: 'range', gte: '1985-05-01', lte: '1985-05-31' };
const isMay = expect.objectContaining({ birthDate: expect.stringMatching(/^1985-05-/) });

describe('a person', () => {
  test.each([
    ['BRN', 'B123456789'],
    ['NID', '123456789'],
  ])('by %s, in its shape', async (type, value) => {
    const { records } = await ask(partner, byNumber(type, value));
    expect(records).toEqual([
      expect.objectContaining({
        identifier: expect.arrayContaining([{ name: 'BRN', identifier: 'B123456789' }]),
        givenName: 'Anan',
        familyName: 'Phumchai',
        birthDate: '1985-05-20',
        marriagedate: '2019-09-21',
      }),
    ]);
  });

  test('is known by no number that the other spouse may have too', async () => {
    const { records } = await ask(partner, byNumber('MRN', 'M847951632'));
    const own = records.map(({ identifier }: { identifier: { name: string; identifier: string }[] }) => identifier);
    expect(own).toEqual([
      [expect.objectContaining({ name: 'NID' }), expect.objectContaining({ name: 'BRN' })],
      [expect.objectContaining({ name: 'NID' }), expect.objectContaining({ name: 'BRN' })],
    ]);
  });

  test('who lives is in no search for deaths', async () => {
    const { item, records } = await ask(partner, { ...byNumber('NID', '123456789'), reg_type: 'death' });
    expect({ status: item.status, records }).toEqual({ status: 'succ', records: [] });
  });

  test('is shown no further than the agreement goes', async () => {
    const narrow = await createPartner(gateway, {
      sender: { dialect: 'OPENCRVS', sandbox: true, signaturePolicy: 'OPTIONAL' },
      agreements: [{ registry: 'CRVS', fields: ['identifier', 'name.surname'] }],
    });
    const { records } = await ask(narrow, { ...byNumber('BRN', 'B123456789'), reg_type: 'Civil' });
    expect(Object.keys(records[0]).sort()).toEqual(['@type', 'familyName', 'identifier']);
  });
});

describe('its question', () => {
  test.each([
    ['a range under the value', range({ dateOfEvent: MAY })],
    [
      'a range under an expression',
      range({ expression: { query: { dateOfEvent: MAY } } }, { reg_event_type: 'birth' }),
    ],
    [
      'a range and a name',
      range({ expression: { query: { birthDate: MAY, 'name.surname': { type: 'exact', term: 'Phumchai' } } } }),
    ],
    ['its sort', range({ birthDate: MAY }, { sort: [{ attribute_name: 'createdAt', sort_order: 'asc' }] })],
  ])('%s is read', async (_, criteria) => {
    const { records } = await ask(partner, criteria);
    expect(records.length).toBeGreaterThan(0);
    expect(records).toEqual(records.map(() => isMay));
  });

  test('an operator that nobody knows is refused', async () => {
    const { item } = await ask(partner, range({ birthDate: { type: 'fuzzy', term: '1985' } }));
    expect(item.status).toBe('rjct');
  });
});

describe('its header', () => {
  test('may name the sender by its web address, and have no version', async () => {
    const header = { sender_id: 'http://openspp.example.org:8069', version: false };
    expect((await ask(partner, byNumber('BRN', 'B123456789'), header)).records).toHaveLength(1);
  });

  test('of another sender is refused', async () => {
    const { status, body } = await ask(partner, byNumber('BRN', 'B123456789'), { sender_id: standard.senderId });
    expect({ status, code: body.message.error.code }).toEqual({ status: 400, code: 'err.sender_id.invalid' });
  });

  test('without the dialect it is refused, and told what would read it', async () => {
    const { status, body } = await ask(standard, byNumber('BRN', 'B123456789'), { receiver_id: 'dci-gateway' });
    expect(status).toBe(400);
    expect(body.message.error.message).toContain('a sender of the dialect');
  });
});

test('an attached JWS is read and answered with one', async () => {
  const { header, message } = envelopeOf(signing.senderId, byNumber('BRN', 'B123456789'));
  const options = { senderId: signing.senderId, now: new Date(), jwsForm: 'ATTACHED' } as const;
  const signature = await signEnvelope('JWS', { header, message }, signing.key, options);
  const envelope = { signature, header: header as JsonObject, message: message as JsonObject };
  const { status, body } = await foreignCall(gateway, signing, 'crvs/registry/sync/search', envelope);
  expect(status).toBe(200);
  const [, payload] = body.signature.split('.');
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual({
    header: body.header,
    message: body.message,
  });
  const changed = { ...envelope, header: { ...envelope.header, message_id: randomUUID() } };
  expect((await foreignCall(gateway, signing, 'crvs/registry/sync/search', changed)).status).toBe(401);
  const { status: unsigned } = await ask(signing, byNumber('BRN', 'B123456789'));
  expect(unsigned).toBe(401);
});
