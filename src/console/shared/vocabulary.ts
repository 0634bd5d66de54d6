/** The API's enums as values. Their types come from the schema, so a missing or a wrong member does not compile. */
import type { graphql } from '../graphql/graphql.js';

export type Registry = ReturnType<typeof graphql.scalar<'Registry'>>;
export type Operation = ReturnType<typeof graphql.scalar<'Operation'>>;
export type LegalBasis = ReturnType<typeof graphql.scalar<'LegalBasis'>>;
export type SignatureProfile = ReturnType<typeof graphql.scalar<'SignatureProfile'>>;
export type Dialect = ReturnType<typeof graphql.scalar<'Dialect'>>;
export type JwsForm = ReturnType<typeof graphql.scalar<'JwsForm'>>;
export type RecordsAs = ReturnType<typeof graphql.scalar<'RecordsAs'>>;
export type TransactionStatus = ReturnType<typeof graphql.scalar<'TransactionStatus'>>;

// The keys are the members, by the parameter's type.
const all = <Value extends string>(members: Record<Value, true>): Value[] => Object.keys(members) as Value[];

export const REGISTRIES = all<Registry>({ SOCIAL: true, CRVS: true, DR: true, FR: true, IBR: true, ESS: true });
export const OPERATIONS = all<Operation>({
  SEARCH: true,
  VERIFY: true,
  SUBSCRIBE: true,
  UNSUBSCRIBE: true,
  NOTIFY: true,
  TXN_STATUS: true,
  RECEIPT: true,
  ENROLLED: true,
  ENROLLMENT_UPDATES: true,
  DISABLED: true,
  DISABILITY_DETAILS: true,
  DISABILITY_SUPPORT: true,
  BULK_SEARCH: true,
  BULK_VERIFY: true,
});
export const LEGAL_BASES = all<LegalBasis>({
  CONSENT: true,
  CONTRACT: true,
  LEGAL_OBLIGATION: true,
  VITAL_INTEREST: true,
  PUBLIC_INTEREST: true,
  PUBLIC_TASK: true,
  LEGITIMATE_INTEREST: true,
});
export const SIGNATURE_PROFILES = all<SignatureProfile>({ DCI: true, JWS: true, OPENSPP: true, HTTP: true });
export const RECORD_FORMS = all<RecordsAs>({ STANDARD: true, ARRAY: true, OBJECT: true });
export const DIALECTS = all<Dialect>({ DCI: true, OPENSPP: true, OPENCRVS: true, OPENG2P: true, OPENIMIS: true });
export const JWS_FORMS = all<JwsForm>({ DETACHED: true, ATTACHED: true });
export const TRANSACTION_STATUSES = all<TransactionStatus>({
  RECEIVED: true,
  PENDING: true,
  SUCCEEDED: true,
  REJECTED: true,
});
