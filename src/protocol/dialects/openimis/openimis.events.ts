/** Its events → ours; `ALL`, the default of a subscription, is one for each. */
export const EVENTS: Record<string, string> = { REGISTER: 'REGISTER', UPDATE: 'UPDATE', DEREGISTER: 'DELETE' };

/** Ours in its words; one that it has none for keeps its name. */
export const eventNamed = (name: string): string =>
  Object.keys(EVENTS).find((theirs) => EVENTS[theirs] === name) ?? name;
