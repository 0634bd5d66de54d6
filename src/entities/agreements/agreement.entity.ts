import { ArrayType } from '@mikro-orm/core';
import { Entity, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { uuidv7 } from '../../platform/uuid.js';
import type { LegalBasis, Operation, Registry } from '../../protocol/vocabulary.js';
import {
  AgreementStateEnum,
  LegalBasisEnum,
  OperationEnum,
  RegistryEnum,
  type AgreementState,
} from '../database/enums.js';
import { Sender } from '../senders/sender.entity.js';

@ObjectType({
  description: 'A data sharing agreement: what one sender may have of one registry. Without one it gets nothing.',
})
@Entity({ tableName: 'agreement' })
export class Agreement {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: string = uuidv7();

  @ManyToOne(() => Sender)
  sender!: Sender;

  @Field(() => RegistryEnum)
  @Property({ type: 'text' })
  registry!: Registry;

  @Field(() => [OperationEnum])
  @Property({ type: ArrayType })
  operations!: Operation[];

  @Field(() => [String], { nullable: true, description: 'Record types; null = all of the registry.' })
  @Property({ type: ArrayType, nullable: true })
  recordTypes?: string[] | null;

  @Field(() => [String], { description: '`*`, or paths such as `name.surname`; a branch covers all below it.' })
  @Property({ type: ArrayType })
  fields!: string[];

  @Field(() => [String], {
    nullable: true,
    description: 'Attributes that may be searched; null = all within `fields`.',
  })
  @Property({ type: ArrayType, nullable: true })
  searchableAttributes?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Purpose codes; null = all.' })
  @Property({ type: ArrayType, nullable: true })
  purposes?: string[] | null;

  @Field(() => LegalBasisEnum)
  @Property({ type: 'text' })
  legalBasis!: LegalBasis;

  @Field(() => Boolean)
  @Property({ type: 'boolean' })
  requiresConsent: boolean = false;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description: 'An expression query that every released record must satisfy.',
  })
  @Property({ type: 'json', nullable: true })
  rowFilter?: Record<string, unknown> | null;

  @Field(() => Date)
  @Property({ type: 'datetime' })
  validFrom: Date = new Date();

  @Field(() => Date, { nullable: true })
  @Property({ type: 'datetime', nullable: true })
  validUntil?: Date | null;

  @Field(() => AgreementStateEnum)
  @Property({ type: 'text' })
  state: AgreementState = 'ACTIVE';

  @Field(() => Int)
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

  @Field(() => Date, { nullable: true })
  @Property({ type: 'datetime', nullable: true })
  endedAt?: Date | null;
}

@ObjectType({ description: 'The terms of an agreement as they stood at one version.' })
@Entity({ tableName: 'agreement_version' })
export class AgreementVersion {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: string = uuidv7();

  @ManyToOne(() => Agreement)
  agreement!: Agreement;

  @Field(() => Int)
  @Property({ type: 'integer' })
  version!: number;

  @Field(() => GraphQLJSONObject)
  @Property({ type: 'json' })
  terms!: Record<string, unknown>;

  @Field(() => String)
  @Property({ type: 'text' })
  author!: string;

  @Field(() => Date)
  @Property({ type: 'datetime' })
  createdAt: Date = new Date();
}
