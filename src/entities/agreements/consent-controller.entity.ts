import { ArrayType } from '@mikro-orm/core';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import { uuidv7 } from '../../platform/uuid.js';
import type { Registry } from '../../protocol/vocabulary.js';
import { RegistryEnum } from '../database/enums.js';

@ObjectType({ description: 'Who may sign consents that travel in messages.' })
@Entity({ tableName: 'consent_controller' })
export class ConsentController {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: string = uuidv7();

  @Field(() => String)
  @Property({ type: 'text' })
  name!: string;

  @Field(() => String, {
    description: '`iss` of its consents, where they have one. A sender’s id: it signs for itself alone.',
  })
  @Property({ type: 'text' })
  issuer!: string;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  jwksUrl?: string | null;

  @Property({ type: 'json' })
  jwks!: { keys: Record<string, unknown>[] };

  @Field(() => Date, { description: 'When its keys were last read.' })
  @Property({ type: 'datetime' })
  jwksFetchedAt: Date = new Date();

  @Field(() => String, { nullable: true, description: 'Where the status of its receipts is asked for.' })
  @Property({ type: 'text', nullable: true })
  receiptStatusUrl?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The one sender that may show its receipts; null: whom each names.',
  })
  @Property({ type: 'text', nullable: true })
  presenter?: string | null;

  @Field(() => [RegistryEnum], { description: 'Where its consents count.' })
  @Property({ type: ArrayType })
  registries!: Registry[];

  @Field(() => String)
  @Property({ type: 'text' })
  createdBy!: string;

  @Field(() => Date)
  @Property({ type: 'datetime' })
  createdAt: Date = new Date();

  @Field(() => Date, { nullable: true, description: 'From when on none of its consents counts.' })
  @Property({ type: 'datetime', nullable: true })
  revokedAt?: Date | null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  revokedBy?: string | null;
}
