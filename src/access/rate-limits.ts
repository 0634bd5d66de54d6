/**
 * How often somebody may ask. A sender's quota is spent only by requests that are proven to be its own; who proves
 * nothing spends that of its address.
 */
import { isIPv6 } from 'node:net';
import type { Operation } from '../protocol/vocabulary.js';
import { SharedQuota, type QuotaState, type SharedCounter } from './shared-quota.js';

export interface Counters {
  minute: SharedCounter;
  hour: SharedCounter;
  day: SharedCounter;
}

export interface RateLimitSettings {
  /** Refused requests a minute of one address, or of one client whose messages prove false. */
  unprovenPerMinute: number;
  /** Claims about one person by one sender in an hour. */
  verificationsPerHour: number;
}

/** What one request costs; 1 where nothing else stands. */
const WEIGHTS: Partial<Record<Operation, number>> = { BULK_SEARCH: 10, BULK_VERIFY: 10 };
const ITEMS_PER_POINT = 10;

/** @param items of the message */
export const weightOf = (operation: Operation | undefined, items = 1): number =>
  ((operation && WEIGHTS[operation]) ?? 1) * Math.max(1, Math.ceil(items / ITEMS_PER_POINT));

export class RateLimits {
  readonly #minute: SharedQuota;
  readonly #hour: SharedQuota;
  readonly #day: SharedQuota;

  constructor(
    counters: Counters,
    private readonly settings: RateLimitSettings,
  ) {
    this.#minute = new SharedQuota(counters.minute);
    this.#hour = new SharedQuota(counters.hour);
    this.#day = new SharedQuota(counters.day);
  }

  /**
   * Spends a sender's quotas, the shortest window first; the last state tells whether it may go on.
   *
   * @param paid of the weight, before; a weight above a limit is the whole of that limit
   */
  async bySender(
    sender: { senderId: string; rateLimitPerMinute: number; rateLimitPerDay: number | null },
    weight = 1,
    paid = 0,
  ): Promise<QuotaState[]> {
    const { senderId, rateLimitPerMinute: perMinute, rateLimitPerDay: perDay } = sender;
    const due = (limit: number) => Math.max(0, Math.min(weight, limit) - paid);
    const minute = await this.#minute.take(`sender ${senderId}`, due(perMinute), perMinute);
    if (!minute.allowed || perDay === null) return [minute];
    return [minute, await this.#day.take(`sender ${senderId}`, due(perDay), perDay)];
  }

  /** Spends one refusal of somebody who proved nothing. */
  byUnproven(caller: UnprovenCaller): Promise<QuotaState> {
    return this.#minute.take(nameOf(caller), 1, this.settings.unprovenPerMinute);
  }

  /** The refusal of a caller who has spent everything; spends nothing. */
  blockedUnproven(caller: UnprovenCaller): QuotaState | undefined {
    return this.#minute.blocked(nameOf(caller), this.settings.unprovenPerMinute);
  }

  /** Guessing claims about one person is slow, whatever quota the sender has; whether it exists is one guess. Gives refusals. */
  verifications(senderId: string, asked: { recordId: string; claims: number }[]): Promise<(QuotaState | undefined)[]> {
    const spendings = asked.map(({ recordId, claims }) => ({
      key: `verify ${senderId} ${recordId}`,
      weight: Math.max(1, claims),
    }));
    return this.#hour.takeAll(spendings, this.settings.verificationsPerHour);
  }

  /** Spent before anything is looked at, so that guesses at the same time count too; whether the name exists is no matter. */
  async guess(name: string, address: string | undefined): Promise<QuotaState> {
    for (const [key, limit] of guessKeys(name, address)) {
      const state = await this.#hour.take(key, 1, limit);
      if (!state.allowed) return state;
    }
    return { allowed: true, limit: GUESSES.pair, window: 3600, remaining: 0, reset: 0 };
  }

  /** It was no guess. */
  knew(name: string, address: string | undefined): void {
    for (const [key, limit] of guessKeys(name, address)) this.#hour.giveBack(key, 1, limit);
  }
}

/** Guesses an hour at the password or code of one name from one address, of one address at any name, at one name from anywhere. */
const GUESSES = { pair: 10, address: 50, name: 200 } as const;

/** By the client that a valid token names, else by address. */
export interface UnprovenCaller {
  address: string | undefined;
  clientId?: string | undefined;
}

function guessKeys(name: string, from: string | undefined): [string, number][] {
  const address = network(from ?? 'unknown');
  return [
    [`sign-in ${name} ${address}`, GUESSES.pair],
    [`sign-in address ${address}`, GUESSES.address],
    [`sign-in name ${name}`, GUESSES.name],
  ];
}

const nameOf = ({ address, clientId }: UnprovenCaller): string =>
  clientId === undefined ? `address ${network(address ?? 'unknown')}` : `client ${clientId}`;

/** Who has one IPv6 address has its whole /64. */
function network(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail = ''] = plain.split('::');
  const left = head.split(':').filter((part) => part !== '');
  const right = plain.includes('::') ? tail.split(':').filter((part) => part !== '') : [];
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
}
