/**
 * The door to PostgreSQL: one pool, MikroORM's. Admin use cases take entities from an EntityManager; hot paths send
 * named, parameterised statements over the same pool.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MikroORM, type EntityManager } from '@mikro-orm/postgresql';
import { ReflectMetadataProvider } from '@mikro-orm/decorators/legacy';
import { Migrator } from '@mikro-orm/migrations';
import { CompiledQuery, type Transaction as KyselyTransaction } from 'kysely';
import type { Pool } from 'pg';
import type { Log } from '../platform/log.js';
import { Agreement, AgreementVersion } from './agreement.entity.js';
import { AdminAction, AuditSeal } from './audit.entity.js';
import { Consent } from './consent.entity.js';
import { DeliveryAttempt, Delivery } from './delivery.entity.js';
import { MIGRATIONS } from './migrations/migrations.js';
import { RegistryRecord } from './record.entity.js';
import { RegistryEvent } from './registry-event.entity.js';
import { Sender, SenderKey } from './sender.entity.js';
import { ServerKey } from './server-key.entity.js';
import { Subscription } from './subscription.entity.js';
import { Transaction } from './transaction.entity.js';

const CLOSE_MS = 10_000;

/** One statement at a time; `name` makes it a prepared statement of the connection. Timestamps arrive as text. */
export interface Sql {
  query<Row = Record<string, unknown>>(text: string, values?: unknown[], name?: string): Promise<Row[]>;
}

/** A database transaction: entities and statements on one connection, committed together. */
export interface Unit extends Sql {
  em: EntityManager;
}

export interface ConnectOptions {
  poolSize?: number;
  /** Of one statement, in milliseconds: PostgreSQL ends a longer one. Not set or 0 = none. */
  statementTimeoutMs?: number;
  log?: Log;
}

export const ENTITIES = [
  Sender,
  SenderKey,
  ServerKey,
  Agreement,
  AgreementVersion,
  Consent,
  RegistryRecord,
  RegistryEvent,
  Transaction,
  Subscription,
  Delivery,
  DeliveryAttempt,
  AdminAction,
  AuditSeal,
];

export class Database implements Sql {
  private constructor(
    readonly orm: MikroORM,
    readonly pool: Pool,
  ) {}

  static async connect(
    url: string,
    { poolSize = 10, statementTimeoutMs = 0, log }: ConnectOptions = {},
  ): Promise<Database> {
    const orm = await MikroORM.init({
      clientUrl: url,
      entities: ENTITIES,
      metadataProvider: ReflectMetadataProvider,
      extensions: [Migrator],
      pool: { min: 0, max: poolSize },
      // A parameter of the connection's start: no statement waits for it.
      driverOptions: { statement_timeout: statementTimeoutMs },
      colors: false,
      logger: (message) => log?.debug(message),
      migrations: { migrationsList: MIGRATIONS, snapshot: false, transactional: true },
    });
    await orm.connect();
    return new Database(orm, await orm.em.getConnection().getNativeClient());
  }

  async query<Row = Record<string, unknown>>(text: string, values: unknown[] = [], name?: string): Promise<Row[]> {
    return (await this.pool.query({ text, values, name })).rows as Row[];
  }

  /** A fresh identity map for one request or job. */
  em(): EntityManager {
    return this.orm.em.fork();
  }

  /** Commits when `work` returns, rolls back when it throws. */
  async transaction<T>(work: (unit: Unit) => Promise<T>): Promise<T> {
    return this.em().transactional(async (em) => {
      const connection = em.getTransactionContext<KyselyTransaction<unknown>>();
      if (connection === undefined) throw new Error('no transaction is open');
      const query = async <Row>(text: string, values: unknown[] = []): Promise<Row[]> =>
        (await connection.executeQuery(CompiledQuery.raw(text, values))).rows as Row[];
      return work({ em, query });
    });
  }

  /** The same for housekeeping, whose statements may take their time. */
  patient(): Pick<Database, 'query' | 'transaction'> {
    const transaction = <T>(work: (unit: Unit) => Promise<T>): Promise<T> =>
      this.transaction(async (unit) => {
        await unit.query('set local statement_timeout = 0');
        return work(unit);
      });
    return { transaction, query: (text, values) => transaction((unit) => unit.query(text, values)) };
  }

  /** Waits for what is under way, but not forever: a connection that died under a query may never be given back. */
  async close(): Promise<void> {
    const closed = new AbortController();
    const limit = sleep(CLOSE_MS, undefined, { signal: closed.signal }).catch(() => undefined);
    await Promise.race([this.orm.close(true), limit]);
    closed.abort();
  }
}

/** Whether an error says that a statement took longer than it may. */
export const isStatementTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === QUERY_CANCELED;
const QUERY_CANCELED = '57014';

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
