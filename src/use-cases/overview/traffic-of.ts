import type { TrafficCounts } from '../../entities/overview/traffic.repository.js';
import type { Traffic } from './overview.types.js';
import { percentile } from './percentile.js';

export const NO_TRAFFIC: TrafficCounts = { total: 0, failed: 0, latency: [] };

/** What was counted in so many seconds, as rates and percentiles. */
export function trafficOf({ total, failed, latency }: TrafficCounts, seconds: number): Traffic {
  return {
    total,
    failed,
    perSecond: seconds === 0 ? 0 : total / seconds,
    errorRate: total === 0 ? null : failed / total,
    p50Ms: percentile(latency, 0.5),
    p95Ms: percentile(latency, 0.95),
    p99Ms: percentile(latency, 0.99),
  };
}
