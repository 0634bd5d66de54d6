import { Field, InputType, ObjectType } from 'type-graphql';
import { OperationEnum, RegistryEnum } from '../../entities/database/enums.js';
import type { Operation, Registry } from '../../protocol/vocabulary.js';

@InputType({ description: 'The answer to a request, as an `on-…` message brings it.' })
export class CallbackInput {
  @Field(() => RegistryEnum)
  registry!: Registry;

  @Field(() => OperationEnum, { description: 'What was asked.' })
  operation!: Operation;

  @Field(() => String)
  transactionId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'As the request’s ACK had it; left out by an answer without content.',
  })
  correlationId?: string | null;

  @Field(() => [String], { nullable: true, description: 'Codes of subscriptions that were granted.' })
  subscriptionCodes?: string[] | null;
}

@ObjectType({ description: 'Whether an answer was one that we wait for.' })
export class CallbackResult {
  @Field(() => String)
  correlationId!: string;

  @Field(() => Boolean)
  known!: boolean;
}
