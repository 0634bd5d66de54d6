import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { graphqlEnum } from '../../entities/database/graphql-enum.js';
import { connectionOf } from '../connection.js';
import type { JobState, QueueState } from '../../use-cases/overview/job-health.js';

@ObjectType('Job', { description: 'Recurring background work, as the job store has it.' })
export class JobView implements JobState {
  @Field(() => ID, { description: 'Name of the job.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'How often, such as `1 minute`.' })
  every!: string | null;

  @Field(() => Boolean, { description: 'Whether a process works on it now.' })
  running!: boolean;

  @Field(() => Date, { nullable: true, description: 'When it is due again.' })
  nextRunAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When it last began.' })
  lastRunAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When it last came to its end.' })
  lastFinishedAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When it last failed.' })
  failedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why it last failed.' })
  failReason!: string | null;

  @Field(() => Int, { description: 'How often it has failed since it last ended well.' })
  failCount!: number;
}

@ObjectType('Queue', { description: 'Rows that wait for background work.' })
export class QueueView implements QueueState {
  @Field(() => ID, { description: 'Name of the queue.' })
  name!: string;

  @Field(() => Int, { description: 'Due and not claimed; counted to 10 000.' })
  waiting!: number;

  @Field(() => Date, {
    nullable: true,
    description: 'Since when the first of those that a worker could take has been due.',
  })
  oldestDueAt!: Date | null;

  @Field(() => Int, { description: 'Worked on by the process that answers.' })
  running!: number;
}

@ObjectType({ description: 'Where the schedule of jobs is kept.' })
export class JobStoreHealth {
  @Field(() => String, { description: 'Kind of store: PostgreSQL or MongoDB.' })
  name!: string;

  @Field(() => Boolean, { description: 'Whether it answers; without it work goes on, woken by rows and polls.' })
  up!: boolean;
}

@ObjectType('JobHealth', { description: 'The background work of all processes.' })
export class JobHealthView {
  @Field(() => JobStoreHealth, { description: 'The store of the schedule.' })
  store!: JobStoreHealth;

  @Field(() => [JobView], { description: 'Every job; empty while the store is away.' })
  jobs!: JobState[];

  @Field(() => [QueueView], { description: 'Every queue.' })
  queues!: QueueState[];
}

@InputType({ description: 'All that is given must hold.' })
export class JobFilter {
  @Field(() => String, { nullable: true, description: 'Part of the name, in any case.' })
  name?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether its last run failed.' })
  failing?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether a process works on it now.' })
  running?: boolean | null;
}

export type JobOrder = 'NAME' | 'NEXT_RUN';
export const JobOrderEnum = graphqlEnum<JobOrder>('JobOrder', 'Order of the jobs.', {
  NAME: 'By name.',
  NEXT_RUN: 'What is due next first.',
});

export const JobConnection = connectionOf(JobView, 'Job');
