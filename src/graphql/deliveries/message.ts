/** The message of a delivery, for administrators who say why: whom it tells of is on record before it leaves. */
import type { Delivery } from '../../entities/deliveries/delivery.entity.js';
import { findMessage, messageBytes, placeOfMessage } from '../../entities/deliveries/delivery-message.repository.js';
import { openPayload } from '../../entities/transactions/transaction.repository.js';
import { notePayload, requirePayloadReader } from '../admin-reading.js';
import type { Context } from '../context.js';
import { takeRoom } from '../payload-room.js';

/** Unsigned, as stored: null before the first attempt of a notification, and where its key was shredded. */
export async function readMessage(context: Context, { id }: Delivery, reason: string | undefined): Promise<unknown> {
  const { database, vault } = context.services;
  const reader = requirePayloadReader(context, reason);
  takeRoom(context, await messageBytes(database, id));
  const row = await findMessage(database, id);
  const message = (await openPayload(vault, row?.dataKeyId, row?.sealed, placeOfMessage(id))) ?? null;
  await notePayload(context, reader, {
    target: { targetType: 'Delivery', targetId: id },
    field: 'Delivery.message',
    about: row?.about ?? [],
  });
  return message;
}
