/** Numbers of an operation that a double does not hold: they would name another person, or be stored as another number. */
import { visit, type DocumentNode } from 'graphql';
import { INEXACT, isExact, isExactValue } from '../protocol/exact-number.js';
import { DomainError } from '../use-cases/errors.js';

/** @param variables read with `markInexact` @throws DomainError that names the variable */
export function refuseInexactVariables(variables: Record<string, unknown> | null | undefined): void {
  const path = inexactIn(variables);
  if (path !== undefined) throw wrong(path);
}

/** @throws DomainError */
export function refuseInexactLiterals(document: DocumentNode): void {
  const refuse = ({ value }: { value: string }): void => {
    if (!isExact(value)) throw wrong('a value in the text of the operation');
  };
  visit(document, { IntValue: refuse, FloatValue: refuse });
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
