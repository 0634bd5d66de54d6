/** What a receiver answered: it may repeat the message that it was sent, so it is kept and read as payloads are. */
import type { DeliveryAttempt } from '../../entities/deliveries/delivery.entity.js';
import { placeOfExcerpt } from '../../entities/deliveries/delivery-outcome.repository.js';
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
  const [row] = await database.query<Stored>(
    `select a.data_key_id, a.response_sealed as sealed, d.sender_id as "senderId",
       array_remove(coalesce(t.record_ids, '{}') || d.record_id, null) as about
     from delivery_attempt a join delivery d on d.id = a.delivery_id left join transaction t on t.id = d.request_id
     where a.id = $1 and d.id = $2`,
    [id, deliveryId],
  );
  if (sender !== undefined && sender.senderId !== row?.senderId) return null;
  const excerpt = (await openPayload(vault, row?.data_key_id, row?.sealed, placeOfExcerpt(id))) ?? null;
  if (reader !== undefined)
    await notePayload(context, reader, {
      target: { targetType: 'DeliveryAttempt', targetId: id },
      field: 'DeliveryAttempt.responseExcerpt',
      about: row?.about ?? [],
    });
  return excerpt as string | null;
}

interface Stored {
  data_key_id: string | null;
  sealed: Buffer | null;
  senderId: string;
  about: string[];
}
