/** Which consents were shown before, and which an administrator revoked, by their number (`jti`) and who signed them. */
import { createHash } from 'node:crypto';
import { findShown, keepShown } from '../entities/agreements/shown-consent.repository.js';
import type { Sql } from '../entities/database/database.js';
import { ConsentRefused } from '../protocol/consent/consent-refused.js';
import { canonicalJson } from '../protocol/envelope/json.js';

export interface Showing {
  controllerId: string;
  jti: string;
  /** What the same number must say again. */
  said: Record<string, unknown>;
  /** Checks a first showing alone. @throws ConsentRefused */
  first: () => void;
  now: Date;
}

/** The same one again is the same; another under its number is a replay. @throws ConsentRefused */
export async function checkShown(sql: Sql, { controllerId, jti, said, first, now }: Showing): Promise<void> {
  const digest = createHash('sha256')
    .update(canonicalJson(JSON.parse(JSON.stringify(said))))
    .digest();
  const { digest: before, revoked } = await findShown(sql, controllerId, jti);
  if (revoked) throw new ConsentRefused('revoked', 'it was revoked');
  if (before === null) first();
  const standing = before ?? (await keepShown(sql, { controllerId, jti }, digest, now));
  if (!standing.equals(digest)) throw new ConsentRefused('replay', 'another consent was shown under this jti');
}
