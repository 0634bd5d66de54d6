import { isDeepStrictEqual } from 'node:util';
import { conflict, invalid } from './errors.js';

/** What an update gives; what is left out stays. @throws DomainError for null where there is nothing to clear */
export function givenOf<Input extends object>(
  input: Input,
  clearable: readonly (keyof Input & string)[],
): Partial<Input> {
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  for (const [field, value] of given)
    if (value === null && !clearable.some((name) => name === field))
      throw invalid(field, `must not be null; leave it out to keep it as it is`);
  return Object.fromEntries(given) as Partial<Input>;
}

/**
 * A list is replaced whole: what somebody else took out of it since it was looked at would come back unseen.
 *
 * @param was what was looked at of what is to be changed. @throws DomainError `CONFLICT` that names the first field that is another by now
 */
export function requireUnchanged<Row extends object>(row: Row, was: Partial<Row> | null | undefined): void {
  for (const [field, value] of Object.entries(was ?? {}))
    if (value !== undefined && !isDeepStrictEqual(plain(row[field as keyof Row]), plain(value)))
      throw conflict(field, 'somebody else changed it meanwhile: look at what it is now');
}

/** As it goes over the wire: a moment is a text, and what is missing is null. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

/** Null is the same as left out: what has a default gets it. */
export function presentOf<Input extends object>(input: Input): { [Key in keyof Input]: Exclude<Input[Key], null> } {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value != null)) as {
    [Key in keyof Input]: Exclude<Input[Key], null>;
  };
}

/** Codes that narrow what is given, null for all: an empty list, or an empty code, would give nothing and look as if it did. @throws DomainError */
export function checkNarrowing(field: string, codes: readonly string[] | null | undefined): void {
  if (codes?.length === 0) throw invalid(field, 'name at least one, or leave it out for all');
  if (codes?.some((code) => code.trim() === '') === true)
    throw invalid(field, 'an empty code names nothing; leave the list out for all');
}
