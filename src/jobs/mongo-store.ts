/** Agenda's schedule in MongoDB. */
import { isNativeError } from 'node:util/types';
import { MongoBackend } from '@agendajs/mongo-backend';
import type { JobRepository } from 'agenda';
import { MongoClient, type Collection } from 'mongodb';

/** Of the store, until it counts as away. */
const ANSWER_MS = 3000;
/** Agenda's own name of its collection. */
const JOBS = 'agendaJobs';

export function mongoBackend(address: string) {
  const client = clientOf(address);
  const backend = new MongoBackend({ mongo: client.db() });
  leaveLocks(backend.repository, client.db().collection(JOBS));
  const connect = async () => {
    await client.connect();
    // Agenda's upsert by name is not atomic there: two processes that start together would make two jobs.
    await client.db().collection(JOBS).createIndex({ name: 1 }, { unique: true, name: 'one_per_name' });
    await backend.connect();
  };
  return { backend, connect, close: () => client.close() };
}

/** @throws Error that names the setting, where the driver cannot read it */
function clientOf(address: string): MongoClient {
  try {
    return new MongoClient(address, {
      serverSelectionTimeoutMS: ANSWER_MS,
      socketTimeoutMS: ANSWER_MS,
      connectTimeoutMS: ANSWER_MS,
      waitQueueTimeoutMS: ANSWER_MS,
    });
  } catch (error) {
    throw new Error(`JOBS_URL: ${isNativeError(error) ? error.message : 'cannot be read'}`, { cause: error });
  }
}

/**
 * On MongoDB, Agenda's upsert of a job by its name also empties the lock and the outcome: where two processes start
 * together, the second would take away the lock under which the first runs the job. As on PostgreSQL these are left.
 */
function leaveLocks(repository: JobRepository, jobs: Collection): void {
  const save = repository.saveJob.bind(repository);
  repository.saveJob = async (job, options) => {
    const { _id: id, name, type, repeatInterval, nextRunAt } = job;
    if (id !== undefined || type !== 'single') return save(job, options);
    const given = Object.fromEntries(Object.entries(job).filter(([, value]) => value !== undefined));
    await jobs.updateOne({ name, type }, { $setOnInsert: given }, { upsert: true });
    await jobs.updateOne({ name, repeatInterval: { $ne: repeatInterval } }, { $set: { repeatInterval, nextRunAt } });
    const [saved] = (await repository.queryJobs({ name, limit: 1 })).jobs;
    return saved === undefined ? job : { ...saved, data: job.data };
  };
}
