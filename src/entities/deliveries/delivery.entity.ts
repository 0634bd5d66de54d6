import { BigIntType } from '@mikro-orm/core';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { uuidv7 } from '../../platform/uuid.js';
import type { Registry } from '../../protocol/vocabulary.js';
import { DeliveryStateEnum, RegistryEnum, type DeliveryState } from '../database/enums.js';

@ObjectType({ description: 'One message that we owe a partner: a callback or a notification.' })
@Entity({ tableName: 'delivery' })
export class Delivery {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: string = uuidv7();

  @Field(() => String, { description: 'CALLBACK or NOTIFICATION.' })
  @Property({ type: 'text' })
  kind!: 'CALLBACK' | 'NOTIFICATION';

  @Field(() => String, { description: 'DCI action of the message: on-search, notify, …' })
  @Property({ type: 'text' })
  action!: string;

  @Property({ type: 'text' })
  senderId!: string;

  @Field(() => RegistryEnum)
  @Property({ type: 'text' })
  registry!: Registry;

  /** Our transaction row that it answers. */
  @Property({ type: 'uuid', nullable: true })
  requestId?: string | null;

  @Field(() => Int, { nullable: true })
  @Property({ type: 'integer', nullable: true })
  page?: number | null;

  @Property({ type: 'uuid', nullable: true })
  subscriptionId?: string | null;

  @Property({ type: 'uuid', nullable: true })
  eventId?: string | null;

  @Property({ type: 'uuid', nullable: true })
  recordId?: string | null;

  @Property({ type: new BigIntType('number'), nullable: true })
  version?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Its number for the subscriber: counts what was sent of its subscription; null before.',
  })
  @Property({ type: new BigIntType('number'), fieldName: 'told', nullable: true })
  notificationNumber?: number | null;

  @Field(() => Int, { nullable: true, description: 'Counts the deliveries of its subscription, sent or not.' })
  @Property({ type: new BigIntType('number'), nullable: true })
  sequence?: number | null;

  @Field(() => String)
  @Property({ type: 'text' })
  target!: string;

  @Property({ type: 'text' })
  host!: string;

  @Field(() => String, { description: 'The same at every attempt.' })
  @Property({ type: 'text' })
  messageId!: string;

  @Field(() => DeliveryStateEnum)
  @Property({ type: 'text' })
  state!: DeliveryState;

  @Field(() => String, {
    nullable: true,
    description: 'Why it was cancelled or failed; of a pending one, what its last attempt failed of.',
  })
  @Property({ type: 'text', nullable: true })
  stateReason?: string | null;

  @Field(() => Int, { name: 'attemptCount', simple: false })
  @Property({ type: 'integer' })
  attempts: number = 0;

  @Field(() => Date, { nullable: true, description: 'When the next attempt is due.' })
  @Property({ type: 'datetime', nullable: true })
  dueAt?: Date | null;

  @Property({ type: 'uuid', nullable: true })
  dataKeyId?: string | null;

  @Property({ type: 'blob', nullable: true, lazy: true })
  messageSealed?: Buffer | null;

  @Property({ type: 'json', nullable: true })
  accessDecision?: Record<string, unknown> | null;

  @Field(() => Date, { nullable: true })
  @Property({ type: 'datetime', nullable: true })
  firstFailedAt?: Date | null;

  @Field(() => Date, { nullable: true, description: 'When the partner acknowledged it with a receipt.' })
  @Property({ type: 'datetime', nullable: true })
  receiptAt?: Date | null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  receiptStatus?: string | null;

  @Field(() => Date)
  @Property({ type: 'datetime' })
  createdAt: Date = new Date();

  @Field(() => Date, { nullable: true })
  @Property({ type: 'datetime', nullable: true })
  finishedAt?: Date | null;
}

@ObjectType({ description: 'One try to bring a delivery.' })
@Entity({ tableName: 'delivery_attempt' })
export class DeliveryAttempt {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: string = uuidv7();

  @Property({ type: 'uuid' })
  deliveryId!: string;

  @Field(() => Date)
  @Property({ type: 'datetime' })
  at!: Date;

  @Field(() => String, { nullable: true, description: 'The address connected to.' })
  @Property({ type: 'text', nullable: true })
  address?: string | null;

  @Field(() => String, { description: 'DELIVERED, REFUSED, FAILED, GONE or BLOCKED.' })
  @Property({ type: 'text' })
  outcome!: string;

  @Field(() => Int, { nullable: true, description: 'HTTP status.' })
  @Property({ type: 'integer', nullable: true })
  status?: number | null;

  @Field(() => Float, { nullable: true })
  @Property({ type: 'double', nullable: true })
  latencyMs?: number | null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  error?: string | null;
}
