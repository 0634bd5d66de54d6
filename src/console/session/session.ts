/** The bearer token of this tab: kept in sessionStorage, gone with the tab, and told to whoever listens. */
const KEY = 'dci.console.token';

export type Farewell = 'signed-out' | 'expired';

let token = sessionStorage.getItem(KEY) ?? undefined;
let farewell: Farewell | undefined;
const listeners = new Set<() => void>();

function change(next: string | undefined, why?: Farewell): void {
  token = next;
  farewell = why;
  if (next === undefined) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, next);
  for (const listener of listeners) listener();
}

export const session = {
  token: (): string | undefined => token,
  /** Why the last session ended. */
  farewell: (): Farewell | undefined => farewell,
  begin: (bearer: string): void => change(bearer),
  end: (why: Farewell): void => change(undefined, why),
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** `Bearer …`, for HTTP and WebSocket alike. */
export const authorization = (): { authorization: string } | undefined =>
  token === undefined ? undefined : { authorization: `Bearer ${token}` };
