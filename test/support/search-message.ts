/** Search messages of one item. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import type { Partner } from './partner.js';

export const searchFor = (criteria: JsonObject): JsonObject => ({
  transaction_id: randomUUID(),
  search_request: [{ reference_id: 'r', timestamp: new Date().toISOString(), search_criteria: criteria }],
});

/** @param more members of `search_criteria` beside the query */
export const expression = (query: JsonObject, more: JsonObject = {}): JsonObject =>
  searchFor({
    query_type: 'expression',
    query: { type: 'ns:org:QueryType:expression', value: { expression: { query } } },
    ...more,
  });

export const byId = (value: string, more: JsonObject = {}, type = 'UIN'): JsonObject =>
  searchFor({ query_type: 'idtype-value', query: { type, value }, ...more });

/** The one item of the answer, with what most tests look at. */
export async function find(partner: Partner, message: JsonObject, registry = 'social') {
  const answer = await partner.send(`${registry}/registry/sync/search`, 'search', message);
  const item = answer.body.message?.search_response?.[0];
  return { answer, item, records: item?.data?.reg_records ?? [], total: item?.pagination?.total_count };
}
