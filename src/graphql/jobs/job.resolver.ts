import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { READERS, requireRole, RUNNERS } from '../authorize.js';
import { ConnectionArgs, type ConnectionData } from '../connection.js';
import type { Context } from '../context.js';
import { pageOfList } from '../list-connection.js';
import type { JobState } from '../../use-cases/overview/job-health.js';
import { runJob } from '../../use-cases/overview/run-job.js';
import { JobConnection, JobFilter, JobOrderEnum, JobView, type JobOrder } from './job.types.js';

@Resolver()
export class JobResolver {
  @Query(() => JobConnection, { description: 'Recurring background work; empty while the job store is away.' })
  async jobs(
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Arg('filter', () => JobFilter, { nullable: true, description: 'Left out = all.' }) filter: JobFilter | undefined,
    @Arg('orderBy', () => JobOrderEnum, { defaultValue: 'NAME', description: 'Order of the list.' }) orderBy: JobOrder,
    @Ctx() context: Context,
  ): Promise<ConnectionData<JobState>> {
    requireRole(context, READERS);
    const { jobs } = await context.services.jobHealth();
    return pageOfList(jobs.filter(matching(filter ?? {})), `job ${orderBy}`, KEYS[orderBy], args);
  }

  @Mutation(() => JobView, { description: 'Lets a job run now instead of at its time.' })
  runJob(
    @Arg('name', () => ID, { description: 'Name of the job.' }) name: string,
    @Ctx() context: Context,
  ): Promise<JobState> {
    return runJob(context.services, requireRole(context, RUNNERS), name);
  }
}

/** A job that is never due again comes last. */
const KEYS: Record<JobOrder, (job: JobState) => string> = {
  NAME: ({ name }) => name,
  NEXT_RUN: ({ nextRunAt, name }) => `${nextRunAt?.toISOString() ?? '~'} ${name}`,
};

function matching({ name, failing, running }: JobFilter): (job: JobState) => boolean {
  return (job) =>
    (name == null || job.name.toLowerCase().includes(name.toLowerCase())) &&
    (failing == null || isFailing(job) === failing) &&
    (running == null || job.running === running);
}

const isFailing = ({ failedAt, lastFinishedAt }: JobState): boolean =>
  failedAt !== null && (lastFinishedAt === null || failedAt >= lastFinishedAt);
