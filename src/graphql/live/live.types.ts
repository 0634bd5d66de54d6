import { Field, ObjectType } from 'type-graphql';
import { Delivery } from '../../entities/deliveries/delivery.entity.js';
import { RegistryEvent } from '../../entities/records/registry-event.entity.js';
import { Subscription } from '../../entities/subscriptions/subscription.entity.js';

const CURSOR = 'Subscribe again with `after` set to it to go on from here.';

@ObjectType({ description: 'A delivery was made, tried, brought, given up or cancelled.' })
export class DeliveryChange {
  @Field(() => String, { description: CURSOR })
  cursor!: string;

  @Field(() => Delivery, { description: 'As it is now.' })
  delivery!: Delivery;
}

@ObjectType({ description: 'A subscription was made, decided, paused, resumed, suspended or ended.' })
export class SubscriptionChange {
  @Field(() => String, { description: CURSOR })
  cursor!: string;

  @Field(() => Subscription, { description: 'As it is now.' })
  subscription!: Subscription;
}

@ObjectType({ description: 'Something happened in a registry.' })
export class RegistryEventChange {
  @Field(() => String, { description: CURSOR })
  cursor!: string;

  @Field(() => RegistryEvent, { description: 'What happened.' })
  event!: RegistryEvent;
}
