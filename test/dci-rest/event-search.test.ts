/** `reg_event_type` of a search: only persons of whom the event is recorded; a living person is in no search for deaths. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { findAttribute } from '../../src/protocol/registries/attributes.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';
import { addRecords, giveConsent } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId, expression, find, searchFor } from '../support/search-message.js';

let gateway: TestGateway;
let inbox: Inbox;
let partner: Partner;

const person = (uin: string, data: object) => ({
  recordType: 'Person',
  identifiers: [{ type: 'UIN', value: uin }],
  data: { name: { surname: uin }, birth_date: '1960-01-01', ...data },
});

beforeAll(async () => {
  gateway = await startTestGateway();
  inbox = await startInbox(gateway.url);
  const agreements = ['SOCIAL', 'CRVS', 'DR', 'FR', 'IBR', 'ESS'].map((registry) => ({ registry }));
  partner = await createPartner(gateway, { agreements });
  await addRecords(
    gateway,
    [
      person('living', { sex: 'female' }),
      person('dead', { sex: 'female', death_date: '2024-11-03' }),
      person('dead-some-day', { sex: 'male', death_date: '2024', marriage_date: ['1980'] }),
      person('married', { sex: 'male', marriage_date: ['1990-02-03'] }),
      { ...person('unborn', {}), data: { name: { surname: 'unborn' } } },
    ],
    'CRVS',
  );
});
afterAll(async () => {
  await gateway?.close();
  await inbox?.close();
});

const EVERYBODY = { 'name.surname': { $gte: '' } };
const surnames = ({ records }: { records: { name: { surname: string } }[] }) =>
  records.map(({ name }) => name.surname).toSorted();
const ask = (event: string | undefined, query: JsonObject = EVERYBODY, as = partner) =>
  find(as, expression(query, event === undefined ? {} : { reg_event_type: event }), 'crvs');

test.each([
  ['DEATH', ['dead', 'dead-some-day']],
  ['death', ['dead', 'dead-some-day']],
  ['spdci-common:RegistryEventType:Death', ['dead', 'dead-some-day']],
  ['Marriage', ['dead-some-day', 'married']],
  ['divorce', []],
  ['BIRTH', ['dead', 'dead-some-day', 'living', 'married']],
  ['live_birth', ['dead', 'dead-some-day', 'living', 'married']],
  ['REGISTER', ['dead', 'dead-some-day', 'living', 'married', 'unborn']],
  ['DEREGISTER', []],
  ['SEARCH', ['dead', 'dead-some-day', 'living', 'married', 'unborn']],
  ['', ['dead', 'dead-some-day', 'living', 'married', 'unborn']],
  [undefined, ['dead', 'dead-some-day', 'living', 'married', 'unborn']],
])('the event %s is that of %j', async (event, expected) => {
  const answer = await ask(event);
  expect(answer.item).toMatchObject({ status: 'succ', pagination: { total_count: expected.length } });
  expect(surnames(answer)).toEqual(expected);
});

test.each(['HARVEST', 'x:Resurrection', 'Adoption', 'fetal_death', 'UPDATE'])(
  'the event %s, which the registry does not know or records do not show, is refused by name',
  async (event) => {
    const { item } = await ask(event);
    expect(item).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.filter.invalid' });
    expect(item.status_reason_message).toMatch(/^reg_event_type: .*use one of REGISTER, LiveBirth, Death/);
  },
);

const death = { reg_event_type: 'death' };
const graphql = (uin: string) => ({
  query_type: 'graphql',
  query: {
    type: 'graphql',
    value: { expression: `{ person(identifier: {type: "UIN", value: "${uin}"}) { death_date } }` },
  },
});

test.each<[string, (uin: string) => JsonObject]>([
  ['idtype-value', (uin) => byId(uin, death)],
  ['predicate', (uin) => searchFor({ query_type: 'predicate', query: predicate(uin), ...death })],
  ['graphql', (uin) => searchFor({ ...graphql(uin), ...death })],
  ['reg_type of OpenCRVS', (uin) => byId(uin, { reg_type: 'ocrvs:registry_type:death' })],
  ['reg_type of older clients', (uin) => byId(uin, { reg_type: 'death' })],
  ['reg_type with a prefix', (uin) => byId(uin, { reg_type: 'ns:org:RegistryType:Death' })],
])('by %s, who lives is not found and who died is', async (_, message) => {
  expect(await find(partner, message('living'), 'crvs')).toMatchObject({ records: [], total: 0 });
  expect((await find(partner, message('dead'), 'crvs')).total).toBe(1);
});

function predicate(uin: string) {
  return [{ seq_num: 1, expression1: { attribute_name: 'surname', operator: 'eq', attribute_value: uin } }];
}

test('a query that asks for somebody else too is narrowed as a whole', async () => {
  expect(surnames(await ask('DEATH', { $or: [{ sex: 'female' }, { 'name.surname': 'living' }] }))).toEqual(['dead']);
});

test('totals count who is found, page by page', async () => {
  const { item } = await find(
    partner,
    expression(EVERYBODY, { ...death, pagination: { page_size: 1, page_number: 1 } }),
    'crvs',
  );
  expect(item.pagination).toMatchObject({ total_count: 2, page_size: 1 });
  expect(item.data.reg_records).toHaveLength(1);
});

test('asynchronously, over GraphQL and in bulk it is the same', async () => {
  const message = expression(EVERYBODY, death);
  await partner.send('crvs/registry/search', 'search', message, { sender_uri: `${inbox.url}/on-search` });
  const [callback] = await inbox.wait(1);
  expect(callback?.body.message.search_response[0].pagination.total_count).toBe(2);

  const query = `mutation ($input: SearchInput!) { search(input: $input) { items { reasonCode page { totalCount } } } }`;
  const item = (eventType: string) => ({
    referenceId: eventType,
    queryType: 'EXPRESSION',
    query: EVERYBODY,
    eventType,
  });
  const input = { registry: 'CRVS', transactionId: randomUUID(), items: [item('Death'), item('nothing')] };
  const answer = await partner.postHttpSigned('/graphql', { query, variables: { input } });
  expect(answer.body.data.search.items).toEqual([
    { reasonCode: null, page: { totalCount: 2 } },
    { reasonCode: 'rjct.filter.invalid', page: null },
  ]);

  const before = inbox.received.length;
  const items = ['living', 'dead'].map((uin) => (byId(uin, death)['search_request'] as JsonObject[])[0]!);
  const file = await partner.envelope('search', {
    transaction_id: randomUUID(),
    search_request: items.map((one, index) => ({ ...one, reference_id: `line ${index}` })),
  });
  const form = new FormData();
  form.set('action', 'search');
  form.set('sender_uri', `${inbox.url}/on-search`);
  form.set('fileName', new Blob([JSON.stringify(file)]), 'ids.json');
  const headers = { authorization: `Bearer ${partner.token}` };
  const uploaded = await fetch(`${gateway.url}/dci/v1/crvs/registry/upload/search`, {
    method: 'POST',
    headers,
    body: form,
  });
  expect(uploaded.status).toBe(202);
  const bulk = (await inbox.wait(before + 1))[before];
  expect(
    bulk?.body.message.search_response.map((one: { pagination: JsonObject }) => one.pagination['total_count']),
  ).toEqual([0, 1]);
});

describe('access', () => {
  const partnerWith = (agreement: object) =>
    createPartner(gateway, { agreements: [{ registry: 'CRVS', ...agreement }] });

  test('an agreement without the date tells nobody who died', async () => {
    const other = await partnerWith({ fields: ['identifier', 'name'] });
    const { item } = await ask('DEATH', EVERYBODY, other);
    expect(item).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.filter.invalid' });
    expect(item.status_reason_message).toContain('death_date');
  });

  test('rows and consent narrow further', async () => {
    const women = await partnerWith({ rowFilter: { sex: 'female' } });
    expect(await ask('DEATH', EVERYBODY, women)).toMatchObject({ total: 1 });
    const asked = await partnerWith({ requiresConsent: true });
    for (const [uin, fields] of [
      ['dead', ['identifier', 'name']],
      ['dead-some-day', ['identifier', 'name', 'death_date']],
    ] as const)
      await giveConsent(gateway, { registry: 'CRVS', uin, senderId: asked.senderId, fields });
    expect(surnames(await ask('DEATH', EVERYBODY, asked))).toEqual(['dead-some-day']);
  });
});

/** Whether records of each type can be searched by each event that their registry knows. */
const everyEvent = createRegistries().all.flatMap((definition) =>
  definition.events.flatMap(({ name, shownBy }) =>
    definition.recordTypes.map((recordType) => {
      const shown = typeof shownBy === 'object' ? findAttribute(definition, recordType, shownBy.date) : shownBy;
      return [definition.registry, recordType.name, name, shown === undefined ? 'rjct' : 'succ'] as const;
    }),
  ),
);

test.each(everyEvent)('%s %s: %s is %s', async (registry, recordType, name, status) => {
  const message = expression({ UIN: 'nobody' }, { reg_event_type: name, reg_record_type: recordType });
  const { item } = await find(partner, message, registry.toLowerCase());
  expect(item.status).toBe(status);
  expect(item.status_reason_message ?? `do not show ${name}`).toContain(`do not show ${name}`);
});

test('a registry without deaths refuses a search for them, whatever it is asked by', async () => {
  for (const registry of ['social', 'dr', 'fr', 'ibr', 'ess']) {
    const { item } = await find(partner, byId('nobody', death), registry);
    expect(item).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.filter.invalid' });
  }
  const message = {
    transaction_id: randomUUID(),
    disabled_criteria: { reg_event_type: 'DEATH', query_type: 'idtype-value', query: { type: 'UIN', value: 'nobody' } },
  };
  const { body } = await partner.send('dr/registry/sync/get-disability-details', 'search', message);
  expect(JSON.stringify(body)).toContain('rjct.filter.invalid');
});
