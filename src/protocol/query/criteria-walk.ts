/** What criteria ask about, for the access decision, and their canonical form, by which equal subscriptions are known. */
import type { Comparison, Criteria } from './criteria.js';

type Leaf = Comparison | Extract<Criteria, { identifier: unknown }>;

/** Canonical paths of all attributes that are compared. */
export const attributesIn = (criteria: Criteria): Set<string> =>
  new Set(leavesOf(criteria).flatMap((leaf) => ('attribute' in leaf ? [leaf.attribute] : [])));

/** How many comparisons of attributes there are. */
export const comparisonsIn = (criteria: Criteria): number =>
  leavesOf(criteria).reduce((count, leaf) => count + ('attribute' in leaf ? valuesIn(leaf.value) : 0), 0);

const valuesIn = (value: unknown): number => (Array.isArray(value) ? value.length : 1);

/** The identifiers that are searched, each as a question of its own. */
export const identifiersIn = (criteria: Criteria): Criteria[] =>
  leavesOf(criteria).filter((leaf) => 'identifier' in leaf);

/** One text for criteria that differ only in the order of their parts, in repetitions or in nesting. */
export const canonicalCriteria = (criteria: Criteria): string => JSON.stringify(canonical(criteria));

const leavesOf = (criteria: Criteria): Leaf[] => partsOf(criteria).map(({ leaf }) => leaf);

/** Every comparison, and whether it stands inside a negation. */
export function partsOf(criteria: Criteria, negated = false): { leaf: Leaf; negated: boolean }[] {
  if ('and' in criteria) return criteria.and.flatMap((part) => partsOf(part, negated));
  if ('or' in criteria) return criteria.or.flatMap((part) => partsOf(part, negated));
  if ('not' in criteria) return partsOf(criteria.not, true);
  return [{ leaf: criteria, negated }];
}

function canonical(criteria: Criteria): unknown[] {
  if ('and' in criteria) {
    const all = combined('and', criteria.and);
    return criteria.ofOne === undefined ? all : ['of one', criteria.ofOne, all];
  }
  if ('or' in criteria) return combined('or', criteria.or);
  if ('not' in criteria) return ['not', canonical(criteria.not)];
  if ('identifier' in criteria) return ['identifier', criteria.identifier.type, criteria.identifier.value];
  const { attribute, operator, value } = criteria;
  return ['attribute', attribute, operator, Array.isArray(value) ? uniqueSorted(value) : value];
}

function combined(name: 'and' | 'or', parts: Criteria[]): unknown[] {
  const flat = parts.map(canonical).flatMap((part) => (part[0] === name ? part.slice(1) : [part]));
  const unique = uniqueSorted(flat);
  const [only] = unique;
  return unique.length === 1 && Array.isArray(only) ? only : [name, ...unique];
}

const uniqueSorted = (values: unknown[]): unknown[] =>
  [...new Set(values.map((value) => JSON.stringify(value)))].sort().map((text): unknown => JSON.parse(text));
