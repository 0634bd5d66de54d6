/** SubscribeRequest and UnSubscribeRequest (protocol 3.5, 3.6). */
import { z } from 'zod';
import { authorization, dateTime, locale, transactionId } from '../envelope/envelope.schema.js';
import { withOldSpelling } from '../notify/old-spelling.js';

export const frequency = z.looseObject({
  start_time: dateTime,
  end_time: dateTime,
  /** Whether it is a cron that has a time in the window is judged per item. */
  frequency: z.string().max(255),
});

export const subscribeCriteria = z.looseObject({
  version: z.string().max(99).optional(),
  reg_type: z.string().max(255).optional(),
  reg_event_type: z.string().max(255),
  frequency: frequency.optional(),
  filter_type: z.enum(['idtype-value', 'expression', 'predicate', 'graphql']).optional(),
  /** `{}` or `[]` asks for every record of the type. */
  filter: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]),
  notify_record_type: z.string().max(255),
  authorize: authorization.optional(),
});

export const subscribeRequestItem = z.looseObject({
  reference_id: z.string(),
  timestamp: dateTime,
  locale: locale.optional(),
  subscribe_criteria: subscribeCriteria,
});

export const subscribeRequest = z.looseObject({
  transaction_id: transactionId,
  subscribe_request: z.array(subscribeRequestItem),
});
export type SubscribeRequest = z.infer<typeof subscribeRequest>;

export const unsubscribeRequest = withOldSpelling(
  z.looseObject({
    transaction_id: transactionId,
    timestamp: dateTime,
    subscription_codes: z.array(z.string().max(99)),
  }),
  { sunscription_codes: 'subscription_codes', subscription_code: 'subscription_codes', timesstamp: 'timestamp' },
);
export type UnsubscribeRequest = z.infer<typeof unsubscribeRequest>;
