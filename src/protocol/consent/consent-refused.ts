/** Why a consent in a message does not count; a message that brings one is refused for it, never answered without it. */
import { ItemRejected } from '../errors.js';

/** Of the field's consent managers, who answer with them too; those behind the blank line are a registry's own. */
const REASONS = [
  'malformed_object',
  'unknown_partner',
  'signature_invalid',
  'audience_mismatch',
  'subject_not_allowed',
  'purpose_not_allowed',
  'scope_exceeds_policy',
  'validity_exceeds_policy',
  'expired',
  'revoked',
  'replay',
  'controller_not_granted',
  'subject_mismatch',
  'receipt_presenter_not_allowed',
  'receipt_issuer_not_trusted',
  'receipt_invalid',
  'presenter_mismatch',
  'receipt_status_unavailable',
  'unknown_consent',
  'not_yet_valid',
  'partner_mismatch',

  'missing_consent',
  'cm_not_configured',
  'cm_unreachable',
  'cm_error',
  'deny',
] as const;
export type ConsentReason = (typeof REASONS)[number];

export const isConsentReason = (code: unknown): code is ConsentReason => REASONS.includes(code as ConsentReason);

export class ConsentRefused extends ItemRejected {
  /** @param answer of a consent manager, for the audit */
  constructor(
    readonly reason: ConsentReason,
    why: string,
    readonly answer?: Record<string, unknown>,
  ) {
    super('rjct.search_criteria.invalid', `consent_jws: ${reason}: ${why}`);
  }
}
