/** `search_text`, one text for all that names a record: here its identifiers and the person's names, each compared whole. */
import type { Json, JsonObject } from '../../envelope/json.js';
import { isObject } from '../dialect.js';

const NAMING = ['identifier', 'surname', 'given_name'];

/** At the top, and in the parts of `$and` and `$or`. */
export function readSearchText(expression: JsonObject): JsonObject {
  const { search_text: asked, ...others } = expression;
  const rest = Object.fromEntries(Object.entries(others).map(([name, value]) => [name, inParts(value)]));
  const text = isObject(asked) ? onlyEqual(asked) : asked;
  // Any other operator is left as it is, and refused by name.
  if (typeof text !== 'string') return asked === undefined ? rest : { ...rest, search_text: asked };
  const naming: JsonObject = { $or: NAMING.map((name): Json => ({ [name]: { $eq: text } })) };
  return Object.keys(rest).length === 0 ? naming : { $and: [rest, naming] };
}

const inParts = (value: Json): Json =>
  Array.isArray(value) ? value.map((part): Json => (isObject(part) ? readSearchText(part) : part)) : value;

/** Beside another operator it is not the whole comparison. */
const onlyEqual = ({ $eq: equal, ...more }: JsonObject): Json | undefined =>
  Object.keys(more).length === 0 ? equal : undefined;
