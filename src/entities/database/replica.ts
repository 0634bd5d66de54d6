/**
 * A streaming replica, for reading what may be a moment old. How far it is behind is told by the primary's log: what that
 * had written at a moment, and the replica has replayed, is no older than the moment. A cut stream is seen likewise.
 */
import type { Pool } from 'pg';
import type { Log } from '../../platform/log.js';
import { within } from '../../platform/within.js';
import { queryUntil } from './cancellable.js';
import type { Sql } from './database.js';
import { IDENTITY } from './identity.sql.js';
import { createPool, type PoolOptions } from './pool.js';

export interface ReplicaOptions {
  maxLagMs: number;
  /** Told when it cannot be read, and when it can again. */
  log?: Log | undefined;
  /** Milliseconds, monotonic. */
  clock?: () => number;
}

interface Mark {
  at: number;
  position: number;
}

/** Of one that was promoted it would stay what it was then. */
const REPLAYED = 'case when pg_is_in_recovery() then pg_last_wal_replay_lsn() end';
/** So often within the bound it is asked. */
const LOOKS = 4;

export class Replica {
  #marks: Mark[] = [];
  #freshAt = -Infinity;
  #lookedAt = -Infinity;
  #looking: Promise<void> | undefined;
  #failed = false;

  constructor(
    private readonly primary: Sql,
    readonly sql: Sql,
    private readonly options: ReplicaOptions,
  ) {}

  /** Whether it holds all that was committed before the bound. */
  async isFresh(): Promise<boolean> {
    const { maxLagMs } = this.options;
    const isKnown = (): boolean => this.#now() - this.#freshAt <= maxLagMs;
    if (this.#now() - this.#lookedAt >= maxLagMs / LOOKS) {
      this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
      // One that could not be read is looked at aside: it may be silent, and who searches does not wait for that.
      if (!isKnown() && !this.#failed) await this.#looking;
    }
    return isKnown();
  }

  /** After it failed: it is asked again a moment later. */
  distrust(): void {
    this.#freshAt = -Infinity;
    this.#lookedAt = this.#now();
  }

  async #look(): Promise<void> {
    const at = this.#now();
    this.#lookedAt = at;
    try {
      // What comes later than the bound proves nothing any more.
      const [written, replayed] = await within(
        this.options.maxLagMs,
        Promise.all([positionOf(this.primary, 'pg_current_wal_flush_lsn()'), positionOf(this.sql, REPLAYED)]),
      );
      // Their logs say nothing of each other, however far each is.
      if (written.database !== replayed.database) throw new Error('this is another database, and no replica of ours');
      this.#marks.push({ at, position: written.position });
      const reached = this.#marks.findLast(({ position }) => position <= replayed.position);
      if (reached !== undefined) this.#freshAt = Math.max(this.#freshAt, reached.at);
      this.#marks = this.#marks.filter((mark) => mark.at > this.#freshAt).slice(-10 * LOOKS);
      if (this.#failed) this.options.log?.info('the replica can be read again');
      this.#failed = false;
    } catch (error) {
      this.distrust();
      const told = 'DATABASE_REPLICA_URL: the replica cannot be read; until it can, the primary answers searches';
      if (!this.#failed) this.options.log?.warn({ err: error }, told);
      this.#failed = true;
    }
  }

  #now(): number {
    return (this.options.clock ?? (() => performance.now()))();
  }
}

/** Over a pool of its own. */
export function openReplica(primary: Sql, url: string, pooled: PoolOptions, options: ReplicaOptions) {
  const pool = createPool(url, pooled);
  const replica = new Replica(primary, readingOver(pool), { log: pooled.log, ...options });
  // What is wrong with it is told at the start, and not when somebody asks.
  void replica.isFresh();
  return { replica, close: () => pool.end() };
}

const readingOver = (pool: Pool): Sql => ({
  eventWritten: () => undefined,
  query: async <Row>(text: string, values: unknown[] = [], name?: string, signal?: AbortSignal) =>
    signal === undefined
      ? ((await pool.query({ text, values, name })).rows as Row[])
      : queryUntil<Row>(pool, { text, values, name }, signal),
});

interface Place {
  position: number;
  database: string;
}

async function positionOf(sql: Sql, of: string): Promise<Place> {
  const [row] = await sql.query<{ position: number | null; database: string }>(
    `select pg_wal_lsn_diff(${of}, '0/0')::float8 as position, ${IDENTITY} as database`,
  );
  if (row?.position == null) throw new Error('this database replays no log: it is no replica');
  return { ...row, position: row.position };
}
