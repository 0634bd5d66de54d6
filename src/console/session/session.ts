/** The bearer token of this tab: kept in sessionStorage, gone with the tab, and told to whoever listens. */
const KEY = 'dci.console.token';

/** How long what somebody was writing waits, out of sight, until they have signed in again. */
export const KEPT_MINUTES = 15;

/** `elsewhere`: the same reader has signed out in another tab. */
export type Farewell = 'signed-out' | 'elsewhere' | 'expired';

let token = sessionStorage.getItem(KEY) ?? undefined;
let farewell: Farewell | undefined;
/** Whom the token speaks for, once the gateway has said so. */
let reader: string | undefined;
/** Whose pages are drawn: a number for each reader in turn, none where nothing is to be kept. */
let pages: number | undefined = token === undefined ? undefined : 0;
let turns = 0;
let forgetting: number | undefined;
let held: (() => void)[] = [];
const listeners = new Set<() => void>();
const tabs = new BroadcastChannel('dci.console');

function tell(): void {
  for (const listener of listeners) listener();
}

function forget(): void {
  pages = undefined;
  reader = undefined;
  held = [];
  tell();
}

function keep(bearer: string | undefined, why?: Farewell): void {
  clearTimeout(forgetting);
  token = bearer;
  farewell = why;
  if (bearer === undefined) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, bearer);
}

export const session = {
  token: (): string | undefined => token,
  /** Why the last session ended. */
  farewell: (): Farewell | undefined => farewell,
  pages: (): number | undefined => pages,
  /** What was kept is for the same reader only. */
  begin: (bearer: string, subject: string): void => {
    const goesOn = pages !== undefined && subject === reader;
    const waiting = goesOn ? held : [];
    keep(bearer);
    held = [];
    reader = subject;
    if (!goesOn) pages = turns += 1;
    tell();
    for (const resume of waiting) resume();
  },
  /** Another token of the same session. */
  renew: (bearer: string): void => {
    if (token === undefined) return;
    keep(bearer);
    tell();
  },
  recognise: (subject: string): void => {
    reader = subject;
  },
  end: (why: Farewell): void => {
    const whose = reader;
    keep(undefined, why);
    if (why === 'expired' && whose !== undefined) {
      forgetting = window.setTimeout(forget, KEPT_MINUTES * 60_000);
      tell();
    } else forget();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin, ours
    if (why === 'signed-out' && whose !== undefined) tabs.postMessage(whose);
  },
  /** Resolves when the same reader has signed in again; where it is another, never. */
  resumed: (): Promise<void> =>
    new Promise((resolve) => {
      held.push(resolve);
    }),
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

tabs.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  if (reader !== undefined && data === reader) session.end('elsewhere');
});

/** `Bearer …`, for HTTP and WebSocket alike. */
export const authorization = (): { authorization: string } | undefined =>
  token === undefined ? undefined : { authorization: `Bearer ${token}` };
