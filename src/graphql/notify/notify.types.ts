import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, InputType } from 'type-graphql';
import { RegistryEnum } from '../../entities/database/enums.js';
import type { NotifiedEvent, ReceivedNotification } from '../../protocol/notify/received.translate.js';
import type { Registry } from '../../protocol/vocabulary.js';

@InputType({ description: 'One event, with the record it made.' })
export class NotifiedEventInput implements NotifiedEvent {
  @Field(() => String)
  referenceId!: string;

  @Field(() => String, {
    nullable: true,
    description: '`reg_type` of the registry it is of; the one told where left out.',
  })
  regType?: string;

  @Field(() => String, { nullable: true, description: 'Such as `Death` or `REGISTER`.' })
  eventType?: string;

  @Field(() => String, { nullable: true })
  recordType?: string;

  @Field(() => GraphQLJSONObject, { description: 'In the dictionary’s JSON form; parts are merged.' })
  record!: Record<string, unknown>;
}

@InputType({ description: 'Events that a partner tells one of our registries of.' })
export class NotifyInput implements ReceivedNotification {
  @Field(() => RegistryEnum)
  registry!: Registry;

  @Field(() => String)
  transactionId!: string;

  @Field(() => [NotifiedEventInput])
  events!: NotifiedEventInput[];
}
