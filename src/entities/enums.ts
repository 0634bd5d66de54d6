/** The contract's lists as GraphQL enums. */
import { registerEnumType } from 'type-graphql';
import {
  LEGAL_BASES,
  OPERATIONS,
  QUERY_TYPES,
  RECORDS_AS,
  ROLES,
  SIGNATURE_POLICIES,
  SIGNATURE_PROFILES,
  TRANSACTION_STATUSES,
} from '../protocol/vocabulary.js';
import { DEFINITIONS } from '../protocol/registries/registries.js';

function graphqlEnum<const Values extends readonly string[]>(name: string, description: string, values: Values) {
  const object = Object.fromEntries(values.map((value) => [value, value])) as { [K in Values[number]]: K };
  registerEnumType(object, { name, description });
  return object;
}

export const RegistryEnum = graphqlEnum(
  'Registry',
  'A registry that this gateway serves.',
  DEFINITIONS.map(({ registry }) => registry),
);
export const OperationEnum = graphqlEnum('Operation', 'What a partner may be allowed to do.', OPERATIONS);
export const TransactionStatusEnum = graphqlEnum(
  'TransactionStatus',
  'Status of a transaction; on the wire rcvd, pdng, succ, rjct.',
  TRANSACTION_STATUSES,
);
export const QueryTypeEnum = graphqlEnum('QueryType', 'Form of a query (specification: query_type).', QUERY_TYPES);
export const LegalBasisEnum = graphqlEnum('LegalBasis', 'Legal basis of a data sharing agreement.', LEGAL_BASES);
export const SignatureProfileEnum = graphqlEnum(
  'SignatureProfile',
  'How messages of a sender are signed.',
  SIGNATURE_PROFILES,
);
export const SignaturePolicyEnum = graphqlEnum(
  'SignaturePolicy',
  'Whether a sender must sign; OPTIONAL only for sandbox senders.',
  SIGNATURE_POLICIES,
);
export const RecordsAsEnum = graphqlEnum('RecordsAs', 'Form of reg_records in replies to a sender.', RECORDS_AS);
export const RoleEnum = graphqlEnum('Role', 'Role of an administrator.', ROLES);

export const SENDER_STATES = ['PENDING', 'ACTIVE', 'SUSPENDED'] as const;
export type SenderState = (typeof SENDER_STATES)[number];
export const SenderStateEnum = graphqlEnum('SenderState', 'Life of a sender.', SENDER_STATES);

export const KEY_USES = ['SIG', 'ENC'] as const;
export type KeyUse = (typeof KEY_USES)[number];
export const KeyUseEnum = graphqlEnum('KeyUse', 'What a key is for: signing or encryption.', KEY_USES);

export const SERVER_KEY_STATES = ['NEXT', 'ACTIVE', 'RETIRED', 'REVOKED'] as const;
export type ServerKeyState = (typeof SERVER_KEY_STATES)[number];
export const ServerKeyStateEnum = graphqlEnum(
  'ServerKeyState',
  'Life of a server key: published before use (NEXT), signing (ACTIVE), kept to verify (RETIRED), gone (REVOKED).',
  SERVER_KEY_STATES,
);

export const AGREEMENT_STATES = ['PENDING', 'ACTIVE', 'ENDED'] as const;
export type AgreementState = (typeof AGREEMENT_STATES)[number];
export const AgreementStateEnum = graphqlEnum('AgreementState', 'Life of an agreement.', AGREEMENT_STATES);

export const SUBSCRIPTION_STATES = ['PENDING', 'ACTIVE', 'PAUSED', 'SUSPENDED', 'EXPIRED', 'CANCELLED'] as const;
export type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number];
export const SubscriptionStateEnum = graphqlEnum('SubscriptionState', 'Life of a subscription.', SUBSCRIPTION_STATES);

export const DELIVERY_STATES = ['PENDING', 'DELIVERED', 'FAILED', 'CANCELLED'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
export const DeliveryStateEnum = graphqlEnum('DeliveryState', 'State of one message to a partner.', DELIVERY_STATES);

export const CHANNELS = ['STANDARD', 'SHORT'] as const;
export type Channel = (typeof CHANNELS)[number];
