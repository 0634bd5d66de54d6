/** OpenG2P's partners: names of its registers and columns, its one search text, no count in the header. */
import type { JsonObject } from '../../envelope/json.js';
import type { RegistryDefinition } from '../../registries/definition.js';
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
    search: (message, definition) =>
      eachIn(message, 'search_request', (item) =>
        within(item, 'search_criteria', (criteria) => readCriteria(criteria, definition)),
      ),
  },
};

/**
 * Its individuals, where they are another record type than the registry's own: what its clients read of one stands in
 * `demographic_info`, and OpenSPP's import would write whoever has none as a person without a name.
 */
const INDIVIDUALS: Record<string, string> = { SOCIAL: 'Member' };

/** Its registers stand for the registry of the path. */
function readCriteria(criteria: JsonObject, definition?: RegistryDefinition): JsonObject {
  const named = readIdentifier(readExpression(criteria, readSearchText));
  const { reg_record_type: type, ...rest } = renameAttributes(named, COLUMNS);
  if (type === undefined) return rest;
  if (typeof type !== 'string' || type.toLowerCase() !== 'individual') return { ...rest, reg_record_type: type };
  const own = INDIVIDUALS[definition?.registry ?? ''];
  return own === undefined ? rest : { ...rest, reg_record_type: own };
}
