/**
 * A search over a source that cannot be trusted with what decides: it is asked for candidates only, and criteria, row
 * filter and consent are applied here, in this order, before anything is counted, sorted or paged.
 */
import type { Sql } from '../entities/database/database.js';
import { ItemRejected } from '../protocol/errors.js';
import type { Criteria } from '../protocol/query/criteria.js';
import { matches } from '../protocol/query/evaluate.js';
import { attributesOf } from '../protocol/registries/attributes.js';
import { identifiersOf } from '../protocol/registries/records/normalize.js';
import { askable, questionFor } from './askable.js';
import { consented } from './consented.js';
import { pageOf } from './in-order.js';
import { readLookUp, scopesOf } from './look-up.js';
import type { LookUp } from './look-up.sql.js';
import {
  LOOK_UPS_AT_ONCE,
  type Answered,
  type RegistrySource,
  type SourceQuery,
  type SourceRecord,
  type SourceResult,
} from './registry-source.js';

/** Candidates asked for at once. */
const BATCH = 200;

export interface Sifting {
  sql: Sql;
  /** Candidates of one question; a question that has more must be narrower. */
  most: number;
}

export async function siftedSearch(
  source: RegistrySource,
  { sql, most }: Sifting,
  query: SourceQuery,
): Promise<SourceResult> {
  const { definition, recordType } = query;
  const criteria = questionFor(query, await source.capabilities({ definition, recordType }));
  const found = new Map<string, SourceRecord>();
  let candidates = 0;
  let answered: Answered | undefined;
  for await (const given of candidatesOf(source, most, query, criteria)) {
    candidates += given.records.length;
    for (const record of await sift(sql, query, given.records)) found.set(record.id, record);
    answered ??= given.answered;
  }
  return resultOf(query, [...found.values()], answered, candidates);
}

/**
 * Look-ups of one record type, asked of the source together, and each answered as if it were alone. Undefined for each that
 * is no look-up, and that is refused: alone it is told why.
 */
export async function siftedLookUps(
  source: RegistrySource,
  sifting: Sifting,
  queries: SourceQuery[],
): Promise<(SourceResult | undefined)[]> {
  const [first] = queries;
  if (first === undefined) return [];
  const { definition, recordType } = first;
  const capabilities = await source.capabilities({ definition, recordType });
  const lookUps = queries.flatMap((query, place) => {
    const asked = readLookUp(query);
    return asked === undefined || askable(query.criteria, capabilities) === undefined ? [] : [{ ...asked, place }];
  });
  const scopes = scopesOf(lookUps);
  const results = new Map<number, SourceResult>();
  for (const alike of Map.groupBy(lookUps, (_, index) => scopes[index]).values())
    for (let at = 0; at < alike.length; at += LOOK_UPS_AT_ONCE) {
      const some = alike.slice(at, at + LOOK_UPS_AT_ONCE);
      const found = await lookedUp(source, sifting, some).catch((error: unknown) => {
        if (error instanceof ItemRejected) return [];
        throw error;
      });
      found.forEach((result, index) => results.set(some[index]?.place ?? -1, result));
    }
  return queries.map((_, place) => results.get(place));
}

/** All of them under the same row filter and consent. */
async function lookedUp(source: RegistrySource, { sql, most }: Sifting, lookUps: LookUp[]): Promise<SourceResult[]> {
  const [one] = lookUps;
  if (one === undefined) return [];
  const { definition, recordType } = one.query;
  const criteria = { or: lookUps.map(({ query }) => query.criteria) };
  const all: SourceQuery = { ...one.query, criteria };
  const given = new Map<string, SourceRecord>();
  let answered: Answered | undefined;
  for await (const some of candidatesOf(source, most, all, criteria)) {
    for (const record of some.records) given.set(record.id, record);
    answered ??= some.answered;
  }
  const found = new Set(await sift(sql, all, [...given.values()]));
  const named = new Map<string, Set<SourceRecord>>();
  for (const record of given.values())
    for (const identifier of identifiersOf(definition, recordType, record.data)) {
      const records = named.get(nameOf(identifier)) ?? new Set();
      named.set(nameOf(identifier), records.add(record));
    }
  return lookUps.map((lookUp) => {
    const looked = [...(named.get(nameOf(lookUp)) ?? [])];
    const records = looked.filter((record) => found.has(record));
    return resultOf(lookUp.query, records, answered, looked.length);
  });
}

const nameOf = ({ type, value }: { type: string; value: string }): string => JSON.stringify([type, value]);

function resultOf(
  query: SourceQuery,
  records: SourceRecord[],
  answered: Answered | undefined,
  candidates: number,
): SourceResult {
  const result = pageOf(query, records);
  return answered === undefined ? result : { ...result, answered: { ...answered, candidates } };
}

/** What a source gives for criteria, page by page. @throws ItemRejected where it gives more than may be looked at */
async function* candidatesOf(
  source: RegistrySource,
  most: number,
  { definition, recordType, signal }: SourceQuery,
  criteria: Criteria,
): AsyncGenerator<SourceResult> {
  let candidates = 0;
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    signal?.throwIfAborted();
    const page = { size: BATCH, number: 1, ...(cursor === undefined ? {} : { cursor }) };
    const given = await source.search({ definition, recordType, criteria, sort: [], page, signal });
    candidates += given.records.length;
    if (candidates > most) throw tooMany(most);
    yield given;
    cursor = given.nextCursor === cursor ? undefined : given.nextCursor;
  }
}

async function sift(sql: Sql, query: SourceQuery, records: SourceRecord[]): Promise<SourceRecord[]> {
  const { definition, recordType, criteria, rowFilter, consent } = query;
  const attributes = attributesOf(definition, recordType);
  const all = rowFilter === undefined ? criteria : { and: [criteria, rowFilter] };
  const matching = records.filter(
    ({ data, recordType: own }) =>
      own === recordType &&
      matches(all, { data, identifiers: identifiersOf(definition, recordType, data) }, attributes),
  );
  return consent === undefined ? matching : consented(sql, query, consent, matching);
}

const tooMany = (most: number): ItemRejected =>
  new ItemRejected(
    'rjct.search.too_many_records_found',
    `query: more than ${most} records would have to be looked at in their source; narrow the query`,
  );
