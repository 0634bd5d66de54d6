import { BigIntType } from '@mikro-orm/core';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { uuidv7 } from '../../platform/uuid.js';

@ObjectType({ description: 'A change made, or a payload read, by an administrator.' })
@Entity({ tableName: 'admin_action' })
export class AdminAction {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: string = uuidv7();

  @Field(() => String)
  @Property({ type: 'text' })
  actor!: string;

  @Field(() => String)
  @Property({ type: 'text' })
  role!: string;

  @Field(() => String, { description: 'The mutation, or `readPayload`.' })
  @Property({ type: 'text' })
  action!: string;

  @Field(() => String)
  @Property({ type: 'text' })
  targetType!: string;

  @Field(() => String)
  @Property({ type: 'text' })
  targetId!: string;

  @Field(() => String, { nullable: true, description: 'Why, as the administrator said; null for MONITOR.' })
  @Property({ type: 'text', nullable: true })
  reason?: string | null;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description: 'What it was before, without secrets; null for MONITOR.',
  })
  @Property({ type: 'json', nullable: true })
  before?: Record<string, unknown> | null;

  @Field(() => GraphQLJSONObject, { nullable: true, description: 'What it became, without secrets; null for MONITOR.' })
  @Property({ type: 'json', nullable: true })
  after?: Record<string, unknown> | null;

  @Field(() => Date)
  @Property({ type: 'datetime' })
  at: Date = new Date();
}

@ObjectType({
  description: 'A signed link of the audit chain: the Merkle root of the entries committed since the seal before.',
})
@Entity({ tableName: 'audit_seal' })
export class AuditSeal {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: string = uuidv7();

  @Field(() => Int)
  @Property({ type: new BigIntType('number') })
  sequence!: number;

  @Property({ type: 'text' })
  fromXid!: string;

  @Property({ type: 'text' })
  untilXid!: string;

  @Field(() => Int)
  @Property({ type: 'integer' })
  entryCount!: number;

  @Property({ type: 'blob' })
  merkleRoot!: Buffer;

  @Property({ type: 'blob' })
  previousHash!: Buffer;

  @Property({ type: 'blob' })
  sealHash!: Buffer;

  @Field(() => String)
  @Property({ type: 'text' })
  signature!: string;

  @Field(() => String)
  @Property({ type: 'text' })
  kid!: string;

  @Field(() => Date)
  @Property({ type: 'datetime' })
  sealedAt!: Date;
}
