/** The short form (contract): what the OpenSPP manual shows. */
import { z } from 'zod';
import { transactionId } from '../envelope/envelope.schema.js';

const base = {
  transaction_id: transactionId,
  sender_id: z.string().min(1).max(255),
  registry: z.string().max(99).optional(),
};

export const shortSearch = z.looseObject({
  ...base,
  search_criteria: z.record(z.string(), z.unknown()).refine((criteria) => Object.keys(criteria).length > 0, {
    error: 'name at least one identifier or attribute',
  }),
  page_size: z.int32().min(1).optional(),
  page_number: z.int32().min(1).optional(),
});
export type ShortSearch = z.infer<typeof shortSearch>;

export const shortVerify = z.looseObject({
  ...base,
  verify: z.record(z.string(), z.unknown()),
});
export type ShortVerify = z.infer<typeof shortVerify>;

export const shortSubscribe = z.looseObject({
  ...base,
  subscription: z.looseObject({
    event_type: z.string().min(1).max(255),
    callback_url: z.string().min(1).max(2048),
    /** Of the shape of `search_criteria`; left out or empty: every record. */
    filter: z.record(z.string(), z.unknown()).optional(),
  }),
});
export type ShortSubscribe = z.infer<typeof shortSubscribe>;

export const shortUnsubscribe = z.looseObject({
  ...base,
  subscription_codes: z.array(z.string().max(99)).min(1, 'name at least one subscription'),
});
export type ShortUnsubscribe = z.infer<typeof shortUnsubscribe>;
