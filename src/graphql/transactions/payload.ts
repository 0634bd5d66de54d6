/** Reading a stored payload: only with a reason, which is recorded before the payload is opened. */
import { openPayload } from '../../entities/transaction.repository.js';
import type { Transaction } from '../../entities/transaction.entity.js';
import { recordAdminAction } from '../admin-change.js';
import type { Context } from '../context.js';
import { UserError } from '../errors.js';
import { requireRole } from '../authorize.js';

export type PayloadName = 'request' | 'response';

/** The unsigned message as stored; null when none was kept, or its key was shredded. */
export async function readPayload(
  context: Context,
  { id, senderId }: Transaction,
  name: PayloadName,
  reason: string | undefined,
): Promise<unknown> {
  const { database, vault, clock } = context.services;
  if (context.principal.kind !== 'sender') {
    const admin = requireRole(context, ['ADMIN', 'AUDITOR']);
    if (reason === undefined || reason.trim() === '')
      throw new UserError('BAD_USER_INPUT', 'reason: say why you need to see personal data; it is recorded', 'reason');
    const change = { action: 'readPayload', targetType: 'Transaction', targetId: id, reason, after: { payload: name } };
    await database.transaction((unit) => recordAdminAction(unit, admin, change, clock()));
  } else if (context.principal.sender.senderId !== senderId) return null;
  const [row] = await database.query<{ data_key_id: string | null; sealed: Buffer | null }>(
    `select data_key_id, ${name}_sealed as sealed from transaction where id = $1`,
    [id],
  );
  return (await openPayload(vault, row?.data_key_id, row?.sealed, `transaction:${id}:${name}`)) ?? null;
}
