import { BigIntType } from '@mikro-orm/core';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Registry } from '../../protocol/vocabulary.js';
import { RegistryEnum } from '../database/enums.js';

/** Identifiers stay out: who monitors sees that something happened, not to whom. */
@ObjectType({ description: 'Something happened to a record. Tells which record, not whose.' })
@Entity({ tableName: 'registry_event' })
export class RegistryEvent {
  @Field(() => ID, { description: 'Tells its time: a UUIDv7.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @Field(() => RegistryEnum, { description: 'Registry of the record.' })
  @Property({ type: 'text' })
  registry!: Registry;

  @Field(() => String, { description: 'Record type, such as `Person`.' })
  @Property({ type: 'text' })
  recordType!: string;

  @Field(() => String, { description: 'Event type, such as `LiveBirth`, REGISTER, UPDATE or DELETE.' })
  @Property({ type: 'text' })
  eventType!: string;

  @Field(() => ID, { description: 'The record; administrators find it with `records`.' })
  @Property({ type: 'uuid' })
  recordId!: string;

  @Field(() => Int, { description: 'Version of the record that it made.' })
  @Property({ type: new BigIntType('number') })
  version!: number;

  @Field(() => Date, { description: 'When it happened.' })
  @Property({ type: 'datetime' })
  createdAt!: Date;
}
