/** A decision as the audit keeps it: old ones have fewer members. */
export interface StoredDecision {
  allowed?: boolean;
  reason?: string;
  explanation?: string;
  /** What the agreement would have to cover. */
  field?: string;
  /** Which part of the signature failed. */
  signature?: string;
  agreementId?: string;
  agreementVersion?: number;
  legalBasis?: string;
  recordType?: string;
  purpose?: string;
  requiresConsent?: boolean;
  fields?: string[];
}

export const SIGNATURE_FAULTS = ['MISSING', 'FORM', 'OWNER', 'TIME', 'DIGEST', 'ALGORITHM', 'KEY', 'MATCH'] as const;
