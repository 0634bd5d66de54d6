import { Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { Delivery } from '../../entities/deliveries/delivery.entity.js';
import { Sender } from '../../entities/senders/sender.entity.js';
import type { Context } from '../context.js';
import { waitsFor } from './waits-for.js';

@ObjectType({ description: 'An endpoint of a sender that failed last; one that answers again is not listed.' })
export class EndpointTrouble {
  @Field(() => String, { description: 'Its address, without a query.' })
  endpoint!: string;

  @Field(() => Int, { description: 'Failures in a row; those side by side count once.' })
  failures!: number;

  @Field(() => Date, { description: 'Of the first failure of this row.' })
  failingSince!: Date;

  @Field(() => Date, { nullable: true, description: 'Nothing is sent to it before, but a retry by hand.' })
  restsUntil!: Date | null;

  @Field(() => String, { description: 'What the last failure was.' })
  reason!: string;
}

@Resolver(() => Delivery)
export class DeliveryWaitingResolver {
  @FieldResolver(() => String, { nullable: true, description: 'Why a pending one has not gone yet.' })
  async waitsFor(@Root() { id }: Delivery, @Ctx() { loaders, services }: Context): Promise<string | null> {
    const wait = await loaders.waitOfDelivery.load(id);
    return wait === undefined ? null : waitsFor(wait, services.clock());
  }

  @FieldResolver(() => Date, {
    nullable: true,
    description: 'While it waits for its endpoint, which rests after failures: until when.',
  })
  async restingUntil(@Root() { id }: Delivery, @Ctx() { loaders }: Context): Promise<Date | null> {
    return (await loaders.waitOfDelivery.load(id))?.restsUntil ?? null;
  }
}

@Resolver(() => Sender)
export class SenderEndpointsResolver {
  @FieldResolver(() => [EndpointTrouble], { description: 'Its endpoints that failed last: empty when all are well.' })
  troubledEndpoints(@Root() { senderId }: Sender, @Ctx() { loaders }: Context): Promise<EndpointTrouble[]> {
    return loaders.troublesOfSender.load(senderId);
  }
}
