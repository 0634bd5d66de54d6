/** The background work of one process, listed in one place: queues of rows, and recurring jobs. */
import type { ExecutionServices } from '../graphql/context.js';
import { indexDisclosures } from '../entities/audit/disclosure.repository.js';
import { earlierOf } from '../entities/database/earlier-of.js';
import { readQueues } from '../entities/overview/queue.repository.js';
import type { WakeChannel } from '../entities/queues/wake-channel.js';
import type { JobHealth } from '../use-cases/overview/job-health.js';
import { notificationRenderer } from '../use-cases/notify/render-notification.js';
import type { Retention } from '../platform/config.schema.js';
import type { MasterKey } from '../platform/master-key.js';
import type { Outbound } from '../platform/outbound-http.js';
import { deliverWork } from './deliver.job.js';
import { BatchDrain, type Drain } from './drain.js';
import { expireSubscriptions } from './expire-subscriptions.job.js';
import { fanOutBatch } from './fan-out.job.js';
import { fillColumns } from './fill-columns.job.js';
import { forgetsTold } from './forget-versions.job.js';
import { keepHouse } from './housekeeping.job.js';
import { importFilesWork } from './import-files.job.js';
import type { JobStore } from './job-store.js';
import { mirrorSourcesWork } from './mirror-sources.job.js';
import { processRequestsWork } from './process-requests.job.js';
import { ReceiverCredentials } from './receiver-credentials.js';
import { refreshJwks } from './refresh-jwks.job.js';
import { parkIdleDeliveries } from './park-deliveries.job.js';
import { keepRetention } from './retention.job.js';
import { rewrapKeys } from './rewrap-keys.job.js';
import { rotateKeys } from './rotate-keys.job.js';
import { startScheduler, SWEEP, type JobRun, type RecurringJob } from './scheduler.js';
import { sealAudit } from './seal-audit.job.js';
import type { SourceConnections } from '../sources/outside/source-connections.js';
import { watchTail } from './watch-tail.job.js';
import { watchSlots } from './watch-slots.job.js';
import { WorkQueue } from './work-queue.js';

export interface BackgroundServices extends ExecutionServices {
  outbound: Outbound;
  deliverySettings: { retrySeconds: number[]; suspendAfterHours: number };
  wakeChannel: WakeChannel;
  /** Of mirrors; questions have their own. */
  connections: SourceConnections;
  keeping: { masterKey: MasterKey; retentionDays: Retention; rotationDays: number };
}

export interface Background {
  health(): Promise<JobHealth>;
  makeDue(name: string): Promise<void>;
  close(): Promise<void>;
}

/** @param works whether this process does: it knows the queues and jobs in any case */
export function startBackground(
  services: BackgroundServices,
  store: JobStore,
  { works, ran, ...known }: { works: boolean; queues: Drain[]; jobs: RecurringJob[]; ran: (run: JobRun) => void },
): Background {
  const { wakeChannel, log } = services;
  const { queues, jobs } = works ? known : { queues: [], jobs: [] };
  // The store keeps what nobody runs any more: of another version, or of a master key that was replaced.
  const ours = new Set([SWEEP, ...[...known.queues, ...known.jobs].map(({ name }) => name)]);
  wakeChannel.onWake((names) => {
    for (const queue of queues) if (names.has(queue.name)) queue.wake();
  });
  const scheduler = startScheduler(store, jobs, queues, log, {
    wakeOthers: (names) => wakeChannel.wake(...names),
    ran,
  });
  return {
    health: async () => {
      const [jobStates, waiting] = await Promise.all([
        scheduler.jobs().catch(() => undefined),
        readQueues(services.database),
      ]);
      const running = (name: string) => queues.find((queue) => queue.name === name)?.running ?? 0;
      return {
        store: { name: store.backend.name, up: jobStates !== undefined },
        jobs: jobStates?.filter(({ name }) => ours.has(name)) ?? [],
        queues: waiting.map((queue) => ({ ...queue, running: running(queue.name) })),
      };
    },
    makeDue: (name) => scheduler.makeDue(name),
    close: () => scheduler.close(),
  };
}

/** The queues that a worker drains. */
export function workerQueues(services: BackgroundServices): Drain[] {
  const { log, senderOutbound, outbound } = services;
  const credentials = new ReceiverCredentials(senderOutbound, outbound);
  const delivering = { ...services, credentials, renderNotification: notificationRenderer(services) };
  return [
    new WorkQueue(processRequestsWork(services), log),
    new BatchDrain('fan-out', () => fanOut(services), log),
    new WorkQueue(deliverWork(delivering), log),
    new WorkQueue(mirrorSourcesWork({ ...services, told: () => told(services) }), log),
    new WorkQueue(importFilesWork(services), log),
  ];
}

function told({ tail, wake }: BackgroundServices): void {
  tail.nudge();
  wake('fan-out');
}

async function fanOut(services: BackgroundServices): Promise<number> {
  const events = await fanOutBatch(services);
  if (events > 0) services.wake('deliver');
  return events;
}

/** What runs by the clock in a worker; any number of processes share each run. */
export function recurringJobs(services: BackgroundServices): RecurringJob[] {
  const { clock, keeping } = services;
  const database = services.database.patient();
  // What they delete, end and destroy does not come back: by a clock that is ahead all of it would be old.
  const earlierClock = async (): Promise<() => Date> => {
    const now = await earlierOf(database, clock());
    return () => now;
  };
  return [
    { name: 'index-disclosures', every: '30 seconds', run: () => indexDisclosures(database) },
    { name: 'housekeeping', every: '1 minute', run: () => keepHouse(database, clock()) },
    { name: 'fill-columns', every: '1 minute', run: () => fillColumns(services.database, services.registries) },
    { name: 'seal-audit', every: '10 seconds', run: () => sealAudit(services) },
    {
      name: 'rotate-keys',
      every: '1 minute',
      run: async () => rotateKeys({ ...services, ...keeping, clock: await earlierClock() }),
    },
    {
      name: 'retention',
      every: '1 hour',
      run: async () =>
        keepRetention({ ...services, database, clock: await earlierClock(), days: keeping.retentionDays }),
    },
    ...(keeping.masterKey.isBeingReplaced
      ? [
          {
            name: 'rewrap-keys',
            every: '1 minute',
            run: () => rewrapKeys(services.database, keeping.masterKey, services.log),
          },
        ]
      : []),
    { name: 'refresh-jwks', every: '10 minutes', run: () => refreshJwks(services) },
    {
      name: 'expire-subscriptions',
      every: '10 seconds',
      run: async () => expireSubscriptions({ ...services, clock: await earlierClock() }),
    },
    { name: 'park-deliveries', every: '10 seconds', run: () => parkIdleDeliveries(database, clock()) },
    { name: 'watch-tail', every: '1 minute', run: () => watchTail(services) },
    { name: 'watch-slots', every: '30 seconds', run: () => watchSlots(services) },
    { name: 'forget-versions', every: '1 minute', run: forgetsTold(database) },
  ];
}
