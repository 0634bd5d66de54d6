import type { FilterQuery } from '@mikro-orm/core';
import { GraphQLJSON } from 'graphql-scalars';
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Delivery } from '../../entities/deliveries/delivery.entity.js';
import { Sender } from '../../entities/senders/sender.entity.js';
import { Subscription } from '../../entities/subscriptions/subscription.entity.js';
import { READERS, RUNNERS, requireRole, requireSender, seesPersons } from '../authorize.js';
import { ConnectionArgs, findConnection, type ConnectionData } from '../connection.js';
import type { Context } from '../context.js';
import { DeliveryConnection } from '../deliveries/delivery.types.js';
import { byTime, TimeOrderEnum, type TimeOrder } from '../time-order.js';
import { subscribe, unsubscribe } from '../../use-cases/subscriptions/subscribe.js';
import {
  approveSubscription,
  cancelSubscription,
  pauseSubscription,
  resumeSubscription,
} from '../../use-cases/subscriptions/administer-subscription.js';
import { sendTestNotification } from '../../use-cases/subscriptions/test-notification.js';
import {
  SubscribeInput,
  SubscribeResult,
  SubscriptionConnection,
  SubscriptionFilter,
  UnsubscribeInput,
  UnsubscribeResult,
} from './subscription.types.js';
import { presentOf } from '../../use-cases/given.js';

@Resolver(() => Subscription)
export class SubscriptionResolver {
  @Query(() => SubscriptionConnection, { description: 'Subscriptions of all senders to events.' })
  subscriptions(
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Arg('filter', () => SubscriptionFilter, { nullable: true }) filter: SubscriptionFilter | undefined,
    @Arg('orderBy', () => TimeOrderEnum, { defaultValue: 'NEWEST', description: 'By time of subscribing.' })
    orderBy: TimeOrder,
    @Ctx() context: Context,
  ): Promise<ConnectionData<Subscription>> {
    requireRole(context, READERS);
    const where: FilterQuery<Subscription> = Object.fromEntries(
      Object.entries(filter ?? {}).filter(([, value]) => value != null),
    );
    return findConnection(context.services.database, Subscription, where, byTime(orderBy), args);
  }

  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description: 'The filter as the sender wrote it; null for MONITOR, since it may name persons.',
  })
  filter(@Root() { filter }: Subscription, @Ctx() context: Context): unknown {
    return seesPersons(context) || context.principal.kind === 'sender' ? filter : null;
  }

  @FieldResolver(() => Sender, { nullable: true, description: 'The subscriber.' })
  async sender(@Root() { senderId }: Subscription, @Ctx() context: Context): Promise<Sender | null> {
    return (await context.loaders.senderBySenderId.load(senderId)) ?? null;
  }

  @FieldResolver(() => DeliveryConnection, { description: 'Its notifications, newest first.' })
  deliveries(
    @Root() { id }: Subscription,
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Ctx() context: Context,
  ): Promise<ConnectionData<Delivery>> {
    return findConnection(context.services.database, Delivery, { subscriptionId: id }, byTime('NEWEST'), args);
  }

  @Mutation(() => SubscribeResult, { description: 'Asks to be told of events; each item is answered alone.' })
  subscribe(
    @Arg('input', () => SubscribeInput) input: SubscribeInput,
    @Ctx() context: Context,
  ): Promise<SubscribeResult> {
    const items = input.items.map(presentOf);
    return subscribe(context.services, requireSender(context), {
      ...presentOf(input),
      items,
    }) as Promise<SubscribeResult>;
  }

  @Mutation(() => UnsubscribeResult, { description: 'Ends subscriptions of the caller.' })
  unsubscribe(
    @Arg('input', () => UnsubscribeInput) input: UnsubscribeInput,
    @Ctx() context: Context,
  ): Promise<UnsubscribeResult> {
    return unsubscribe(context.services, requireSender(context), input);
  }

  @Mutation(() => Subscription, { description: 'Lets a pending subscription begin, and tells the subscriber.' })
  approveSubscription(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<Subscription> {
    return approveSubscription(context.services, requireRole(context, RUNNERS), id);
  }

  @Mutation(() => Subscription, { description: 'Events are collected but rest until it is resumed.' })
  pauseSubscription(
    @Arg('id', () => ID) id: string,
    @Arg('reason', () => String, { nullable: true }) reason: string | undefined,
    @Ctx() context: Context,
  ): Promise<Subscription> {
    return pauseSubscription(context.services, requireRole(context, RUNNERS), id, reason);
  }

  @Mutation(() => Subscription, { description: 'After a pause or a suspension; what rested is sent in its order.' })
  resumeSubscription(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<Subscription> {
    return resumeSubscription(context.services, requireRole(context, RUNNERS), id);
  }

  @Mutation(() => Delivery, {
    description:
      'Tries its receiver: a signed notification of no event, marked `test`, sent once and at once though its endpoint rests.',
  })
  sendTestNotification(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<Delivery> {
    return sendTestNotification(context.services, requireRole(context, RUNNERS), id);
  }

  @Mutation(() => Subscription, { description: 'Ends it for good; a pending one is told to be rejected.' })
  cancelSubscription(
    @Arg('id', () => ID) id: string,
    @Arg('reason', () => String, { nullable: true }) reason: string | undefined,
    @Ctx() context: Context,
  ): Promise<Subscription> {
    return cancelSubscription(context.services, requireRole(context, RUNNERS), id, reason);
  }
}
