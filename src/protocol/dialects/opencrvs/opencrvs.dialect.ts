/** OpenCRVS, and clients that were written for its API: `crvs` for our name, ranges, its sorts, consent beside the criteria. */
import type { JsonObject } from '../../envelope/json.js';
import { eachIn, within, type DialectForms, type ReadHeaderContext } from '../dialect.js';
import { readConsentBeside } from './opencrvs.consent.js';
import { readCriteria } from './opencrvs.query.js';
import { writeSearchAnswer } from './opencrvs.records.js';

export const OPENCRVS: DialectForms = {
  receivers: ['crvs'],
  numericExpiry: true,
  tokenInQuery: true,
  readHeader,
  read: {
    search: (message) =>
      eachIn(message, 'search_request', (item) => within(readConsentBeside(item), 'search_criteria', readCriteria)),
  },
  write: { 'on-search': writeSearchAnswer },
};

/** A sender is known there by its web address, and the count is what its client was written with; an unset version is `false`. */
function readHeader({ version, ...header }: JsonObject, { senderId, items }: ReadHeaderContext): JsonObject {
  const { sender_id: named } = header;
  return {
    ...header,
    ...(typeof version === 'string' ? { version } : {}),
    ...(typeof named === 'string' && /^https?:\/\//.test(named) ? { sender_id: senderId } : {}),
    ...(typeof header['total_count'] === 'number' ? { total_count: items } : {}),
  };
}
