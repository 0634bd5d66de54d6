import { GraphQLJSON } from 'graphql-scalars';
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import {
  DialectEnum,
  JwsFormEnum,
  KeyUseEnum,
  LegalBasisEnum,
  OperationEnum,
  RecordsAsEnum,
  RegistryEnum,
  SenderStateEnum,
  SignaturePolicyEnum,
  SignatureProfileEnum,
  type KeyUse,
  type SenderState,
} from '../../entities/database/enums.js';
import { graphqlEnum } from '../../entities/database/graphql-enum.js';
import { Sender } from '../../entities/senders/sender.entity.js';
import type {
  Dialect,
  JwsForm,
  LegalBasis,
  Operation,
  RecordsAs,
  Registry,
  SignaturePolicy,
  SignatureProfile,
} from '../../protocol/vocabulary.js';
import { connectionOf } from '../connection.js';
import type { OrderBy } from '../cursor.js';

@InputType({ description: 'A new sender. What has a default may be left out.' })
export class CreateSenderInput {
  @Field(() => String, { description: 'DCI sender_id: letters, digits, `.`, `_`, `-`; unique.' })
  senderId!: string;

  @Field(() => String)
  name!: string;

  @Field(() => [OperationEnum])
  allowedOperations!: Operation[];

  @Field(() => [RegistryEnum])
  registries!: Registry[];

  @Field(() => [String], { nullable: true, description: '`host` (every port) or `host:port`; IPv6 in brackets.' })
  callbackHosts?: string[];

  @Field(() => String, { nullable: true })
  notifyUri?: string;

  @Field(() => String, { nullable: true })
  jwksUrl?: string;

  @Field(() => SignatureProfileEnum, { nullable: true, defaultValue: 'DCI' })
  signatureProfile?: SignatureProfile | null;

  @Field(() => SignaturePolicyEnum, {
    nullable: true,
    defaultValue: 'REQUIRED',
    description: 'OPTIONAL needs `sandbox: true`.',
  })
  signaturePolicy?: SignaturePolicy | null;

  @Field(() => Boolean, { nullable: true, defaultValue: false })
  sandbox?: boolean | null;

  @Field(() => Boolean, { nullable: true, defaultValue: false })
  autoApproveSubscriptions?: boolean | null;

  @Field(() => Int, { nullable: true, defaultValue: 600 })
  rateLimitPerMinute?: number | null;

  @Field(() => Int, { nullable: true })
  rateLimitPerDay?: number;

  @Field(() => Boolean, { nullable: true, defaultValue: false })
  encryptReplies?: boolean | null;

  @Field(() => RecordsAsEnum, { nullable: true, defaultValue: 'STANDARD' })
  recordsAs?: RecordsAs | null;

  @Field(() => DialectEnum, { nullable: true, defaultValue: 'DCI' })
  dialect?: Dialect | null;

  @Field(() => JwsFormEnum, { nullable: true, defaultValue: 'DETACHED' })
  jwsForm?: JwsForm | null;

  @Field(() => [String], { nullable: true, description: 'Other names that it may use for us in `receiver_id`.' })
  receiverAliases?: string[];

  @Field(() => Int, {
    nullable: true,
    defaultValue: 0,
    description: 'Counts below this are suppressed in replies; 0 = never.',
  })
  suppressCountsBelow?: number | null;

  @Field(() => String, { nullable: true, description: 'Kind of organisation, which consents may name.' })
  organizationKind?: string;

  @Field(() => [String], { nullable: true, description: 'SHA-256 fingerprints of client certificates (mutual TLS).' })
  tlsThumbprints?: string[];

  @Field(() => String, { nullable: true, description: 'Subject of client certificates that the proxy’s CA issued.' })
  tlsSubject?: string;

  @Field(() => LegalBasisEnum, { nullable: true })
  legalBasis?: LegalBasis;

  @Field(() => String, { nullable: true })
  notes?: string;
}

@InputType({ description: 'What is left out stays as it is.' })
export class UpdateSenderInput {
  @Field(() => String, { nullable: true })
  name?: string;

  @Field(() => [OperationEnum], { nullable: true })
  allowedOperations?: Operation[];

  @Field(() => [RegistryEnum], { nullable: true })
  registries?: Registry[];

  @Field(() => [String], { nullable: true })
  callbackHosts?: string[];

  @Field(() => String, { nullable: true })
  notifyUri?: string | null;

  @Field(() => String, { nullable: true })
  jwksUrl?: string | null;

  @Field(() => SignatureProfileEnum, { nullable: true })
  signatureProfile?: SignatureProfile;

  @Field(() => SignaturePolicyEnum, { nullable: true })
  signaturePolicy?: SignaturePolicy;

  @Field(() => Boolean, { nullable: true })
  sandbox?: boolean;

  @Field(() => Boolean, { nullable: true })
  autoApproveSubscriptions?: boolean;

  @Field(() => Int, { nullable: true })
  rateLimitPerMinute?: number;

  @Field(() => Int, { nullable: true })
  rateLimitPerDay?: number | null;

  @Field(() => Boolean, { nullable: true })
  encryptReplies?: boolean;

  @Field(() => RecordsAsEnum, { nullable: true })
  recordsAs?: RecordsAs;

  @Field(() => DialectEnum, { nullable: true })
  dialect?: Dialect;

  @Field(() => JwsFormEnum, { nullable: true })
  jwsForm?: JwsForm;

  @Field(() => [String], { nullable: true })
  receiverAliases?: string[];

  @Field(() => Int, { nullable: true })
  suppressCountsBelow?: number;

  @Field(() => String, { nullable: true })
  organizationKind?: string | null;

  @Field(() => [String], { nullable: true })
  tlsThumbprints?: string[];

  @Field(() => String, { nullable: true })
  tlsSubject?: string | null;

  @Field(() => LegalBasisEnum, { nullable: true })
  legalBasis?: LegalBasis | null;

  @Field(() => String, { nullable: true })
  notes?: string | null;
}

@InputType({ description: 'A public key: Ed25519, RSA of at least 2048 bits or P-256, as PEM or JWK.' })
export class SenderKeyInput {
  @Field(() => String)
  kid!: string;

  @Field(() => String, { nullable: true })
  publicKeyPem?: string;

  @Field(() => GraphQLJSON, { nullable: true })
  jwk?: Record<string, unknown>;

  @Field(() => KeyUseEnum, { nullable: true, defaultValue: 'SIG' })
  use?: KeyUse | null;
}

@ObjectType({ description: 'A new sender with its OAuth2 client; the secret is shown this once.' })
export class CreateSenderPayload {
  @Field(() => Sender)
  sender!: Sender;

  @Field(() => String)
  clientId!: string;

  @Field(() => String, { description: 'Shown once; only its hash is kept.' })
  clientSecret!: string;
}

@InputType()
export class SenderFilter {
  @Field(() => String, { nullable: true })
  senderId?: string;

  @Field(() => String, { nullable: true, description: 'Part of the name, in any case.' })
  name?: string;

  @Field(() => String, { nullable: true, description: 'Part of the name or of the sender id, in any case.' })
  nameOrId?: string;

  @Field(() => SenderStateEnum, { nullable: true })
  state?: SenderState;

  @Field(() => RegistryEnum, { nullable: true })
  registry?: Registry;
}

export type SenderOrder = 'SENDER_ID' | 'NAME' | 'NEWEST';
export const SenderOrderEnum = graphqlEnum<SenderOrder>('SenderOrder', 'Order of the senders.', {
  SENDER_ID: 'By sender id.',
  NAME: 'By name.',
  NEWEST: 'The newest first.',
});
export const SENDER_ORDERS: Record<SenderOrder, OrderBy> = {
  SENDER_ID: { senderId: 'asc', id: 'asc' },
  NAME: { name: 'asc', id: 'asc' },
  NEWEST: { id: 'desc' },
};

export const SenderConnection = connectionOf(Sender, 'Sender');
