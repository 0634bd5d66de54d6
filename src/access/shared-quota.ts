/**
 * A quota per key and window that all processes share. A process leases a few points ahead of a fast caller, so that most
 * of its requests cost no round trip; a slow one is counted point by point. What is leased was counted before it is spent,
 * so the limit is never exceeded (decision 0004).
 */
import type { RateLimiterRes } from 'rate-limiter-flexible';

/** Counts points of a key in a window that starts with its first point, atomically for every process. */
export interface SharedCounter {
  /** Seconds. */
  readonly duration: number;
  consume(key: string, points: number): Promise<Consumed>;
  /** Where many keys cost less together. What is not told of began its window with these points. */
  consumeAll?(wanted: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, Consumed>>;
}

export type Consumed = Pick<RateLimiterRes, 'consumedPoints' | 'msBeforeNext'>;

interface Weighed {
  key: string;
  weight: number;
}

export interface QuotaState {
  allowed: boolean;
  limit: number;
  /** Length of the window in seconds. */
  window: number;
  remaining: number;
  /** Seconds until the window ends. */
  reset: number;
  /** The first refusal of this window here. */
  first?: boolean;
}

interface Lease {
  limit: number;
  /** Points leased and not yet spent. */
  left: number;
  /** Points that nobody had leased when this was taken. */
  free: number;
  size: number;
  takenAt: number;
  endsAt: number;
  exhausted: boolean;
  refused: boolean;
}

/** What a key is counted with. */
interface Asked {
  points: number;
  size: number;
}

const MAX_KEYS = 50_000;
const MAX_LEASE = 10_000;
/** A lease that is spent sooner grows, so that a fast caller asks about once a second. */
const AIM_MS = 1000;

export class SharedQuota {
  readonly #leases = new Map<string, Lease>();
  readonly #renewals = new Map<string, Promise<void>>();

  constructor(
    private readonly counter: SharedCounter,
    private readonly now: () => number = () => Math.trunc(performance.now()),
  ) {}

  /** Spends `weight` points of a key; a weight above the limit is the whole of it. */
  async take(key: string, weight: number, limit: number): Promise<QuotaState> {
    const { duration: window } = this.counter;
    if (limit <= 0) return { allowed: false, limit: 0, window, remaining: 0, reset: window };
    const wanted = Math.min(weight, limit);
    for (;;) {
      const lease = this.#valid(key, limit);
      if (lease !== undefined && lease.left >= wanted) {
        lease.left -= wanted;
        return this.#state(lease, true);
      }
      if (lease?.exhausted) return this.#refusal(lease);
      await (this.#renewals.get(key) ?? this.#renew(key, wanted, limit));
    }
  }

  /**
   * Spends of many keys, such as the rows of a file, counted together and none ahead: most are not seen again soon. Gives
   * refusals, undefined for what may go on.
   */
  async takeAll(spendings: Weighed[], limit: number): Promise<(QuotaState | undefined)[]> {
    const wanted = new Map<string, number>();
    for (const { key, weight } of spendings)
      if (limit > 0 && this.#valid(key, limit)?.exhausted !== true)
        wanted.set(key, (wanted.get(key) ?? 0) + Math.min(weight, limit));
    const counted = await this.#count(wanted);
    for (const [key, points] of wanted) {
      const consumed = counted.get(key) ?? { consumedPoints: points, msBeforeNext: this.counter.duration * 1000 };
      if (consumed.consumedPoints <= limit) continue;
      this.#keep(key, limit, { points, size: 1 }, consumed);
      wanted.delete(key);
    }
    const refusals: (QuotaState | undefined)[] = [];
    for (const { key, weight } of spendings) {
      const state = wanted.has(key) ? undefined : await this.take(key, weight, limit);
      refusals.push(state?.allowed === false ? state : undefined);
    }
    return refusals;
  }

  /** Points that were not to be spent after all; this process spends them again. */
  giveBack(key: string, weight: number, limit: number): void {
    const lease = this.#valid(key, limit);
    if (lease !== undefined) lease.left += weight;
  }

  /** The refusal that a key would get, as far as this process knows; spends nothing. */
  blocked(key: string, limit: number): QuotaState | undefined {
    const lease = this.#valid(key, limit);
    return lease?.exhausted && lease.left < 1 ? this.#refusal(lease) : undefined;
  }

  #valid(key: string, limit: number): Lease | undefined {
    const lease = this.#leases.get(key);
    return lease !== undefined && lease.limit === limit && this.now() < lease.endsAt ? lease : undefined;
  }

  /** Once for all that ask meanwhile. */
  async #renew(key: string, wanted: number, limit: number): Promise<void> {
    const renewal = this.#lease(key, wanted, limit);
    this.#renewals.set(key, renewal);
    try {
      await renewal;
    } finally {
      this.#renewals.delete(key);
    }
  }

  async #lease(key: string, wanted: number, limit: number): Promise<void> {
    const left = this.#valid(key, limit)?.left ?? 0;
    const size = leaseSize(this.#leases.get(key), this.now(), limit);
    const points = Math.max(size, wanted - left);
    this.#keep(key, limit, { points, size }, await this.counter.consume(key, points));
  }

  #keep(key: string, limit: number, { points, size }: Asked, { consumedPoints, msBeforeNext }: Consumed): void {
    const now = this.now();
    this.#makeRoom(now);
    // Now: some may have been spent while it was counted.
    const left = this.#valid(key, limit)?.left ?? 0;
    const before = consumedPoints - points;
    const granted = Math.min(points, Math.max(0, limit - before));
    this.#leases.set(key, {
      limit,
      left: granted + (before > 0 ? left : 0),
      free: Math.max(0, limit - consumedPoints),
      size,
      takenAt: now,
      endsAt: now + msBeforeNext,
      exhausted: granted < points,
      refused: false,
    });
  }

  async #count(wanted: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, Consumed>> {
    const { counter } = this;
    if (wanted.size > 1 && counter.consumeAll !== undefined) return counter.consumeAll(wanted);
    const each = [...wanted].map(async ([key, points]) => [key, await counter.consume(key, points)] as const);
    return new Map(await Promise.all(each));
  }

  #state(lease: Lease, allowed: boolean): QuotaState {
    const remaining = lease.free + lease.left;
    const reset = Math.max(1, Math.ceil((lease.endsAt - this.now()) / 1000));
    return { allowed, limit: lease.limit, window: this.counter.duration, remaining, reset };
  }

  #refusal(lease: Lease): QuotaState {
    const first = !lease.refused;
    lease.refused = true;
    return { ...this.#state(lease, false), first };
  }

  #makeRoom(now: number): void {
    if (this.#leases.size < MAX_KEYS) return;
    for (const [key, { endsAt }] of this.#leases) if (endsAt <= now) this.#leases.delete(key);
    if (this.#leases.size >= MAX_KEYS) this.#leases.clear();
  }
}

function leaseSize(last: Lease | undefined, now: number, limit: number): number {
  const most = Math.min(MAX_LEASE, Math.max(1, Math.floor(limit / 20)));
  if (last === undefined) return 1;
  return now - last.takenAt < AIM_MS ? Math.min(last.size * 2, most) : Math.max(1, Math.floor(last.size / 2));
}
