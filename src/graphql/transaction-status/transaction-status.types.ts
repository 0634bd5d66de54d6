import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { RegistryEnum, TransactionStatusEnum } from '../../entities/database/enums.js';
import type {
  EarlierAnswer,
  StatusOfTransaction,
  TransactionStatusAnswer,
  TxnAttribute,
  TxnType,
} from '../../protocol/txn-status/txn-status.translate.js';
import type { Registry, TransactionStatus } from '../../protocol/vocabulary.js';

const TxnTypeEnum: Record<TxnType, TxnType> = {
  SEARCH: 'SEARCH',
  SUBSCRIBE: 'SUBSCRIBE',
  UNSUBSCRIBE: 'UNSUBSCRIBE',
  RECEIPT: 'RECEIPT',
};
registerEnumType(TxnTypeEnum, { name: 'TransactionType', description: 'Kind of an earlier request (`txn_type`).' });

const TxnAttributeEnum: Record<TxnAttribute, TxnAttribute> = {
  TRANSACTION_ID: 'TRANSACTION_ID',
  REFERENCE_IDS: 'REFERENCE_IDS',
  CORRELATION_ID: 'CORRELATION_ID',
  SUBSCRIPTION_CODES: 'SUBSCRIPTION_CODES',
};
registerEnumType(TxnAttributeEnum, {
  name: 'TransactionAttribute',
  description: 'By what an earlier request is looked up (`attribute_type`).',
});

@InputType({ description: 'Asks what became of an earlier request of the caller.' })
export class TransactionStatusInput implements StatusOfTransaction {
  @Field(() => RegistryEnum)
  registry!: Registry;

  @Field(() => String, { description: 'Of this question; the one asked about stands in `values`.' })
  transactionId!: string;

  @Field(() => String)
  referenceId!: string;

  @Field(() => TxnTypeEnum, { nullable: true, description: 'Left out: whatever the request was.' })
  type?: TxnType;

  @Field(() => TxnAttributeEnum)
  attribute!: TxnAttribute;

  @Field(() => [String], { description: 'One alone, unless the attribute is a list.' })
  values!: string[];
}

@ObjectType({ description: 'What became of an earlier request.' })
export class EarlierAnswerResult implements EarlierAnswer {
  @Field(() => String)
  transactionId!: string;

  @Field(() => String)
  correlationId!: string;

  @Field(() => TransactionStatusEnum)
  status!: TransactionStatus;

  @Field(() => Int)
  itemCount!: number;

  @Field(() => Int)
  itemsDone!: number;

  @Field(() => GraphQLJSONObject, { description: 'Its answer as the standard’s message, as far as there is one.' })
  message!: Record<string, unknown>;
}

@ObjectType({ description: 'The answer to a question about an earlier request.' })
export class TransactionStatusResult implements TransactionStatusAnswer {
  @Field(() => String)
  transactionId!: string;

  @Field(() => String)
  correlationId!: string;

  @Field(() => TxnTypeEnum)
  type!: TxnType;

  @Field(() => EarlierAnswerResult, { nullable: true, description: 'Null when no request of the caller fits.' })
  earlier?: EarlierAnswer | null;
}
