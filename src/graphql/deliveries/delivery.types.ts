import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Delivery } from '../../entities/deliveries/delivery.entity.js';
import { DeliveryStateEnum, RegistryEnum, type DeliveryState } from '../../entities/database/enums.js';
import type { Registry } from '../../protocol/vocabulary.js';
import { connectionOf } from '../connection.js';

@InputType({ description: 'All that is given must hold.' })
export class DeliveryFilter {
  @Field(() => String, { nullable: true, description: 'The receiver’s sender id.' })
  senderId?: string | null;

  @Field(() => RegistryEnum, { nullable: true, description: 'The registry that it tells of.' })
  registry?: Registry | null;

  @Field(() => DeliveryStateEnum, { nullable: true, description: 'Where it stands.' })
  state?: DeliveryState | null;

  @Field(() => String, { nullable: true, description: 'CALLBACK or NOTIFICATION.' })
  kind?: 'CALLBACK' | 'NOTIFICATION' | null;

  @Field(() => String, { nullable: true, description: 'DCI action of the message.' })
  action?: string | null;

  @Field(() => String, { nullable: true, description: 'Notifications of this subscription.' })
  subscriptionCode?: string | null;

  @Field(() => ID, { nullable: true, description: 'Callbacks of this transaction.' })
  transactionId?: string | null;

  @Field(() => String, { nullable: true, description: 'The id of its message.' })
  messageId?: string | null;

  @Field(() => Date, { nullable: true, description: 'Made at or after.' })
  createdFrom?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Made before.' })
  createdUntil?: Date | null;
}

@InputType({ description: 'Which deliveries to bring again; all that is given must hold, and something must be.' })
export class ReplayFilter {
  @Field(() => String, { nullable: true, description: 'The receiver’s sender id.' })
  senderId?: string | null;

  @Field(() => String, { nullable: true, description: 'Notifications of this subscription.' })
  subscriptionCode?: string | null;

  @Field(() => Date, { nullable: true, description: 'Made at or after.' })
  from?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Made before.' })
  until?: Date | null;

  @Field(() => Boolean, { defaultValue: true, description: 'Leaves out what has been delivered.' })
  failedOnly: boolean = true;
}

@ObjectType({ description: 'What a replay has made due again.' })
export class ReplayResult {
  @Field(() => Int, { description: 'Deliveries that are due again.' })
  count!: number;
}

export const DeliveryConnection = connectionOf(Delivery, 'Delivery');
