import { Field, InputType, ObjectType } from 'type-graphql';
import { RegistryEnum, TransactionStatusEnum } from '../../entities/database/enums.js';
import type { Receipt, ReceiptAnswer } from '../../protocol/notify/receipt.js';
import type { Registry, TransactionStatus } from '../../protocol/vocabulary.js';

@InputType({ description: 'Says that messages of ours were received.' })
export class ReceiptInput implements Receipt {
  @Field(() => RegistryEnum)
  registry!: Registry;

  @Field(() => String)
  transactionId!: string;

  @Field(() => String, { nullable: true, description: 'Narrows to notifications of one subscription.' })
  subscriptionCode?: string;

  @Field(() => [String], { description: '`header.message_id` of the messages.' })
  messageIds!: string[];

  @Field(() => String, { description: 'RFC 3339.' })
  receivedAt!: string;

  @Field(() => String, { description: 'In the caller’s words, such as `received` or `processed`.' })
  status!: string;
}

@ObjectType({ description: 'Which deliveries were acknowledged.' })
export class ReceiptResult implements ReceiptAnswer {
  @Field(() => String)
  transactionId!: string;

  @Field(() => String)
  correlationId!: string;

  @Field(() => TransactionStatusEnum, {
    description: 'REJECTED when none of the messages was delivered to the caller.',
  })
  status!: TransactionStatus;

  @Field(() => [String])
  acknowledged!: string[];

  @Field(() => [String], { description: 'Not delivered to the caller, or not there at all.' })
  unknown!: string[];
}
