/** Operators of expression and predicate, with the spellings that are read for them (protocol 3.2). */
import type { Operator, TextOperator } from './criteria.js';
import { filterInvalid, quoteName } from './query-rejection.js';

const OPERATORS = new Map<string, Operator>([
  ['eq', 'eq'],
  ['ne', 'ne'],
  ['neq', 'ne'],
  ['gt', 'gt'],
  ['gte', 'gte'],
  ['ge', 'gte'],
  ['lt', 'lt'],
  ['lte', 'lte'],
  ['le', 'lte'],
  ['in', 'in'],
  ['nin', 'nin'],
  ['contains', 'contains'],
  ['startswith', 'startsWith'],
  ['endswith', 'endsWith'],
]);

/** `$gte`, `gte` and `GE` are one operator, `$startsWith` and `starts_with` are. */
export const findOperator = (name: unknown): Operator | undefined =>
  typeof name === 'string' ? OPERATORS.get(name.replace(/^\$/, '').replaceAll('_', '').toLowerCase()) : undefined;

export const isTextOperator = (operator: Operator): operator is TextOperator =>
  operator === 'contains' || operator === 'startsWith' || operator === 'endsWith';

export function readOperator(name: unknown): Operator {
  const operator = findOperator(name);
  if (!operator) throw unknownOperator(name);
  return operator;
}

export const unknownOperator = (name: unknown) =>
  filterInvalid(`operator ${quoteName(name)} is unknown; use one of ${[...OPERATORS.keys()].join(', ')}`);
