/** OpenG2P's partners: names of its registers and columns, its one search text, no count in the header. */
import type { JsonObject } from '../../envelope/json.js';
import { countItems, eachIn, readExpression, renameAttributes, within, type DialectForms } from '../dialect.js';
import { readIdentifier } from './openg2p.identifier.js';
import { readSearchText } from './openg2p.search-text.js';

/** Its columns → the standard's attributes. */
const COLUMNS: Record<string, string> = {
  first_name: 'given_name',
  middle_name: 'name.second_name',
  last_name: 'surname',
  foundational_id: 'UIN',
  functional_record_id: 'identifier',
};

export const OPENG2P: DialectForms = {
  receivers: ['openg2p-registry', 'farmer-registry'],
  // OpenSPP's client, which calls in this dialect too, needs a number.
  numericExpiry: true,
  missesConsent: true,
  marksEnforcement: true,
  readHeader: countItems,
  read: {
    search: (message) => eachIn(message, 'search_request', (item) => within(item, 'search_criteria', readCriteria)),
  },
};

/** Its registers stand for the registry of the path: their names say nothing of the record type. */
function readCriteria(criteria: JsonObject): JsonObject {
  const named = readIdentifier(readExpression(criteria, readSearchText));
  const { reg_record_type: type, ...rest } = renameAttributes(named, COLUMNS);
  return type === undefined || type === 'Individual' ? rest : { ...rest, reg_record_type: type };
}
