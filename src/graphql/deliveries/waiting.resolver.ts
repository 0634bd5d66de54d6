import { Ctx, Field, FieldResolver, ID, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { graphqlEnum } from '../../entities/database/graphql-enum.js';
import { WITHHELD, withheldOf, type Withheld } from '../../access/withheld.js';
import { Delivery } from '../../entities/deliveries/delivery.entity.js';
import type { EndpointRest } from '../../entities/deliveries/endpoint-rest.repository.js';
import { Sender } from '../../entities/senders/sender.entity.js';
import { READERS, requireRole } from '../authorize.js';
import type { Context } from '../context.js';
import { WAIT_REASONS, waitingOf, waitsFor, type WaitReason } from './waits-for.js';

const WithheldEnum = graphqlEnum<Withheld>(
  'DeliveryWithheld',
  'Why the gateway itself would not send a delivery, or could not.',
  WITHHELD,
);

const WaitReasonEnum = graphqlEnum<WaitReason>(
  'DeliveryWaitReason',
  'Why a pending delivery has not gone yet.',
  WAIT_REASONS,
);

@ObjectType({ description: 'What holds up a pending delivery: the first reason that holds.' })
export class DeliveryWaiting {
  @Field(() => WaitReasonEnum, { description: 'The first that holds.' })
  reason!: WaitReason;

  @Field(() => Date, { nullable: true, description: 'When it ends by itself; null where it does not.' })
  until!: Date | null;

  @Field(() => String, { nullable: true, description: 'Of an endpoint in trouble: what its last failure was.' })
  problem!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Of an endpoint in trouble: how many wait for it, this one included, counted to 1000.',
  })
  together!: number | null;

  @Field(() => ID, { nullable: true, description: 'The delivery that goes first.' })
  earlierId!: string | null;
}

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
  @FieldResolver(() => DeliveryWaiting, { nullable: true, description: 'Why a pending one has not gone yet.' })
  async waiting(@Root() { id }: Delivery, @Ctx() { loaders, services }: Context): Promise<DeliveryWaiting | null> {
    const wait = await loaders.waitOfDelivery.load(id);
    return wait === undefined ? null : waitingOf(wait, services.clock());
  }

  @FieldResolver(() => WithheldEnum, {
    nullable: true,
    description: '`stateReason` as a code, where the gateway itself would not send it.',
  })
  withheld(@Root() { stateReason }: Delivery): Withheld | null {
    return (stateReason != null && withheldOf(stateReason)) || null;
  }

  @FieldResolver(() => String, { nullable: true, description: '`waiting` in words.' })
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

@Resolver(() => EndpointTrouble)
export class EndpointTroubleResolver {
  @FieldResolver(() => Int, { description: 'Pending deliveries that go to it, counted to 1000.' })
  async waiting(@Root() { senderId, endpoint }: EndpointRest, @Ctx() { loaders }: Context): Promise<number> {
    const waiting = await loaders.waitingOfSender.load(senderId);
    return waiting.find((one) => one.endpoint === endpoint)?.waiting ?? 0;
  }
}

@Resolver(() => Sender)
export class SenderEndpointsResolver {
  @FieldResolver(() => Int, { description: 'Its pending deliveries, those of each endpoint counted to 1000.' })
  async waitingDeliveries(@Root() { senderId }: Sender, @Ctx() context: Context): Promise<number> {
    requireRole(context, READERS);
    const waiting = await context.loaders.waitingOfSender.load(senderId);
    return waiting.reduce((sum, one) => sum + one.waiting, 0);
  }

  @FieldResolver(() => [EndpointTrouble], { description: 'Its endpoints that failed last: empty when all are well.' })
  troubledEndpoints(@Root() { senderId }: Sender, @Ctx() { loaders }: Context): Promise<EndpointTrouble[]> {
    return loaders.troublesOfSender.load(senderId);
  }
}
