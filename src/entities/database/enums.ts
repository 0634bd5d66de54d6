/** The closed lists as GraphQL enums (contract: GraphQL). */
import { DEFINITIONS } from '../../protocol/registries/registries.js';
import type {
  LegalBasis,
  Operation,
  QueryType,
  Dialect,
  JwsForm,
  RecordsAs,
  Role,
  SignaturePolicy,
  SignatureProfile,
  TransactionStatus,
} from '../../protocol/vocabulary.js';
import { graphqlEnum } from './graphql-enum.js';

export const RegistryEnum = graphqlEnum(
  'Registry',
  'A registry that this gateway serves.',
  Object.fromEntries(DEFINITIONS.map(({ registry, title }) => [registry, `${title}.`])),
);
export const OperationEnum = graphqlEnum<Operation>('Operation', 'What a partner may be allowed to do.', {
  SEARCH: 'Search for records.',
  VERIFY: 'Have claims about a person confirmed or denied; no record is released.',
  SUBSCRIBE: 'Subscribe to events.',
  UNSUBSCRIBE: 'End subscriptions.',
  NOTIFY: 'Tell us of an event.',
  TXN_STATUS: 'Ask how an earlier request stands.',
  RECEIPT: 'Acknowledge what was delivered.',
  ENROLLED: 'Ask whether a person is enrolled.',
  ENROLLMENT_UPDATES: 'Ask how enrolments changed.',
  DISABLED: 'Ask whether a person is registered with a disability.',
  DISABILITY_DETAILS: 'Ask for the details of a disability.',
  DISABILITY_SUPPORT: 'Ask for the support that a person with a disability gets.',
  BULK_SEARCH: 'Search with an uploaded file.',
  BULK_VERIFY: 'Verify with an uploaded file.',
});
export const TransactionStatusEnum = graphqlEnum<TransactionStatus>('TransactionStatus', 'Status of a transaction.', {
  RECEIVED: 'Accepted, not yet worked on; `rcvd` on the wire.',
  PENDING: 'Worked on; `pdng` on the wire.',
  SUCCEEDED: 'Answered; `succ` on the wire.',
  REJECTED: 'Refused, or nothing in it could be answered; `rjct` on the wire.',
});
export const QueryTypeEnum = graphqlEnum<QueryType>('QueryType', 'Form of a query (specification: query_type).', {
  IDTYPE_VALUE: 'An identifier type and value.',
  EXPRESSION: 'An expression of operators such as `$eq` and `$and`.',
  PREDICATE: 'A list of predicates with conditions between them.',
  GRAPHQL: 'A GraphQL query on the record types of the registry.',
});
export const LegalBasisEnum = graphqlEnum<LegalBasis>('LegalBasis', 'Legal basis of a data sharing agreement.', {
  CONSENT: 'The person agreed.',
  CONTRACT: 'Needed for a contract with the person.',
  LEGAL_OBLIGATION: 'A law demands it.',
  VITAL_INTEREST: 'A life depends on it.',
  PUBLIC_INTEREST: 'In the public interest.',
  PUBLIC_TASK: 'Needed for a task that a law gives to the sender.',
  LEGITIMATE_INTEREST: 'A legitimate interest that outweighs the person’s.',
});
export const SignatureProfileEnum = graphqlEnum<SignatureProfile>(
  'SignatureProfile',
  'How messages of a sender are signed.',
  {
    DCI: 'Detached signature of the envelope, as the DCI specification has it.',
    JWS: 'Detached compact JWS over the same payload.',
    OPENSPP: 'As OpenSPP signs: Python’s sorted JSON.',
    HTTP: 'HTTP message signatures (RFC 9421).',
  },
);
export const SignaturePolicyEnum = graphqlEnum<SignaturePolicy>('SignaturePolicy', 'Whether a sender must sign.', {
  REQUIRED: 'Every message must be signed.',
  OPTIONAL: 'Unsigned messages pass too; only for sandbox senders.',
});
export const RecordsAsEnum = graphqlEnum<RecordsAs>('RecordsAs', 'Form of reg_records in replies to a sender.', {
  STANDARD: 'As each registry’s published schema has it: an object in DR, else a list.',
  ARRAY: 'A list of records.',
  OBJECT: 'One object, for clients that expect it.',
});
export const DialectEnum = graphqlEnum<Dialect>('Dialect', 'Whose forms a sender speaks, beside the standard’s.', {
  DCI: 'The standard’s alone.',
  OPENSPP: 'Those of OpenSPP’s clients.',
  OPENCRVS: 'Those of OpenCRVS and of clients written for it.',
  OPENG2P: 'Those of OpenG2P’s partners.',
  OPENIMIS: 'Those of openIMIS.',
});
export const JwsFormEnum = graphqlEnum<JwsForm>('JwsForm', 'Form of the JWS we sign with; both are read.', {
  DETACHED: 'Without the payload: header..signature.',
  ATTACHED: 'With the payload: header.payload.signature.',
});
export const RoleEnum = graphqlEnum<Role>('Role', 'Role of an administrator.', {
  ADMIN: 'All.',
  OPERATOR: 'Runs, retries and approves, reads and writes records; no keys, no senders.',
  AUDITOR: 'Reads all but the records of the registries; payloads with a reason.',
  MONITOR: 'Reads without payloads, live.',
});

export const ADMIN_ACCOUNT_STATES = ['PENDING', 'ACTIVE', 'DISABLED'] as const;
export type AdminAccountState = (typeof ADMIN_ACCOUNT_STATES)[number];
export const AdminAccountStateEnum = graphqlEnum<AdminAccountState>('AdminAccountState', 'Life of an account.', {
  PENDING: 'Waits for another administrator’s approval; nobody signs in with it.',
  ACTIVE: 'Its administrator may sign in.',
  DISABLED: 'Nobody signs in with it; its sessions have ended.',
});

export const SENDER_STATES = ['PENDING', 'ACTIVE', 'SUSPENDED'] as const;
export type SenderState = (typeof SENDER_STATES)[number];
export const SenderStateEnum = graphqlEnum<SenderState>('SenderState', 'Life of a sender.', {
  PENDING: 'Waits for another administrator’s approval.',
  ACTIVE: 'Its requests are answered.',
  SUSPENDED: 'Its requests are refused and its deliveries rest.',
});

export const KEY_USES = ['SIG', 'ENC'] as const;
export type KeyUse = (typeof KEY_USES)[number];
export const KeyUseEnum = graphqlEnum<KeyUse>('KeyUse', 'What a key is for.', {
  SIG: 'Signatures.',
  ENC: 'Encryption.',
});

export const SERVER_KEY_STATES = ['NEXT', 'ACTIVE', 'RETIRED', 'REVOKED'] as const;
export type ServerKeyState = (typeof SERVER_KEY_STATES)[number];
export const ServerKeyStateEnum = graphqlEnum<ServerKeyState>('ServerKeyState', 'Life of a server key.', {
  NEXT: 'Published, not yet used.',
  ACTIVE: 'In use; one per use.',
  RETIRED: 'No longer signs; published, so that what it signed can be verified.',
  REVOKED: 'Leaked: never published or used again.',
});

export const AGREEMENT_STATES = ['PENDING', 'ACTIVE', 'ENDED'] as const;
export type AgreementState = (typeof AGREEMENT_STATES)[number];
export const AgreementStateEnum = graphqlEnum<AgreementState>('AgreementState', 'Life of an agreement.', {
  PENDING: 'Waits for another administrator’s approval.',
  ACTIVE: 'In force between `validFrom` and `validUntil`.',
  ENDED: 'Ended for good.',
});

export const SUBSCRIPTION_STATES = ['PENDING', 'ACTIVE', 'PAUSED', 'SUSPENDED', 'EXPIRED', 'CANCELLED'] as const;
export type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number];
export const SubscriptionStateEnum = graphqlEnum<SubscriptionState>('SubscriptionState', 'Life of a subscription.', {
  PENDING: 'Waits for approval.',
  ACTIVE: 'Its events are delivered.',
  PAUSED: 'Its deliveries rest; an administrator or the sender resumes it.',
  SUSPENDED: 'Its deliveries rest, because its endpoint failed for too long or its sender is suspended.',
  EXPIRED: 'Its time has passed.',
  CANCELLED: 'Ended by the sender or an administrator.',
});

export const DELIVERY_STATES = ['PENDING', 'DELIVERED', 'FAILED', 'CANCELLED'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
export const DeliveryStateEnum = graphqlEnum<DeliveryState>('DeliveryState', 'State of one message to a partner.', {
  PENDING: 'To be sent, or to be tried again.',
  DELIVERED: 'Acknowledged by the partner.',
  FAILED: 'Given up; it can be retried.',
  CANCELLED: 'Not to be sent any more.',
});

export const CHANNELS = ['STANDARD', 'SHORT'] as const;
export type Channel = (typeof CHANNELS)[number];
