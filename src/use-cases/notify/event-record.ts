import { lastData, openVersion } from '../../entities/records/record-version.repository.js';
import type { WaitingEvent } from '../../entities/records/registry-event.repository.js';
import type { Services } from '../services.js';

export type RenderingServices = Pick<
  Services,
  'database' | 'vault' | 'registries' | 'directory' | 'clock' | 'settings'
>;

/** What of a delivery says which notification it is. */
export interface NotificationDelivery {
  id: string;
  subscriptionId: string | null;
  eventId: string | null;
  messageId: string;
  dataKeyId: string | null;
  messageSealed: Buffer | null;
}

type Data = Record<string, unknown>;

/**
 * The record as the event made it. For a delivery that is brought again after its version was forgotten, what was sent
 * then: that may leave again only where the rights of now cover it.
 */
export async function recordOfEvent(
  { database, vault }: RenderingServices,
  delivery: NotificationDelivery,
  event: WaitingEvent,
): Promise<Data | undefined> {
  if (event.eventType === 'DELETE') return lastData(database, event.recordId);
  const kept = await openVersion(database, vault, event);
  if (kept !== undefined || delivery.dataKeyId === null || delivery.messageSealed === null) return kept;
  const sent = await vault.open(delivery.dataKeyId, delivery.messageSealed, `delivery:${delivery.id}:message`);
  const message = (sent as { message: { notify_event: { data: { reg_records: Data } }[] } } | undefined)?.message;
  const record = message?.notify_event[0]?.data.reg_records;
  return record && Object.fromEntries(Object.entries(record).filter(([name]) => !name.startsWith('@')));
}
