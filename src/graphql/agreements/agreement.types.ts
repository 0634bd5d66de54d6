import { GraphQLJSON } from 'graphql-scalars';
import { Field, InputType } from 'type-graphql';
import { Agreement } from '../../entities/agreements/agreement.entity.js';
import {
  AgreementStateEnum,
  LegalBasisEnum,
  OperationEnum,
  RegistryEnum,
  type AgreementState,
} from '../../entities/database/enums.js';
import type { LegalBasis, Operation, Registry } from '../../protocol/vocabulary.js';
import { connectionOf } from '../connection.js';

@InputType({ description: 'A new data sharing agreement.' })
export class CreateAgreementInput {
  @Field(() => String)
  senderId!: string;

  @Field(() => RegistryEnum)
  registry!: Registry;

  @Field(() => [OperationEnum], { description: 'Operations that the registry does not have do nothing.' })
  operations!: Operation[];

  @Field(() => [String], { nullable: true, description: 'Left out = all.' })
  recordTypes?: string[];

  @Field(() => [String], { description: '`["*"]`, or paths such as `name.surname`.' })
  fields!: string[];

  @Field(() => [String], { nullable: true, description: 'Left out = all searchable attributes within `fields`.' })
  searchableAttributes?: string[];

  @Field(() => [String], { nullable: true, description: 'Left out = all.' })
  purposes?: string[];

  @Field(() => LegalBasisEnum)
  legalBasis!: LegalBasis;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'The legal basis CONSENT requires it in any case.',
  })
  requiresConsent?: boolean | null;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'An expression query that every released record must satisfy.',
  })
  rowFilter?: Record<string, unknown>;

  @Field(() => Date, { nullable: true, description: 'Left out = now.' })
  validFrom?: Date;

  @Field(() => Date, { nullable: true })
  validUntil?: Date;
}

@InputType({ description: 'What is left out stays as it is; every change makes a new version.' })
export class UpdateAgreementInput {
  @Field(() => [OperationEnum], { nullable: true })
  operations?: Operation[];

  @Field(() => [String], { nullable: true })
  recordTypes?: string[] | null;

  @Field(() => [String], { nullable: true })
  fields?: string[];

  @Field(() => [String], { nullable: true })
  searchableAttributes?: string[] | null;

  @Field(() => [String], { nullable: true })
  purposes?: string[] | null;

  @Field(() => LegalBasisEnum, { nullable: true })
  legalBasis?: LegalBasis;

  @Field(() => Boolean, { nullable: true, description: 'The legal basis CONSENT requires it in any case.' })
  requiresConsent?: boolean;

  @Field(() => GraphQLJSON, { nullable: true })
  rowFilter?: Record<string, unknown> | null;

  @Field(() => Date, { nullable: true })
  validFrom?: Date;

  @Field(() => Date, { nullable: true })
  validUntil?: Date | null;
}

@InputType()
export class AgreementFilter {
  @Field(() => String, { nullable: true })
  senderId?: string;

  @Field(() => RegistryEnum, { nullable: true })
  registry?: Registry;

  @Field(() => AgreementStateEnum, { nullable: true })
  state?: AgreementState;
}

export const AgreementConnection = connectionOf(Agreement, 'Agreement');
