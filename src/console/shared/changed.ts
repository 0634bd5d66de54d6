/**
 * What a form changed of what it began with. The rest is not sent: another tab or administrator may have changed it
 * meanwhile, and what they took away would come back unseen.
 */
export function changed<Input extends object>(before: Input, after: Input): Partial<Input> {
  const same = (name: keyof Input): boolean => JSON.stringify(before[name]) === JSON.stringify(after[name]);
  return Object.fromEntries(Object.entries(after).filter(([name]) => !same(name as keyof Input))) as Partial<Input>;
}

/** The same fields of what the form began with: the gateway refuses where somebody else has changed one of them since. */
export const wasOf = <Before extends object>(before: Before, input: object): Partial<Before> =>
  Object.fromEntries(Object.entries(before).filter(([name]) => name in input)) as Partial<Before>;
