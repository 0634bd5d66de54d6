import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { OperationEnum, RegistryEnum } from '../../entities/database/enums.js';
import type { Operation, Registry } from '../../protocol/vocabulary.js';

@InputType({ description: 'What is looked at before a DCI message is accepted for later work.' })
export class AcceptRequestInput {
  @Field(() => OperationEnum)
  operation!: Operation;

  @Field(() => RegistryEnum)
  registry!: Registry;

  @Field(() => String, { description: 'The sender’s transaction id.' })
  transactionId!: string;

  @Field(() => String, { nullable: true, description: '`header.sender_uri`: where the callback goes, as given.' })
  senderUri?: string;

  @Field(() => [String], { description: 'Ids of the message’s items.' })
  referenceIds!: string[];

  @Field(() => Int, { nullable: true, description: 'Where it is not the number of those: rows of an upload.' })
  itemCount?: number;
}

@ObjectType({ description: 'A DCI message that is worked on later; its result goes to the callback address.' })
export class AcceptedMessage {
  @Field(() => String, { description: 'The callback carries it.' })
  correlationId!: string;

  @Field(() => String, { description: 'Where the callback goes.' })
  target!: string;
}
