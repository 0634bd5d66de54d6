/** NotifyEventRequest (protocol 5) and the answers to requests of ours that `on-…` receivers read (protocol 3.4 to 3.7). */
import { z } from 'zod';
import { dateTime, locale, transactionId } from '../envelope/envelope.schema.js';
import { withOldSpelling } from './old-spelling.js';

const record = z.record(z.string(), z.unknown());

export const notifyEvent = z.looseObject({
  reference_id: z.string(),
  timestamp: dateTime,
  data: z.looseObject({
    version: z.string().max(99).optional(),
    reg_type: z.string().max(255).optional(),
    reg_event_type: z.string().max(255).optional(),
    reg_record_type: z.string().max(255),
    /** One record by the specification; a list is read too. */
    reg_records: z.union([record, z.array(record)]),
  }),
  locale: locale.optional(),
});

export const notifyRequest = z.looseObject({ transaction_id: transactionId, notify_event: z.array(notifyEvent) });
export type NotifyRequest = z.infer<typeof notifyRequest>;

const correlationId = z.string().min(1).max(99);
const status = z.string().max(99);
const responseItem = z.looseObject({
  reference_id: z.string(),
  timestamp: dateTime,
  status,
  locale: locale.optional(),
});
const answered = { transaction_id: transactionId, correlation_id: correlationId };

export const searchResponse = z.looseObject({ ...answered, search_response: z.array(responseItem) });
export const subscribeResponse = z.looseObject({
  ...answered,
  subscribe_response: z.array(
    responseItem.extend({ subscriptions: z.array(z.looseObject({ code: z.string().max(255).optional() })).optional() }),
  ),
});
export const unsubscribeResponse = withOldSpelling(
  z.looseObject({
    ...answered,
    timestamp: dateTime,
    status,
    subscription_status: z.array(z.looseObject({ code: z.string().max(99), status })).optional(),
  }),
  { timesatmp: 'timestamp' },
);
export const txnStatusResponse = z.looseObject({
  ...answered,
  txnstatus_response: z.looseObject({ txn_type: z.string().max(99), txn_status: z.record(z.string(), z.unknown()) }),
});
export type CallbackMessage = {
  transaction_id: string;
  correlation_id?: string | undefined;
  subscribe_response?: { subscriptions?: { code?: string | undefined }[] | undefined }[] | undefined;
};

/** `/dci/v1/notify`. */
export const shortNotify = z.looseObject({
  transaction_id: transactionId,
  sender_id: z.string().min(1).max(255),
  registry: z.string().max(99).optional(),
  event: z.looseObject({ event_type: z.string().min(1).max(255), registry: z.string().max(99).optional(), record }),
});
export type ShortNotify = z.infer<typeof shortNotify>;
