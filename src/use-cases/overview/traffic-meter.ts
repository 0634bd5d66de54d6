/** Counts the traffic of this process in memory and adds it to the shared minutes every few seconds and at the end. */
import type { Sql } from '../../entities/database/database.js';
import {
  addTraffic,
  keyOf,
  LATENCY_BOUNDS,
  purgeTraffic,
  type TrafficKey,
  type TrafficKind,
  type TrafficRow,
} from '../../entities/overview/traffic.repository.js';
import type { Log } from '../../platform/log.js';

const FLUSH_MS = 5000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const KEEP_MS = 8 * 24 * HOUR_MS;
/** While the database is away, so that memory stays bounded. */
const MAX_ROWS = 20_000;

export interface ObservedCall {
  kind: TrafficKind;
  registry?: string | null | undefined;
  operation?: string | null | undefined;
  /** Only of a sender that has proven itself. */
  senderId?: string | null | undefined;
  outcome: CallOutcome;
  durationMs: number;
}

/**
 * Of a call: answered; rejected as a whole, in an answer; refused; not served. Of an attempt to deliver: brought, or not, and then
 * tried again or (`GONE`, `GIVEN_UP`) never more.
 */
export type CallOutcome =
  'ANSWERED' | 'REJECTED' | 'REFUSED' | 'FAILED' | 'DELIVERED' | 'BLOCKED' | 'GONE' | 'GIVEN_UP';

const WELL = new Set<CallOutcome>(['ANSWERED', 'DELIVERED']);

export class TrafficMeter {
  #rows = new Map<string, TrafficRow>();
  #flushing: Promise<void> = Promise.resolve();
  #purgedAt = 0;
  readonly #timer: NodeJS.Timeout;
  #heard: (call: ObservedCall) => void = () => {};

  constructor(
    private readonly sql: Sql,
    private readonly clock: () => Date,
    private readonly log: Log,
  ) {
    this.#timer = setInterval(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Tells somebody else of each call too. */
  onCall(listener: (call: ObservedCall) => void): void {
    this.#heard = listener;
  }

  /** Never throws, never waits. */
  observe(call: ObservedCall): void {
    this.#heard(call);
    const { kind, registry, operation, senderId, outcome, durationMs } = call;
    const minute = new Date(Math.floor(this.clock().getTime() / MINUTE_MS) * MINUTE_MS);
    const row = this.#rowOf({
      minute,
      kind,
      registry: registry ?? '',
      operation: operation ?? '',
      senderId: senderId ?? '',
    });
    if (row === undefined) return;
    row.total += 1;
    if (!WELL.has(outcome)) row.failed += 1;
    const bucket = bucketOf(durationMs);
    row.latency[bucket] = (row.latency[bucket] ?? 0) + 1;
  }

  /** Adds what was counted since the last time; what could not be written is kept for the next. */
  flush(): Promise<void> {
    return (this.#flushing = this.#flushing.then(() => this.#write()));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  #rowOf(key: TrafficKey): TrafficRow | undefined {
    const name = keyOf(key);
    const known = this.#rows.get(name);
    if (known !== undefined || this.#rows.size >= MAX_ROWS) return known;
    const row = { ...key, total: 0, failed: 0, latency: Array<number>(LATENCY_BOUNDS.length + 1).fill(0) };
    this.#rows.set(name, row);
    return row;
  }

  async #write(): Promise<void> {
    const rows = this.#rows;
    this.#rows = new Map();
    try {
      if (rows.size > 0) await addTraffic(this.sql, [...rows.values()]);
      await this.#purge();
    } catch (error) {
      this.log.warn({ err: error }, 'traffic could not be counted; it is tried again');
      for (const row of rows.values()) this.#giveBack(row);
    }
  }

  #giveBack(row: TrafficRow): void {
    const kept = this.#rowOf(row);
    if (kept === undefined) return;
    kept.total += row.total;
    kept.failed += row.failed;
    kept.latency = kept.latency.map((count, index) => count + (row.latency[index] ?? 0));
  }

  async #purge(): Promise<void> {
    const now = this.clock().getTime();
    if (now - this.#purgedAt < HOUR_MS) return;
    this.#purgedAt = now;
    await purgeTraffic(this.sql, new Date(now - KEEP_MS));
  }
}

function bucketOf(durationMs: number): number {
  const index = LATENCY_BOUNDS.findIndex((bound) => durationMs <= bound);
  return index === -1 ? LATENCY_BOUNDS.length : index;
}
