/**
 * Where Agenda keeps its schedule: the gateway's PostgreSQL, another one, or MongoDB. It may be away at any time: then
 * we go on without it and come back to it, and no fault of its ends the process.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { MongoBackend } from '@agendajs/mongo-backend';
import { PostgresBackend } from '@agendajs/postgres-backend';
import type { AgendaBackend, JobRepository } from 'agenda';
import { MongoClient, type Collection } from 'mongodb';
import { Pool } from 'pg';
import type { Log } from '../platform/log.js';

/** Agenda's own connections: its driver reads timestamps as dates, MikroORM's pool as text. */
const POOL_SIZE = 4;
const ANSWER_MS = 3000;
const RETRY_MS = 500;
/** Agenda's own name of its collection. */
const JOBS = 'agendaJobs';

export interface JobStore {
  backend: AgendaBackend;
  /** Milliseconds since it last answered the question for the next job. */
  silentFor(): number;
}

/** @param jobsUrl `mongodb://…` or `postgres://…` */
export function createJobStore(jobsUrl: string, log: Log): JobStore {
  const { backend, connect, close } = jobsUrl.startsWith('mongodb')
    ? mongoBackend(jobsUrl)
    : postgresBackend(jobsUrl, log);
  const { repository } = backend;
  const closing = new AbortController();
  let answeredAt = -Infinity;
  const nextJob = repository.getNextJobToRun.bind(repository);
  repository.getNextJobToRun = async (...question) => {
    const job = await nextJob(...question);
    answeredAt = performance.now();
    return job;
  };
  forgiveUnlocking(repository, log);
  return {
    silentFor: () => performance.now() - answeredAt,
    backend: {
      name: backend.name,
      repository,
      ownsConnection: true,
      // Agenda does not catch what its backend throws here.
      connect: () => keepTrying(connect, closing.signal, log),
      disconnect: async () => {
        closing.abort();
        await close();
      },
    },
  };
}

function postgresBackend(connectionString: string, log: Log) {
  const pool = new Pool({
    connectionString,
    max: POOL_SIZE,
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
    application_name: 'dci-jobs',
  });
  // Of an idle connection the pool hears itself; one that is lent out would end the process.
  const tell = (error: Error): void => log.debug({ err: error }, 'a connection to the job store broke');
  pool.on('error', tell).on('connect', (client) => client.on('error', tell));
  const backend = new PostgresBackend({ pool, disableNotifications: true });
  return { backend, connect: () => backend.connect(), close: () => pool.end() };
}

function mongoBackend(address: string) {
  const client = new MongoClient(address, {
    serverSelectionTimeoutMS: ANSWER_MS,
    socketTimeoutMS: ANSWER_MS,
    connectTimeoutMS: ANSWER_MS,
    waitQueueTimeoutMS: ANSWER_MS,
  });
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

async function keepTrying(connect: () => Promise<void>, signal: AbortSignal, log: Log): Promise<void> {
  for (let tries = 1; !signal.aborted; tries++)
    try {
      return await connect();
    } catch (error) {
      if (tries === 1) log.warn({ err: error }, 'the job store is away; work goes on without it');
      await wait(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
}

/** Agenda does not wait for it, so a fault here would end the process; the lock ends by itself. */
function forgiveUnlocking(repository: JobRepository, log: Log): void {
  const unlock = repository.unlockJob.bind(repository);
  repository.unlockJob = (job) =>
    unlock(job).catch((error: unknown) => log.debug({ err: error }, 'a job stays locked for a moment'));
}
