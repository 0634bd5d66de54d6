/** Where shared quotas are counted: Redis where `REDIS_URL` names one, else PostgreSQL; alone in memory while it is away. */
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { Sql } from '../entities/database/database.js';
import type { Log } from '../platform/log.js';
import { PostgresCounter } from './postgres-counter.js';
import type { Counters } from './rate-limits.js';
import type { SharedCounter } from './shared-quota.js';

export interface CounterStore {
  counters: Counters;
  close(): void;
}

/** Counters only count; limits differ per caller and are judged where points are leased. */
const UNLIMITED = 2 ** 31 - 1;
/** Of Redis: one that went silent is left for a new connection, and what was asked is counted here. */
const SILENT_MS = 1000;
const WINDOWS = { minute: 60, hour: 3600, day: 86_400 };

export async function createCounterStore(sql: Sql, redisUrl: string | undefined, log: Log): Promise<CounterStore> {
  if (redisUrl === undefined)
    return {
      counters: countersOf((window) => new PostgresCounter(sql, nameOf(window), WINDOWS[window], inMemory(window))),
      close: () => {},
    };
  // Loaded where it is asked for, as few ask.
  const { Redis } = await import('ioredis');
  const redis = new Redis(redisUrl, { enableOfflineQueue: false, maxRetriesPerRequest: 0, socketTimeout: SILENT_MS });
  redis.on('error', (error: Error) => log.warn({ err: error }, 'Redis is away: rate limits hold per process'));
  return {
    counters: countersOf(
      (window) =>
        new RateLimiterRedis({ ...optionsOf(window), insuranceLimiter: inMemory(window), storeClient: redis }),
    ),
    close: () => redis.disconnect(),
  };
}

type Window = keyof Counters;

const countersOf = (create: (window: Window) => SharedCounter): Counters => ({
  minute: create('minute'),
  hour: create('hour'),
  day: create('day'),
});

const nameOf = (window: Window): string => `dci ${window}`;

const optionsOf = (window: Window) => ({ points: UNLIMITED, duration: WINDOWS[window], keyPrefix: nameOf(window) });

const inMemory = (window: Window): RateLimiterMemory => new RateLimiterMemory(optionsOf(window));
