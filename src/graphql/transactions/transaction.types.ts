import { Field, InputType, ObjectType } from 'type-graphql';
import { OperationEnum, RegistryEnum, TransactionStatusEnum } from '../../entities/database/enums.js';
import { Transaction } from '../../entities/transactions/transaction.entity.js';
import type { Operation, Registry, TransactionStatus } from '../../protocol/vocabulary.js';
import { connectionOf } from '../connection.js';

@InputType({ description: 'All that is given must hold.' })
export class TransactionFilter {
  @Field(() => String, { nullable: true })
  senderId?: string;

  @Field(() => OperationEnum, { nullable: true })
  operation?: Operation;

  @Field(() => RegistryEnum, { nullable: true })
  registry?: Registry;

  @Field(() => TransactionStatusEnum, { nullable: true })
  status?: TransactionStatus;

  @Field(() => String, { nullable: true, description: 'The sender’s transaction id.' })
  transactionId?: string;

  @Field(() => String, { nullable: true })
  correlationId?: string;

  @Field(() => Date, { nullable: true, description: 'Received at or after.' })
  receivedFrom?: Date;

  @Field(() => Date, { nullable: true, description: 'Received before.' })
  receivedUntil?: Date;
}

@ObjectType({ description: 'A transaction was received, went on, or ended.' })
export class TransactionChange {
  @Field(() => String, { description: 'Subscribe again with `after` set to it to go on from here.' })
  cursor!: string;

  @Field(() => Transaction)
  transaction!: Transaction;
}

export const TransactionConnection = connectionOf(Transaction, 'Transaction');
