/** What stands, asked for at a scrape: each question goes by an index and to a bound, however large the tables are. */
import type { FacadeServices } from '../../dci-rest/services.js';
import { readSealStanding } from '../../entities/audit/seal-standing.repository.js';
import { countRests } from '../../entities/deliveries/delivery-wait.repository.js';
import { countDeliveries, readDeliveryStanding } from '../../entities/overview/overview.repository.js';
import { readQueues } from '../../entities/overview/queue.repository.js';
import type { Metrics } from '../../platform/metrics.js';
import { OverviewReader } from '../../use-cases/overview/overview.js';
import { sourcesFreshness } from '../../use-cases/sources/freshness.js';
import { exportReadings, type Reading, type Sample } from './reading.js';

const DAY_SECONDS = 86_400;
const EXPIRIES_SECONDS = 90 * DAY_SECONDS;

export function exportStanding(metrics: Metrics, services: FacadeServices): void {
  const all = [queues, deliveries, breakers, seals, expiries, sources, tail, jobs, pool, crowd];
  exportReadings(
    metrics,
    all.map((of) => of(services)),
  );
}

const samplesOf = <Item>(
  label: string,
  items: readonly Item[],
  sample: (item: Item) => [string, number | null],
): Sample[] =>
  items.flatMap((item) => {
    const [name, value] = sample(item);
    return value === null ? [] : [{ labels: { [label]: name }, value }];
  });

const secondsOf = (at: Date | null): number | undefined => (at === null ? undefined : at.getTime() / 1000);

const queues = ({ database, clock }: FacadeServices): Reading => ({
  name: 'queues',
  gauges: {
    dci_queue_waiting: { help: 'Rows that are due, by queue; counted to 10000.', labels: ['queue'] },
    dci_queue_oldest_seconds: {
      help: 'For how long the first of those that a worker could take has been due.',
      labels: ['queue'],
    },
  },
  read: async () => {
    const [read, now] = [await readQueues(database), clock().getTime()];
    return {
      dci_queue_waiting: samplesOf('queue', read, ({ name, waiting }) => [name, waiting]),
      dci_queue_oldest_seconds: samplesOf('queue', read, ({ name, oldestDueAt }) => [
        name,
        oldestDueAt === null ? 0 : Math.max(0, (now - oldestDueAt.getTime()) / 1000),
      ]),
    };
  },
});

const deliveries = ({ database, clock }: FacadeServices): Reading => ({
  name: 'deliveries',
  gauges: {
    dci_deliveries: { help: 'Deliveries that are not brought, by state; counted to 10000.', labels: ['state'] },
    dci_delivery_oldest_seconds: {
      help: 'Age of the oldest pending delivery that does not wait as its subscription asks; 0 where there is none.',
    },
    dci_endpoints_suspended: { help: 'Addresses of subscriptions that were suspended since they failed for long.' },
  },
  read: async () => {
    const { oldestAt, suspendedEndpoints } = await readDeliveryStanding(database);
    return {
      dci_deliveries: samplesOf('state', await countDeliveries(database), ({ state, count }) => [state, count]),
      dci_delivery_oldest_seconds: oldestAt === null ? 0 : Math.max(0, (clock().getTime() - oldestAt.getTime()) / 1000),
      dci_endpoints_suspended: suspendedEndpoints,
    };
  },
});

const breakers = ({ database }: FacadeServices): Reading => ({
  name: 'breakers',
  gauges: {
    dci_delivery_breakers: {
      help: 'Endpoints that are waited for and rest after failures, or did not answer since, by sender.',
      labels: ['sender'],
    },
  },
  read: async () => ({
    dci_delivery_breakers: samplesOf('sender', await countRests(database), ({ senderId, resting }) => [
      senderId,
      resting,
    ]),
  }),
});

const seals = ({ database, clock }: FacadeServices): Reading => ({
  name: 'seals',
  gauges: {
    dci_audit_unsealed: { help: 'Audit entries that no seal covers yet; counted to 10000.' },
    dci_audit_unsealed_oldest_seconds: { help: 'Age of the first of them; 0 where all are sealed.' },
    dci_audit_sealed_timestamp_seconds: { help: 'When the last seal was made.' },
  },
  read: async () => {
    const { sealedAt, unsealed, oldestAt } = await readSealStanding(database);
    return {
      dci_audit_unsealed: unsealed,
      dci_audit_unsealed_oldest_seconds:
        oldestAt === null ? 0 : Math.max(0, (clock().getTime() - oldestAt.getTime()) / 1000),
      dci_audit_sealed_timestamp_seconds: secondsOf(sealedAt),
    };
  },
});

const expiries = (services: FacadeServices): Reading => ({
  name: 'expiries',
  gauges: {
    dci_expiry_seconds: {
      help: 'Time left of the agreement, server key (to its replacement) or certificate that ends first, within 90 days.',
      labels: ['kind'],
    },
    dci_expiring: { help: 'How many end within 30 days.', labels: ['kind'] },
  },
  read: async () => {
    const now = services.clock().getTime();
    const left = (await new OverviewReader(services, 0).expiries(EXPIRIES_SECONDS)).map(({ kind, expiresAt }) => ({
      kind,
      seconds: (expiresAt.getTime() - now) / 1000,
    }));
    const of = (kind: string): number[] => left.filter((one) => one.kind === kind).map(({ seconds }) => seconds);
    return {
      dci_expiry_seconds: samplesOf('kind', KINDS, (kind) => [kind, of(kind)[0] ?? null]),
      dci_expiring: samplesOf('kind', KINDS, (kind) => [
        kind,
        of(kind).filter((seconds) => seconds <= 30 * DAY_SECONDS).length,
      ]),
    };
  },
});
const KINDS = ['AGREEMENT', 'SERVER_KEY', 'CLIENT_CERTIFICATE'];

const sources = ({ database, clock }: FacadeServices): Reading => ({
  name: 'sources',
  gauges: {
    dci_source_lag_seconds: { help: 'How old the copies of a mirrored source may be.', labels: ['source'] },
    dci_source_wal_bytes: {
      help: 'Bytes of its log of changes that the server of a source keeps for us.',
      labels: ['source'],
    },
    dci_source_state: { help: '1 for the state that a source is in.', labels: ['source', 'state'] },
  },
  read: async () => {
    const read = await sourcesFreshness(database, clock());
    return {
      dci_source_lag_seconds: samplesOf('source', read, ({ name, lagSeconds }) => [name, lagSeconds]),
      dci_source_wal_bytes: samplesOf('source', read, ({ name, walBytes }) => [name, walBytes]),
      dci_source_state: read.map(({ name, state }) => ({ labels: { source: name, state }, value: 1 })),
    };
  },
});

const tail = ({ tail: live }: FacadeServices): Reading => ({
  name: 'tail',
  gauges: {
    tail_lag_seconds: {
      help: 'For how many seconds committed changes have waited for an older transaction before they are told live.',
    },
  },
  read: async () => ({ tail_lag_seconds: await live.lagSeconds() }),
});

const jobs = ({ jobHealth }: FacadeServices): Reading => ({
  name: 'jobs',
  gauges: {
    dci_job_store_up: { help: 'Whether the job store answers.' },
    dci_job_finished_timestamp_seconds: {
      help: 'When a recurring job last ended, in whichever process.',
      labels: ['job'],
    },
    dci_job_failures: { help: 'How often a recurring job has failed since it last ended well.', labels: ['job'] },
  },
  read: async () => {
    const { store, jobs: recurring } = await jobHealth();
    return {
      dci_job_store_up: store.up ? 1 : 0,
      dci_job_finished_timestamp_seconds: samplesOf('job', recurring, ({ name, lastFinishedAt }) => [
        name,
        secondsOf(lastFinishedAt) ?? null,
      ]),
      dci_job_failures: samplesOf('job', recurring, ({ name, failCount }) => [name, failCount]),
    };
  },
});

const pool = ({ database }: FacadeServices): Reading => ({
  name: 'pool',
  gauges: {
    dci_pool_connections: { help: 'Connections of this process to its database.', labels: ['state'] },
    dci_pool_waiting: { help: 'Statements that wait for a connection.' },
    dci_pool_size: { help: 'As many connections there may be.' },
  },
  read: () => {
    const { totalCount, idleCount, waitingCount, options } = database.pool;
    const connections: [string, number][] = [
      ['busy', totalCount - idleCount],
      ['idle', idleCount],
    ];
    return {
      dci_pool_connections: samplesOf('state', connections, (one) => one),
      dci_pool_waiting: waitingCount,
      dci_pool_size: options.max,
    };
  },
});

const crowd = ({ admission }: FacadeServices): Reading => ({
  name: 'crowd',
  gauges: { dci_requests_under_way: { help: 'Requests that this process works on or lets wait.' } },
  read: () => ({ dci_requests_under_way: admission.underWay }),
});
