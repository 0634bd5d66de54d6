import { ArrayType } from '@mikro-orm/core';
import { Entity, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { uuidv7 } from '../../platform/uuid.js';
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
} from '../database/enums.js';

@ObjectType({ description: 'A partner system: who may ask this registry, and how it signs.' })
@Entity({ tableName: 'sender' })
export class Sender {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: string = uuidv7();

  @Field(() => String, { description: 'DCI `header.sender_id`; unique.' })
  @Property({ type: 'text' })
  senderId!: string;

  @Field(() => String)
  @Property({ type: 'text' })
  name!: string;

  @Field(() => SenderStateEnum)
  @Property({ type: 'text' })
  state: SenderState = 'ACTIVE';

  @Field(() => String, { nullable: true, description: 'Why the sender is suspended.' })
  @Property({ type: 'text', nullable: true })
  suspendedReason?: string | null;

  @Field(() => String, { nullable: true, description: 'Kind of organisation, which consents may name.' })
  @Property({ type: 'text', nullable: true })
  organizationKind?: string | null;

  @Field(() => [OperationEnum])
  @Property({ type: ArrayType })
  allowedOperations!: Operation[];

  @Field(() => [RegistryEnum])
  @Property({ type: ArrayType })
  registries!: Registry[];

  @Field(() => [String], { description: 'Hosts (`host` or `host:port`) that callbacks may go to.' })
  @Property({ type: ArrayType })
  callbackHosts: string[] = [];

  @Field(() => String, { nullable: true, description: 'Where notifications go when the subscription names no place.' })
  @Property({ type: 'text', nullable: true })
  notifyUri?: string | null;

  @Field(() => String, { nullable: true, description: 'Where the keys of the sender are published.' })
  @Property({ type: 'text', nullable: true })
  jwksUrl?: string | null;

  @Field(() => Date, { nullable: true })
  @Property({ type: 'datetime', nullable: true })
  jwksFetchedAt?: Date | null;

  @Field(() => SignatureProfileEnum)
  @Property({ type: 'text' })
  signatureProfile: SignatureProfile = 'DCI';

  @Field(() => SignaturePolicyEnum)
  @Property({ type: 'text' })
  signaturePolicy: SignaturePolicy = 'REQUIRED';

  @Field(() => Boolean, { description: 'A sender for trying out, the only kind that may leave messages unsigned.' })
  @Property({ type: 'boolean' })
  sandbox: boolean = false;

  @Field(() => Boolean)
  @Property({ type: 'boolean' })
  autoApproveSubscriptions: boolean = false;

  @Field(() => Int)
  @Property({ type: 'integer' })
  rateLimitPerMinute: number = 600;

  @Field(() => Int, { nullable: true })
  @Property({ type: 'integer', nullable: true })
  rateLimitPerDay?: number | null;

  @Field(() => Boolean, { description: 'Replies and callbacks are encrypted even when the request was not.' })
  @Property({ type: 'boolean' })
  encryptReplies: boolean = false;

  @Field(() => RecordsAsEnum)
  @Property({ type: 'text' })
  recordsAs: RecordsAs = 'STANDARD';

  @Field(() => DialectEnum)
  @Property({ type: 'text' })
  dialect: Dialect = 'DCI';

  @Field(() => JwsFormEnum)
  @Property({ type: 'text' })
  jwsForm: JwsForm = 'DETACHED';

  @Field(() => [String], { description: 'Other names that this sender may use for us in `receiver_id`.' })
  @Property({ type: ArrayType })
  receiverAliases: string[] = [];

  @Field(() => Int, { description: 'Counts below this are suppressed in replies; 0 = never.' })
  @Property({ type: 'integer' })
  suppressCountsBelow: number = 0;

  @Field(() => LegalBasisEnum, { nullable: true })
  @Property({ type: 'text', nullable: true })
  legalBasis?: LegalBasis | null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  notes?: string | null;

  @Field(() => String, { description: 'OAuth2 client id.' })
  @Property({ type: 'text' })
  clientId!: string;

  @Property({ type: 'text' })
  clientSecretHash!: string;

  @Field(() => [String], { description: 'SHA-256 fingerprints of client certificates (mutual TLS), in colon hex.' })
  @Property({ type: ArrayType })
  tlsThumbprints: string[] = [];

  @Field(() => String, {
    nullable: true,
    description: 'Subject of its client certificates, such as `CN=partner,O=Ministry`.',
  })
  @Property({ type: 'text', nullable: true })
  tlsSubject?: string | null;

  @Field(() => Int, {
    description: 'Counts changes of the sender, its keys and its credentials; an approval names it.',
  })
  @Property({ type: 'integer' })
  version: number = 1;

  @Field(() => [String], {
    description: 'Administrators who proposed what waits for approval; another must approve it.',
  })
  @Property({ type: ArrayType })
  proposedBy: string[] = [];

  /** The version that was first proposed: a later one was changed since. */
  @Property({ type: 'integer', nullable: true })
  proposedVersion?: number | null;

  @Field(() => String)
  @Property({ type: 'text' })
  createdBy!: string;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  approvedBy?: string | null;

  @Field(() => Date)
  @Property({ type: 'datetime' })
  createdAt: Date = new Date();

  @Field(() => Date)
  @Property({ type: 'datetime', onUpdate: () => new Date() })
  updatedAt: Date = new Date();
}

@ObjectType({ description: 'A public key of a sender.' })
@Entity({ tableName: 'sender_key' })
export class SenderKey {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: string = uuidv7();

  @ManyToOne(() => Sender)
  sender!: Sender;

  @Field(() => String, { description: 'Key id, as in `kidId="{sender_id}|{kid}|{alg}"`.' })
  @Property({ type: 'text' })
  kid!: string;

  @Field(() => KeyUseEnum)
  @Property({ type: 'text' })
  use: KeyUse = 'SIG';

  @Field(() => String, {
    description: 'Follows from the key: ed25519, rsa-sha256, ecdsa-sha256; for ENC RSA-OAEP-256, ECDH-ES+A256KW.',
  })
  @Property({ type: 'text' })
  algorithm!: string;

  @Field(() => GraphQLJSONObject)
  @Property({ type: 'json' })
  publicJwk!: Record<string, unknown>;

  @Field(() => String, { description: 'SHA-256 of the public key (SPKI), to compare by another channel.' })
  @Property({ type: 'text' })
  fingerprint!: string;

  @Field(() => String, { description: 'REGISTERED by an admin, or read from the sender’s JWKS.' })
  @Property({ type: 'text' })
  origin: 'REGISTERED' | 'JWKS' = 'REGISTERED';

  @Field(() => Date)
  @Property({ type: 'datetime' })
  createdAt: Date = new Date();

  @Field(() => Date, { nullable: true })
  @Property({ type: 'datetime', nullable: true })
  revokedAt?: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'The administrator, or JWKS when the sender published it no more.',
  })
  @Property({ type: 'text', nullable: true })
  revokedBy?: string | null;
}
