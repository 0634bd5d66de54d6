/** OpenG2P's partners and openIMIS ask in their own forms. */
import { randomUUID } from 'node:crypto';
import { assert, asyncProperty, constantFrom, dictionary, oneof, record, tuple } from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { upsertInto } from '../subscriptions/subscriptions.js';
import { foreignCall } from '../support/foreign-call.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId, expression, searchFor } from '../support/search-message.js';
import { until } from '../support/until.js';

const dataDir = mkdtempSync(join(tmpdir(), 'dialects-'));
let gateway: TestGateway;
let inbox: Inbox;
let openg2p: Partner;
let openimis: Partner;
let standard: Partner;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { SEED: 'demo', DATA_DIR: dataDir } });
  inbox = await startInbox(gateway.url, 'DCI', false);
  const agreements = ['SOCIAL', 'FR'].map((registry) => ({ registry }));
  openg2p = await createPartner(gateway, { profile: 'JWS', sender: { dialect: 'OPENG2P' }, agreements });
  standard = await createPartner(gateway, { profile: 'JWS', agreements });
  const sender = { dialect: 'OPENIMIS', notifyUri: `${inbox.url}/registry/notify`, autoApproveSubscriptions: true };
  openimis = await createPartner(gateway, { sender, agreements });
}, 120_000);
afterAll(async () => {
  await inbox.close();
  await gateway.close();
  rmSync(dataDir, { recursive: true });
});

/** Without a count in its header. */
async function ask(partner: Partner, path: string, action: string, message: JsonObject, header: JsonObject = {}) {
  const signed = await partner.envelope(action, message, { total_count: undefined as never, ...header });
  return foreignCall(gateway, partner, path, signed);
}
const search = async (partner: Partner, message: JsonObject, receiver_id = 'openg2p-registry', registry = 'social') => {
  const { status, body } = await ask(partner, `${registry}/registry/sync/search`, 'search', message, { receiver_id });
  const [item] = body.message?.search_response ?? [];
  return { status, body, item, records: item?.data?.reg_records ?? [] };
};

describe('OpenG2P', () => {
  test.each([
    ['its columns', { first_name: { $eq: 'Anan' }, last_name: { $eq: 'Phumchai' } }],
    ['one text, a number', { search_text: { $eq: '123456789' } }],
    ['one text, a name', { search_text: { $eq: 'Anan' } }],
  ])('%s', async (_, query) => {
    const { records } = await search(
      openg2p,
      expression(query, { reg_type: 'Individual', reg_record_type: 'Individual' }),
    );
    expect(records.length).toBeGreaterThan(0);
    expect(JSON.stringify(records)).toContain('Anan');
  });

  test('an individual of the social registry is a member, whose person stands where its clients read', async () => {
    for (const name of ['Individual', 'INDIVIDUAL']) {
      const asked = expression(
        { search_text: { $eq: '123456789' } },
        { reg_type: 'Individual', reg_record_type: name },
      );
      const { records } = await search(openg2p, asked);
      expect(records).toEqual([
        expect.objectContaining({
          is_disabled: false,
          demographic_info: expect.objectContaining({
            name: { surname: 'Phumchai', given_name: 'Anan' },
            sex: 'male',
            birth_date: '1985-05-20',
          }),
        }),
      ]);
    }
    const byName = expression({ first_name: 'Anan', middle_name: { $ne: 'X' } }, { reg_record_type: 'Individual' });
    expect((await search(openg2p, byName)).item.status).toBe('succ');
    // Whoever names a person, or nothing, gets the registry's own record, in whose members a consent names what it covers.
    for (const name of ['spdci-extensions-dci:Person', ''])
      expect((await search(openg2p, expression({ UIN: '123456789' }, { reg_record_type: name }))).records).toEqual([
        expect.objectContaining({ name: { surname: 'Phumchai', given_name: 'Anan' } }),
      ]);
  });

  test('nobody is found by a text that names nobody', async () => {
    const { item, records } = await search(openg2p, expression({ search_text: { $eq: 'IND-NSR-0001' } }));
    expect({ status: item.status, records }).toEqual({ status: 'succ', records: [] });
  });

  test.each<JsonObject>([
    { type: 'FID', value: '123456789' },
    { type: 'foundational_id', value: '123456789' },
    { type: 'idtype-value', value: { id_type: 'fid', id_value: '123456789' } },
    { type: 'idtype-value', value: { id_type: 'Foundational_Id', id_value: '123456789' } },
  ])('its identifier %j', async (query) => {
    const message = searchFor({ query_type: 'idtype-value', query });
    expect(JSON.stringify((await search(openg2p, message)).records)).toContain('Anan');
    expect((await search(standard, message, 'dci-gateway')).item?.status ?? 'rjct').toBe('rjct');
  });

  test('a standard sender that asks in its form is told the dialect, in the item', async () => {
    const reasonFor = async (query: JsonObject) => {
      const header = { receiver_id: 'dci-gateway', total_count: 1 };
      const { body } = await ask(standard, 'social/registry/sync/search', 'search', expression(query), header);
      return body.message.search_response[0].status_reason_message as string;
    };
    expect(await reasonFor({ search_text: { $eq: 'Anan' } })).toContain('dialect OPENG2P');
    expect(await reasonFor({ nonsense: { $eq: 'Anan' } })).not.toContain('dialect');
  });

  test('an operator of search_text that is not read is refused', async () => {
    const { item } = await search(openg2p, expression({ search_text: { $regex: '.*' } }));
    expect(item.status).toBe('rjct');
  });

  test('a sort by its column, at the register’s own name', async () => {
    const criteria = { query_type: 'idtype-value', query: { type: 'UIN', value: '847951632' } };
    const message = searchFor({ ...criteria, sort: [{ attribute_name: 'last_name', sort_order: 'asc' }] });
    expect((await search(openg2p, message, 'farmer-registry', 'fr')).records.length).toBeGreaterThan(0);
  });

  test('is refused to a sender without the dialect', async () => {
    const message = expression({ search_text: { $eq: 'Anan' } });
    const { status, body } = await search(standard, message);
    expect(status).toBe(400);
    expect(body.message.error.message).toMatch(/total_count.*a sender of the dialect OPENG2P/);
  });
});

test('a language in two letters is read of a dialect alone', async () => {
  const send = async (partner: Partner) => {
    const { search_request: items, ...message } = byId('123456789');
    const [item] = items as JsonObject[];
    const body = await partner.envelope('search', { ...message, search_request: [{ ...item, locale: 'en' }] });
    return foreignCall(gateway, partner, 'social/registry/sync/search', body);
  };
  expect((await send(openg2p)).body.message.search_response[0].locale).toBe('eng');
  expect((await send(standard)).status).toBe(400);
});

describe('openIMIS', () => {
  const next = async (action: string, cause: () => Promise<unknown>) => {
    const before = inbox.received.length;
    await cause();
    const found = () => inbox.received.slice(before).find(({ body }) => body.header.action === action);
    await until(() => found() !== undefined);
    return found()!.body;
  };
  const header = () => ({ receiver_id: 'openimis', sender_uri: `${inbox.url}/registry/on-subscribe` });
  const head = () => ({ reference_id: randomUUID(), timestamp: new Date().toISOString() });

  test('subscribes, is notified in the member that it reads, and unsubscribes', async () => {
    const id = randomUUID();
    const item = { ...head(), filter: { type: 'UIN', value: id }, expiry: '2099-01-01T00:00:00Z' };
    const message = { transaction_id: randomUUID(), subscribe_request: [item] };
    const begun = await next('on-subscribe', () =>
      ask(openimis, 'social/registry/subscribe', 'subscribe', message, header()),
    );
    expect(begun.message.subscribe_response.map(({ status }: { status: string }) => status)).toEqual([
      'succ',
      'succ',
      'succ',
    ]);
    const notified = await next('notify', () => upsertInto(gateway, 'SOCIAL', 'SRPerson', { id }));
    const [event] = notified.message.notify_event;
    expect(notified.message.notify_request).toEqual([
      expect.objectContaining({
        data: expect.objectContaining({ reg_type: 'SOCIAL', reg_record: event.data.reg_records }),
      }),
    ]);
    const [{ subscriptions }] = begun.message.subscribe_response;
    const end = {
      transaction_id: randomUUID(),
      unsubscribe_request: [{ ...head(), subscription_id: subscriptions[0].code }],
    };
    const ended = await next('on-unsubscribe', () =>
      ask(openimis, 'social/registry/unsubscribe', 'unsubscribe', end, header()),
    );
    expect(ended.message.subscription_status).toEqual([expect.objectContaining({ code: subscriptions[0].code })]);
  });

  test('asks for a status without a reference', async () => {
    const question = { txn_type: 'search', attribute_type: 'transaction_id', attribute_value: 'none' };
    const message = { transaction_id: randomUUID(), txnstatus_request: question };
    const { status } = await ask(openimis, 'social/registry/sync/txn/status', 'txn-status', message, header());
    expect(status).toBe(200);
    expect((await ask(standard, 'social/registry/sync/txn/status', 'txn-status', message)).status).toBe(400);
  });
});

describe('no dialect', () => {
  const narrow = {
    registry: 'CRVS',
    fields: ['identifier', 'name.given_name', 'birth_date'],
    rowFilter: { sex: { $eq: 'female' } },
  };
  const own = (dialect: string) => createPartner(gateway, { sender: { dialect }, agreements: [narrow] });
  const leavesOf = (value: unknown): unknown[] =>
    typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [value];
  const everybody = expression(
    { birth_date: { $gte: '0001-01-01' } },
    { pagination: { page_size: 1000, page_number: 1 } },
  );
  const itemsOf = async (partner: Partner, message: JsonObject) => {
    const { body } = await ask(partner, 'crvs/registry/sync/search', 'search', message, { total_count: 1 });
    return (body.message?.search_response ?? []) as { data?: { reg_records?: unknown[] } }[];
  };
  const recordsOf = async (partner: Partner, message: JsonObject): Promise<unknown[]> =>
    (await itemsOf(partner, message)).flatMap(({ data }) => data?.reg_records ?? []);

  /** In the forms of every dialect, half of them nonsense. */
  const text = constantFrom('Sudarat', '847951632', '1985-05-20', '2024-11-03', 'female', '*');
  const name = constantFrom('first_name', 'birthDate', 'UIN', 'search_text', 'dateOfEvent', 'last_name', 'sex');
  const operator = oneof(
    text.map((term) => ({ type: 'exact', term })),
    tuple(text, text).map(([gte, lte]) => ({ type: 'range', gte, lte })),
    tuple(constantFrom('$eq', '$gte', '$lte', '$ne', 'x'), text).map(([key, value]) => ({ [key]: value })),
  );
  const comparisons = dictionary(name, operator, { minKeys: 0, maxKeys: 2 });
  const asked = oneof(
    comparisons.map((query) => ({ query_type: 'expression', query })),
    comparisons.map((query) => ({ query_type: 'expression', query: { value: { expression: { query } } } })),
    tuple(name, constantFrom('==', '!=', '>=', '<'), text).map(([attribute, mark, value]) => ({
      query_type: 'predicate',
      query: `person.${attribute} ${mark} '${value}' || birth_date >= '1990-01-01'`,
    })),
    tuple(constantFrom('UIN', 'NID', 'FID'), text).map(([type, value]) => ({
      query_type: 'idtype-value',
      query: { type, value },
    })),
    text.map((value) => ({
      query_type: 'graphql',
      query: { value: { expression: `{ person(UIN: "${value}") { sex name { surname } } }` } },
    })),
  );
  const beside = record({
    reg_type: constantFrom('birth', 'ocrvs:registry_type:death', 'Individual'),
    sort: constantFrom([{ attribute_name: 'createdAt', sort_order: 'asc' }], [{ attribute_name: 'sex' }]),
    reg_record_type: constantFrom('Person', 'Individual', 'Farmer'),
  });
  const criteria = oneof(
    { weight: 4, arbitrary: asked },
    { weight: 1, arbitrary: tuple(asked, beside).map(([one, more]) => ({ ...one, ...more })) },
  );

  test('releases a record or a field that the standard would not', async () => {
    const standardOne = await own('DCI');
    const all = await recordsOf(standardOne, everybody);
    expect(all.length).toBeGreaterThan(100);
    const released = new Set(all.flatMap(leavesOf));
    const words = new Set<unknown>(['spdci:Person', 'NID', 'Place']);
    const senders = await Promise.all(['OPENSPP', 'OPENCRVS', 'OPENG2P', 'OPENIMIS'].map(own));
    let found = 0;
    for (const sender of senders)
      expect(
        (await recordsOf(sender, everybody))
          .flatMap(leavesOf)
          .filter((leaf) => !released.has(leaf) && !words.has(leaf)),
      ).toEqual([]);
    await assert(
      asyncProperty(criteria, async (question) => {
        for (const sender of senders) {
          const records = await recordsOf(sender, searchFor(question as never));
          found += records.length;
          expect(records.flatMap(leavesOf).filter((leaf) => !released.has(leaf) && !words.has(leaf))).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
    expect(found).toBeGreaterThan(0);
  }, 120_000);
});
