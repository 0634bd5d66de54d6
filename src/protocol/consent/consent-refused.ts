/** Why a consent in a message does not count; a message that brings one is refused for it, never answered without it. */
import { ItemRejected } from '../errors.js';

export type ConsentReason =
  | 'malformed_object'
  | 'unknown_partner'
  | 'signature_invalid'
  | 'audience_mismatch'
  | 'subject_not_allowed'
  | 'purpose_not_allowed'
  | 'scope_exceeds_policy'
  | 'validity_exceeds_policy'
  | 'expired'
  | 'revoked'
  | 'replay'
  | 'controller_not_granted'
  | 'subject_mismatch'
  | 'receipt_issuer_not_trusted';

export class ConsentRefused extends ItemRejected {
  constructor(
    readonly reason: ConsentReason,
    why: string,
  ) {
    super('rjct.search_criteria.invalid', `consent_jws: ${reason}: ${why}`);
  }
}
