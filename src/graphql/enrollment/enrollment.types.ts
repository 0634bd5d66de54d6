import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, InputType, ObjectType } from 'type-graphql';
import { RegistryEnum, TransactionStatusEnum } from '../../entities/database/enums.js';
import type { EnrollmentUpdate, PushAnswer, PushOutcome } from '../../protocol/notify/enrollment.js';
import type { Registry, TransactionStatus } from '../../protocol/vocabulary.js';

@InputType({ description: 'Enrolments that a service provider made or changed.' })
export class EnrollmentUpdatesInput implements EnrollmentUpdate {
  @Field(() => RegistryEnum)
  registry!: Registry;

  @Field(() => String)
  transactionId!: string;

  @Field(() => String)
  referenceId!: string;

  @Field(() => [GraphQLJSONObject], {
    description: 'Beneficiary records in the dictionary’s JSON form; parts are merged.',
  })
  beneficiaries!: Record<string, unknown>[];
}

@ObjectType({ description: 'What became of one record that a partner sent.' })
export class PushItemResult implements PushOutcome {
  @Field(() => String)
  referenceId!: string;

  @Field(() => String)
  timestamp!: string;

  @Field(() => TransactionStatusEnum)
  status!: TransactionStatus;

  @Field(() => String, { nullable: true, description: 'Why it was not taken over.' })
  reason?: string;
}

@ObjectType({ description: 'What became of the records that a partner sent, in their order.' })
export class PushResult implements PushAnswer {
  @Field(() => String)
  transactionId!: string;

  @Field(() => String)
  correlationId!: string;

  @Field(() => TransactionStatusEnum)
  status!: TransactionStatus;

  @Field(() => [PushItemResult])
  items!: PushItemResult[];
}
