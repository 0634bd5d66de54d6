/** Whose form a refused question has: the dialect that would read it, for the administrator of a sender that uses it. */
import { readForms } from '../../protocol/dialects/speak.js';
import type { Json, JsonObject } from '../../protocol/envelope/json.js';
import { ItemRejected } from '../../protocol/errors.js';
import { parseSort } from '../../protocol/query/parse-sort.js';
import { readQuery } from '../../protocol/query/read-query.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { QUERY_TYPE, WIRE_QUERY_TYPE, type SearchItem } from '../../protocol/search/search.translate.js';
import { DIALECTS, type Dialect } from '../../protocol/vocabulary.js';

/** Refusals of what was asked, not of who asks. */
const OF_FORM: ReadonlySet<string> = new Set([
  'rjct.filter.invalid',
  'rjct.sort.invalid',
  'rjct.search_criteria.invalid',
]);

/** Undefined where no dialect changes the question into one that can be read. */
export function dialectHint(
  item: SearchItem,
  definition: RegistryDefinition,
  refusal: ItemRejected,
): string | undefined {
  if (!OF_FORM.has(refusal.code)) return undefined;
  const criteria = wireOf(item);
  // What can be read is refused for another reason.
  if (canBeRead(criteria, definition)) return undefined;
  const name = DIALECTS.find((dialect) => reads(dialect, criteria, definition));
  return name && `a sender of the dialect ${name} may send this form: ask the registry’s administrator to set it`;
}

/** What a dialect rewrites. */
const wireOf = ({ queryType, query, sort, recordType, eventType }: SearchItem): JsonObject =>
  JSON.parse(
    JSON.stringify({
      query_type: WIRE_QUERY_TYPE[queryType],
      query,
      sort: sort?.map(({ attribute, order }) => ({ attribute_name: attribute, sort_order: order })),
      reg_record_type: recordType,
      reg_event_type: eventType,
    }),
  ) as JsonObject;

function reads(dialect: Dialect, criteria: JsonObject, definition: RegistryDefinition): boolean {
  const before: Json = { search_request: [{ search_criteria: criteria }] };
  const after = readForms(dialect, before, 'search', definition) as typeof before;
  if (JSON.stringify(after) === JSON.stringify(before)) return false;
  const { search_request: [{ search_criteria: read } = {}] = [] } = after as {
    search_request?: { search_criteria?: JsonObject }[];
  };
  return read !== undefined && canBeRead(read, definition);
}

interface WireCriteria {
  query_type?: string;
  query?: unknown;
  sort?: { attribute_name?: string; sort_order?: string }[];
  reg_record_type?: string;
  reg_event_type?: string;
}

function canBeRead(criteria: WireCriteria, definition: RegistryDefinition): boolean {
  const { query_type: type = '', query, sort, reg_record_type: recordType, reg_event_type: eventType } = criteria;
  try {
    const read = readQuery({ queryType: QUERY_TYPE[type], query, recordType, eventType }, definition);
    const keys = sort?.map(({ attribute_name: attribute, sort_order: order }) => ({ attribute, order }));
    parseSort(keys, definition, read.recordType);
    return true;
  } catch (error) {
    if (error instanceof ItemRejected) return false;
    throw error;
  }
}
