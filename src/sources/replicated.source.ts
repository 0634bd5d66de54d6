/**
 * Searches on a replica, while it is fresh enough. What asks for consent is asked of the primary: a consent that was revoked
 * counts from the next question on. Where the replica fails, the primary answers.
 */
import type { Replica } from '../entities/database/replica.js';
import { ItemRejected } from '../protocol/errors.js';
import type { RecordSource, SourceQuery } from './registry-source.js';

export function replicatedSource(
  primary: RecordSource,
  onReplica: RecordSource,
  replica: Pick<Replica, 'isFresh' | 'distrust'>,
): RecordSource {
  const mayBeOld = async ({ consent }: SourceQuery): Promise<boolean> =>
    consent === undefined && (await replica.isFresh());
  return {
    search: async (query) => {
      if (!(await mayBeOld(query))) return primary.search(query);
      try {
        return await onReplica.search(query);
      } catch (error) {
        if (error instanceof ItemRejected || query.signal?.aborted === true) throw error;
        replica.distrust();
        return primary.search(query);
      }
    },
  };
}
