import { ArrayType } from '@mikro-orm/core';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { Operation, Registry, TransactionStatus } from '../../protocol/vocabulary.js';
import { OperationEnum, RegistryEnum, TransactionStatusEnum } from '../database/enums.js';

@ObjectType({ description: 'One call of a partner, answered or refused: what was asked, decided and sent.' })
@Entity({ tableName: 'transaction' })
export class Transaction {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Property({ type: 'text', nullable: true })
  senderId?: string | null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  messageId?: string | null;

  @Field(() => String, { nullable: true, description: 'The sender’s transaction id.' })
  @Property({ type: 'text', nullable: true })
  transactionId?: string | null;

  @Field(() => String)
  @Property({ type: 'text' })
  correlationId!: string;

  @Field(() => String, { nullable: true, description: 'DCI `header.action`.' })
  @Property({ type: 'text', nullable: true })
  action?: string | null;

  @Field(() => String, { description: 'How it came in: SYNC, ASYNC, INBOUND, SHORT, BULK or GRAPHQL.' })
  @Property({ type: 'text' })
  channel!: string;

  @Field(() => OperationEnum, { nullable: true })
  @Property({ type: 'text', nullable: true })
  operation?: Operation | null;

  @Field(() => RegistryEnum, { nullable: true })
  @Property({ type: 'text', nullable: true })
  registry?: Registry | null;

  @Field(() => TransactionStatusEnum)
  @Property({ type: 'text' })
  status!: TransactionStatus;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  statusReasonCode?: string | null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  statusReasonMessage?: string | null;

  @Property({ type: 'uuid', nullable: true })
  dataKeyId?: string | null;

  @Property({ type: 'blob', nullable: true, lazy: true })
  requestSealed?: Buffer | null;

  @Property({ type: 'blob', nullable: true, lazy: true })
  responseSealed?: Buffer | null;

  @Property({ type: 'blob', lazy: true })
  contentHash!: Buffer;

  @Property({ type: 'json', nullable: true })
  accessDecision?: Record<string, unknown> | null;

  @Property({ type: ArrayType, lazy: true })
  recordIds: string[] = [];

  @Field(() => Int)
  @Property({ type: 'integer' })
  itemCount!: number;

  @Field(() => Int)
  @Property({ type: 'integer' })
  itemsDone!: number;

  @Field(() => Int)
  @Property({ type: 'integer' })
  recordCount!: number;

  @Field(() => Date)
  @Property({ type: 'datetime' })
  receivedAt!: Date;

  @Field(() => Date, { nullable: true })
  @Property({ type: 'datetime', nullable: true })
  processedAt?: Date | null;

  @Field(() => Float, { nullable: true, description: 'Milliseconds from receipt to the answer.' })
  @Property({ type: 'double', nullable: true })
  durationMs?: number | null;

  @Field(() => ID, { nullable: true, description: 'What the partner was told to quote; the log has it too.' })
  @Property({ type: 'uuid', nullable: true })
  errorId?: string | null;

  @Property({ type: 'text', nullable: true })
  remoteAddress?: string | null;
}
