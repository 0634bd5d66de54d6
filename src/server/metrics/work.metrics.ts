/** What was done: partners' messages and our deliveries as the overview counts them, and runs of jobs. */
import type { Metrics } from '../../platform/metrics.js';
import type { Registries } from '../../protocol/registries/registries.js';
import type { CallOutcome, TrafficMeter } from '../../use-cases/overview/traffic-meter.js';

/** After them nothing more is tried: somebody must be told of the very first. */
const LAST: CallOutcome[] = ['GIVEN_UP', 'GONE'];

export function countTraffic(metrics: Metrics, traffic: TrafficMeter, { all }: Pick<Registries, 'all'>): void {
  const messages = metrics.counter('dci_messages_total', 'Messages and operations of partners, by what came of them.', [
    'registry',
    'operation',
    'outcome',
  ]);
  const attempts = metrics.counter(
    'dci_delivery_attempts_total',
    'Attempts to deliver, by what came of them; after GONE and GIVEN_UP there is no other.',
    ['registry', 'outcome'],
  );
  // A counter that begins at one has not increased, and no alert would tell.
  for (const { registry } of all) for (const outcome of LAST) attempts.inc({ registry, outcome }, 0);
  traffic.onCall(({ kind, registry, operation, outcome }) => {
    if (kind === 'DELIVERY') attempts.inc({ registry: registry ?? '', outcome });
    else messages.inc({ registry: registry ?? '', operation: operation ?? '', outcome });
  });
}

/** As `jobs` tells of a run; it stands to our left. */
export function countJobs(metrics: Metrics): (run: { name: string; ok: boolean; seconds: number }) => void {
  const runs = metrics.counter('dci_job_runs_total', 'Runs of recurring jobs in this process.', ['job', 'outcome']);
  const seconds = metrics.histogram('dci_job_seconds', 'How long they took.', ['job']);
  return ({ name: job, ok, seconds: took }) => {
    runs.inc({ job, outcome: ok ? 'done' : 'failed' });
    seconds.observe({ job }, took);
  };
}
