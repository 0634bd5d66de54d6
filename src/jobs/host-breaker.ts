/** Spares receivers in trouble, per host and process: few requests at once, none for a while after many failures. */

/** Requests to one host at once, and started within a second. */
const AT_ONCE = 8;
const PER_SECOND = 200;
const FAILURES_TO_OPEN = 5;
const OPEN_MS = 10_000;
const MAX_OPEN_MS = 300_000;

interface HostState {
  running: number;
  /** Started within the current second. */
  started: number;
  second: number;
  failures: number;
  /** Closed to requests until then. */
  openUntil: number;
}

export class HostBreaker {
  readonly #hosts = new Map<string, HostState>();

  constructor(private readonly clock: () => number = () => performance.now()) {}

  /** Hosts that may not get the full number now, and how many more each may get. */
  room(): { perHost: number; limited: { host: string; room: number }[] } {
    const now = this.clock();
    const limited = [...this.#hosts].map(([host, state]) => ({ host, room: roomOf(state, now) }));
    return { perHost: AT_ONCE, limited: limited.filter(({ room }) => room < AT_ONCE) };
  }

  started(host: string): void {
    const state = this.#stateOf(host);
    const second = Math.floor(this.clock() / 1000);
    if (state.second !== second) Object.assign(state, { second, started: 0 });
    state.running++;
    state.started++;
  }

  /** @param trouble whether the machine failed; `undefined` tells nothing about it @param retryAfter seconds it asked for */
  ended(host: string, trouble: boolean | undefined, retryAfter = 0): void {
    const state = this.#stateOf(host);
    state.running--;
    if (trouble === false) Object.assign(state, { failures: 0, openUntil: 0 });
    if (trouble === true) {
      state.failures++;
      const opening = state.failures >= FAILURES_TO_OPEN ? OPEN_MS * 2 ** (state.failures - FAILURES_TO_OPEN) : 0;
      state.openUntil = this.clock() + Math.min(Math.max(opening, retryAfter * 1000), MAX_OPEN_MS);
    }
    if (state.running === 0 && state.failures === 0) this.#hosts.delete(host);
  }

  #stateOf(host: string): HostState {
    let state = this.#hosts.get(host);
    if (state === undefined) {
      state = { running: 0, started: 0, second: 0, failures: 0, openUntil: 0 };
      this.#hosts.set(host, state);
    }
    return state;
  }
}

function roomOf(state: HostState, now: number): number {
  if (state.openUntil > now) return 0;
  // After failures one request tries whether the host is back.
  if (state.failures >= FAILURES_TO_OPEN) return state.running === 0 ? 1 : 0;
  const started = state.second === Math.floor(now / 1000) ? state.started : 0;
  return Math.max(0, Math.min(AT_ONCE - state.running, PER_SECOND - started));
}
