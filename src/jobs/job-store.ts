/**
 * Where Agenda keeps its schedule: the gateway's PostgreSQL, another one, or MongoDB. It may be away at any time: then
 * we go on without it and come back to it, and no fault of its ends the process.
 */
import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import {
  getCreateIndexesSQL,
  getCreateTableSQL,
  getUpdateTimestampTriggerSQL,
  PostgresBackend,
} from '@agendajs/postgres-backend';
import type { AgendaBackend, JobParameters, JobRepository } from 'agenda';
import { Pool } from 'pg';
import { outliveBreaks } from '../entities/database/pool.js';
import { isJobTable, JOB_TABLE, markJobTable } from '../entities/queues/job-table.repository.js';
import { coalesce } from '../platform/coalesce.js';
import type { Log } from '../platform/log.js';

/** Agenda's own connections: its driver reads timestamps as dates, MikroORM's pool as text. */
const POOL_SIZE = 4;
/** Of the store, until it counts as away. */
const ANSWER_MS = 3000;
const RETRY_MS = 500;
/** What this version of Agenda makes of its table. */
const SHAPE = createHash('sha256')
  .update(
    [getCreateTableSQL(JOB_TABLE), ...getCreateIndexesSQL(JOB_TABLE), getUpdateTimestampTriggerSQL(JOB_TABLE)].join(),
  )
  .digest('base64url');

export interface JobStore {
  backend: AgendaBackend;
  /** Milliseconds since it last told which jobs are due. */
  silentFor(): number;
}

/** @param jobsUrl `mongodb://…` or `postgres://…` */
export async function createJobStore(jobsUrl: string, log: Log): Promise<JobStore> {
  const { backend, connect, close } = jobsUrl.startsWith('mongodb')
    ? await mongoBackend(jobsUrl)
    : postgresBackend(jobsUrl, log);
  const { repository } = backend;
  const closing = new AbortController();
  let answeredAt = -Infinity;
  askTogether(repository, () => (answeredAt = performance.now()));
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
  outliveBreaks(pool, (error) => log.debug({ err: error }, 'a connection to the job store broke'));
  const backendOf = (ensureSchema: boolean) => new PostgresBackend({ pool, disableNotifications: true, ensureSchema });
  const connect = async (): Promise<void> => {
    if (await isJobTable(pool, SHAPE)) return;
    await backendOf(true).connect();
    await markJobTable(pool, SHAPE);
  };
  return { backend: backendOf(false), connect, close: () => pool.end() };
}

/** Loaded where it is asked for: its driver alone is 40 MB of memory. */
const mongoBackend = async (address: string) => (await import('./mongo-store.js')).mongoBackend(address);

async function keepTrying(connect: () => Promise<void>, signal: AbortSignal, log: Log): Promise<void> {
  for (let tries = 1; !signal.aborted; tries++)
    try {
      return await connect();
    } catch (error) {
      if (tries === 1) log.warn({ err: error }, 'the job store is away; work goes on without it');
      await wait(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
}

/**
 * Agenda asks for each of its jobs, every second, whether it is due, with a statement that locks it. Which of them may be
 * is asked once for all; only those are taken.
 */
function askTogether(repository: JobRepository, answered: () => void): void {
  const take = repository.getNextJobToRun.bind(repository);
  const jobsOf = coalesce(
    async (names: readonly string[]) => {
      const { jobs } = await repository.queryJobs({ names: [...names], includeDisabled: false });
      answered();
      return names.map((name) => jobs.filter((job) => job.name === name));
    },
    { underWay: 1, atOnce: 100 },
  );
  repository.getNextJobToRun = async (name, nextScanAt, lockDeadline, ...rest) => {
    const mayBeTaken = ({ lockedAt, nextRunAt }: JobParameters): boolean =>
      lockedAt == null ? nextRunAt != null && nextRunAt <= nextScanAt : lockedAt <= lockDeadline;
    return (await jobsOf(name)).some(mayBeTaken) ? take(name, nextScanAt, lockDeadline, ...rest) : undefined;
  };
}

/** Agenda does not wait for it, so a fault here would end the process; the lock ends by itself. */
function forgiveUnlocking(repository: JobRepository, log: Log): void {
  const unlock = repository.unlockJob.bind(repository);
  repository.unlockJob = (job) =>
    unlock(job).catch((error: unknown) => log.debug({ err: error }, 'a job stays locked for a moment'));
}
