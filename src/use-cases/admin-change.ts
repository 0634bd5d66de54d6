/** A change by an administrator: the change, who made it, before and after, and its audit entry commit together. */
import type { Admin } from '../access/principal.js';
import { appendAudit, auditEntry, hashAdminAction } from '../entities/audit/audit.repository.js';
import { AdminAction } from '../entities/audit/audit.entity.js';
import { addRow, type Transactional, type Unit } from '../entities/database/database.js';
import type { Services } from './services.js';

export interface ChangeRecord {
  action: string;
  targetType: string;
  targetId: string;
  reason?: string | undefined;
  before?: Record<string, unknown> | undefined;
  after?: Record<string, unknown> | undefined;
}

/** What a change needs: caches that forget need not be there to be told so. */
export interface Changing extends Pick<Services, 'clock' | 'wake'> {
  database: Pick<Transactional, 'transaction'>;
  directory: { forget(): void };
  keyRing: { forget(): void };
}

/** Runs `work` in a transaction and records what it reports; caches of this process forget afterwards. */
export async function changeAsAdmin<T>(
  services: Changing,
  admin: Admin,
  work: (unit: Unit) => Promise<{ result: T; change: ChangeRecord }>,
): Promise<T> {
  const result = await services.database.transaction(async (unit) => {
    const done = await work(unit);
    await unit.em.flush();
    await recordAdminAction(unit, admin, done.change, services.clock());
    return done.result;
  });
  services.directory.forget();
  services.keyRing.forget();
  // A record changed or a decision was made: what it left to do begins at once.
  services.wake('fan-out', 'deliver');
  return result;
}

/** Who acts: an administrator, or the gateway itself on its schedule. */
export interface Actor {
  subject: string;
  role: string;
}
export const GATEWAY: Actor = { subject: 'gateway', role: 'SYSTEM' };

export async function recordAdminAction(unit: Unit, admin: Actor, change: ChangeRecord, now: Date): Promise<void> {
  const action = addRow(unit.em, AdminAction, { ...change, actor: admin.subject, role: admin.role, at: now });
  await unit.em.flush();
  const contentHash = hashAdminAction(action);
  await appendAudit(
    unit,
    auditEntry({
      kind: 'ADMIN',
      subject: action.id,
      transition: change.action,
      actor: admin.subject,
      at: now,
      contentHash,
    }),
  );
}
