/** The pace of one process: how many requests a host gets at once and within a second, and which endpoints are being asked. */
import type { HostCapacity } from '../entities/deliveries/due-delivery.repository.js';
import { endpointOf } from '../entities/deliveries/endpoint-rest.repository.js';

/** Requests to one host at once, and started within a second. */
const AT_ONCE = 8;
const PER_SECOND = 200;

interface HostState {
  running: number;
  /** Started within the current second. */
  started: number;
  second: number;
}

type Paced = { id: string; host: string; senderId: string; target: string };

export class HostPace {
  readonly #hosts = new Map<string, HostState>();
  readonly #running = new Map<string, Paced>();

  constructor(private readonly clock: () => number = () => performance.now()) {}

  /** Hosts that may not get the full number now, and how many more each may get. */
  capacity(): HostCapacity {
    const second = this.#second();
    const limited = [...this.#hosts].map(([host, state]) => ({ host, capacity: capacityOf(state, second) }));
    const busy = [...this.#running.values()].map(({ senderId, target }) => ({
      senderId,
      endpoint: endpointOf(target),
    }));
    return { perHost: AT_ONCE, limited: limited.filter(({ capacity }) => capacity < AT_ONCE), busy };
  }

  started(delivery: Paced): void {
    const second = this.#second();
    const known = this.#hosts.get(delivery.host) ?? { running: 0, started: 0, second };
    const { running, started } = known;
    this.#hosts.set(delivery.host, {
      running: running + 1,
      started: known.second === second ? started + 1 : 1,
      second,
    });
    this.#running.set(delivery.id, delivery);
  }

  ended({ id, host }: Paced): void {
    this.#running.delete(id);
    const state = this.#hosts.get(host);
    if (state !== undefined) state.running -= 1;
    const second = this.#second();
    for (const [name, { running, second: last }] of this.#hosts)
      if (running === 0 && last !== second) this.#hosts.delete(name);
  }

  #second(): number {
    return Math.floor(this.clock() / 1000);
  }
}

function capacityOf({ running, started, second }: HostState, now: number): number {
  return Math.max(0, Math.min(AT_ONCE - running, PER_SECOND - (second === now ? started : 0)));
}
