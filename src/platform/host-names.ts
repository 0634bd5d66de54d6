/**
 * Names of hosts are asked of the system, in threads of which a process has few: whose name server is silent holds one for half
 * a minute, and everybody's names wait, the database's too. So each name is asked once at a time, however many requests go
 * there, and names that were not answered in time take turns with each other and with nobody else.
 */
import type { Address } from './outbound-connect.js';

export type AskName = (host: string) => Promise<readonly Address[]>;

/** A later answer is none in time. */
const IN_TIME_MS = 2000;
const MOST_REMEMBERED = 1000;

export class HostNames {
  readonly #asked = new Map<string, Promise<readonly Address[]>>();
  /** Not answered in time when they were asked last. */
  readonly #silent = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly ask: AskName,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  addressesOf(host: string): Promise<readonly Address[]> {
    const asked = this.#asked.get(host);
    if (asked !== undefined) return asked;
    const asking = (this.#silent.has(host) ? this.#inTurn(host) : this.#timed(host)).finally(() =>
      this.#asked.delete(host),
    );
    this.#asked.set(host, asking);
    return asking;
  }

  #inTurn(host: string): Promise<readonly Address[]> {
    const asking = this.#turn.then(() => this.#timed(host));
    this.#turn = asking.catch(() => undefined);
    return asking;
  }

  async #timed(host: string): Promise<readonly Address[]> {
    const began = this.clock();
    try {
      return await this.ask(host);
    } finally {
      const inTime = this.clock() - began < IN_TIME_MS;
      this.#silent.delete(host);
      if (!inTime && this.#silent.size < MOST_REMEMBERED) this.#silent.add(host);
    }
  }
}
