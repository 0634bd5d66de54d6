/** What a receipt says (`consent-receipt+jwt`): a consent that an exchange keeps, and who may show it to which registry. */
import { z } from 'zod';
import { ConsentRefused } from './consent-refused.js';
import { scopes, subject, text, type SignedObject } from './consent-object.js';

const epoch = z
  .number()
  .min(0)
  .max(1e11)
  .transform((seconds) => new Date(seconds * 1000));

const claims = z
  .looseObject({
    jti: text,
    iss: text,
    consent_id: text.optional(),
    aud: text,
    presenter: text,
    sub: subject,
    purpose: text,
    scopes,
    consent_exp: epoch.optional(),
    iat: epoch.optional(),
    nbf: epoch.optional(),
    exp: epoch,
  })
  .refine(({ iat, nbf }) => iat !== undefined || nbf !== undefined, { path: ['nbf'] });
export type ReceiptClaims = z.infer<typeof claims>;

/** @throws ConsentRefused `receipt_invalid` */
export function readReceiptClaims({ payload }: SignedObject): ReceiptClaims {
  const read = claims.safeParse(payload);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new ConsentRefused('receipt_invalid', `the claim ${issue?.path.join('.') ?? ''} is absent or malformed`);
}
