/** Another DCI server that gives fewer records a page than it is asked for. */
import type { JsonObject } from '../../../src/protocol/envelope/json.js';
import { createRegistries } from '../../../src/protocol/registries/registries.js';
import { readSourceFile } from '../../../src/sources/outside/source-file.js';
import { UpstreamSource, type Upstream } from '../../../src/sources/outside/upstream-source.js';

const YAML = `version: 1
source: { name: ministry, kind: dci, url: "\${MINISTRY_DCI_URL}", mode: live }
records:
  - registry: SOCIAL
    type: SRPerson
    search:
      birth_date: { column: birth_date, ops: [eq, ge, le] }
`;
const A_PAGE = 3;
const persons = Array.from({ length: 7 }, (_, number) => ({
  identifier: [{ identifier_type: 'UIN', identifier_value: `u${number}` }],
  birth_date: '1990-01-01',
}));

const ministry: Upstream = {
  ask: async (_path, _action, { search_request }) => {
    const [item] = search_request as { search_criteria: { pagination: { page_number: number } } }[];
    const { page_number = 1 } = item?.search_criteria.pagination ?? {};
    const found = persons.slice((page_number - 1) * A_PAGE, page_number * A_PAGE);
    const pagination = { page_size: A_PAGE, page_number, total_count: persons.length };
    return { message: { search_response: [{ status: 'succ', data: { reg_records: found }, pagination }] } };
  },
  request: () => Promise.resolve<JsonObject>({}),
  reach: () => Promise.resolve(),
};

test('is asked for the pages that follow until all are there', async () => {
  const registries = createRegistries();
  const source = new UpstreamSource(readSourceFile(YAML, registries).file!, registries, ministry, () => new Date());
  const ids = new Set<string>();
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const page = await source.search({
      definition: registries.byName('SOCIAL')!,
      recordType: 'SRPerson',
      criteria: { attribute: 'birth_date', operator: 'eq', value: '1990-01-01' },
      sort: [],
      page: { size: 200, number: 1, ...(cursor === undefined ? {} : { cursor }) },
    });
    for (const { id } of page.records) ids.add(id);
    cursor = page.nextCursor;
  }
  expect(ids.size).toBe(persons.length);
});
