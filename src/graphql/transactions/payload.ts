/** Reading a stored payload: only with a reason, which is recorded before the payload is opened. */
import type { KnownSender } from '../../access/sender-directory.js';
import { whyWithheld } from '../../access/still-released.js';
import { openPayload } from '../../entities/transactions/transaction.repository.js';
import type { Transaction } from '../../entities/transactions/transaction.entity.js';
import { recordAdminAction } from '../../use-cases/admin-change.js';
import type { Context } from '../context.js';
import { DomainError, forbidden, invalid } from '../../use-cases/errors.js';
import { MOST_BYTES } from '../../use-cases/search/answer-room.js';
import { recordRetelling, type PayloadName } from '../../use-cases/transaction-status/retelling.js';
import { requireRole } from '../authorize.js';

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
  await takeRoom(context, id, name);
  const [row] = await database.query<Stored>(
    `select data_key_id, ${name}_sealed as sealed, consent_ids as "consentIds", record_ids as "recordIds"
     from transaction where id = $1`,
    [id],
  );
  if (row === undefined || row.sealed === null) return null;
  if (context.principal.kind === 'sender' && name === 'response')
    await assertStillReleased(context, context.principal.sender, transaction, row.consentIds);
  const payload = await openPayload(vault, row.data_key_id, row.sealed, `transaction:${id}:${name}`);
  if (payload === undefined) return null;
  if (context.principal.kind === 'sender') await recordRead(context, transaction, row, name);
  return payload;
}

/** Bytes of the payloads that an operation has read. */
const read = new WeakMap<Context, number>();

/** Payloads of one operation together are bounded as one answer is. @throws DomainError */
async function takeRoom(context: Context, id: string, name: PayloadName): Promise<void> {
  const [row] = await context.services.database.query<{ bytes: number | null }>(
    `select octet_length(${name}_sealed) as bytes from transaction where id = $1`,
    [id],
  );
  const bytes = (read.get(context) ?? 0) + (row?.bytes ?? 0);
  if (bytes > MOST_BYTES)
    throw new DomainError('INVALID', `stored messages: at most ${MOST_BYTES} bytes at once; ask for fewer`);
  read.set(context, bytes);
}

async function recordRead(
  { services, call }: Context,
  { id, transactionId = null, registry = null, operation = null, accessDecision, senderId = null }: Transaction,
  { recordIds, consentIds }: Stored,
  name: PayloadName,
): Promise<void> {
  if (call === undefined || senderId === null) throw forbidden('only a sender’s own call reads this');
  const { correlationId, receivedAt } = call;
  const retelling = { senderId, channel: 'GRAPHQL', correlationId, receivedAt } as const;
  const retold = { id, transactionId, registry, operation, accessDecision, consentIds, recordIds };
  await recordRetelling(services, retelling, retold, name);
}

interface Stored {
  data_key_id: string | null;
  sealed: Buffer | null;
  consentIds: string[] | null;
  recordIds: string[];
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
