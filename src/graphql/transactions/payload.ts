/** Reading a stored payload: only with a reason, which is recorded before the payload leaves. */
import type { KnownSender } from '../../access/sender-directory.js';
import { whyWithheld } from '../../access/recheck-release.js';
import {
  findPayload,
  payloadBytes,
  type PayloadName,
  type StoredPayload,
} from '../../entities/transactions/payload.repository.js';
import { openPayload } from '../../entities/transactions/transaction.repository.js';
import type { Transaction } from '../../entities/transactions/transaction.entity.js';
import { namedIn, notePayload, requirePayloadReader, type PayloadReader } from '../admin-reading.js';
import type { Context } from '../context.js';
import { takeRoom } from '../payload-room.js';
import { forbidden } from '../../use-cases/errors.js';
import { recordRetelling } from '../../use-cases/transaction-status/retelling.js';

/** The unsigned message as stored; null when none was kept, or its key was shredded. */
export async function readPayload(
  context: Context,
  transaction: Transaction,
  name: PayloadName,
  reason: string | undefined,
): Promise<unknown> {
  const { database, vault } = context.services;
  const { id, senderId } = transaction;
  const sender = context.principal.kind === 'sender' ? context.principal.sender : undefined;
  if (sender !== undefined && sender.senderId !== senderId) return null;
  const reader = sender === undefined ? requirePayloadReader(context, reason) : undefined;
  takeRoom(context, await payloadBytes(database, id, name));
  const row = await findPayload(database, id, name);
  if (sender !== undefined && name === 'response')
    await recheckRelease(context, sender, transaction, row?.consentIds ?? null);
  const payload = (await openPayload(vault, row?.dataKeyId, row?.sealed, `transaction:${id}:${name}`)) ?? null;
  if (reader !== undefined) await noteRead(context, reader, transaction, name, payload, row?.recordIds ?? []);
  else if (row !== undefined && payload !== null) await recordRead(context, transaction, row, name);
  return payload;
}

function noteRead(
  context: Context,
  reader: PayloadReader,
  { id, registry }: Transaction,
  name: PayloadName,
  payload: unknown,
  about: string[],
): Promise<void> {
  return notePayload(context, reader, {
    target: { targetType: 'Transaction', targetId: id },
    field: `Transaction.${name}Data`,
    about,
    // Whom an answer tells of is known; a question may also name whom it did not find.
    named: name === 'request' ? namedIn(context.services.registries.byName(registry ?? ''), payload) : [],
  });
}

async function recordRead(
  { services, call }: Context,
  { id, transactionId = null, registry = null, operation = null, accessDecision, senderId = null }: Transaction,
  { recordIds, consentIds }: StoredPayload,
  name: PayloadName,
): Promise<void> {
  if (call === undefined || senderId === null) throw forbidden('only a sender’s own call reads this');
  const { correlationId, receivedAt } = call;
  const retelling = { senderId, channel: 'GRAPHQL', correlationId, receivedAt } as const;
  const retold = { id, transactionId, registry, operation, accessDecision, consentIds, recordIds };
  await recordRetelling(services, retelling, retold, name);
}

/** A sender reads its own answer again only while what it rests on stands. @throws DomainError FORBIDDEN */
async function recheckRelease(
  { services: { database, outbound, registries, clock } }: Context,
  sender: KnownSender,
  { operation = null, registry, accessDecision }: Transaction,
  consentIds: string[] | null,
): Promise<void> {
  const definition = registries.byName(registry ?? '');
  const released = { operation, accessDecision, consentIds };
  const why = await whyWithheld({ database, outbound }, { sender, definition, now: clock() }, released);
  if (why !== undefined) throw forbidden(`the answer may not be told again: ${why}`);
}
