/** Prometheus metrics of one application: its own registry, so that several may live in one process (tests do). */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Seconds; fine around 1 to 100 ms, where a healthy search lies. */
const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export interface Metrics {
  counter<Label extends string>(name: string, help: string, labels?: readonly Label[]): Counter<Label>;
  /** With `collect`, the value is asked for at each scrape. */
  gauge<Label extends string>(
    name: string,
    help: string,
    labels?: readonly Label[],
    collect?: (gauge: Gauge<Label>) => void | Promise<void>,
  ): Gauge<Label>;
  /** For so long what a gauge was told by a question to the database is good: two scrapers ask once. */
  readonly keepMs: number;
  /** Of durations in seconds. */
  histogram<Label extends string>(name: string, help: string, labels?: readonly Label[]): Histogram<Label>;
  /** The page that Prometheus reads. */
  expose(): Promise<{ contentType: string; body: string }>;
}

/** Prometheus asks every 15 seconds where nothing else is said. */
const KEEP_MS = 10_000;
/** Sums of what is there by type already, under names that belong to counters. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** @param ofProcess also memory, event loop and garbage collection of this process: once per process, please. */
export function createMetrics({ ofProcess = false, keepMs = KEEP_MS } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (ofProcess) collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return {
    keepMs,
    counter: (name, help, labelNames = []) => new Counter({ name, help, labelNames, registers }),
    gauge: (name, help, labelNames = [], collect) =>
      new Gauge({
        name,
        help,
        labelNames,
        registers,
        collect() {
          return collect?.(this);
        },
      }),
    histogram: (name, help, labelNames = []) =>
      new Histogram({ name, help, labelNames, registers, buckets: LATENCY_BUCKETS }),
    expose: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}
