/** OpenSPP: its generic client speaks the standard; what it reads back, and what its receivers verify, is its own. */
import type { JsonObject } from '../../envelope/json.js';
import { eachIn, within, type DialectForms } from '../dialect.js';
import { readCel } from './openspp.cel.js';
import { writeHeader } from './openspp.header.js';
import { writeNotice } from './openspp.notice.js';
import { writeSearchAnswer } from './openspp.records.js';

export const OPENSPP: DialectForms = {
  records: 'ARRAY',
  numericExpiry: true,
  tokenInQuery: true,
  unverifying: ['DR', 'IBR'],
  subscriptionsByRequest: true,
  read: {
    search: (message) => eachIn(message, 'search_request', (item) => within(item, 'search_criteria', readText)),
  },
  write: { 'on-search': writeSearchAnswer, notify: writeNotice },
  writeHeader,
};

function readText(criteria: JsonObject): JsonObject {
  const { query, query_type: type } = criteria;
  if (typeof query !== 'string' || (type !== 'predicate' && type !== 'expression')) return criteria;
  const value = { expression: { query: readCel(query) } };
  return { ...criteria, query_type: 'expression', query: { type: 'ns:org:QueryType:expression', value } };
}
