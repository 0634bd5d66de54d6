/** Search as the protocol has it: paging, sorting, GraphQL as a query type, item outcomes, and what a header is held to. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { demoRecords } from '../../src/sources/demo-data.js';
import { loadRecords } from '../../src/entities/records/record.repository.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { rawPost } from '../support/raw-post.js';

const REGISTRIES = ['social', 'crvs', 'dr', 'fr', 'ibr', 'ess'];
const ALL = REGISTRIES.map((registry) => ({ registry: registry.toUpperCase() }));
const EVERYBODY = { query_type: 'expression', query: { birth_date: { $gte: '1900-01-01' } } };

let gateway: TestGateway;
let partner: Partner;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { MAX_BATCH_ITEMS: '3', MAX_RECORDS_FOUND: '120' } });
  await loadRecords(gateway.database, [...demoRecords(150)]);
  partner = await createPartner(gateway, { agreements: ALL });
});
afterAll(() => gateway?.close());

const itemOf = (criteria: object, rest: object = {}): JsonObject => ({
  reference_id: randomUUID(),
  timestamp: new Date().toISOString(),
  search_criteria: criteria as JsonObject,
  ...rest,
});

const order = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);
const message = (...items: JsonObject[]): JsonObject => ({ transaction_id: randomUUID(), search_request: items });

async function search(criteria: object, registry = 'social', as = partner) {
  const { status, body } = await as.send(`${registry}/registry/sync/search`, 'search', message(itemOf(criteria)));
  return { status, body, item: body.message?.search_response?.[0] };
}

describe('paging', () => {
  const sort = [{ attribute_name: 'sex', sort_order: 'desc' }, { attribute_name: 'birth_date' }];
  const women = { query_type: 'expression', query: { sex: 'female' }, sort };
  const page = (pagination: object) => search({ ...women, pagination });
  const keys = (records: { sex: string; birth_date: string }[]) => records.map(({ birth_date }) => birth_date);

  test('by number and by cursor gives every record once, in the order of all sort keys', async () => {
    const whole = (await page({ page_size: 1000 })).item;
    const total = whole.pagination.total_count;
    expect(total).toBeGreaterThan(20);
    expect(keys(whole.data.reg_records)).toEqual(keys(whole.data.reg_records).toSorted());
    const byNumber = [];
    for (let number = 1; byNumber.length < total; number++) {
      const { item } = await page({ page_size: 7, page_number: number });
      expect(item.pagination).toMatchObject({ page_size: 7, page_number: number, total_count: total });
      byNumber.push(...item.data.reg_records);
    }
    expect(byNumber).toEqual(whole.data.reg_records);
    const byCursor = [];
    for (let cursor: string | undefined, pages = 0; pages === 0 || cursor !== undefined; pages++) {
      const { item } = await page({ page_size: 9, ...(cursor && { cursor }) });
      byCursor.push(...item.data.reg_records);
      cursor = item.pagination.next_cursor;
      expect(pages).toBeLessThan(50);
    }
    expect(byCursor).toEqual(whole.data.reg_records);
  });

  test('by cursor goes on for the sender alone that was told it, and the cursor tells nothing of a record', async () => {
    const { item } = await page({ page_size: 1 });
    const cursor: string = item.pagination.next_cursor;
    const told = Buffer.from(cursor, 'base64url').toString();
    const [first] = await gateway.database.query<{ id: string }>('select id from registry_record limit 1');
    expect(first?.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(told).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/);
    expect(told).not.toContain(item.data.reg_records[0].birth_date);
    const other = await createPartner(gateway);
    const foreign = await search({ ...women, pagination: { page_size: 1, cursor } }, 'social', other);
    const unsealed = Buffer.from(JSON.stringify({ order: 'x', keys: [], id: first?.id })).toString('base64url');
    const refusal = { status: 'rjct', status_reason_code: 'rjct.pagination.invalid' };
    expect(foreign.item).toMatchObject(refusal);
    for (const text of ['AAAA', unsealed, cursor.slice(0, -2)])
      expect((await page({ page_size: 1, cursor: text })).item).toMatchObject(refusal);
    expect((await page({ page_size: 1, cursor })).item.status).toBe('succ');
  });

  test('directions differ key by key', async () => {
    const { item } = await search({
      query_type: 'expression',
      query: { birth_date: { $gte: '1980-01-01' } },
      sort: [
        { attribute_name: 'sex', sort_order: 'asc' },
        { attribute_name: 'birth_date', sort_order: 'desc' },
      ],
      pagination: { page_size: 1000 },
    });
    const found = item.data.reg_records.map((one: JsonObject) => [one.sex, one.birth_date]);
    const expected = found.toSorted(([a, x]: string[], [b, y]: string[]) => order(a, b) || order(y, x));
    expect(found).toEqual(expected);
    expect(new Set(found.map(([sex]: string[]) => sex)).size).toBeGreaterThan(1);
  });

  test('stands in every item, also where the item carries it', async () => {
    const outside = message(itemOf(women, { pagination: { page_size: 3, page_number: 2 } }));
    const { body } = await partner.send('social/registry/sync/search', 'search', outside);
    expect(body.message.search_response[0].pagination).toMatchObject({ page_size: 3, page_number: 2 });
    expect((await search(women)).item.pagination).toMatchObject({ page_size: 20, page_number: 1 });
  });

  test('beyond the cap, or with a foreign cursor, is rejected in the item', async () => {
    for (const pagination of [{ page_size: 1001 }, { page_size: 5, cursor: 'x' }]) {
      const { status, body, item } = await page(pagination);
      expect(status).toBe(200);
      expect(body.header).toMatchObject({ status: 'rjct', total_count: 1, completed_count: 0 });
      expect(item).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.pagination.invalid' });
    }
  });

  test.each([{ page_size: 0 }, { page_size: -1 }, { page_size: 5, page_number: 0 }, { page_size: 2 ** 40 }])(
    '%j is a malformed message',
    async (pagination) => {
      const { status, body } = await page(pagination);
      expect(status).toBe(400);
      expect(body.errors[0]).toMatchObject({
        code: 'err.request.bad',
        message: expect.stringContaining('pagination.page_'),
      });
    },
  );

  test('by an attribute that nobody has is rejected in the item', async () => {
    const { item } = await search({ ...EVERYBODY, sort: [{ attribute_name: 'shoe_size' }] });
    expect(item).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.sort.invalid' });
  });
});

describe('query_type graphql', () => {
  const graphql = (expression: string) => ({
    query_type: 'graphql',
    query: { type: 'ns:org:QueryType:graphql', value: { expression } },
  });
  const QUERIES: [string, string, JsonObject][] = [
    [
      'social',
      '{ person(UIN: "UIN") { sex name { surname } } }',
      { sex: expect.any(String), name: { surname: expect.any(String) } },
    ],
    ['crvs', 'ById { person(UIN: "UIN") { birthDate } }', { birth_date: expect.any(String) }],
    ['dr', '{ disabledPerson(UIN: "UIN") { disability_status } }', { disability_status: expect.any(String) }],
    ['fr', '{ farmer(UIN: "UIN") { farm_type } }', { farm_type: expect.any(String) }],
    ['ibr', '{ beneficiary(UIN: "UIN") { enrollment_status } }', { enrollment_status: expect.any(String) }],
    ['ess', '{ person(UIN: "UIN") { birth_date } }', { birth_date: expect.any(String) }],
  ];

  test.each(QUERIES)('in %s: the selection is what leaves', async (registry, text, expected) => {
    const [known] = await gateway.database.query<{ value: string }>(
      `select value from record_identifier where registry = $1 and type = 'UIN' and record_type not in ('Member', 'Group') limit 1`,
      [registry.toUpperCase()],
    );
    const { item } = await search(graphql(text.replace('"UIN"', `"${known?.value}"`)), registry);
    expect(item).toMatchObject({ status: 'succ' });
    const { '@context': _, '@type': __, ...record } = [item.data.reg_records].flat()[0];
    expect(record).toEqual(expected);
  });

  test('a selection never goes beyond the agreement', async () => {
    const narrow = await createPartner(gateway, { agreements: [{ fields: ['sex', 'identifier'] }] });
    const { item } = await search(graphql('{ person(sex: "male", first: 2) { sex birth_date } }'), 'social', narrow);
    expect(item.data.reg_records).toHaveLength(2);
    for (const record of item.data.reg_records)
      expect(Object.keys(record).sort()).toEqual(['@context', '@type', 'sex']);
    const refused = await search(graphql('{ person(birth_date: "1985-05-20") { sex } }'), 'social', narrow);
    expect(refused.item).toMatchObject({ status_reason_code: 'rjct.filter.invalid' });
  });

  test('a text that asks nothing is rejected in the item', async () => {
    expect((await search(graphql('{ person { sex } }'))).item).toMatchObject({
      status: 'rjct',
      status_reason_code: 'rjct.search_criteria.invalid',
      status_reason_message: expect.stringContaining('say whom to find'),
    });
  });
});

describe('an item', () => {
  test('names its record type by response_entity, reg_record_type or collection', async () => {
    const query = { group_size: { $gte: 1 } };
    const collection = { type: 'ns:org:QueryType:expression', value: { expression: { collection: 'Group', query } } };
    const asked = [
      { query_type: 'expression', query, response_entity: 'Group' },
      { query_type: 'expression', query, reg_record_type: 'spdci:Household' },
      { query_type: 'expression', query: collection },
    ];
    for (const criteria of asked) expect((await search(criteria)).item.data.reg_record_type).toBe('Group');
    const { item } = await search({ ...EVERYBODY, reg_record_type: 'Spaceship' });
    expect(item).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.search_criteria.invalid' });
  });

  test('that is rejected does not take the others with it', async () => {
    const good = itemOf({ query_type: 'expression', query: { sex: 'male' }, pagination: { page_size: 1 } });
    const again = { ...good };
    const nameless = { ...good, reference_id: '' };
    const { body } = await partner.send('social/registry/sync/search', 'search', message(good, again, nameless));
    expect(body.header).toMatchObject({ status: 'succ', total_count: 3, completed_count: 1 });
    expect(body.message.search_response.map((one: JsonObject) => one.status_reason_code ?? one.status)).toEqual([
      'succ',
      'rjct.reference_id.duplicate',
      'rjct.reference_id.invalid',
    ]);
  });

  test('that matches too many is rejected, one that matches fewer is not', async () => {
    const { item } = await search(EVERYBODY);
    expect(item).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.search.too_many_records_found' });
    expect((await search({ query_type: 'expression', query: { sex: 'male' } })).item.status).toBe('succ');
  });

  test('nobody found is a success', async () => {
    const { body } = await partner.send('crvs/registry/sync/search', 'search', searchById('nobody'));
    expect(body.message.search_response[0]).toMatchObject({
      status: 'succ',
      data: { reg_records: [], reg_record_type: 'spdci-extensions-dci:Person' },
      pagination: { total_count: 0 },
    });
  });

  test('nobody found is a success without data where a record would be an object', async () => {
    const { body } = await partner.send('dr/registry/sync/search', 'search', searchById('nobody'));
    const [answered] = body.message.search_response;
    expect(answered).toMatchObject({ status: 'succ', pagination: { total_count: 0 } });
    expect(answered.data).toBeUndefined();
  });

  test.each(REGISTRIES)('of %s comes one record each to a sender that wants objects', async (registry) => {
    const objects = await createPartner(gateway, { agreements: ALL, sender: { recordsAs: 'OBJECT' } });
    const sex = registry === 'ibr' ? { assistance_unit: '1' } : { sex: 'male' };
    const criteria = { query_type: 'expression', query: sex, pagination: { page_size: 2 } };
    const asked = itemOf(criteria);
    const envelope = await objects.envelope('search', message(asked));
    const { body } = await rawPost(gateway.url, objects, `${registry}/registry/sync/search`, envelope);
    expect(body.message.search_response).toHaveLength(2);
    for (const one of body.message.search_response) {
      expect(one.reference_id).toBe(asked['reference_id']);
      expect(one.data.reg_records['@type']).toEqual(expect.any(String));
    }
  });
});

describe('a header', () => {
  const good = () => itemOf({ query_type: 'idtype-value', query: { type: 'UIN', value: 'nobody' } });
  const send = (as: Partner, items: JsonObject[], overrides: JsonObject) =>
    as.send('crvs/registry/sync/search', 'search', message(...items), overrides);

  test('may count wrongly, unless the gateway is strict', async () => {
    expect((await send(partner, [good()], { total_count: 7 })).body.header.status).toBe('succ');
    const strict = await startTestGateway({ env: { STRICT_TOTAL_COUNT: 'true' } });
    try {
      const other = await createPartner(strict, { agreements: [{ registry: 'CRVS' }] });
      const { status, body } = await send(other, [good()], { total_count: 7 });
      expect(status).toBe(200);
      expect(body.header).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.total_count.invalid' });
      expect(body.message.search_response).toEqual([]);
      expect((await send(other, [good()], { total_count: 1 })).body.header.status).toBe('succ');
    } finally {
      await strict.close();
    }
  });

  test('cannot bring more items than one message carries', async () => {
    const { status, body } = await send(partner, [good(), good(), good(), good()], { total_count: 4 });
    expect(status).toBe(200);
    expect(body.header).toMatchObject({
      status: 'rjct',
      status_reason_code: 'rjct.total_count.limit_exceeded',
      status_reason_message: expect.stringContaining('at most 3 items'),
    });
    expect((await send(partner, [good(), good(), good()], { total_count: 3 })).body.header.completed_count).toBe(3);
  });

  test.each([
    [{ version: '2.0.0' }, 'err.version.not_supported', 'header.version'],
    [{ action: 'notify' }, 'err.request.bad', 'rjct.action.invalid'],
    [{ message_ts: '2020-01-01T00:00:00Z' }, 'err.request.bad', 'rjct.message_ts.invalid'],
    [{ message_ts: '2020-01-01T00:00:00' }, 'err.request.bad', 'header.message_ts'],
    [{ receiver_id: 'somebody-else' }, 'err.receiver_id.invalid', 'header.receiver_id'],
    [{ total_count: '1' }, 'err.request.bad', 'header.total_count'],
  ])('%j is refused', async (overrides, code, text) => {
    const { status, body } = await send(partner, [good()], overrides);
    expect(status).toBe(400);
    expect(body.errors[0]).toMatchObject({ code, message: expect.stringContaining(text) });
  });

  test.each([
    [{ timestamp: '2022-12-04T17:20:07' }, 'timestamp'],
    [{ locale: 'en' }, 'locale'],
    [{ locale: 'ENG' }, 'locale'],
  ])('an item with %j makes the message malformed', async (rest, field) => {
    const { status, body } = await send(partner, [{ ...good(), ...rest }], {});
    expect(status).toBe(400);
    expect(body.errors[0].message).toContain(`search_request.0.${field}`);
  });
});
