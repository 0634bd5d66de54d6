import { BigIntType } from '@mikro-orm/core';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { uuidv7 } from '../../platform/uuid.js';
import type { Registry } from '../../protocol/vocabulary.js';
import { RegistryEnum } from '../database/enums.js';

@ObjectType({ description: 'A record of a registry, in the dictionary’s JSON form.' })
@Entity({ tableName: 'registry_record' })
export class RegistryRecord {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: string = uuidv7();

  @Field(() => RegistryEnum)
  @Property({ type: 'text' })
  registry!: Registry;

  @Field(() => String)
  @Property({ type: 'text' })
  recordType!: string;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  externalId?: string | null;

  @Field(() => Int)
  @Property({ type: new BigIntType('number') })
  version: number = 1;

  @Field(() => GraphQLJSONObject)
  @Property({ type: 'json' })
  data!: Record<string, unknown>;

  /** Name of the source whose copy it is; empty for our own. */
  @Property({ type: 'text' })
  origin: string = '';

  @Field(() => Date)
  @Property({ type: 'datetime' })
  createdAt: Date = new Date();

  @Field(() => Date)
  @Property({ type: 'datetime' })
  updatedAt: Date = new Date();

  @Field(() => Date, { nullable: true })
  @Property({ type: 'datetime', nullable: true })
  deletedAt?: Date | null;
}
