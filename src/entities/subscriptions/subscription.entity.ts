import { BigIntType } from '@mikro-orm/core';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { uuidv7 } from '../../platform/uuid.js';
import type { Criteria } from '../../protocol/query/criteria.js';
import type { Frequency } from '../../protocol/subscribe/subscription.js';
import type { QueryType, Registry } from '../../protocol/vocabulary.js';
import {
  QueryTypeEnum,
  RegistryEnum,
  SubscriptionStateEnum,
  type Channel,
  type SubscriptionState,
} from '../database/enums.js';

@ObjectType('EventSubscription', { description: 'A sender’s wish to be told of events of a registry.' })
@Entity({ tableName: 'subscription' })
export class Subscription {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: string = uuidv7();

  @Field(() => String, { description: 'Subscription code, as told to the sender.' })
  @Property({ type: 'text' })
  code!: string;

  @Field(() => String)
  @Property({ type: 'text' })
  senderId!: string;

  @Field(() => RegistryEnum)
  @Property({ type: 'text' })
  registry!: Registry;

  @Field(() => String)
  @Property({ type: 'text' })
  eventType!: string;

  /** Echoed in SubscriptionInfo in the sender's own spelling. */
  @Property({ type: 'text' })
  eventTypeAsSent!: string;

  @Field(() => String)
  @Property({ type: 'text' })
  recordType!: string;

  @Property({ type: 'text', nullable: true })
  recordTypeAsSent?: string | null;

  @Field(() => QueryTypeEnum, { nullable: true })
  @Property({ type: 'text', nullable: true })
  queryType?: QueryType | null;

  @Field(() => GraphQLJSON, { nullable: true, description: 'The filter as the sender wrote it.' })
  @Property({ type: 'json', nullable: true })
  filter?: unknown;

  @Property({ type: 'json', nullable: true })
  criteria?: Criteria | null;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description: '`start_time`, `end_time` and a Quartz cron `frequency`.',
  })
  @Property({ type: 'json', nullable: true })
  frequency?: Frequency | null;

  @Property({ type: 'text' })
  channel: Channel = 'STANDARD';

  @Field(() => String, { description: 'Where notifications go.' })
  @Property({ type: 'text' })
  target!: string;

  /** Where a later decision is told; absent where nobody asked for it. */
  @Property({ type: 'text', nullable: true })
  replyUri?: string | null;

  /** One live subscription per sender, registry, event, canonical filter, record type and target. */
  @Property({ type: 'text' })
  dedupeKey!: string;

  @Field(() => SubscriptionStateEnum)
  @Property({ type: 'text' })
  state!: SubscriptionState;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  stateReason?: string | null;

  @Field(() => String)
  @Property({ type: 'text' })
  transactionId!: string;

  @Field(() => String)
  @Property({ type: 'text' })
  referenceId!: string;

  /** Our transaction row of the subscribe request. */
  @Property({ type: 'uuid', nullable: true })
  requestId?: string | null;

  @Property({ type: 'text', nullable: true })
  locale?: string | null;

  @Property({ type: 'json', nullable: true })
  authorize?: Record<string, unknown> | null;

  @Field(() => Int, { description: 'Sequence number of its last delivery.' })
  @Property({ type: new BigIntType('number') })
  sequence: number = 0;

  @Field(() => Date, { nullable: true, description: 'Events from then on are told; null while it is pending.' })
  @Property({ type: 'datetime', nullable: true })
  activeSince?: Date | null;

  @Field(() => Date, { nullable: true })
  @Property({ type: 'datetime', nullable: true })
  failingSince?: Date | null;

  @Field(() => Date, { nullable: true })
  @Property({ type: 'datetime', nullable: true })
  expiresAt?: Date | null;

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
