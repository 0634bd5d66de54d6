import type { State } from '../shared/state-badge.js';
import type { Agreement } from './agreement-values.js';

/** How an agreement stands now: one that is active grants nothing before and after its time. */
export function standingOf({
  state,
  validFrom,
  validUntil,
}: Pick<Agreement, 'state' | 'validFrom' | 'validUntil'>): State {
  if (state !== 'ACTIVE') return state;
  const now = Date.now();
  if (validUntil !== null && Date.parse(validUntil) <= now) return 'EXPIRED';
  return Date.parse(validFrom) > now ? 'UPCOMING' : 'ACTIVE';
}
