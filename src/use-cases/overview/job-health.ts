/** What the background work tells of itself; the jobs themselves stand to our right. */

/** A recurring job, as the job store has it. */
export interface JobState {
  name: string;
  /** Agenda's interval, such as `1 minute`. */
  every: string | null;
  running: boolean;
  nextRunAt: Date | null;
  lastRunAt: Date | null;
  lastFinishedAt: Date | null;
  failedAt: Date | null;
  failReason: string | null;
  failCount: number;
}

/**
 * Whether it is set for later than its interval allows: a clock that was ahead, and was put right, leaves that behind, and the job
 * would stand still until then.
 */
export function standsStill({ every, nextRunAt }: Pick<JobState, 'every' | 'nextRunAt'>, now = new Date()): boolean {
  const [, count, unit] = /^(\d+) (second|minute|hour)s?$/.exec(every ?? '') ?? [];
  if (unit === undefined || nextRunAt === null) return false;
  const interval = Number(count) * (UNIT_MS[unit] ?? 0);
  return nextRunAt.getTime() - now.getTime() > interval + CLOCKS_APART_MS;
}
const UNIT_MS: Record<string, number> = { second: 1000, minute: 60_000, hour: 3_600_000 };
/** Between the clocks of two processes. */
const CLOCKS_APART_MS = 10_000;

/** Rows that wait to be worked on, whatever the job store does. */
export interface QueueState {
  name: string;
  /** Due and not claimed; counted to 10 000. */
  waiting: number;
  oldestDueAt: Date | null;
  /** Worked on by this very process. */
  running: number;
}

export interface JobHealth {
  store: { name: string; up: boolean };
  /** Empty while the store is away. */
  jobs: JobState[];
  queues: QueueState[];
}

export type JobHealthReader = () => Promise<JobHealth>;
