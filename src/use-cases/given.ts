import { invalid } from './errors.js';

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
