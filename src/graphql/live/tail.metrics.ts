import type { Metrics } from '../../platform/metrics.js';
import type { LiveTail } from './live-tail.js';

/** `tail_lag_seconds`, asked for at each scrape. */
export function exportTailLag(metrics: Metrics, tail: Pick<LiveTail, 'lagSeconds'>): void {
  metrics.gauge(
    'tail_lag_seconds',
    'For how many seconds committed changes have waited for an older transaction before they are told live',
    [],
    async (gauge) => gauge.set(await tail.lagSeconds()),
  );
}
