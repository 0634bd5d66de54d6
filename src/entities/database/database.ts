/**
 * The door to PostgreSQL: one pool, MikroORM's. Admin use cases take entities from an EntityManager; hot paths send
 * named, parameterised statements over the same pool.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationObject } from '@mikro-orm/core';
import { MikroORM, type EntityManager } from '@mikro-orm/postgresql';
import { ReflectMetadataProvider } from '@mikro-orm/decorators/legacy';
import { Migrator } from '@mikro-orm/migrations';
import type { Pool } from 'pg';
import type { Pooler } from '../../platform/config.js';
import type { Log } from '../../platform/log.js';
import { queryUntil } from './cancellable.js';
import { inTransaction, type HeldConnection } from './held-connection.js';
import { HeldDialect } from './held-dialect.js';
import { ANSWER_MS, createClient, endClient } from './pool.js';
import { Pools } from './pools.js';

const CLOSE_MS = 5000;
/** Of a statement that may take its time. */
const PATIENCE_MS = 3_600_000;

/**
 * One statement at a time; `name` makes it a prepared statement of the connection. Timestamps arrive as text. `signal` ends
 * a statement outside a transaction that nobody waits for any more.
 */
export interface Sql {
  query<Row = Record<string, unknown>>(
    text: string,
    values?: unknown[],
    name?: string,
    signal?: AbortSignal,
  ): Promise<Row[]>;
  /** Says that a statement wrote to the outbox: live readers are woken once it is committed. */
  eventWritten(): void;
}

/** A database transaction: entities and statements on one connection, committed together. */
export interface Unit extends Sql {
  em: EntityManager;
  /** Does once, and only when all of it stands. */
  afterCommit(then: () => void): void;
}

/** What can begin a transaction. */
export interface Transactional extends Sql {
  transaction<T>(work: (unit: Unit) => Promise<T>): Promise<T>;
}

/** What `connectDatabase` knows: the rooms beside this one. */
export interface Schema {
  entities: (new () => object)[];
  migrations: MigrationObject[];
}

export interface ConnectOptions {
  poolSize?: number;
  /** Of one statement, in milliseconds: PostgreSQL ends a longer one. Not set or 0 = none. */
  statementTimeoutMs?: number;
  /** After so long a server that answers nobody is away. */
  silentMs?: number;
  /** What stands before the database: none where left out. */
  pooler?: Pooler | undefined;
  /** Past it. */
  directUrl?: string | undefined;
  log?: Log;
}

export class Database implements Transactional {
  readonly #listeners = new Set<() => void>();

  private constructor(
    readonly orm: MikroORM,
    private readonly pools: Pools,
    private readonly pooler: Pooler,
    private readonly directUrl: string,
  ) {}

  static async connect(
    url: string,
    { entities, migrations }: Schema,
    { poolSize = 10, statementTimeoutMs = 0, silentMs, pooler = 'none', directUrl = url, log }: ConnectOptions = {},
  ): Promise<Database> {
    const pools = new Pools(url, { poolSize, statementTimeoutMs, silentMs, log, pooled: pooler !== 'none' });
    const orm = await MikroORM.init({
      clientUrl: url,
      entities,
      metadataProvider: ReflectMetadataProvider,
      extensions: [Migrator],
      driverOptions: new HeldDialect(pools),
      colors: false,
      logger: (message) => log?.debug(message),
      migrations: { migrationsList: migrations, snapshot: false, transactional: true },
    });
    return new Database(orm, pools, pooler, directUrl);
  }

  /** Of transactions, and of statements that stand alone. */
  get pool(): Pool {
    return this.pools.main;
  }

  async query<Row = Record<string, unknown>>(
    text: string,
    values: unknown[] = [],
    name?: string,
    signal?: AbortSignal,
  ): Promise<Row[]> {
    const statement = { text, values, name: this.#nameOf(name) };
    // Behind a pooler nobody knows whose session a statement has: it ends by its own limit.
    if (signal !== undefined && this.pooler === 'none') return queryUntil<Row>(this.pools.here(), statement, signal);
    signal?.throwIfAborted();
    return (await this.pools.here().query(statement)).rows as Row[];
  }

  /** A statement that is soon over and may not wait for a place behind long work, such as the renewal of a lease. */
  beside<Row = Record<string, unknown>>(text: string, values: unknown[], name?: string): Promise<Row[]> {
    return this.pools.beside(() => this.query<Row>(text, values, name));
  }

  /** Hears of each commit that live readers may want to see. */
  onEvents(listener: () => void): void {
    this.#listeners.add(listener);
  }

  readonly eventWritten = (): void => this.#listeners.forEach((listener) => listener());

  /** A fresh identity map for one request or job. */
  em(): EntityManager {
    return this.orm.em.fork();
  }

  /** Commits when `work` returns, rolls back when it throws. */
  transaction<T>(work: (unit: Unit) => Promise<T>): Promise<T> {
    return this.#commit((connection, after) => this.#unitOfWork(connection, work, after));
  }

  /** The same for housekeeping, whose statements may take their time. */
  patient(): Transactional {
    const { eventWritten } = this;
    const transaction = <T>(work: (unit: Unit) => Promise<T>): Promise<T> =>
      this.#commit(async (connection, after) => {
        await connection.query(`set local statement_timeout = ${PATIENCE_MS}`);
        connection.answerMs = PATIENCE_MS + ANSWER_MS;
        return this.#unitOfWork(connection, work, after);
      });
    return { transaction, eventWritten, query: (text, values) => transaction((unit) => unit.query(text, values)) };
  }

  /** A statement that PostgreSQL takes outside a transaction only, such as an index that is built beside writers, however long it takes. */
  async alone(text: string): Promise<void> {
    const client = createClient(this.directUrl, 'dci-alone', PATIENCE_MS);
    try {
      await client.connect();
      await client.query('set statement_timeout = 0');
      await client.query(text);
    } finally {
      await endClient(client);
    }
  }

  /** Waits for what is under way, but not forever: an answer may never come. */
  async close(): Promise<void> {
    const closed = new AbortController();
    const limit = sleep(CLOSE_MS, undefined, { signal: closed.signal }).catch(() => undefined);
    await Promise.race([Promise.all([this.orm.close(true), this.pools.end()]), limit]);
    closed.abort();
  }

  /** A named statement belongs to a session, which a pooler by transactions gives to others. */
  #nameOf(name: string | undefined): string | undefined {
    return this.pooler === 'transaction' ? undefined : name;
  }

  async #commit<T>(work: (connection: HeldConnection, after: Set<() => void>) => Promise<T>): Promise<T> {
    const after = new Set<() => void>();
    const result = await this.pools.holding((pool) => inTransaction(pool, (connection) => work(connection, after)));
    for (const then of after) then();
    return result;
  }

  async #unitOfWork<T>(
    connection: HeldConnection,
    work: (unit: Unit) => Promise<T>,
    after: Set<() => void>,
  ): Promise<T> {
    const em = this.em();
    em.setTransactionContext(connection);
    const query = async <Row>(text: string, values: unknown[] = [], name?: string): Promise<Row[]> =>
      (await connection.query(text, values, this.#nameOf(name))).rows as Row[];
    const afterCommit = (then: () => void): void => void after.add(then);
    const result = await work({ em, query, afterCommit, eventWritten: () => afterCommit(this.eventWritten) });
    await em.flush();
    return result;
  }
}

/** Whether an error says that a statement took longer than it may. */
export const isStatementTimeout = (error: unknown): boolean => sqlStateOf(error) === QUERY_CANCELED;
const QUERY_CANCELED = '57014';

/** Whether an error says that a row of this key is there already: somebody else was faster. */
export const isUniqueViolation = (error: unknown): boolean => sqlStateOf(error) === UNIQUE_VIOLATION;
const UNIQUE_VIOLATION = '23505';

/** The SQLSTATE, from the driver or as MikroORM passes it on. */
export const sqlStateOf = (error: unknown): unknown => (Object(error) as { code?: unknown }).code;

/** A new row: the entity's own defaults, then `values`. */
export function addRow<Entity extends object>(
  em: EntityManager,
  type: new () => Entity,
  values: Partial<Entity>,
): Entity {
  const row = Object.assign(new type(), values);
  em.persist(row);
  return row;
}
