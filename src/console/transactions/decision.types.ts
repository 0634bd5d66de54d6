/** A decision as the audit keeps it: old ones have fewer members. */
export interface StoredDecision {
  allowed?: boolean;
  reason?: string;
  explanation?: string;
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

export const ACCESS_REASONS = [
  'AGREEMENT',
  'SENDER_NOT_ACTIVE',
  'OPERATION_NOT_ALLOWED',
  'REGISTRY_NOT_ALLOWED',
  'REGISTRY_LACKS_OPERATION',
  'SCOPE_NOT_GRANTED',
  'NO_AGREEMENT',
  'RECORD_TYPE_NOT_COVERED',
  'PURPOSE_NOT_COVERED',
] as const;

/** Those that another agreement would change. */
export const OF_AGREEMENTS: ReadonlySet<string> = new Set<(typeof ACCESS_REASONS)[number]>([
  'NO_AGREEMENT',
  'RECORD_TYPE_NOT_COVERED',
  'PURPOSE_NOT_COVERED',
]);

export const SIGNATURE_FAULTS = ['MISSING', 'FORM', 'OWNER', 'TIME', 'DIGEST', 'ALGORITHM', 'KEY', 'MATCH'] as const;
