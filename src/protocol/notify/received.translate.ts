/** Events that partners tell us of, wire → domain. */
import type { NotifyRequest, ShortNotify } from './received.schema.js';
import type { Registry } from '../vocabulary.js';

export interface NotifiedEvent {
  referenceId: string;
  /** The registry that the event is of, as its sender names it: `ns:org:RegistryType:Civil`. */
  regType?: string | undefined;
  eventType?: string | undefined;
  recordType?: string | undefined;
  record: Record<string, unknown>;
}

export interface ReceivedNotification {
  /** The registry that is told. */
  registry: Registry;
  transactionId: string;
  events: NotifiedEvent[];
}

export function readNotifyRequest(message: NotifyRequest, registry: Registry): ReceivedNotification {
  const events = message.notify_event.flatMap(({ reference_id: referenceId, data }): NotifiedEvent[] =>
    recordsOf(data.reg_records).map((record) => ({
      referenceId,
      regType: data.reg_type,
      eventType: data.reg_event_type,
      recordType: data.reg_record_type,
      record,
    })),
  );
  return { registry, transactionId: message.transaction_id, events };
}

/** An event without a record is refused by its reference id as one with an empty record is. */
function recordsOf(sent: NotifyRequest['notify_event'][number]['data']['reg_records']): Record<string, unknown>[] {
  const records = [sent].flat();
  return records.length === 0 ? [{}] : records;
}

export function readShortNotify(message: ShortNotify, registry: Registry): ReceivedNotification {
  const { transaction_id: transactionId, event } = message;
  const { event_type: eventType, record } = event;
  return { registry, transactionId, events: [{ referenceId: transactionId, eventType, record }] };
}
