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
import { eachInTurn } from '../platform/each-in-turn.js';
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
  let seenMessages = 0;
  // By a clock that is ahead, what guards against replays and what is just uploaded would be old.
  const now = await earlierOf(sql, clock);
  const ago = (ms: number): Date => new Date(now.getTime() - ms);
  await eachInTurn(
    [
      () => ensurePartitions(sql, clock),
      () => dropOrphanChunks(sql, ago(UPLOAD_MS)),
      () => forgetImports(sql, ago(IMPORT_MS)),
      () => forgetRests(sql, ago(REST_MS)),
      () => forgetSpent(sql, now),
      () => forgetSessions(sql, now),
      () => forgetLogouts(sql, ago(LOGOUT_MS)),
      () => forgetShown(sql, ago(CONSENT_MS)),
      async () => {
        for (let deleted = BATCH; deleted === BATCH; seenMessages += deleted)
          deleted = await forgetSeen(sql, ago(REPLAY_WINDOW_MS), BATCH);
      },
    ] as (() => Promise<unknown>)[],
    (step) => step(),
  );
  return { seenMessages };
}
