/** Imports the files that administrators started, one at a time in each process: the database is theirs and everybody's. */
import { releaseClaims, renewClaims } from '../entities/queues/claim.repository.js';
import { claimImports, holdImport, saveImport, type StoredImport } from '../entities/queues/file-import.repository.js';
import { ImportOver, runImport } from '../use-cases/imports/run-import.js';
import type { Services } from '../use-cases/services.js';
import type { Work } from './work-queue.js';

const CAPACITY = 1;
/** After a fault of ours. */
const RETRY_MS = 10_000;

export function importFilesWork(services: Services): Work<StoredImport> {
  const { database, clock } = services;
  const release = (worker: string, ids: string[]): Promise<void> => releaseClaims(database, 'file_import', worker, ids);
  return {
    name: 'import-files',
    capacity: CAPACITY,
    isLasting: true,
    claim: (worker, free) => claimImports(database, worker, clock(), free),
    run: async (stored, worker, signal) => {
      try {
        await runImport(services, stored, worker, signal);
      } catch (error) {
        if (!(error instanceof ImportOver)) throw error;
      }
      await release(worker, [stored.id]);
    },
    postpone: async ({ id }, worker) => {
      await database.transaction(async (unit) => {
        const dueAt = new Date(clock().getTime() + RETRY_MS);
        if (await holdImport(unit, id, worker)) await saveImport(unit, id, { dueAt }, clock());
      });
      await release(worker, [id]);
    },
    renew: (worker, ids) => renewClaims(database, 'file_import', worker, ids),
    release,
  };
}
