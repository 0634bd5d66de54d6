/** `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers): what is left, and of what. */
import type { QuotaState } from '../access/shared-quota.js';

const NAMES: Record<number, string> = { 60: 'minute', 3600: 'hour', 86_400: 'day' };
const nameOf = ({ window }: QuotaState): string => `"${NAMES[window] ?? 'window'}"`;

export function rateLimitHeaders(quotas: QuotaState[]): Record<string, string> {
  if (quotas.length === 0) return {};
  return {
    'RateLimit-Policy': quotas.map((quota) => `${nameOf(quota)};q=${quota.limit};w=${quota.window}`).join(', '),
    RateLimit: quotas.map((quota) => `${nameOf(quota)};r=${quota.remaining};t=${quota.reset}`).join(', '),
  };
}
