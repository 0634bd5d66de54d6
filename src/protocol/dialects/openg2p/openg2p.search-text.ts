/** `search_text`, one text for all that names a record: here its identifiers and the person's names, each compared whole. */
import type { Json, JsonObject } from '../../envelope/json.js';
import { isObject } from '../dialect.js';

const NAMING = ['identifier', 'surname', 'given_name'];

export function readSearchText(expression: JsonObject): JsonObject {
  const { search_text: asked, ...rest } = expression;
  const text = isObject(asked) ? (asked['$eq'] ?? asked['eq']) : asked;
  // Any other operator is left as it is, and refused by name.
  if (typeof text !== 'string') return expression;
  const naming: JsonObject = { $or: NAMING.map((name): Json => ({ [name]: { $eq: text } })) };
  return Object.keys(rest).length === 0 ? naming : { $and: [rest, naming] };
}
