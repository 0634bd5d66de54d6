/**
 * TxnStatusRequest (protocol 3.7). Every registry reads all types; the specification lists fewer for each. Clients leave
 * `txn_type` out (`withType`), and name one item by `reference_id`.
 */
import { z } from 'zod';
import { isObject } from '../../platform/plain-object.js';
import type { Json, JsonObject } from '../envelope/json.js';
import { locale, transactionId } from '../envelope/envelope.schema.js';

const id = z.string().max(99);

/** Who writes the action as `txn_status` leaves out what is asked about: whatever the request was. */
export function withType(action: string, message: Json): Json {
  const { txnstatus_request: request } = Object(message) as JsonObject;
  if (action !== 'txn_status' || !isObject(request) || request['txn_type'] != null) return message;
  return { ...(message as JsonObject), txnstatus_request: { ...request, txn_type: 'any' } };
}

export const txnStatusRequest = z.looseObject({
  transaction_id: transactionId,
  txnstatus_request: z
    .looseObject({
      reference_id: z.string(),
      /** `subscibe` is an older release's spelling, `any` what `withType` writes. */
      txn_type: z.enum(['search', 'subscribe', 'unsubscribe', 'receipt', 'subscibe', 'any'], {
        error: 'must be search, subscribe, unsubscribe or receipt',
      }),
      attribute_type: z.enum([
        'transaction_id',
        'reference_id',
        'reference_id_list',
        'correlation_id',
        'subscription_code_list',
      ]),
      attribute_value: z.union([id, z.array(z.string()).max(1000)]),
      locale: locale.optional(),
    })
    .refine(({ attribute_type: type, attribute_value: value }) => type.endsWith('_list') || typeof value === 'string', {
      path: ['attribute_value'],
      error: 'is one text, unless attribute_type names a list',
    }),
});
export type TxnStatusRequest = z.infer<typeof txnStatusRequest>;
