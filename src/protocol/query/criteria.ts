/**
 * What a query asks, after every wire form of it (idtype-value, expression, predicate) has been read: one small tree
 * that the access decision walks, `sources/` turns into SQL, and tests evaluate in memory.
 *
 * Meaning, the same in SQL and in memory:
 * - a path that crosses lists holds when *any* element does; a missing value makes every comparison false;
 * - what is compared `ofOne` entry of a list holds when one element meets all of it (one-entry.ts);
 * - `ne` is the negation of `eq` and `nin` of `in`, so both are true where the value is missing;
 * - text and codes compare exactly; a coded attribute matches by code or by label; numbers compare as numbers; dates
 *   by calendar day, whether the record holds a date or a date-time;
 * - a partial date (`1985`, `1985-05`) is all the days it may mean: one that is stored matches where every one of them
 *   does, one that is asked for is a range of days.
 */
export type Criteria =
  | { and: Criteria[]; ofOne?: undefined }
  | OneEntry
  | { or: Criteria[] }
  | { not: Criteria }
  | { identifier: { type: string; value: string } }
  | Comparison;

export interface Comparison {
  attribute: string;
  operator: Operator;
  value: Scalar | Scalar[];
}

/** Comparisons below the path of a list, or of its values themselves. */
export interface OneEntry {
  and: Comparison[];
  ofOne: string;
}

export type Operator = OrderOperator | TextOperator | 'ne' | 'in' | 'nin';
/** One value against another of its type. */
export type OrderOperator = 'eq' | 'gt' | 'gte' | 'lt' | 'lte';
/** A piece of a text; of no code, no identifier and nothing else than text. */
export type TextOperator = 'contains' | 'startsWith' | 'endsWith';
export type Scalar = string | number | boolean;

export interface Sort {
  /** Canonical path of an attribute. */
  attribute: string;
  order: 'asc' | 'desc';
}

export interface Page {
  size: number;
  /** Counts from 1. */
  number: number;
  /** Opaque continuation of an earlier page; wins over `number`. */
  cursor?: string;
}

export const DEFAULT_PAGE_SIZE = 20;
export const MAX_PAGE_SIZE = 1000;
