/** Agenda decides when; our rows say what. A few recurring jobs, each of which drains batches of what is due. */
import { Agenda } from 'agenda';
import type { AgendaBackend } from 'agenda';
import type { Log } from '../platform/log.js';

export interface RecurringJob {
  name: string;
  /** Agenda's interval, such as `1 minute`. */
  every: string;
  run: () => Promise<unknown>;
}

export interface Scheduler {
  close(): Promise<void>;
}

export async function startScheduler(store: AgendaBackend, jobs: RecurringJob[], log: Log): Promise<Scheduler> {
  const agenda = new Agenda({ backend: store, processEvery: '1 second', defaultLockLifetime: 60_000 });
  agenda.on('error', (error: Error) => log.warn({ err: error }, 'the job store failed; it is tried again'));
  for (const { name, run } of jobs)
    agenda.define(name, async () => {
      try {
        log.debug({ job: name, result: await run() }, 'job done');
      } catch (error) {
        log.error({ job: name, err: error }, 'job failed');
        throw error;
      }
    });
  await agenda.start();
  for (const { name, every } of jobs) await agenda.every(every, name);
  return {
    close: async () => {
      await agenda.drain(10_000);
      await agenda.stop();
    },
  };
}
