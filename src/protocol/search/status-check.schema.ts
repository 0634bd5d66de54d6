/** Requests of the disability and beneficiary registries that ask about one person (protocol 3.8). */
import { z } from 'zod';
import { authorization, transactionId } from '../envelope/envelope.schema.js';

/** Nothing inside is required; the query comes in several shapes. */
const criteria = z.looseObject({
  query_type: z.enum(['idtype-value', 'expression', 'predicate', 'graphql']).optional(),
  reg_event_type: z.string().max(255).optional(),
  response_entity: z.string().max(255).optional(),
  query: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]).optional(),
  consent: authorization.optional(),
  authorize: authorization.optional(),
});
export type CheckedCriteria = z.infer<typeof criteria>;

/** DisabledRequest, and GetDisabilitySupportRequest, which is the same. */
export const disabledRequest = z.looseObject({ transaction_id: transactionId, disabled_criteria: criteria });
export type DisabledRequest = z.infer<typeof disabledRequest>;

export const enrolledRequest = z.looseObject({ transaction_id: transactionId, enrolled_criteria: criteria });
export type EnrolledRequest = z.infer<typeof enrolledRequest>;
