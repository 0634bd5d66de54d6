/** OpenSPP: what its clients read back, and what its receivers verify. */
import { mkdtempSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { importPublicKey } from '../../src/protocol/signature/keys.js';
import { verifyEnvelope } from '../../src/protocol/signature/signature.js';
import { subscribeItem, subscribeMessage, unsubscribeMessage, upsert } from '../subscriptions/subscriptions.js';
import { foreignCall } from '../support/foreign-call.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { searchFor } from '../support/search-message.js';
import { until } from '../support/until.js';

const SUDARAT = '847951632';
/** Whose disability waits for a decision. */
const PENDING = '3950288811';
const REGISTRIES = ['SOCIAL', 'CRVS', 'DR', 'FR', 'IBR'];

const dataDir = mkdtempSync(join(tmpdir(), 'openspp-'));
let gateway: TestGateway;
let inbox: Inbox;
let partner: Partner;
let standard: Partner;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { SEED: 'demo', DATA_DIR: dataDir } });
  inbox = await startInbox(gateway.url, 'OPENSPP', false);
  const agreements = REGISTRIES.map((registry) => ({ registry }));
  const sender = { dialect: 'OPENSPP', notifyUri: `${inbox.url}/crvs`, autoApproveSubscriptions: true };
  partner = await createPartner(gateway, { senderId: 'openspp', profile: 'OPENSPP', sender, agreements });
  standard = await createPartner(gateway, { senderId: 'standard', profile: 'OPENSPP', agreements });
}, 120_000);
afterAll(async () => {
  await inbox.close();
  await gateway.close();
  rmSync(dataDir, { recursive: true });
});

const token = (init: RequestInit, query = '', path = '/oauth2/client/token') =>
  fetch(`${gateway.url}${path}${query}`, { method: 'POST', ...init });
const fieldsOf = ({ clientId, clientSecret }: Pick<Partner, 'clientId' | 'clientSecret'>) =>
  new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret });

describe('its token', () => {
  test.each([
    ['openspp', 'number'],
    ['standard', 'string'],
  ])('for %s expires_in is a %s', async (name, type) => {
    const response = await token({ body: fieldsOf(name === 'openspp' ? partner : standard) });
    const { expires_in } = (await response.json()) as { expires_in: unknown };
    expect(typeof expires_in).toBe(type);
  });

  test('may be asked for in the address, by it alone', async () => {
    const empty = { headers: { 'content-type': 'application/json' } };
    expect((await token(empty, `?${fieldsOf(partner).toString()}`)).status).toBe(200);
    expect((await token(empty, `?${fieldsOf(standard).toString()}`)).status).toBe(415);
  });

  test('tells a stranger neither who is known here nor in which dialect', async () => {
    const refusals = [partner.clientId, standard.clientId, 'nobody'].map(async (clientId) => {
      const guess = fieldsOf({ clientId, clientSecret: 'wrong' });
      const response = await token({ headers: { 'content-type': 'application/json' } }, `?${guess.toString()}`);
      return { status: response.status, body: await response.text() };
    });
    const [refused, ...others] = await Promise.all(refusals);
    expect(refused?.status).toBe(401);
    expect(others).toEqual([refused, refused]);
  });
});

const search = async (who: Partner, registry: string, value: string) =>
  foreignCall(gateway, who, `${registry}/registry/sync/search`, await who.envelope('search', searchById(value)));

describe('a reply', () => {
  test('of the disability registry is a list with labels, and identifiers at the top', async () => {
    const { body } = await search(partner, 'dr', SUDARAT);
    const [record] = body.message.search_response[0].data.reg_records;
    expect(record).toMatchObject({
      disability_status: 'approved',
      identifier: expect.arrayContaining([expect.objectContaining({ identifier_value: SUDARAT })]),
    });
    expect(record.disability_details[0].impairment_type).toMatch(/^[A-Z][a-z]+$/);
  });

  test('tells no impairment of who is not approved, which it would take for a yes', async () => {
    const { body } = await search(partner, 'dr', PENDING);
    const [record] = body.message.search_response[0].data.reg_records;
    expect(record.disability_status).toBe('pending');
    expect(record).not.toHaveProperty('disability_details');
  });

  test('that is told again has the same form', async () => {
    const { body } = await search(partner, 'dr', PENDING);
    const { transaction_id: attribute_value } = body.message;
    const asking = { reference_id: 'r', txn_type: 'search', attribute_type: 'transaction_id', attribute_value };
    const message = { transaction_id: randomUUID(), txnstatus_request: asking };
    const signed = await partner.envelope('txn-status', message);
    const told = await foreignCall(gateway, partner, 'dr/registry/sync/txn/status', signed);
    const [item] = told.body.message.txnstatus_response.txn_status.search_response;
    expect(item.data.reg_records).toMatchObject({ disability_status: 'pending', identifier: expect.any(Array) });
    expect(item.data.reg_records).not.toHaveProperty('disability_details');
  });

  test('to the registry’s own questions is the standard’s: nobody is told to have none', async () => {
    for (const [question, part] of [
      ['details', 'disability_details'],
      ['support', undefined],
    ] as const) {
      const message = { transaction_id: randomUUID(), disabled_criteria: { query: { type: 'UIN', value: SUDARAT } } };
      const records = async (who: Partner) => {
        const signed = await who.envelope('search', message);
        const path = `dr/registry/sync/get-disability-${question}`;
        return (await foreignCall(gateway, who, path, signed)).body.message.search_response[0].data.reg_records;
      };
      const told = await records(partner);
      expect(told).toEqual(await records(standard));
      expect(part === undefined ? told : told[0][part]).not.toEqual([]);
    }
  });

  test('of the beneficiary registry is the list itself, with programmes by name', async () => {
    const { body } = await search(partner, 'ibr', SUDARAT);
    const { data } = body.message.search_response[0];
    expect(data.length).toBeGreaterThan(0);
    expect(data[0].programs).toEqual([{ name: expect.any(String) }]);
    const strict = await search(standard, 'ibr', SUDARAT);
    expect(strict.body.message.search_response[0].data).toMatchObject({ reg_records: expect.any(Array) });
  });

  test.each([
    ["person.birth_date >= '1985-05-20' && (person.birth_date <= \"1985-05-20\" || sex == 'female')", 'succ'],
    ["sex in ['female', 'male'] && name.surname == 'Phumchai'", 'succ'],
    ['size(person.children) > 2', 'rjct'],
    ['person.age >= 18; drop', 'rjct'],
    ["birth_date >= '1985-05-20' &&", 'rjct'],
    ['true', 'rjct'],
    ['', 'rjct'],
  ])('to the text %j is %s', async (query, status) => {
    const message = searchFor({ query_type: 'predicate', query });
    const body = await partner.envelope('search', message);
    const answer = await foreignCall(gateway, partner, 'crvs/registry/sync/search', body);
    const [item] = answer.body.message.search_response;
    const code = item.status_reason_code;
    expect({ status: item.status, code, found: (item.data?.reg_records ?? []).length > 0 }).toEqual({
      status,
      code: status === 'succ' ? undefined : 'rjct.search_criteria.invalid',
      found: status === 'succ',
    });
    const strict = await foreignCall(
      gateway,
      standard,
      'crvs/registry/sync/search',
      await standard.envelope('search', message),
    );
    expect(strict.status).toBe(400);
    expect(strict.body.message.error.message).toContain('dialect OPENSPP');
  });

  test('is refused to an unsigned envelope as to anybody', async () => {
    const { header, message } = await partner.envelope('search', searchById(SUDARAT));
    const { status } = await foreignCall(gateway, partner, 'dr/registry/sync/search', {
      header: header as JsonObject,
      message: message as JsonObject,
      signature: '',
    });
    expect(status).toBe(401);
  });
});

/** As its receiver does: the header printed again from its model, with a default for what is absent. */
async function verifiesAgain(received: JsonObject): Promise<boolean> {
  const sent = received['header'] as JsonObject;
  const withStatus = { status: null, status_reason_code: null, status_reason_message: null, completed_count: 0 };
  const model: JsonObject = {
    version: '1.0.0',
    message_id: '',
    message_ts: '',
    action: '',
    sender_id: '',
    sender_uri: null,
    receiver_id: '',
    total_count: 0,
    is_msg_encrypted: false,
    meta: null,
    ...('status' in sent ? withStatus : {}),
  };
  const header = Object.fromEntries(Object.entries(model).map(([name, absent]) => [name, sent[name] ?? absent]));
  header['message_ts'] = (header['message_ts'] as string).replace(
    /\.(\d+)Z$/,
    (_, digits: string) => `.${digits.padEnd(6, '0')}Z`,
  );
  const document = { ...received, header };
  const { keys } = (await (await fetch(`${gateway.url}/.well-known/jwks.json`)).json()) as {
    keys: Record<string, unknown>[];
  };
  const keyFor = async (kid: string) => {
    const jwk = keys.find((key) => key['kid'] === kid);
    if (jwk === undefined) return undefined;
    const { algorithm, keyObject } = importPublicKey({ jwk });
    return { kid, algorithm: algorithm as 'ed25519', keyObject };
  };
  const options = { senderId: sent['sender_id'] as string, keyFor, now: new Date() };
  return verifyEnvelope('OPENSPP', { text: JSON.stringify(document), document }, options).then(
    () => true,
    () => false,
  );
}

/** What comes next with this action. */
async function next(action: string, cause: () => Promise<unknown>) {
  const before = inbox.received.length;
  await cause();
  const found = () => inbox.received.slice(before).find(({ body }) => body.header.action === action);
  await until(() => found() !== undefined);
  return found()!;
}

const asked = async (path: string, action: string, message: JsonObject) => {
  const sender_uri = `${inbox.url}/crvs`;
  const { status } = await partner.send(path, action, message, { sender_uri });
  expect(status).toBe(202);
};

describe('what we send verifies by the header that its model prints', () => {
  test('an answer', async () => {
    const { body, verified } = await next('on-search', () =>
      asked('dr/registry/search', 'search', searchById(SUDARAT)),
    );
    expect({ verified, again: await verifiesAgain(body) }).toEqual({ verified: true, again: true });
    expect(body.header).toMatchObject({ status: 'succ', status_reason_code: null, completed_count: 1 });
    expect(body.header.message_ts).toMatch(/:\d\dZ$/);
    expect(body.message.search_response[0].data.reg_records[0].identifier).toEqual(expect.any(Array));
  });

  const rejected = () => searchFor({ query_type: 'idtype-value', query: { type: 'SHOE_SIZE', value: '1' } });
  const several = (): JsonObject => {
    const items = [searchById(SUDARAT), searchById('NOBODY'), rejected()].flatMap(
      ({ search_request: one }) => one as JsonObject[],
    );
    return { transaction_id: randomUUID(), search_request: items };
  };
  const status = (): JsonObject => ({
    transaction_id: randomUUID(),
    txnstatus_request: { reference_id: 'r', attribute_type: 'transaction_id', attribute_value: 'never' },
  });

  test.each<[string, string, string, () => JsonObject, string, JsonObject]>([
    ['of nobody', 'crvs/registry/search', 'search', () => searchById('NOBODY'), 'on-search', { completed_count: 1 }],
    [
      'that is a refusal',
      'crvs/registry/search',
      'search',
      rejected,
      'on-search',
      { status: 'rjct', completed_count: 0 },
    ],
    ['to several items', 'crvs/registry/search', 'search', several, 'on-search', { status: 'succ', total_count: 3 }],
    ['to a status', 'crvs/registry/txn/status', 'txn_status', status, 'txn-on-status', {}],
    [
      'to who ends a subscription that is not there',
      'crvs/registry/unsubscribe',
      'unsubscribe',
      () => unsubscribeMessage(['SUB-none']),
      'on-unsubscribe',
      {},
    ],
  ])('an answer %s', async (_, path, action, message, answered, header) => {
    const { body, verified } = await next(answered, () => asked(path, action, message()));
    expect({ verified, again: await verifiesAgain(body) }).toEqual({ verified: true, again: true });
    expect(body.header).toMatchObject(header);
    for (const count of ['total_count', 'completed_count'])
      expect(Number.isInteger(body.header[count] ?? 0)).toBe(true);
  });

  test('an answer of the beneficiary registry, whose receiver reads the standard’s object', async () => {
    const { body } = await next('on-search', () => asked('ibr/registry/search', 'search', searchById(SUDARAT)));
    expect(await verifiesAgain(body)).toBe(true);
    expect(body.message.search_response[0].data.reg_records[0].programs).toEqual([{ name: expect.any(String) }]);
  });

  test('a subscription’s beginning, and a death with the members it reads', async () => {
    const begun = await next('on-subscribe', () =>
      asked('crvs/registry/subscribe', 'subscribe', subscribeMessage(subscribeItem({ event: 'Death' }))),
    );
    expect(Object.keys(begun.body.header)).not.toContain('status');
    expect(await verifiesAgain(begun.body)).toBe(true);
    const id = randomUUID();
    const data = { name: { surname: 'Okafor' }, death_date: '2026-02-01' };
    const { body } = await next('notify', () => upsert(gateway, { id, data, event: 'Death' }));
    expect(body.message).toMatchObject({
      event_type: 'death',
      event_date: '2026-02-01',
      identifiers: [{ type: 'UIN', value: id }],
      notify_event: [{ data: { reg_event_type: 'Death' } }],
    });
    expect(await verifiesAgain(body)).toBe(true);
    // Its model takes a whole day or none.
    const month = { name: { surname: 'Okafor' }, death_date: '2026-02' };
    const later = await next('notify', () => upsert(gateway, { id: randomUUID(), data: month, event: 'Death' }));
    expect(later.body.message).toMatchObject({ event_type: 'death', notify_event: [expect.anything()] });
    expect(later.body.message).not.toHaveProperty('event_date');
  });
});

test('a subscription ends by what its client kept of it, the acknowledgement’s correlation id', async () => {
  const sender_uri = `${inbox.url}/crvs`;
  const wish = subscribeMessage(subscribeItem({ event: 'Marriage' }));
  let acknowledged = '';
  await next('on-subscribe', async () => {
    const { body } = await partner.send('crvs/registry/subscribe', 'subscribe', wish, { sender_uri });
    acknowledged = body.message.correlation_id;
  });
  const end = unsubscribeMessage([acknowledged]);
  const { body } = await next('on-unsubscribe', () => asked('crvs/registry/unsubscribe', 'unsubscribe', end));
  expect(body.message).toMatchObject({ status: 'succ', subscription_status: [{ code: expect.any(String) }] });
  const unknown = unsubscribeMessage([randomUUID()]);
  const again = await next('on-unsubscribe', () => asked('crvs/registry/unsubscribe', 'unsubscribe', unknown));
  expect(again.body.message.status).toBe('rjct');
});

test('a receiver that can verify nothing is told of as such', async () => {
  inbox.behave((_, response) => void response.writeHead(401).end());
  const sent = await next('on-search', () => asked('dr/registry/search', 'search', searchById(SUDARAT)));
  inbox.behave(undefined);
  expect(sent.verified).toBe(true);
  const errors: (string | null)[] = [];
  await until(async () => {
    const { deliveries } = await gateway.admin<{ deliveries: { nodes: { attempts: { error: string | null }[] }[] } }>(
      `{ deliveries(first: 20) { nodes { attempts { error } } } }`,
    );
    errors.push(...deliveries.nodes.flatMap(({ attempts }) => attempts.map(({ error }) => error)));
    return errors.some((error) => error?.includes('OPENSPP’s receiver for DR cannot verify') === true);
  });
});
