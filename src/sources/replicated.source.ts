/**
 * Searches on a replica, while it is fresh enough. What asks for consent is asked of the primary: a consent that was revoked
 * counts from the next question on. Where the replica fails, the primary answers.
 */
import type { Replica } from '../entities/database/replica.js';
import { ItemRejected } from '../protocol/errors.js';
import type { RecordTables, SourceQuery } from './registry-source.js';

export function replicatedSource(
  primary: RecordTables,
  onReplica: RecordTables,
  replica: Pick<Replica, 'isFresh' | 'distrust'>,
): RecordTables {
  const mayBeOld = async (queries: SourceQuery[]): Promise<boolean> =>
    queries.every(({ consent }) => consent === undefined) && (await replica.isFresh());
  async function ask<T>(queries: SourceQuery[], of: (tables: RecordTables) => Promise<T>): Promise<T> {
    if (!(await mayBeOld(queries))) return of(primary);
    try {
      return await of(onReplica);
    } catch (error) {
      if (error instanceof ItemRejected || queries.some(({ signal }) => signal?.aborted === true)) throw error;
      replica.distrust();
      return of(primary);
    }
  }
  return {
    search: (query) => ask([query], (tables) => tables.search(query)),
    lookUp: (queries) => ask(queries, (tables) => tables.lookUp(queries)),
  };
}
