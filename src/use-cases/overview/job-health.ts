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
