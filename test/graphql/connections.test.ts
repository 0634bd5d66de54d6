import { randomUUID } from 'node:crypto';
import { buildClientSchema, getIntrospectionQuery, type GraphQLObjectType, type IntrospectionQuery } from 'graphql';
import { Consent } from '../../src/entities/agreements/consent.entity.js';
import { AdminAction, AuditSeal } from '../../src/entities/audit/audit.entity.js';
import { countRows, readPage } from '../../src/entities/database/read-rows.js';
import { Delivery } from '../../src/entities/deliveries/delivery.entity.js';
import { RegistryRecord } from '../../src/entities/records/record.entity.js';
import { Sender } from '../../src/entities/senders/sender.entity.js';
import { Subscription } from '../../src/entities/subscriptions/subscription.entity.js';
import { Transaction } from '../../src/entities/transactions/transaction.entity.js';
import { createLoaders } from '../../src/graphql/loaders.js';
import { defineDocument, runDocument } from '../../src/graphql/run-document.js';
import { gatewaySchema } from '../../src/graphql/schema.js';
import { statementsOf } from '../support/statements.js';
import { ADMIN_TOKEN, startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById } from '../support/partner.js';

interface Page {
  nodes: { name: string }[];
  edges: { cursor: string }[];
  totalCount?: number;
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

const SENDERS = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: SenderFilter, $orderBy: SenderOrder! = NAME) {
  senders(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
    nodes { name } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

let gateway: TestGateway;

async function makeSender(name: string): Promise<void> {
  await gateway.admin(`mutation ($input: CreateSenderInput!) { createSender(input: $input) { clientId } }`, {
    input: { senderId: `s-${randomUUID()}`, name, allowedOperations: ['SEARCH'], registries: ['SOCIAL'] },
  });
}

async function page(variables: Record<string, unknown>): Promise<Page> {
  return (await gateway.admin<{ senders: Page }>(SENDERS, variables)).senders;
}

const names = ({ nodes }: Page): string[] => nodes.map(({ name }) => name);

async function refusal(query: string, variables: Record<string, unknown> = {}) {
  const { errors } = await gateway.graphql(query, variables);
  return { code: errors?.[0]?.extensions.code, field: errors?.[0]?.extensions.field, message: errors?.[0]?.message };
}

beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLE: 'api' } });
  for (const name of ['A', 'B', 'C', 'C', 'D', 'E', 'F']) await makeSender(name);
});
afterAll(() => gateway.close());

describe('pages', () => {
  test('forward to the end, equal names included, each row once', async () => {
    const first = await page({ first: 3 });
    const second = await page({ first: 3, after: first.pageInfo.endCursor });
    const third = await page({ first: 3, after: second.pageInfo.endCursor });
    expect([first, second, third].map(names)).toEqual([['A', 'B', 'C'], ['C', 'D', 'E'], ['F']]);
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect(second.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    expect(third.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect(first.edges[0]?.cursor).toBe(first.pageInfo.startCursor);
  });

  test('backward to the beginning, in the order of the list', async () => {
    const last = await page({ last: 3 });
    const middle = await page({ last: 3, before: last.pageInfo.startCursor });
    const start = await page({ last: 3, before: middle.pageInfo.startCursor });
    expect([last, middle, start].map(names)).toEqual([['D', 'E', 'F'], ['B', 'C', 'C'], ['A']]);
    expect(last.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect(start.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  });

  test('stay exact while rows arrive before and behind', async () => {
    const first = await page({ first: 3, filter: { name: 'c' } });
    expect(names(first)).toEqual(['C', 'C']);
    const before = await page({ first: 4 });
    await makeSender('AA');
    await makeSender('CC');
    const after = await page({ first: 2, after: before.pageInfo.endCursor });
    expect(names(before)).toEqual(['A', 'B', 'C', 'C']);
    expect(names(after)).toEqual(['CC', 'D']);
  });

  test('of none tell only whether there are rows', async () => {
    expect(await page({ first: 0 })).toMatchObject({
      nodes: [],
      pageInfo: { hasNextPage: true, startCursor: null, endCursor: null },
    });
    expect((await page({ first: 0, filter: { name: 'nobody' } })).pageInfo.hasNextPage).toBe(false);
  });

  test('null is the same as left out', async () => {
    const given = await page({ first: null, after: null, last: null, before: null, filter: null });
    expect(names(given)).toEqual(names(await page({})));
  });
});

describe('arguments that do not fit are refused by name', () => {
  test.each([
    [{ first: 201 }, 'first', /between 0 and 200/],
    [{ last: -1 }, 'last', /between 0 and 200/],
    [{ first: 1, last: 1 }, 'first', /one of them/],
    [{ first: 1, before: 'x' }, 'before', /goes with last/],
    [{ last: 1, after: 'x' }, 'after', /goes with first/],
    [{ after: 'x' }, 'after', /not a cursor of this list/],
    [{ after: Buffer.from('["sender name id","A","not-an-id"]').toString('base64url') }, 'after', /not a cursor/],
    [{ after: Buffer.from('["sender name id","A"]').toString('base64url') }, 'after', /not a cursor/],
    [{ after: Buffer.from('{}').toString('base64url') }, 'after', /not a cursor/],
    [{ after: '' }, 'after', /not a cursor/],
  ])('%j', async (variables, field, message) => {
    const refused = await refusal(SENDERS, variables);
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', field });
    expect(refused.message).toMatch(message);
  });

  test('a cursor of another order, and of another list', async () => {
    const { pageInfo } = await page({ first: 1 });
    const other = { after: pageInfo.endCursor, orderBy: 'SENDER_ID' };
    expect(await refusal(SENDERS, other)).toMatchObject({ code: 'BAD_USER_INPUT', field: 'after' });
    const list = `query ($after: String) { agreements(after: $after) { nodes { id } } }`;
    expect(await refusal(list, { after: pageInfo.endCursor })).toMatchObject({ field: 'after' });
  });

  test('but the schema is always told', async () => {
    const { data, errors } = await gateway.graphql(getIntrospectionQuery());
    expect(errors).toBeUndefined();
    expect(
      buildClientSchema(data as IntrospectionQuery)
        .getQueryType()
        ?.getFields(),
    ).toHaveProperty('senders');
  });

  test('more rows at once than are answered', async () => {
    const query = `query ($n: Int) { agreements(first: $n) { nodes { sender { keys { kid } } versions { version } } } }`;
    const refused = await refusal(query, { n: 200 });
    expect(refused).toEqual({ code: undefined, field: undefined, message: undefined });
    const deep = `query ($n: Int) { ${Array.from({ length: 3 }, (_, i) => `a${i}: ${query.slice(17, -1)}`).join(' ')} }`;
    expect(await refusal(deep, { n: 200 })).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(/at most 10000 .* smaller pages/),
    });
    expect(await refusal(deep, { n: 20 })).toMatchObject({ code: undefined });
  });
});

describe('statements', () => {
  test('the count costs one, and only when it is selected', async () => {
    const counts = (texts: string[]) => texts.filter((text) => /count\(/.test(text)).length;
    const list = (fields: string) => gateway.admin(`{ senders(first: 2) { ${fields} } }`);
    expect(counts(await statementsOf(gateway.database, () => list('nodes { name }')))).toBe(0);
    expect(counts(await statementsOf(gateway.database, () => list('totalCount')))).toBe(1);
    const { senders } = await gateway.admin<{ senders: { totalCount: number } }>(
      `{ senders(first: 0, filter: { name: "C" }) { totalCount } }`,
    );
    expect(senders.totalCount).toBe(3);
  });

  test('do not grow with the rows', async () => {
    const queries = {
      'senders → keys': `query ($n: Int) { senders(first: $n) { nodes { senderId active warnings keys { kid } } } }`,
      'agreements → sender → keys, versions': `query ($n: Int) {
        agreements(first: $n) { edges { node { id sender { senderId keys { kid } } versions { version } } } } }`,
      'transactions → sender → keys': `query ($n: Int) {
        transactions(first: $n) { nodes { id contentHash sender { name keys { kid } } } } }`,
      'records → identifiers': `query ($n: Int) {
        records(registry: SOCIAL, first: $n) { nodes { id identifiers { type value } } } }`,
      'deliveries → attempts, sender, transaction, subscription': `query ($n: Int) {
        deliveries(first: $n) { nodes { attempts { at } sender { name } transaction { id } subscription { code } } } }`,
      'transactions → deliveries → attempts, seal': `query ($n: Int) {
        transactions(first: $n) { nodes { deliveries { attempts { at } } seal { sequence } } } }`,
      'subscriptions → sender': `query ($n: Int) { subscriptions(first: $n) { nodes { code sender { name } } } }`,
      consents: `query ($n: Int) { consents(first: $n) { nodes { id inForce identifier { type value } } } }`,
      adminActions: `query ($n: Int) { adminActions(first: $n) { nodes { action before after } } }`,
    };
    await fill();
    for (const [name, query] of Object.entries(queries)) {
      const count = async (n: number) =>
        (await statementsOf(gateway.database, () => gateway.admin(query, { n }))).filter(readsRows).length;
      const few = await count(1);
      const rows = async (text: string) => {
        const data = await gateway.admin<Record<string, { nodes?: unknown[]; edges?: unknown[] }>>(text, { n: 4 });
        const [list] = Object.values(data);
        return (list?.nodes ?? list?.edges)?.length;
      };
      expect({ name, rows: await rows(query) }).toEqual({ name, rows: 4 });
      expect({ name, statements: await count(4) }).toEqual({ name, statements: few });
      expect(few).toBeLessThanOrEqual(5);
    }
  });
});

describe('rows', () => {
  const LISTED = [AdminAction, AuditSeal, Consent, Delivery, RegistryRecord, Sender, Subscription, Transaction];

  test.each(LISTED.map((entity): [string, new () => { id: string }] => [entity.name, entity]))(
    'of %s are as their entity has them',
    async (_, entity) => {
      const found = await readPage<object>(
        gateway.database,
        entity,
        {},
        { order: [['id', 'asc']], size: 20, backward: false, from: undefined },
      );
      const held = await gateway.database.em().find(entity, {}, { orderBy: { id: 'asc' }, limit: 20 });
      expect(found.items.map((row) => ({ ...row }))).toEqual(held.map((row) => ({ ...row })));
      expect(found.items.every((row) => row instanceof entity)).toBe(true);
      expect(await countRows(gateway.database, entity, {})).toBeGreaterThanOrEqual(held.length);
    },
  );

  test('have what is asked of them alone, unless a field is made of more than its column', async () => {
    const read = async (selected: string) => {
      const query = `query Read { transactions(first: 2) { ...Page } }
        fragment Page on TransactionConnection { pageInfo { endCursor } ${selected} }`;
      const statements = await statementsOf(gateway.database, () => gateway.admin(query));
      return statements.find((text) => text.includes('from "transaction"')) ?? '';
    };
    const asked = await read(
      'nodes { status again: status ... on Transaction { durationMs } } edges { cursor node { channel } }',
    );
    expect(asked).toContain(
      'select "id" as "id","channel" as "channel","status" as "status","duration_ms" as "durationMs" from',
    );
    for (const whole of [
      'nodes { status sender { name } }',
      'edges { node { requestData(reason: "a test of lists") } }',
    ])
      expect(await read(whole)).toContain('"sender_id"');
    expect(await read('totalCount')).toContain('select "id" as "id" from');
  });

  test('a condition that is not understood shows none of them', async () => {
    const options = { order: [['id', 'asc'] as ['id', 'asc']], size: 20, backward: false, from: undefined };
    const read = (where: object) => readPage<object>(gateway.database, Sender, where, options);
    for (const where of [
      { name: { $like: 'A' } },
      { nobody: 1 },
      { name: undefined },
      { name: ['A'] },
      { name: { $gt: null } },
    ])
      await expect(read(where)).rejects.toThrow(/no (condition|property)/);
    const named = async (where: object) => (await read(where)).items.map((row) => (row as Sender).name).toSorted();
    expect(await named({ $and: [{ name: { $gte: 'A', $lt: 'C' } }, {}] })).toEqual(['A', 'AA', 'B']);
    expect(await named({ $or: [{ name: 'A' }, { name: { $in: ['B'] } }] })).toEqual(['A', 'B']);
    expect(await named({ $or: [] })).toEqual([]);
    expect(await named({ name: { $lte: 'A' }, $not: { name: 'B' } })).toEqual(['A']);
  });
});

/** Less what the gateway does meanwhile for itself. */
const readsRows = (text: string): boolean =>
  /^\s*(select|with)/i.test(text) &&
  !/pg_notify|gateway_state|traffic_minute|revoked_admin|spent_quota|from source/.test(text);

/** Four different senders, each with key, agreement, transaction and record. */
async function fill(): Promise<void> {
  const records = ['1', '2', '3', '4'].map((value) => ({
    recordType: 'SRPerson',
    identifiers: [{ type: 'UIN', value }],
    data: { name: { surname: 'Okafor' } },
  }));
  await gateway.admin(
    `mutation ($records: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $records) { inserted } }`,
    { records },
  );
  for (const _ of records) {
    const partner = await createPartner(gateway);
    expect((await partner.send('social/registry/sync/search', 'search', searchById('1'))).status).toBe(200);
    await gateway.admin(`mutation ($input: GrantConsentInput!) { grantConsent(input: $input) { id } }`, {
      input: {
        registry: 'SOCIAL',
        identifier: { type: 'UIN', value: '1' },
        fields: ['*'],
        senderId: partner.senderId,
      },
    });
  }
  await gateway.database.query(`
    with subscribed as (
      insert into subscription (id, code, sender_id, registry, event_type, event_type_as_sent, record_type, target, dedupe_key, state,
        transaction_id, reference_id)
      select gen_random_uuid(), t.id::text, t.sender_id, 'SOCIAL', 'UPDATE', 'UPDATE', 'SRPerson', 'x', t.id::text, 'ACTIVE', 't', 'r'
      from transaction t returning id, sender_id
    ), owed as (
      insert into delivery (id, kind, action, sender_id, registry, request_id, page, subscription_id, target, host, message_id, state)
      select gen_random_uuid(), 'CALLBACK', 'on-search', t.sender_id, 'SOCIAL', t.id, 1, s.id, 'x', 'x', t.id::text, 'FAILED'
      from transaction t join subscribed s on s.sender_id = t.sender_id returning id
    )
    insert into delivery_attempt (id, delivery_id, at, outcome)
    select (select id from transaction order by id desc limit 1), id, now(), 'FAILED' from owed limit 1`);
}

describe('every listed order is read from an index, whatever the filter', () => {
  test.each([
    'senders(orderBy: SENDER_ID)',
    'senders(orderBy: NAME)',
    'senders(orderBy: NEWEST)',
    'senders(orderBy: NAME, AFTER)',
    'agreements(orderBy: NEWEST)',
    'agreements(orderBy: OLDEST)',
    'transactions(orderBy: NEWEST)',
    'transactions(orderBy: OLDEST)',
    'transactions(orderBy: NEWEST, AFTER)',
    'transactions(orderBy: NEWEST, filter: { receivedFrom: "2026-01-01T00:00:00Z" })',
    'transactions(orderBy: NEWEST, filter: { senderId: "s" })',
    'transactions(orderBy: NEWEST, filter: { registry: SOCIAL })',
    'transactions(orderBy: NEWEST, filter: { status: REJECTED })',
    'transactions(orderBy: NEWEST, filter: { operation: VERIFY })',
    'deliveries(orderBy: NEWEST)',
    'deliveries(orderBy: OLDEST, filter: { state: FAILED })',
    'deliveries(orderBy: NEWEST, filter: { senderId: "s" })',
    'subscriptions(orderBy: NEWEST)',
    'consents(orderBy: NEWEST)',
    'adminActions(orderBy: NEWEST)',
    'auditSeals(orderBy: OLDEST)',
    'records(registry: SOCIAL, orderBy: OLDEST)',
    'records(registry: SOCIAL, orderBy: NEWEST, filter: { recordType: "Group" })',
  ])('%s', async (list) => {
    const [name = ''] = list.split('(');
    const after = await cursorOf(list.replace(', AFTER', ''));
    const query = `{ ${list.replace('AFTER', `after: "${after}"`)} { nodes { __typename } } }`;
    const statements = await statementsOf(gateway.database, () => gateway.admin(query));
    const table = TABLES[name] ?? name.slice(0, -1);
    const sql = statements.find((text) => text.includes(`from "${table}"`)) ?? 'the list was not read';
    const plan = await gateway.database.transaction(async (unit) => {
      await unit.query('set local enable_seqscan = off');
      await unit.query('set local enable_bitmapscan = off');
      await unit.query('set local enable_sort = off');
      return unit.query<{ 'QUERY PLAN': string }>(`explain (generic_plan) ${sql}`);
    });
    const text = plan.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).toMatch(/Index (Only )?Scan/);
    // An incremental sort over a unique column only breaks ties that do not exist.
    expect(text).not.toMatch(/(?<!Incremental )Sort(?! Key)/);
  });

  const TABLES: Record<string, string> = {
    records: 'registry_record',
    deliveries: 'delivery',
    adminActions: 'admin_action',
    auditSeals: 'audit_seal',
  };

  async function cursorOf(list: string): Promise<string> {
    const [name = ''] = list.split('(');
    const data = await gateway.admin<Record<string, { pageInfo: { endCursor: string } }>>(
      `{ ${list.replace(/\)$/, ', first: 1)')} { pageInfo { endCursor } } }`,
    );
    return data[name]?.pageInfo.endCursor ?? '';
  }
});

test('newest first is oldest first turned round', async () => {
  const list = (args: string) =>
    gateway.admin<{ transactions: { nodes: { id: string }[] } }>(`{ transactions(${args}) { nodes { id } } }`);
  const down = await list('first: 2, orderBy: NEWEST');
  const up = await list('last: 2, orderBy: OLDEST');
  expect(down.transactions.nodes).toHaveLength(2);
  expect(down.transactions.nodes).toEqual(up.transactions.nodes.toReversed());
});

test('a sender is found by a part of its id or its name, and warns of an address that nothing goes to', async () => {
  const found = async (nameOrId: string) => {
    const { senders } = await gateway.admin<{ senders: { nodes: { senderId: string; warnings: string[] }[] } }>(
      `query ($filter: SenderFilter) { senders(filter: $filter) { nodes { senderId warnings } } }`,
      { filter: { nameOrId } },
    );
    return senders.nodes;
  };
  const [senderId, notifyUri] = ['pension_90', 'https://pensions.example.org/notify'];
  await gateway.admin(`mutation ($input: CreateSenderInput!) { createSender(input: $input) { clientId } }`, {
    input: { senderId, name: 'Old age fund', notifyUri, allowedOperations: ['SEARCH'], registries: ['SOCIAL'] },
  });
  const warnings = [expect.stringMatching(/^notifyUri is not sent to: the host of the URL is not registered/)];
  expect(await found('SION_9')).toEqual([{ senderId, warnings }]);
  expect(await found('age f')).toMatchObject([{ senderId }]);
  expect(await found('pension%90')).toEqual([]);
  await gateway.admin(
    `mutation { updateSender(senderId: "pension_90", input: { callbackHosts: ["pensions.example.org"] }) { senderId } }`,
  );
  expect(await found('pension_')).toEqual([{ senderId, warnings: [] }]);
});

describe('a query that comes again is compiled', () => {
  const ASKED = 4;
  const first = 'senders(first: 2, orderBy: NAME)';

  test.each<[string, string, Record<string, unknown>?]>([
    [
      'of names, fragments and rows',
      `{ a: ${first} { ...P nodes { x: name } } } fragment P on SenderConnection { nodes { name __typename } }`,
    ],
    ['of a name that JavaScript knows', `{ ${first} { nodes { __proto__: name constructor: name } } }`],
    [
      'with a condition',
      `query ($no: Boolean = false) { ${first} { nodes { name @include(if: $no) id @skip(if: true) } totalCount } }`,
    ],
    ['of the schema', '{ __type(name: "Sender") { name fields { name } } }'],
    ['of two fields, one of which is refused', '{ transaction(id: "no") { id } senders(first: 1000) { totalCount } }'],
    [
      'with a variable of another type',
      'query ($size: Int = 1) { senders(first: $size) { totalCount } }',
      { size: 'two' },
    ],
    [
      'with a variable of a name that every object knows',
      'query ($toString: String!) { sender(senderId: $toString) { name } }',
      { toString: null },
    ],
    [
      'with a time that stands in for a variable',
      `query ($from: DateTime = "2026-01-01T00:00:00Z", $filter: TransactionFilter = { receivedUntil: "2026-01-01T00:00:00Z" }) {
        transactions(filter: { receivedFrom: $from }) { totalCount } before: transactions(filter: $filter) { totalCount }
      }`,
    ],
    [
      'with a name that no enum has',
      'query ($by: SenderOrder! = NAME) { senders(orderBy: $by) { totalCount } }',
      { by: 'SIZE' },
    ],
  ])('and answered as at first: %s', async (_what, text, variables = {}) => {
    const answers = [];
    for (let times = 0; times < ASKED; times += 1) answers.push(JSON.stringify(await gateway.graphql(text, variables)));
    expect(new Set(answers)).toEqual(new Set([answers[0]]));
  });

  test('under its own name only', async () => {
    const body = JSON.stringify({ query: `query A { ${first} { totalCount } }`, operationName: 'B' });
    const answers = [];
    for (let times = 0; times < ASKED; times += 1) {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
        body,
      });
      answers.push(await response.text());
    }
    expect(answers[0]).toContain('Unknown operation named');
    expect(new Set(answers)).toEqual(new Set([answers[0]]));
  });

  test.each(['Sender', 'Principal'])(
    'and what throws while a %s is completed fails this operation alone',
    async (name) => {
      const type = (await gatewaySchema()).getType(name) as GraphQLObjectType;
      const before = type.isTypeOf;
      type.isTypeOf = () => {
        throw new Error('of no type');
      };
      try {
        for (let times = 0; times < ASKED; times += 1) {
          const { data, errors } = await gateway.graphql(
            `{ ${first} { nodes { keys { kid } } } me { kind ${name.toLowerCase()}: __typename } }`,
          );
          expect(data).toBeNull();
          const [{ message, extensions } = { message: '', extensions: {} }] = errors ?? [];
          expect(message).toMatch(/^internal error [0-9a-f-]{36}$/);
          expect(extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', errorId: message.slice(-36) });
        }
      } finally {
        type.isTypeOf = before;
      }
      expect(names(await page({ first: 1 }))).toEqual(['A']);
    },
  );

  test('so is a document of the house: absent members stay absent, and refusals are those of the first time', async () => {
    const { schema, database, clock } = gateway.services;
    const document = defineDocument(SENDERS);
    const principal = { kind: 'admin', subject: 'test', role: 'ADMIN' } as const;
    const told = (variables: Record<string, unknown>) =>
      runDocument<{ senders: Page }>(schema, document, variables, {
        principal,
        services: gateway.services,
        loaders: createLoaders(database, clock),
      }).then(({ senders }) => names(senders).join(), String);
    for (let times = 0; times < ASKED; times += 1) {
      expect(await told({ first: 2, filter: { state: undefined, name: undefined } })).toMatch(/^A,/);
      expect(await told({ first: 2, filter: { state: 'NONE' } })).toContain('Value "NONE" does not exist in');
      expect(await told({ first: 1001 })).toMatch(/^\w+: first: /);
    }
  });

  test('for each reader as the first one: what it may not see, what it asks for otherwise', async () => {
    const sizes = [];
    for (const size of [1, 2, 3, 0, 2]) sizes.push((await page({ first: size })).nodes.length);
    expect(sizes).toEqual([1, 2, 3, 0, 2]);
  });
});
