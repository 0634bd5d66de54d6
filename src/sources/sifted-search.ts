/**
 * A search over a source that cannot be trusted with what decides: it is asked for candidates only, and criteria, row
 * filter and consent are applied here, in this order, before anything is counted, sorted or paged.
 */
import type { Sql } from '../entities/database/database.js';
import { ItemRejected } from '../protocol/errors.js';
import { matches } from '../protocol/query/evaluate.js';
import { attributesOf } from '../protocol/registries/attributes.js';
import { identifiersOf } from '../protocol/registries/records/normalize.js';
import { questionFor } from './askable.js';
import { consented } from './consented.js';
import { pageOf } from './in-order.js';
import type { Answered, RegistrySource, SourceQuery, SourceRecord, SourceResult } from './registry-source.js';

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
  const { definition, recordType, signal } = query;
  const criteria = questionFor(query, await source.capabilities({ definition, recordType }));
  const found = new Map<string, SourceRecord>();
  let candidates = 0;
  let answered: Answered | undefined;
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    signal?.throwIfAborted();
    const page = { size: BATCH, number: 1, ...(cursor === undefined ? {} : { cursor }) };
    const given = await source.search({ definition, recordType, criteria, sort: [], page, signal });
    candidates += given.records.length;
    if (candidates > most) throw tooMany(most);
    for (const record of await sift(sql, query, given.records)) found.set(record.id, record);
    answered ??= given.answered;
    cursor = given.nextCursor === cursor ? undefined : given.nextCursor;
  }
  const result = pageOf(query, [...found.values()]);
  return answered === undefined ? result : { ...result, answered: { ...answered, candidates } };
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
