/** A recurring job before its time; any process that works may take it. */
import type { Admin } from '../../access/principal.js';
import { changeAsAdmin } from '../admin-change.js';
import { conflict, notFound } from '../errors.js';
import type { Services } from '../services.js';
import type { JobState } from './job-health.js';

export async function runJob(services: Services, admin: Admin, name: string): Promise<JobState> {
  const { store, jobs } = await services.jobHealth();
  if (!store.up) throw conflict('name', 'the job store does not answer; try again when it does');
  const job = jobs.find((one) => one.name === name);
  if (job === undefined) throw notFound('name', 'no such job');
  if (job.running) throw conflict('name', 'the job is running now');
  return changeAsAdmin(services, admin, async () => {
    await services.makeJobDue(name);
    const result = { ...job, nextRunAt: services.clock() };
    return { result, change: { action: 'runJob', targetType: 'Job', targetId: name } };
  });
}
