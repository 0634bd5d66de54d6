import { GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import {
  QueryTypeEnum,
  RegistryEnum,
  SubscriptionStateEnum,
  TransactionStatusEnum,
  type SubscriptionState,
} from '../../entities/database/enums.js';
import { Subscription } from '../../entities/subscriptions/subscription.entity.js';
import type { ItemReasonCode } from '../../protocol/errors.js';
import type {
  Frequency,
  SubscribeAnswer,
  SubscribeItem,
  SubscribeItemAnswer,
  SubscribeQuestion,
  SubscriptionFacts,
  UnsubscribeAnswer,
  UnsubscribeQuestion,
} from '../../protocol/subscribe/subscription.js';
import type { QueryType, Registry, TransactionStatus } from '../../protocol/vocabulary.js';
import { connectionOf } from '../connection.js';

@InputType({ description: 'One wish to be told of events.' })
export class SubscribeItemInput implements SubscribeItem {
  @Field(() => String, { description: 'Of the item, as its sender chose it.' })
  referenceId!: string;

  @Field(() => String, { nullable: true, description: 'RFC 3339.' })
  timestamp?: string;

  @Field(() => String, { nullable: true, description: 'ISO 639-3.' })
  locale?: string;

  @Field(() => String, { description: 'An event of the registry, such as `LiveBirth`.' })
  eventType!: string;

  @Field(() => String, { nullable: true, description: 'Record type; the registry’s default where left out.' })
  recordType?: string;

  @Field(() => QueryTypeEnum, { nullable: true, description: 'Read from the form of the filter where left out.' })
  filterType?: QueryType;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'What the record must satisfy, in the form of its type; left out or empty = every record.',
  })
  filter?: unknown;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description: '`start_time`, `end_time` and a Quartz cron `frequency`; left out = at once, without an end.',
  })
  frequency?: Frequency;

  @Field(() => GraphQLJSONObject, { nullable: true, description: '`purpose.code` states what the data is for.' })
  authorize?: Record<string, unknown>;

  @Field(() => String, {
    nullable: true,
    description: 'Where notifications go, on a callback host of the sender; its `notifyUri` where left out.',
  })
  callbackUrl?: string;
}

@InputType({ description: 'Subscriptions to events of one registry.' })
export class SubscribeInput implements SubscribeQuestion {
  @Field(() => RegistryEnum, { description: 'Whose events.' })
  registry!: Registry;

  @Field(() => String, { description: 'The caller’s transaction id, 1 to 99 characters.' })
  transactionId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Where an on-subscribe tells what an administrator decided; left out = nowhere.',
  })
  senderUri?: string;

  @Field(() => [SubscribeItemInput], { description: 'Each is judged alone.' })
  items!: SubscribeItemInput[];
}

@ObjectType({ description: 'A subscription in its subscriber’s spelling.' })
export class SubscriptionInfo implements SubscriptionFacts {
  @Field(() => String, { description: 'Subscription code; cannot be guessed.' })
  code!: string;

  @Field(() => SubscriptionStateEnum, { description: 'PENDING waits for an administrator.' })
  state!: SubscriptionState;

  @Field(() => String, { description: 'RFC 3339.' })
  timestamp!: string;

  @Field(() => String, { description: 'As asked for.' })
  eventType!: string;

  @Field(() => String, { nullable: true, description: 'As asked for.' })
  recordType?: string;
}

@ObjectType({ description: 'What became of one wish.' })
export class SubscribeItemResult implements SubscribeItemAnswer {
  @Field(() => String, { description: 'Of the item, as its sender chose it.' })
  referenceId!: string;

  @Field(() => String, { description: 'RFC 3339.' })
  timestamp!: string;

  @Field(() => TransactionStatusEnum, { description: 'PENDING waits for an administrator.' })
  status!: TransactionStatus;

  @Field(() => String, { nullable: true, description: 'Reason code of the specification, `rjct.…`.' })
  reasonCode?: ItemReasonCode;

  @Field(() => String, { nullable: true, description: 'What is wrong, and the remedy.' })
  reasonMessage?: string;

  @Field(() => SubscriptionInfo, {
    nullable: true,
    description: 'The new one; with `rjct.event.already_subscribed` the one that is there.',
  })
  subscription?: SubscriptionInfo;

  @Field(() => String, { nullable: true, description: 'ISO 639-3.' })
  locale?: string;
}

@ObjectType({ description: 'The answer to subscribe.' })
export class SubscribeResult implements SubscribeAnswer {
  @Field(() => String, { description: 'The caller’s transaction id, 1 to 99 characters.' })
  transactionId!: string;

  @Field(() => String, { description: 'Ours of this call.' })
  correlationId!: string;

  @Field(() => TransactionStatusEnum, { description: 'SUCCEEDED if any item is, else PENDING if any is.' })
  status!: TransactionStatus;

  @Field(() => Int, { description: 'Items that succeeded.' })
  completedCount!: number;

  @Field(() => [SubscribeItemResult], { description: 'In the order of the request.' })
  items!: SubscribeItemResult[];
}

@InputType({ description: 'Subscriptions to end.' })
export class UnsubscribeInput implements UnsubscribeQuestion {
  @Field(() => RegistryEnum, { description: 'Whose agreement covers the call.' })
  registry!: Registry;

  @Field(() => String, { description: 'The caller’s transaction id, 1 to 99 characters.' })
  transactionId!: string;

  @Field(() => [String], { description: 'Codes of the caller’s own subscriptions.' })
  codes!: string[];
}

@ObjectType({ description: 'A subscription that was named.' })
export class EndedSubscription {
  @Field(() => String, { description: 'Subscription code; cannot be guessed.' })
  code!: string;

  @Field(() => Boolean, { description: 'Whether it is over, now or before.' })
  ended!: boolean;
}

@ObjectType({ description: 'The answer to unsubscribe.' })
export class UnsubscribeResult implements UnsubscribeAnswer {
  @Field(() => String, { description: 'The caller’s transaction id, 1 to 99 characters.' })
  transactionId!: string;

  @Field(() => String, { description: 'Ours of this call.' })
  correlationId!: string;

  @Field(() => String, { description: 'RFC 3339.' })
  timestamp!: string;

  @Field(() => TransactionStatusEnum, { description: 'SUCCEEDED if all ended now.' })
  status!: TransactionStatus;

  @Field(() => String, { nullable: true, description: 'Reason of the first that could not be ended, `rjct.…`.' })
  reasonCode?: ItemReasonCode;

  @Field(() => String, { nullable: true, description: 'What is wrong, and the remedy.' })
  reasonMessage?: string;

  @Field(() => [EndedSubscription], { description: 'The caller’s own ones only.' })
  codes!: EndedSubscription[];
}

@InputType({ description: 'All that is given must hold.' })
export class SubscriptionFilter {
  @Field(() => String, { nullable: true, description: 'The subscriber’s sender id.' })
  senderId?: string;

  @Field(() => String, { nullable: true, description: 'Subscription code.' })
  code?: string;

  @Field(() => RegistryEnum, { nullable: true, description: 'Whose events.' })
  registry?: Registry;

  @Field(() => String, { nullable: true, description: 'Canonical name, such as `LiveBirth`.' })
  eventType?: string;

  @Field(() => SubscriptionStateEnum, { nullable: true, description: 'Where it stands.' })
  state?: SubscriptionState;
}

export const SubscriptionConnection = connectionOf(Subscription, 'Subscription');
