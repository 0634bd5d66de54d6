/** NotifyEventRequest (protocol 5): one event of one record, as a subscriber gets it. */
import type { Json, JsonObject } from '../envelope/json.js';
import type { EventTypeDefinition, RegistryDefinition } from '../registries/definition.js';

export interface EventNotice {
  /** Of the subscribe request. */
  transactionId: string;
  referenceId: string;
  /** When it happened. */
  at: Date;
  event: EventTypeDefinition;
  recordType: string;
  /** Clamped. */
  record: Record<string, unknown>;
  locale?: string | null | undefined;
}

export function writeNotifyEvent(notice: EventNotice, definition: RegistryDefinition): JsonObject {
  const { transactionId, referenceId, at, event, recordType, record, locale } = notice;
  return {
    transaction_id: transactionId,
    notify_event: [
      {
        reference_id: referenceId,
        timestamp: at.toISOString(),
        data: {
          version: '1.0.0',
          reg_type: definition.regType,
          ...(event.emitted ? { reg_event_type: event.name } : {}),
          reg_record_type: `${definition.recordTypePrefix}${recordType}`,
          reg_records: record as Json,
        },
        ...(locale == null ? {} : { locale }),
      },
    ],
  };
}
