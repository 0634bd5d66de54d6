/** The closed lists (contract: GraphQL), as values so that GraphQL enums, zod schemas and SQL can share them. */

/** A registry's name, such as `SOCIAL`. Open, since a deployment may wire a further one (CONTRIBUTING.md). */
export type Registry = string;

export const OPERATIONS = [
  'SEARCH',
  'VERIFY',
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'NOTIFY',
  'TXN_STATUS',
  'RECEIPT',
  'ENROLLED',
  'ENROLLMENT_UPDATES',
  'DISABLED',
  'DISABILITY_DETAILS',
  'DISABILITY_SUPPORT',
  'BULK_SEARCH',
  'BULK_VERIFY',
] as const;
export type Operation = (typeof OPERATIONS)[number];

export const TRANSACTION_STATUSES = ['RECEIVED', 'PENDING', 'SUCCEEDED', 'REJECTED'] as const;
export type TransactionStatus = (typeof TRANSACTION_STATUSES)[number];
export const WIRE_STATUS = { RECEIVED: 'rcvd', PENDING: 'pdng', SUCCEEDED: 'succ', REJECTED: 'rjct' } as const;

export const QUERY_TYPES = ['IDTYPE_VALUE', 'EXPRESSION', 'PREDICATE', 'GRAPHQL'] as const;
export type QueryType = (typeof QUERY_TYPES)[number];

export const LEGAL_BASES = [
  'CONSENT',
  'CONTRACT',
  'LEGAL_OBLIGATION',
  'VITAL_INTEREST',
  'PUBLIC_INTEREST',
  'PUBLIC_TASK',
  'LEGITIMATE_INTEREST',
] as const;
export type LegalBasis = (typeof LEGAL_BASES)[number];

export const SIGNATURE_PROFILES = ['DCI', 'JWS', 'OPENSPP', 'HTTP'] as const;
export type SignatureProfile = (typeof SIGNATURE_PROFILES)[number];
export const SIGNATURE_POLICIES = ['REQUIRED', 'OPTIONAL'] as const;
export type SignaturePolicy = (typeof SIGNATURE_POLICIES)[number];
export const RECORDS_AS = ['STANDARD', 'ARRAY', 'OBJECT'] as const;
export type RecordsAs = (typeof RECORDS_AS)[number];
/** As it is written at last. */
export type RecordsForm = Exclude<RecordsAs, 'STANDARD'>;
export const DIALECTS = ['DCI', 'OPENSPP', 'OPENCRVS', 'OPENG2P', 'OPENIMIS'] as const;
export type Dialect = (typeof DIALECTS)[number];
export const JWS_FORMS = ['DETACHED', 'ATTACHED'] as const;
export type JwsForm = (typeof JWS_FORMS)[number];

export const ROLES = ['ADMIN', 'OPERATOR', 'AUDITOR', 'MONITOR'] as const;
export type Role = (typeof ROLES)[number];
