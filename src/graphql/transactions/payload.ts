/** Reading a stored payload: only with a reason, which is recorded before the payload leaves. */
import type { KnownSender } from '../../access/sender-directory.js';
import { whyWithheld } from '../../access/still-released.js';
import { openPayload } from '../../entities/transactions/transaction.repository.js';
import type { Transaction } from '../../entities/transactions/transaction.entity.js';
import { namedIn, notePayload, requirePayloadReader } from '../admin-reading.js';
import type { Context } from '../context.js';
import { forbidden } from '../../use-cases/errors.js';

export type PayloadName = 'request' | 'response';

/** The unsigned message as stored; null when none was kept, or its key was shredded. */
export async function readPayload(
  context: Context,
  transaction: Transaction,
  name: PayloadName,
  reason: string | undefined,
): Promise<unknown> {
  const { database, vault, registries } = context.services;
  const { id, senderId, registry } = transaction;
  const sender = context.principal.kind === 'sender' ? context.principal.sender : undefined;
  if (sender !== undefined && sender.senderId !== senderId) return null;
  const reader = sender === undefined ? requirePayloadReader(context, reason) : undefined;
  const [row] = await database.query<Stored>(
    `select data_key_id, ${name}_sealed as sealed, consent_ids as "consentIds", record_ids as "recordIds"
     from transaction where id = $1`,
    [id],
  );
  if (sender !== undefined && name === 'response')
    await assertStillReleased(context, sender, transaction, row?.consentIds ?? null);
  const payload = (await openPayload(vault, row?.data_key_id, row?.sealed, `transaction:${id}:${name}`)) ?? null;
  if (reader !== undefined)
    await notePayload(context, reader, {
      target: { targetType: 'Transaction', targetId: id },
      field: `Transaction.${name}Data`,
      about: row?.recordIds ?? [],
      // Whom an answer tells of is known; a question may also name whom it did not find.
      named: name === 'request' ? namedIn(registries.byName(registry ?? ''), payload) : [],
    });
  return payload;
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
