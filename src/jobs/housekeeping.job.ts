/** What only takes space: replay guards behind the freshness window, and partitions that will be needed. */
import { dropOrphanChunks } from '../entities/queues/bulk.repository.js';
import { forgetSessions } from '../entities/admins/admin-session.repository.js';
import { forgetImports } from '../entities/queues/file-import.repository.js';
import { forgetLogouts } from '../entities/admins/oidc-logout.repository.js';
import { forgetShown } from '../entities/agreements/shown-consent.repository.js';
import type { Sql } from '../entities/database/database.js';
import { forgetRests } from '../entities/deliveries/endpoint-rest.repository.js';
import { forgetSeen } from '../entities/transactions/seen-message.repository.js';
import { forgetSpent } from '../entities/senders/spent-quota.repository.js';
import { earlierOf } from '../entities/database/earlier-of.js';
import { ensurePartitions } from '../entities/database/partitions.js';

/** Freshness window both ways plus what a clock may be off. */
const REPLAY_WINDOW_MS = 15 * 60_000;
/** Longer than an upload takes to be accepted. */
const UPLOAD_MS = 60 * 60_000;
/** Longer than any retry waits. */
const REST_MS = 7 * 24 * 60 * 60_000;
/** Longer than a consent in a message may hold: what was shown before ended, and is refused as stale. */
const CONSENT_MS = 100 * 24 * 60 * 60_000;
/** Long enough to fetch refused rows, which hold persons. */
const IMPORT_MS = 7 * 24 * 60 * 60_000;
/** Longer than any token of an issuer holds. */
const LOGOUT_MS = 30 * 24 * 60 * 60_000;
const BATCH = 5000;

export async function keepHouse(sql: Sql, clock: Date): Promise<{ seenMessages: number }> {
  await ensurePartitions(sql, clock);
  // By a clock that is ahead, what guards against replays and what is just uploaded would be old.
  const now = await earlierOf(sql, clock);
  await dropOrphanChunks(sql, new Date(now.getTime() - UPLOAD_MS));
  await forgetImports(sql, new Date(now.getTime() - IMPORT_MS));
  await forgetRests(sql, new Date(now.getTime() - REST_MS));
  await forgetSpent(sql, now);
  await forgetSessions(sql, now);
  await forgetLogouts(sql, new Date(now.getTime() - LOGOUT_MS));
  await forgetShown(sql, new Date(now.getTime() - CONSENT_MS));
  const before = new Date(now.getTime() - REPLAY_WINDOW_MS);
  let seenMessages = 0;
  for (let deleted = BATCH; deleted === BATCH; seenMessages += deleted) deleted = await forgetSeen(sql, before, BATCH);
  return { seenMessages };
}
