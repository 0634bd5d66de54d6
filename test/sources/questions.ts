/** Random questions, answered by whoever keeps the records and by an oracle in memory: the answers must be the same. */
import * as fc from 'fast-check';
import { ItemRejected } from '../../src/protocol/errors.js';
import type { Criteria } from '../../src/protocol/query/criteria.js';
import { attributesIn } from '../../src/protocol/query/criteria-walk.js';
import { matches } from '../../src/protocol/query/evaluate.js';
import type { SortKey } from '../../src/protocol/query/parse-sort.js';
import { attributesOf } from '../../src/protocol/registries/attributes.js';
import type { RegistryDefinition } from '../../src/protocol/registries/definition.js';
import type { ConsentScope, SourceQuery } from '../../src/sources/registry-source.js';
import type { TestGateway } from '../support/gateway.js';
import { criteriaOver, valuesAt } from './criteria.arbitrary.js';
import type { LoadedRecord } from './registry-database.js';

export interface Asked {
  gateway: TestGateway;
  definition: RegistryDefinition;
  recordType: string;
  records: LoadedRecord[];
  /** Comparisons that a live source may be asked, beside identifiers. */
  narrow: fc.Arbitrary<Criteria>[];
  /** Paths of text to sort by. */
  sorts: string[];
  /** Left out: consent is not asked for. */
  consent?: { senderId: string; fieldsOf: (record: LoadedRecord) => string[] | undefined };
  numRuns?: number;
}

interface Question {
  criteria: Criteria;
  rowFilter: Criteria | undefined;
  withConsent: boolean;
  sort: SortKey[];
  size: number;
}

/** Whatever is asked; most of it in a way that a live source can be asked. */
function questions({ definition, recordType, records, narrow: ways, sorts, consent }: Asked): fc.Arbitrary<Question> {
  const any = criteriaOver([...attributesOf(definition, recordType).values()], records);
  const identifier = fc
    .constantFrom(...records.flatMap(({ identifiers }) => identifiers))
    .map((one): Criteria => ({ identifier: one }));
  const narrow = fc.oneof(identifier, ...ways);
  const named = fc.array(identifier, { minLength: 1, maxLength: 4 }).map((or): Criteria => ({ or }));
  const also = (first: fc.Arbitrary<Criteria>) => fc.tuple(first, any).map((and): Criteria => ({ and }));
  const order = fc.constantFrom(...sorts);
  return fc.record({
    criteria: fc.oneof(any, narrow, named, also(narrow), also(named)),
    rowFilter: fc.option(fc.oneof(...ways, any), { nil: undefined, freq: 2 }),
    withConsent: consent === undefined ? fc.constant(false) : fc.boolean(),
    sort: fc.uniqueArray(fc.record({ attribute: order, order: fc.constantFrom('asc' as const, 'desc' as const) }), {
      maxLength: 2,
      selector: ({ attribute }) => attribute,
    }),
    size: fc.integer({ min: 1, max: 30 }),
  });
}

/** How many questions were refused, by the one reason that there may be; all others agree. */
export async function refusedOf(asked: Asked): Promise<number> {
  const { records: all, numRuns = 200 } = asked;
  const seen = { answered: 0, some: 0, refused: 0 };
  const property = fc.asyncProperty(questions(asked), async (question) => {
    const expected = oracle(asked, question);
    const given = await answer(asked, question).catch((error: unknown) => {
      if (error instanceof ItemRejected && error.code === 'rjct.search_criteria.invalid') return undefined;
      throw error;
    });
    if (given === undefined) {
      seen.refused++;
      return;
    }
    expect(given).toEqual({ total: expected.length, records: expected.map(({ id, data }) => ({ id, data })) });
    seen.answered++;
    seen.some += expected.length > 0 && expected.length < all.length ? 1 : 0;
  });
  await fc.assert(property, { numRuns });
  expect(seen.some).toBeGreaterThan(numRuns * 0.15);
  return seen.refused;
}

/** All pages, and each with the same total. */
async function answer(
  { gateway, definition, recordType, consent: given }: Asked,
  { criteria, rowFilter, withConsent, sort, size }: Question,
) {
  const paths = new Set([...attributesIn(criteria), ...sort.map(({ attribute }) => attribute)]);
  const senderId = given?.senderId ?? '';
  const consent: ConsentScope = { senderId, organizationKind: null, purpose: undefined, attributes: [...paths] };
  const query: SourceQuery = {
    definition,
    recordType,
    criteria,
    sort,
    page: { size, number: 1 },
    ...(rowFilter && { rowFilter }),
    ...(withConsent && { consent }),
  };
  const found = { total: -1, records: [] as { id: string; data: unknown }[] };
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const page = { size, number: 1, ...(cursor === undefined ? {} : { cursor }) };
    const { records: some, totalCount, nextCursor } = await gateway.services.source.search({ ...query, page });
    if (!first) expect(totalCount).toBe(found.total);
    found.total = totalCount;
    found.records.push(...some.map(({ id, data }) => ({ id, data })));
    cursor = nextCursor;
  }
  return found;
}

function oracle(
  { definition, recordType, records, consent }: Asked,
  { criteria, rowFilter, withConsent, sort }: Question,
): LoadedRecord[] {
  const attributes = attributesOf(definition, recordType);
  const asked = [...attributesIn(criteria), ...sort.map(({ attribute }) => attribute)];
  const consented = (record: LoadedRecord): boolean => {
    const fields = consent?.fieldsOf(record);
    return (
      fields !== undefined &&
      asked.every((path) => fields.some((one) => one === '*' || path === one || path.startsWith(`${one}.`)))
    );
  };
  return records
    .filter((record) => matches(criteria, record, attributes))
    .filter((record) => rowFilter === undefined || matches(rowFilter, record, attributes))
    .filter((record) => !withConsent || consented(record))
    .toSorted((a, b) => {
      for (const { attribute, order } of sort) {
        const [one, other] = [a, b].map(({ data }) => valuesAt(data, attribute)[0] as string | undefined);
        if (one === other) continue;
        if (one === undefined) return 1;
        if (other === undefined) return -1;
        return Buffer.compare(Buffer.from(one), Buffer.from(other)) * (order === 'desc' ? -1 : 1);
      }
      return a.id < b.id ? -1 : 1;
    });
}
