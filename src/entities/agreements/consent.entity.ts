import { ArrayType } from '@mikro-orm/core';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import { uuidv7 } from '../../platform/uuid.js';
import type { Registry } from '../../protocol/vocabulary.js';
import { RegistryEnum } from '../database/enums.js';

@ObjectType({
  description: 'A person’s consent that a sender, or a kind of organisation, may have fields of their record.',
})
@Entity({ tableName: 'consent' })
export class Consent {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: string = uuidv7();

  @Field(() => RegistryEnum)
  @Property({ type: 'text' })
  registry!: Registry;

  @Field(() => String)
  @Property({ type: 'text' })
  identifierType!: string;

  @Property({ type: 'text' })
  identifierValue!: string;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  senderId?: string | null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  organizationKind?: string | null;

  @Field(() => [String], { nullable: true, description: 'Purpose codes; null = every purpose.' })
  @Property({ type: ArrayType, nullable: true })
  purposes?: string[] | null;

  @Field(() => [String])
  @Property({ type: ArrayType })
  fields!: string[];

  @Field(() => Date)
  @Property({ type: 'datetime' })
  validFrom: Date = new Date();

  @Field(() => Date, { nullable: true })
  @Property({ type: 'datetime', nullable: true })
  validUntil?: Date | null;

  @Field(() => String, { nullable: true, description: 'Where the proof of consent is kept; null for MONITOR.' })
  @Property({ type: 'text', nullable: true })
  evidence?: string | null;

  @Field(() => String)
  @Property({ type: 'text' })
  grantedBy!: string;

  @Field(() => Date)
  @Property({ type: 'datetime' })
  createdAt: Date = new Date();

  @Field(() => Date, { nullable: true })
  @Property({ type: 'datetime', nullable: true })
  revokedAt?: Date | null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  revokedBy?: string | null;

  @Field(() => Date, {
    nullable: true,
    description:
      'Since when its number is another record’s than the one it was given for; it does not count while that is so.',
  })
  @Property({ type: 'datetime', nullable: true })
  numberPassedAt?: Date | null;
}
