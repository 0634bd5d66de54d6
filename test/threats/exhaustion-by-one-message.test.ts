/** One message costs more than a partner may. Here what it may hold, what it costs, and when it ends is bounded, the same at every door. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Answer, type Partner } from '../support/partner.js';
import { statementsOf } from '../support/statements.js';
import { until } from '../support/until.js';

const PEOPLE = 1000;
const SEARCH = `mutation ($input: SearchInput!) {
  search(input: $input) { status completedCount items { status reasonCode reasonMessage records } }
}`;
const EVERYBODY = { sex: { $in: ['female', 'male'] } };
const FEW = { 'name.surname': { $eq: 'Few' } };

const person = (n: number) => ({
  recordType: 'SRPerson',
  identifiers: [{ type: 'UIN', value: `many-${n}` }],
  data: { sex: n % 2 === 0 ? 'female' : 'male', name: { surname: n < 10 ? 'Few' : 'Many', suffix: 'x'.repeat(2000) } },
});

describe('one message', () => {
  let gateway: TestGateway;
  let partner: Partner;
  let narrow: Partner;

  const graphql = (asking: Partner, items: object[]) =>
    asking.postHttpSigned('/graphql', {
      query: SEARCH,
      variables: { input: { registry: 'SOCIAL', transactionId: randomUUID(), items } },
    });
  const asked = (count: number, query: object, size: number) =>
    Array.from({ length: count }, (_, n) => ({
      referenceId: `r-${n}`,
      queryType: 'EXPRESSION',
      query,
      page: { size, number: 1 },
    }));
  const rest = (asking: Partner, count: number, query: object, size: number, path = 'sync/search') =>
    asking.send(`social/registry/${path}`, 'search', {
      transaction_id: randomUUID(),
      search_request: Array.from({ length: count }, (_, n) => ({
        reference_id: `r-${n}`,
        timestamp: new Date().toISOString(),
        search_criteria: {
          query_type: 'expression',
          query: { type: 'ns:org:QueryType:expression', value: { expression: { query } } },
          pagination: { page_size: size, page_number: 1 },
        },
      })) as JsonObject[],
    });
  const searches = async (of: Partner) =>
    (
      await gateway.database.query<{ n: number }>(
        `select count(*)::int as n from transaction where sender_id = $1 and status = 'SUCCEEDED'`,
        [of.senderId],
      )
    )[0]?.n;

  beforeAll(async () => {
    gateway = await startTestGateway({ env: { MAX_BATCH_ITEMS: '20', MAX_BODY_BYTES: '2000000' } });
    partner = await createPartner(gateway, { sender: { rateLimitPerMinute: 1_000_000 } });
    narrow = await createPartner(gateway, {
      sender: { rateLimitPerMinute: 1_000_000 },
      agreements: [{ fields: ['identifier', 'name.surname', 'sex'] }],
    });
    for (let from = 0; from < PEOPLE; from += 250)
      await gateway.admin(
        'mutation ($r: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $r) { inserted } }',
        { r: Array.from({ length: 250 }, (_, n) => person(from + n)) },
      );
  });
  afterAll(() => gateway.close());

  test('of 5 000 items is refused at once, over GraphQL as over REST', async () => {
    let body: Answer['body'];
    const statements = await statementsOf(gateway.database, async () => {
      ({ body } = await graphql(partner, asked(5000, EVERYBODY, 1000)));
    });
    // Not one record was read for it.
    expect(statements.filter((text) => text.includes('registry_record'))).toEqual([]);
    expect(body.errors).toMatchObject([
      {
        message: expect.stringMatching(/^rjct\.total_count\.limit_exceeded: a message carries at most 20 items/),
        extensions: { code: 'BAD_USER_INPUT', reason: 'rjct.total_count.limit_exceeded' },
      },
    ]);
    const sync = await rest(partner, 21, FEW, 1);
    expect(sync.body.header).toMatchObject({
      status: 'rjct',
      status_reason_code: 'rjct.total_count.limit_exceeded',
    });
    const later = await rest(partner, 21, FEW, 1, 'search');
    expect(later.status).toBe(400);
    expect(later.body.errors[0].message).toMatch(/^rjct\.total_count\.limit_exceeded/);
    expect(await searches(partner)).toBe(0);
    expect((await graphql(partner, asked(20, FEW, 1))).body.data.search.completedCount).toBe(20);
    expect((await rest(partner, 20, FEW, 1)).body.header.completed_count).toBe(20);
  });

  test('is answered with 10 000 records, and what goes beyond is told', async () => {
    const { body } = await graphql(narrow, [...asked(11, EVERYBODY, 1000)]);
    const { items, completedCount } = body.data.search;
    expect(completedCount).toBe(10);
    expect(items[9].records).toHaveLength(1000);
    expect(items[10]).toMatchObject({
      status: 'REJECTED',
      reasonCode: 'rjct.search.too_many_records_found',
      reasonMessage: expect.stringMatching(/at most 10000 records.*ask for fewer per page/),
      records: [],
    });
    const sync = await rest(narrow, 11, EVERYBODY, 1000);
    expect(sync.body.header).toMatchObject({ completed_count: 10, total_count: 11 });
    expect(sync.body.message.search_response[10]).toMatchObject({
      status: 'rjct',
      status_reason_code: 'rjct.search.too_many_records_found',
    });
  });

  test('is answered with 16 MiB, or refused with the remedy', async () => {
    const { body } = await graphql(partner, asked(9, EVERYBODY, 1000));
    expect(body.errors).toMatchObject([
      { message: expect.stringMatching(/larger than 16777216 bytes.*fewer.*asynchronously/) },
    ]);
    expect(body.data).toBeNull();
    const sync = await rest(partner, 9, EVERYBODY, 1000);
    expect(sync.status).toBe(413);
    expect(sync.body.errors[0]).toMatchObject({ code: 'err.request.bad', message: expect.stringContaining('larger') });
    expect((await rest(partner, 3, EVERYBODY, 1000)).body.header.completed_count).toBe(3);
  });

  test('that asks for earlier answers is held to 16 MiB too', async () => {
    for (let n = 0; n < 3; n++) await rest(partner, 3, EVERYBODY, 1000);
    const list = (first: number) =>
      partner.postHttpSigned('/graphql', {
        query: `query ($first: Int!) { transactions(first: $first, filter: { operation: SEARCH }) { nodes { responseData } } }`,
        variables: { first },
      });
    expect((await list(2)).body.errors).toBeUndefined();
    expect((await list(3)).body.errors).toMatchObject([
      { message: expect.stringMatching(/at most 16777216 bytes at once; ask for fewer/) },
    ]);
  });

  test.each([
    ['aliases', `items { ${Array.from({ length: 9 }, (_, n) => `r${n}: records`).join(' ')} }`],
    ['aliases above it', Array.from({ length: 9 }, (_, n) => `i${n}: items { records }`).join(' ')],
  ])('that is told again by %s is held to 16 MiB too', async (_how, selection) => {
    const { body } = await partner.postHttpSigned('/graphql', {
      query: `mutation ($input: SearchInput!) { search(input: $input) { ${selection} } }`,
      variables: { input: { registry: 'SOCIAL', transactionId: randomUUID(), items: asked(1, EVERYBODY, 1000) } },
    });
    expect(body.errors?.[0]?.message).toMatch(/told again .* at most 16777216 bytes/);
    expect(JSON.stringify(body).length).toBeLessThan(10_000);
    const twice = await partner.postHttpSigned('/graphql', {
      query: `mutation ($input: SearchInput!) { search(input: $input) { items { a: records b: records } } }`,
      variables: { input: { registry: 'SOCIAL', transactionId: randomUUID(), items: asked(1, FEW, 1000) } },
    });
    expect(twice.body.data.search.items[0].a).toEqual(twice.body.data.search.items[0].b);
  });

  describe('costs the same', () => {
    const poor = (points: number) => createPartner(gateway, { sender: { rateLimitPerMinute: points } });
    const one = (n: number) => `m${n}: search(input: { registry: SOCIAL, transactionId: "t", items: [
      { referenceId: "r", queryType: IDTYPE_VALUE, query: { type: "UIN", value: "many-1" } }] }) { status }`;
    const short = (asking: Partner) =>
      asking.postHttpSigned('/dci/v1/search', {
        transaction_id: randomUUID(),
        sender_id: asking.senderId,
        search_criteria: { UIN: 'many-1' },
      });

    test('at every door, item by item', async () => {
      const asking = await poor(5);
      // 20 items are two points.
      expect((await graphql(asking, asked(20, FEW, 1))).body.data.search.completedCount).toBe(20);
      expect((await rest(asking, 20, FEW, 1)).body.header.completed_count).toBe(20);
      expect((await short(asking)).status).toBe(200);
      for (const refused of [
        await graphql(asking, asked(1, FEW, 1)),
        await rest(asking, 1, FEW, 1),
        await short(asking),
      ]) {
        expect(refused.status).toBe(429);
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      }
    });

    test('in one document as in several: a document of several is refused, and charged as a request', async () => {
      const asking = await poor(3);
      const query = `mutation { ${[0, 1, 2].map(one).join(' ')} }`;
      const { body } = await asking.postHttpSigned('/graphql', { query });
      expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      expect(await searches(asking)).toBe(0);
      expect((await short(asking)).status).toBe(200);
      expect((await short(asking)).status).toBe(200);
      expect((await short(asking)).status).toBe(429);
    });

    test('where it costs more than there is left, nothing of it is answered', async () => {
      const asking = await poor(3);
      expect((await rest(asking, 20, FEW, 1)).status).toBe(200);
      const { body } = await graphql(asking, asked(20, FEW, 1));
      expect(body.errors).toMatchObject([{ extensions: { code: 'TOO_MANY_REQUESTS' } }]);
    });

    test('a message above the whole limit is the whole of it', async () => {
      const asking = await poor(1);
      expect((await graphql(asking, asked(20, FEW, 1))).body.data.search.completedCount).toBe(20);
      expect((await short(asking)).status).toBe(429);
    });
  });
});

test('work ends at the deadline, its statement and its other items with it', async () => {
  const gateway = await startTestGateway({
    env: { GRAPHQL_TIMEOUT_MS: '4000', DB_STATEMENT_TIMEOUT_MS: '0', ROLE: 'api' },
  });
  const client = await gateway.database.pool.connect();
  const waiting = async () =>
    (
      await client.query(
        `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
    ).rows;
  try {
    const partner = await createPartner(gateway);
    await client.query('begin');
    await client.query('lock table registry_record in access exclusive mode');
    const items = ['a', 'b', 'c'].map((referenceId) => ({ referenceId, queryType: 'EXPRESSION', query: EVERYBODY }));
    const input = { registry: 'SOCIAL', transactionId: 't', items };
    const { body } = await partner.postHttpSigned('/graphql', { query: SEARCH, variables: { input } });
    expect(body.errors).toMatchObject([{ extensions: { code: 'TIMEOUT' } }]);
    const rest = await partner.postHttpSigned('/dci/v1/search', {
      transaction_id: 't',
      sender_id: partner.senderId,
      search_criteria: { sex: 'female' },
    });
    expect(rest.status).toBe(503);
    expect(rest.body.errors[0].message).toContain('took too long');
    await until(async () => (await waiting()).length === 0);
    await client.query('rollback');
    const rows = await gateway.database.query(`select status from transaction where sender_id = $1`, [
      partner.senderId,
    ]);
    expect(rows).toEqual([{ status: 'REJECTED' }, { status: 'REJECTED' }]);
    const after = await partner.postHttpSigned('/graphql', { query: SEARCH, variables: { input } });
    expect(after.body.data.search.completedCount).toBe(3);
  } finally {
    await client.query('rollback');
    client.release();
    await gateway.close();
  }
});
