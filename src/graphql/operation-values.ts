/** What an operation may bring along, in its text and in its variables: texts that PostgreSQL stores, and numbers that a double holds. */
import { visit, type DocumentNode } from 'graphql';
import { INEXACT, isExact, isExactValue } from '../protocol/exact-number.js';
import { DomainError } from '../use-cases/errors.js';

/** @throws DomainError */
export function checkLiterals(document: DocumentNode): void {
  const refuse = ({ value }: { value: string }): void => {
    if (!isExact(value)) throw wrong('a value in the text of the operation');
  };
  visit(document, {
    StringValue: ({ value }) => refuseUnstorable([value]),
    IntValue: refuse,
    FloatValue: refuse,
  });
}

/** @param variables read with `markInexact` @throws DomainError that names the variable */
export function checkVariables(
  variables: Record<string, unknown> | null | undefined,
  operationName: string | null | undefined,
): void {
  const values = [variables, operationName];
  if (isPlain(values)) return;
  refuseUnstorable(textsIn(values));
  const path = inexactIn(variables);
  if (path !== undefined) throw wrong(path);
}

const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** Whether there is nothing to refuse, as there mostly is: without a list of what there is. */
function isPlain(values: unknown[]): boolean {
  const open = [...values];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'string') {
      if (!isStorable(value)) return false;
    } else if (typeof value === 'number') {
      if (!isExactValue(value)) return false;
    } else if (Array.isArray(value)) {
      for (const element of value) open.push(element);
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        if (!isStorable(name)) return false;
        open.push(member);
      }
    }
  }
  return true;
}

/** JSON and GraphQL have NUL and half surrogate pairs, PostgreSQL's text has not. */
function refuseUnstorable(texts: string[]): void {
  if (!texts.every(isStorable))
    throw new DomainError(
      'INVALID',
      'a text holds a NUL character or half a surrogate pair, which cannot be stored: leave it out',
    );
}

/** Names of members too. No recursion: variables may be nested deeper than the stack. */
function textsIn(values: unknown[]): string[] {
  const found = [...values];
  for (const value of found)
    if (typeof value === 'object' && value !== null) for (const entry of Object.entries(value)) found.push(...entry);
  return found.filter((value) => typeof value === 'string');
}

/** Where the first one stands. No recursion: variables may be nested deeper than the stack. */
function inexactIn(variables: unknown): string | undefined {
  const open: [path: string, value: unknown][] = [['variables', variables]];
  for (const [path, value] of open) {
    if (typeof value === 'number' && !isExactValue(value)) return path;
    if (typeof value === 'object' && value !== null)
      for (const [name, member] of Object.entries(value)) open.push([`${path}.${nameOf(name)}`, member]);
  }
  return undefined;
}

/** A name that does not look like one may be somebody's identifier. */
const nameOf = (name: string): string => (/^\w{1,60}$/.test(name) ? name : '…');

const wrong = (what: string): DomainError => new DomainError('INVALID', `${what} ${INEXACT}`, what);
