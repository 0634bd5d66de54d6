/** Reading a stored payload: only with a reason, which is recorded before the payload is opened. */
import type { KnownSender } from '../../access/sender-directory.js';
import { whyWithheld } from '../../access/still-released.js';
import { openPayload } from '../../entities/transactions/transaction.repository.js';
import type { Transaction } from '../../entities/transactions/transaction.entity.js';
import { recordAdminAction } from '../../use-cases/admin-change.js';
import type { Context } from '../context.js';
import { forbidden, invalid } from '../../use-cases/errors.js';
import { requireRole } from '../authorize.js';

export type PayloadName = 'request' | 'response';

/** The unsigned message as stored; null when none was kept, or its key was shredded. */
export async function readPayload(
  context: Context,
  transaction: Transaction,
  name: PayloadName,
  reason: string | undefined,
): Promise<unknown> {
  const { database, vault, clock } = context.services;
  const { id, senderId } = transaction;
  if (context.principal.kind !== 'sender') {
    const admin = requireRole(context, ['ADMIN', 'AUDITOR']);
    if (reason === undefined || reason.trim() === '')
      throw invalid('reason', 'say why you need to see personal data; it is recorded');
    const change = { action: 'readPayload', targetType: 'Transaction', targetId: id, reason, after: { payload: name } };
    await database.transaction((unit) => recordAdminAction(unit, admin, change, clock()));
  } else if (context.principal.sender.senderId !== senderId) return null;
  const [row] = await database.query<Stored>(
    `select data_key_id, ${name}_sealed as sealed, consent_ids as "consentIds" from transaction where id = $1`,
    [id],
  );
  if (context.principal.kind === 'sender' && name === 'response')
    await assertStillReleased(context, context.principal.sender, transaction, row?.consentIds ?? null);
  return (await openPayload(vault, row?.data_key_id, row?.sealed, `transaction:${id}:${name}`)) ?? null;
}

interface Stored {
  data_key_id: string | null;
  sealed: Buffer | null;
  consentIds: string[] | null;
}

/** A sender reads its own answer again only while what it rests on stands. @throws DomainError FORBIDDEN */
async function assertStillReleased(
  { services: { database, registries, clock } }: Context,
  sender: KnownSender,
  { operation = null, registry, accessDecision }: Transaction,
  consentIds: string[] | null,
): Promise<void> {
  const definition = registries.byName(registry ?? '');
  const released = { operation, accessDecision, consentIds };
  const why = await whyWithheld(database, { sender, definition, now: clock() }, released);
  if (why !== undefined) throw forbidden(`the answer may not be told again: ${why}`);
}
