/** Sliding windows: a steady caller below its rate is never blocked, and a refusal says how long to wait. */
import { TooManyRequests } from '../protocol/errors.js';

interface Window {
  startedAt: number;
  current: number;
  previous: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export class SlidingWindows {
  readonly #windows = new Map<string, Window>();

  constructor(
    private readonly now: () => number,
    private readonly addressPerMinute = 6000,
  ) {}

  async byAddress(address: string | undefined): Promise<void> {
    this.#take(`address ${address ?? 'unknown'}`, this.addressPerMinute, MINUTE_MS);
  }

  async bySender(sender: {
    senderId: string;
    rateLimitPerMinute: number;
    rateLimitPerDay: number | null;
  }): Promise<void> {
    this.#take(`minute ${sender.senderId}`, sender.rateLimitPerMinute, MINUTE_MS);
    if (sender.rateLimitPerDay !== null) this.#take(`day ${sender.senderId}`, sender.rateLimitPerDay, DAY_MS);
  }

  /** The window before counts by the share of it that the last `length` milliseconds still cover. */
  #take(name: string, limit: number, length: number): void {
    const now = this.now();
    const window = this.#window(name, now, length);
    const elapsed = (now - window.startedAt) / length;
    if (window.previous * (1 - elapsed) + window.current + 1 > limit)
      throw new TooManyRequests(
        'too many requests: wait as Retry-After says',
        Math.max(1, Math.ceil((length * (1 - elapsed)) / 1000)),
      );
    window.current += 1;
  }

  #window(name: string, now: number, length: number): Window {
    const known = this.#windows.get(name);
    const startedAt = now - (now % length);
    if (known?.startedAt === startedAt) return known;
    const previous = known?.startedAt === startedAt - length ? known.current : 0;
    if (this.#windows.size >= 100_000) this.#windows.clear();
    const window = { startedAt, current: 0, previous };
    this.#windows.set(name, window);
    return window;
  }
}
