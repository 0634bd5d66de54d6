/** Operators of expression and predicate, with the spellings that are read for them (protocol 3.2). */
import type { Operator } from './criteria.js';
import { filterInvalid, quoteName } from './query-rejection.js';

const OPERATORS = new Map<string, Operator>([
  ['eq', 'eq'],
  ['ne', 'ne'],
  ['gt', 'gt'],
  ['gte', 'gte'],
  ['ge', 'gte'],
  ['lt', 'lt'],
  ['lte', 'lte'],
  ['le', 'lte'],
  ['in', 'in'],
  ['nin', 'nin'],
]);

/** `$gte`, `gte` and `GE` are one operator. */
export const findOperator = (name: unknown): Operator | undefined =>
  typeof name === 'string' ? OPERATORS.get(name.replace(/^\$/, '').toLowerCase()) : undefined;

export function readOperator(name: unknown): Operator {
  const operator = findOperator(name);
  if (!operator) throw unknownOperator(name);
  return operator;
}

export const unknownOperator = (name: unknown) =>
  filterInvalid(`operator ${quoteName(name)} is unknown; use one of ${[...OPERATORS.keys()].join(', ')}`);
