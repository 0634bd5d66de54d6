/** Percentiles from a histogram: exact to its bucket, linear within. */
import { LATENCY_BOUNDS } from '../../entities/overview/traffic.repository.js';

/** Milliseconds; null without any. @param share 0.95 for the 95th percentile */
export function percentile(latency: number[], share: number): number | null {
  const total = latency.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let below = 0;
  for (const [index, count] of latency.entries()) {
    const rank = share * total - below;
    if (rank <= count && count > 0) return within(index, rank / count);
    below += count;
  }
  return LATENCY_BOUNDS.at(-1) ?? null;
}

function within(bucket: number, part: number): number {
  const lower = LATENCY_BOUNDS[bucket - 1] ?? 0;
  const upper = LATENCY_BOUNDS[bucket] ?? lower;
  return Math.round((lower + (upper - lower) * part) * 100) / 100;
}
