/** What was typed into the search as an expression of the protocol (3.2). */
import { nearest, NAME_PARTS, type DictionaryType } from './dictionary.js';

type Expression = Record<string, unknown>;

/** Each word of a name may be any part of it. */
export function byName(type: DictionaryType, typed: string): Expression[] {
  const paths = NAME_PARTS.flatMap((part) => nearest(type, `name.${part}`)?.path ?? []);
  const words = typed.split(/\s+/).filter((word) => word !== '');
  return words.map((word) => ({ $or: paths.map((path) => ({ [path]: { $contains: word } })) }));
}

export function byAttribute(type: DictionaryType, path: string, value: unknown): Expression[] {
  const attribute = type.attributes.find((one) => one.path === path);
  if (attribute === undefined || value === undefined || value === '') return [];
  const asText = attribute.type === 'string' && attribute.codes == null;
  return [{ [path]: { [asText ? '$contains' : '$eq']: value } }];
}

export const allOf = (parts: Expression[]): Expression | null => (parts.length === 0 ? null : { $and: parts });
