/**
 * Agenda decides when; our rows say what (decision 0002). A few recurring jobs wake the queues or keep house; between
 * two runs a queue is woken by commits here and in other processes. While the job store is away, a clock of this
 * process wakes the queues.
 */
import { Agenda, type Job } from 'agenda';
import { standsStill, type JobState } from '../use-cases/overview/job-health.js';
import { newHop, onHop } from '../platform/hop.js';
import type { Log } from '../platform/log.js';
import type { Drain } from './drain.js';
import type { JobStore } from './job-store.js';

export interface RecurringJob {
  name: string;
  /** Agenda's interval, such as `1 minute`. */
  every: string;
  run: () => Promise<unknown>;
}

export interface JobRun {
  name: string;
  ok: boolean;
  seconds: number;
}

/** Whom it tells. */
export interface Hearers {
  wakeOthers?: (names: string[]) => void;
  ran?: (run: JobRun) => void;
}

export interface Scheduler {
  /** @throws while the store is away */
  jobs(): Promise<JobState[]>;
  /** Makes it due: a process that works takes it within a second. @throws while the store is away */
  makeDue(name: string): Promise<void>;
  close(): Promise<void>;
}

export const SWEEP = 'sweep';
const SWEEP_MS = 1000;
/** The store is asked every second; after so long without an answer it counts as away. */
const AWAY_MS = 3000;
/** Of a crashed process: its jobs run elsewhere after this. Longer ones renew it. Agenda keeps a timer for half of it. */
const LOCK_MS = 2000;
const DRAIN_MS = 5000;
/** So often it is seen to that no job stands still. */
const CHECK_MS = 5000;

export function startScheduler(
  store: JobStore,
  jobs: RecurringJob[],
  drains: Drain[],
  log: Log,
  { wakeOthers = () => {}, ran = () => {} }: Hearers = {},
): Scheduler {
  const agenda = new Agenda({ backend: store.backend, processEvery: '1 second', defaultLockLifetime: LOCK_MS });
  agenda.on('error', (error: Error) => log.debug({ err: error }, 'the job store failed; it is asked again'));
  const wakeAll = (): void => drains.forEach((drain) => drain.wake());
  const sweep = async () => wakeOthers(drains.map(({ name }) => name));
  const recurring: RecurringJob[] = [
    ...(drains.length === 0 ? [] : [{ name: SWEEP, every: '1 second', run: sweep }]),
    ...drains.map((drain) => ({ name: drain.name, every: '10 seconds', run: async () => drain.wake() })),
    ...jobs,
  ];
  for (const job of recurring)
    // oxlint-disable-next-line typescript/no-misused-promises -- Agenda awaits it: the second of its overloads
    agenda.define(job.name, (running: Job) => onHop(newHop(), () => runJob(job, running, log, ran)));
  let closed = false;
  const started = startWhenPossible(agenda, recurring, log, () => closed);
  const away = watchStore(store, log);
  const clock = setInterval(() => {
    if (away()) wakeAll();
  }, SWEEP_MS);
  const check = setInterval(() => {
    if (!away())
      keepSchedule(agenda, recurring, log).catch((error: unknown) =>
        log.debug({ err: error }, 'the schedule could not be checked'),
      );
  }, CHECK_MS);
  wakeAll();
  return {
    jobs: () => readJobs(agenda),
    makeDue: async (name) => {
      const { jobs: found } = await agenda.queryJobs({ name, limit: 1 });
      for (const job of found) await store.backend.repository.saveJob({ ...job, nextRunAt: new Date() }, undefined);
    },
    close: async () => {
      closed = true;
      clearInterval(clock);
      clearInterval(check);
      await Promise.all(drains.map((drain) => drain.close()));
      await agenda.drain({ timeout: DRAIN_MS, closeConnection: false });
      await store.backend.disconnect();
      await started;
    },
  };
}

async function startWhenPossible(agenda: Agenda, jobs: RecurringJob[], log: Log, closed: () => boolean): Promise<void> {
  await agenda.ready;
  for (const waiting = [...jobs]; waiting.length > 0 && !closed();)
    try {
      for (let [job] = waiting; job !== undefined; [job] = waiting) {
        await schedule(agenda, job, log);
        waiting.shift();
      }
    } catch (error) {
      if (closed()) return;
      log.warn({ err: error }, 'a job could not be scheduled; it is tried again');
      await new Promise((resolve) => setTimeout(resolve, SWEEP_MS));
    }
  if (!closed()) await agenda.start();
}

/** One that stands as it should is left alone: writing it would move its next run. */
async function schedule(agenda: Agenda, { name, every }: RecurringJob, log: Log): Promise<void> {
  const { jobs } = await agenda.queryJobs({ name, limit: 1 });
  const nextRunAt = jobs[0]?.nextRunAt ?? null;
  const still = standsStill({ every, nextRunAt });
  if (still) log.warn({ job: name, nextRunAt }, 'a job was set for too late: the clock was ahead; it is set anew');
  // One that is to run at once would keep its stored time there; one interval from now is written.
  if (still || jobs[0]?.repeatInterval !== every) await agenda.every(every, name, undefined, { skipImmediate: still });
}

/** A clock that is put back while we run leaves jobs behind that are set for a time to come. */
async function keepSchedule(agenda: Agenda, jobs: RecurringJob[], log: Log): Promise<void> {
  const late = new Set((await readJobs(agenda)).filter((job) => standsStill(job)).map(({ name }) => name));
  for (const job of jobs) if (late.has(job.name)) await schedule(agenda, job, log);
}

async function runJob({ name, run }: RecurringJob, running: Job, log: Log, ran: (run: JobRun) => void): Promise<void> {
  const started = performance.now();
  let ok = false;
  let renewed = Promise.resolve();
  const renewal = setInterval(() => {
    renewed = running
      .touch()
      .catch((error: unknown) => log.debug({ job: name, err: error }, 'a job could not renew its lock'));
  }, LOCK_MS / 4);
  try {
    log.debug({ job: name, result: await run() }, 'job done');
    ok = true;
  } catch (error) {
    log.error({ job: name, err: error }, 'job failed');
    throw error;
  } finally {
    clearInterval(renewal);
    // Written after the end, it would lock the job until its next run.
    await renewed;
    ran({ name, ok, seconds: (performance.now() - started) / 1000 });
  }
}

/** Tells when the store goes and comes back, once each. */
function watchStore(store: JobStore, log: Log): () => boolean {
  const startedAt = performance.now();
  let away = false;
  return () => {
    const silent = store.silentFor() > AWAY_MS;
    if (silent && !away && performance.now() - startedAt > AWAY_MS)
      log.warn('the job store does not answer; this process wakes its queues itself');
    if (!silent && away) log.info('the job store answers again');
    away = silent;
    return silent;
  };
}

async function readJobs(agenda: Agenda): Promise<JobState[]> {
  const { jobs } = await agenda.queryJobs({ sort: { name: 'asc' } });
  return jobs.map((job) => ({
    name: job.name,
    every: job.repeatInterval === undefined ? null : String(job.repeatInterval),
    running: job.lockedAt != null && Date.now() - job.lockedAt.getTime() < LOCK_MS,
    nextRunAt: job.nextRunAt ?? null,
    lastRunAt: job.lastRunAt ?? null,
    lastFinishedAt: job.lastFinishedAt ?? null,
    failedAt: job.failedAt ?? null,
    failReason: job.failReason ?? null,
    failCount: job.failCount ?? 0,
  }));
}
