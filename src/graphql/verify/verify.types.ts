import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, InputType, ObjectType } from 'type-graphql';
import { RegistryEnum, TransactionStatusEnum } from '../../entities/database/enums.js';
import type { Registry, TransactionStatus } from '../../protocol/vocabulary.js';
import { IdentifierInput } from '../records/record.types.js';

@InputType({ description: 'Claims about one person, to be confirmed or denied.' })
export class VerifyInput {
  @Field(() => RegistryEnum)
  registry!: Registry;

  @Field(() => String)
  transactionId!: string;

  @Field(() => [IdentifierInput], { description: 'All must name the person.' })
  identifiers!: IdentifierInput[];

  @Field(() => GraphQLJSONObject, {
    description: 'Attribute → claimed value; `is_alive` is derived from `death_date`.',
  })
  claims!: Record<string, unknown>;

  @Field(() => String, { nullable: true, description: 'Purpose code, where the agreement asks for one.' })
  purpose?: string;
}

@ObjectType({ description: 'Which claims hold. No record is released.' })
export class VerifyResult {
  @Field(() => String)
  transactionId!: string;

  @Field(() => String)
  correlationId!: string;

  @Field(() => TransactionStatusEnum)
  status!: TransactionStatus;

  @Field(() => Boolean, { description: 'False also when the identifiers name several persons.' })
  found!: boolean;

  @Field(() => GraphQLJSONObject, { description: 'Per claim true, false, or null where it is not recorded.' })
  verified!: Record<string, boolean | null>;
}
