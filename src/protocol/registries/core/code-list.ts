/** What a list of codes is, and how a written value finds its code. Values compare without case, space, `_` and `-`. */
import type { Code } from '../definition.js';

/** One row a code: the code, its label, and other words read for it. */
export const codes = (rows: string[][]): Code[] =>
  rows.map(([code = '', label = '', ...also]) => ({ code, label, ...(also.length > 0 && { also }) }));

/** The form in which names and labels compare: `New_HouseHold-Member` = `newhouseholdmember`. */
export const normalizeName = (name: string): string => name.toLowerCase().replace(/[\s_-]+/g, '');

const indexes = new WeakMap<Code[], Map<string, string>>();

/** The code that a value means, given as the code, its label or another word for it; undefined where the list has none. */
export function codeOf(list: Code[], value: string): string | undefined {
  const index = indexes.get(list) ?? buildIndex(list);
  return index.get(value) ?? index.get(normalizeName(value));
}

// First come, first kept, and codes before labels: `1` of a list whose labels are numbers stays the code.
function buildIndex(list: Code[]): Map<string, string> {
  const index = new Map<string, string>();
  const keep = (key: string, code: string) => index.has(key) || index.set(key, code);
  for (const { code } of list) keep(code, code);
  for (const { code } of list) keep(normalizeName(code), code);
  for (const { code, label, also = [] } of list) for (const word of [label, ...also]) keep(normalizeName(word), code);
  indexes.set(list, index);
  return index;
}
