/**
 * What MikroORM asks outside our own transactions (reads, migrations) over the same pool and under the same rule. Kysely's
 * own driver keeps a connection for ever whose `begin`, `commit` or `rollback` failed, and gives back one without an answer.
 */
import { CompiledQuery, PostgresDialect, type Driver } from 'kysely';
import { HeldConnection } from './held-connection.js';
import type { Pools } from './pools.js';

export class HeldDialect extends PostgresDialect {
  constructor(private readonly pools: Pools) {
    super({ pool: pools.main });
  }

  override createDriver(): Driver {
    return new HeldDriver(this.pools);
  }
}

type Connection = Parameters<Driver['releaseConnection']>[0];

class HeldDriver implements Driver {
  constructor(private readonly pools: Pools) {}

  async init(): Promise<void> {}

  acquireConnection(): Promise<HeldConnection> {
    return HeldConnection.take(this.pools.here());
  }

  beginTransaction = (connection: Connection): Promise<void> => orRelease(connection, (own) => own.begin());
  commitTransaction = (connection: Connection): Promise<void> => orRelease(connection, (own) => own.end('commit'));
  rollbackTransaction = (connection: Connection): Promise<void> => orRelease(connection, (own) => own.end('rollback'));

  async savepoint(connection: Connection, name: string): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(`savepoint "${name}"`));
  }

  async rollbackToSavepoint(connection: Connection, name: string): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(`rollback to savepoint "${name}"`));
  }

  async releaseSavepoint(connection: Connection, name: string): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(`release savepoint "${name}"`));
  }

  async releaseConnection(connection: Connection): Promise<void> {
    held(connection).release();
  }

  /** The pool ends with its database. */
  async destroy(): Promise<void> {}
}

async function orRelease(connection: Connection, work: (own: HeldConnection) => Promise<unknown>): Promise<void> {
  try {
    await work(held(connection));
  } catch (error) {
    held(connection).release();
    throw error;
  }
}

function held(connection: Connection): HeldConnection {
  if (connection instanceof HeldConnection) return connection;
  throw new Error('a connection that this driver did not give');
}
