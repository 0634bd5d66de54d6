/** Queries, sorts, pages and filters of any shape, through every door that takes one. */
import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { page, query, sort } from '../sources/query.arbitrary.js';
import { odd } from './mutation.arbitrary.js';
import { expectAlways, openFuzzedGateway, type FuzzedGateway } from './fuzzed-gateway.js';

let fuzzed: FuzzedGateway;
beforeAll(async () => {
  fuzzed = await openFuzzedGateway();
}, 60_000);
afterAll(() => fuzzed?.gateway.close());

const LONG = 120_000;
const now = (): string => new Date().toISOString();
const registry = fc.constantFrom('social', 'crvs', 'dr', 'fr', 'ibr');
const queryType = fc.constantFrom('idtype-value', 'expression', 'predicate', 'graphql');
const graphql = fc
  .constantFrom('{ person(UIN: "847951632") { sex } }', '{ a: person { b } }', '{', '{ __schema { types { name } } }')
  .map((expression) => ({ type: 'graphql', value: { expression } }));
const anyQuery = fc.oneof({ weight: 6, arbitrary: query }, { weight: 1, arbitrary: graphql });

/** As the wire names them. */
const wireSort = fc.oneof(
  fc.constant(undefined),
  sort,
  fc.array(
    fc.record({
      attribute_name: fc.constantFrom('sex', 'birth_date', 'name.surname', 'x', ''),
      sort_order: fc.constantFrom('asc', 'desc'),
    }),
  ),
);
const wirePage = page.map((asked) =>
  asked === undefined ? undefined : { page_size: asked.size, page_number: asked.number, cursor: asked.cursor },
);
const recordType = fc.oneof(fc.constantFrom(undefined, 'SRPerson', 'Member', 'Group', 'Farmer', 'x:Person'), odd);

async function send(path: string, action: string, message: object): Promise<number> {
  const { partner } = fuzzed;
  const { status, body } = await fuzzed.postJson(`/dci/v1/${path}`, {
    header: partner.header(action, { sender_uri: 'http://127.0.0.1:9/' }),
    message: { transaction_id: randomUUID(), ...message },
  });
  if (status === 200 && body.message.search_response !== undefined) expectItem(body.message.search_response);
  return status;
}

/** An item has its records or a reason, never neither; where a record is an object, nobody found is no data. */
function expectItem([item]: JsonObject[]): void {
  const nobody = JSON.stringify(item?.['pagination'] ?? {}).includes('"total_count":0');
  const answered = item?.['data'] ?? (nobody ? 'nobody' : undefined);
  expect(item?.['status'] === 'succ' ? answered : item?.['status_reason_code']).toBeDefined();
}

test(
  'searches',
  async () => {
    let answered = 0;
    const criteria = fc.record({
      query_type: queryType,
      query: anyQuery,
      sort: wireSort,
      pagination: wirePage,
      reg_record_type: recordType,
    });
    const property = fc.asyncProperty(registry, criteria, fc.boolean(), async (path, asked, sync) => {
      const item = { reference_id: 'r', timestamp: now(), search_criteria: asked };
      const status = await send(`${path}/registry/${sync ? 'sync/' : ''}search`, 'search', { search_request: [item] });
      if (status !== 400) answered++;
    });
    await expectAlways(property, 1000);
    expect(answered).toBeGreaterThan(100);
  },
  LONG,
);

test(
  'filters of subscriptions',
  async () => {
    const criteria = fc.record({
      reg_event_type: fc.oneof(fc.constantFrom('REGISTER', 'live_birth', 'x:Death', 'nothing'), fc.string()),
      filter_type: fc.option(queryType, { nil: undefined }),
      filter: anyQuery,
      notify_record_type: fc.oneof(fc.constantFrom('', 'Person', 'SRPerson'), fc.string()),
      frequency: fc.oneof(
        fc.constant(undefined),
        fc.record({ start_time: fc.constant(now()), end_time: fc.constant(now()), frequency: fc.string() }),
      ),
    });
    const property = fc.asyncProperty(registry, criteria, async (path, asked) => {
      const item = { reference_id: 'r', timestamp: now(), subscribe_criteria: asked };
      await send(`${path}/registry/subscribe`, 'subscribe', { subscribe_request: [item] });
    });
    await expectAlways(property, 200);
  },
  LONG,
);

test(
  'questions about one person',
  async () => {
    const question = fc.constantFrom(
      ['dr/registry/sync/disabled', 'disabled_criteria'],
      ['dr/registry/sync/get-disability-details', 'disabled_criteria'],
      ['dr/registry/sync/get-disability-support', 'disabled_criteria'],
      ['ibr/registry/sync/enrolled', 'enrolled_criteria'],
    );
    const criteria = fc.record({ query_type: queryType, query: fc.oneof(anyQuery, odd) }, { requiredKeys: [] });
    const property = fc.asyncProperty(question, criteria, async ([path = '', name = ''], asked) => {
      await send(path, 'search', { [name]: asked });
    });
    await expectAlways(property, 150);
  },
  LONG,
);
