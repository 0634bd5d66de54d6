/** What a receiver answered: it may repeat the message that it was sent, so it is kept and read as payloads are. */
import type { DeliveryAttempt } from '../../entities/deliveries/delivery.entity.js';
import { placeOfExcerpt } from '../../entities/deliveries/delivery-outcome.repository.js';
import { findExcerpt } from '../../entities/deliveries/excerpt.repository.js';
import { openPayload } from '../../entities/transactions/transaction.repository.js';
import { notePayload, requirePayloadReader } from '../admin-reading.js';
import type { Context } from '../context.js';

/** Null when nothing was kept, or its key was shredded. A sender reads what it answered itself without a reason. */
export async function readExcerpt(
  context: Context,
  { id, deliveryId }: DeliveryAttempt,
  reason: string | undefined,
): Promise<string | null> {
  const { database, vault } = context.services;
  const sender = context.principal.kind === 'sender' ? context.principal.sender : undefined;
  const reader = sender === undefined ? requirePayloadReader(context, reason) : undefined;
  const row = await findExcerpt(database, id, deliveryId);
  if (sender !== undefined && sender.senderId !== row?.senderId) return null;
  const excerpt = (await openPayload(vault, row?.dataKeyId, row?.sealed, placeOfExcerpt(id))) ?? null;
  if (reader !== undefined)
    await notePayload(context, reader, {
      target: { targetType: 'DeliveryAttempt', targetId: id },
      field: 'DeliveryAttempt.responseExcerpt',
      about: row?.about ?? [],
    });
  return excerpt as string | null;
}
