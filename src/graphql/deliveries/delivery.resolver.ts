import type { FilterQuery } from '@mikro-orm/core';
import type { GraphQLResolveInfo } from 'graphql';
import { GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Delivery, DeliveryAttempt } from '../../entities/deliveries/delivery.entity.js';
import { firstId } from '../../entities/database/partitions.js';
import { Sender } from '../../entities/senders/sender.entity.js';
import { isTest } from '../../entities/subscriptions/notification.repository.js';
import { Subscription } from '../../entities/subscriptions/subscription.entity.js';
import { Transaction } from '../../entities/transactions/transaction.entity.js';
import { askedOfNodes } from '../asked-fields.js';
import { READERS, RUNNERS, requireRole } from '../authorize.js';
import { ConnectionArgs, findConnection, type ConnectionData } from '../connection.js';
import type { Context } from '../context.js';
import { decisionFor } from '../decision.js';
import { isUuid } from '../../platform/uuid.js';
import { invalid } from '../../use-cases/errors.js';
import { byTime, TimeOrderEnum, type TimeOrder } from '../time-order.js';
import { cancelDelivery, replayDeliveries, retryDelivery } from '../../use-cases/deliveries/deliveries.js';
import { readExcerpt } from './excerpt.js';
import { readMessage } from './message.js';
import { DeliveryConnection, DeliveryFilter, ReplayFilter, ReplayResult } from './delivery.types.js';

@Resolver(() => Delivery)
export class DeliveryResolver {
  @Query(() => DeliveryConnection, { description: 'Messages that we owed or owe partners.' })
  async deliveries(
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Arg('filter', () => DeliveryFilter, { nullable: true }) filter: DeliveryFilter | undefined,
    @Arg('orderBy', () => TimeOrderEnum, { defaultValue: 'NEWEST', description: 'By time of making.' })
    orderBy: TimeOrder,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ConnectionData<Delivery>> {
    requireRole(context, READERS);
    const where = await whereDelivery(context, filter ?? {});
    return findConnection(context.services.database, Delivery, where, byTime(orderBy), args, askedOfNodes(info));
  }

  @Query(() => Delivery, { nullable: true, description: 'One message to a partner.' })
  async delivery(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<Delivery | null> {
    requireRole(context, READERS);
    return isUuid(id) ? ((await context.loaders.deliveryById.load(id)) ?? null) : null;
  }

  @FieldResolver(() => GraphQLJSONObject, {
    nullable: true,
    description: 'What the access decision allowed at the time of sending, and why.',
  })
  accessDecision(@Root() { accessDecision }: Delivery, @Ctx() context: Context): Record<string, unknown> | null {
    return decisionFor(context, accessDecision);
  }

  // The entity has its own count under the name `attempts`.
  @FieldResolver(() => [DeliveryAttempt], { name: 'attempts', description: 'Every try, the first first.' })
  attemptRows(@Root() { id }: Delivery, @Ctx() context: Context): Promise<DeliveryAttempt[]> {
    return context.loaders.attemptsOfDelivery.load(id);
  }

  @FieldResolver(() => Sender, { nullable: true, description: 'Its receiver.' })
  async sender(@Root() { senderId }: Delivery, @Ctx() context: Context): Promise<Sender | null> {
    return (await context.loaders.senderBySenderId.load(senderId)) ?? null;
  }

  @FieldResolver(() => Transaction, { nullable: true, description: 'What a callback answers.' })
  async transaction(@Root() { requestId }: Delivery, @Ctx() context: Context): Promise<Transaction | null> {
    return requestId == null ? null : ((await context.loaders.transactionById.load(requestId)) ?? null);
  }

  @FieldResolver(() => Subscription, { nullable: true, description: 'What a notification belongs to.' })
  async subscription(@Root() { subscriptionId }: Delivery, @Ctx() context: Context): Promise<Subscription | null> {
    return subscriptionId == null ? null : ((await context.loaders.subscriptionById.load(subscriptionId)) ?? null);
  }

  @FieldResolver(() => Boolean, { description: 'A notification of no event, which only tries its receiver.' })
  test(@Root() delivery: Delivery): boolean {
    return isTest(delivery);
  }

  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description:
      'The unsigned message, fixed by the first attempt; for administrators, with a reason, which is recorded.',
  })
  message(
    @Root() delivery: Delivery,
    @Arg('reason', () => String, { nullable: true }) reason: string | undefined,
    @Ctx() context: Context,
  ): Promise<unknown> {
    return readMessage(context, delivery, reason);
  }

  @Mutation(() => Delivery, {
    description:
      'Tries now, though its endpoint rests, with a fresh schedule and under the same message id. What else holds it up still does: see `waiting` of the answer.',
  })
  retryDelivery(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<Delivery> {
    return retryDelivery(context.services, requireRole(context, RUNNERS), id);
  }

  @Mutation(() => ReplayResult, { description: 'Brings many deliveries again, in the order of their making.' })
  async replayDeliveries(
    @Arg('filter', () => ReplayFilter) filter: ReplayFilter,
    @Ctx() context: Context,
  ): Promise<ReplayResult> {
    return { count: await replayDeliveries(context.services, requireRole(context, RUNNERS), filter) };
  }

  @Mutation(() => Delivery, { description: 'A pending delivery is not sent any more.' })
  cancelDelivery(
    @Arg('id', () => ID) id: string,
    @Arg('reason', () => String) reason: string,
    @Ctx() context: Context,
  ): Promise<Delivery> {
    return cancelDelivery(context.services, requireRole(context, RUNNERS), id, reason);
  }
}

@Resolver(() => DeliveryAttempt)
export class DeliveryAttemptResolver {
  @FieldResolver(() => String, {
    nullable: true,
    description:
      'First 1 kB of the answer, which may repeat the message; needs a reason, which is recorded. A sender reads its own without.',
  })
  responseExcerpt(
    @Root() attempt: DeliveryAttempt,
    @Arg('reason', () => String, { nullable: true }) reason: string | undefined,
    @Ctx() context: Context,
  ): Promise<string | null> {
    return readExcerpt(context, attempt, reason);
  }
}

@Resolver(() => Transaction)
export class TransactionDeliveriesResolver {
  @FieldResolver(() => [Delivery], { description: 'The callbacks that answer it.' })
  deliveries(@Root() { id }: Transaction, @Ctx() context: Context): Promise<Delivery[]> {
    return context.loaders.deliveriesOfTransaction.load(id);
  }
}

async function whereDelivery({ services }: Context, filter: DeliveryFilter): Promise<FilterQuery<Delivery>> {
  const { createdFrom, createdUntil, subscriptionCode, transactionId: requestId, ...columns } = filter;
  if (requestId != null && !isUuid(requestId)) throw invalid('filter.transactionId', 'must be a UUID');
  const given = Object.entries({ ...columns, requestId }).filter(([, value]) => value != null);
  // A UUIDv7 holds its time, so a time range is a range of the primary key.
  const id = {
    ...(createdFrom == null ? {} : { $gte: firstId(createdFrom) }),
    ...(createdUntil == null ? {} : { $lt: firstId(createdUntil) }),
  };
  const subscription =
    subscriptionCode == null
      ? undefined
      : await services.database.em().findOne(Subscription, { code: subscriptionCode });
  return {
    ...Object.fromEntries(given),
    ...(Object.keys(id).length === 0 ? {} : { id }),
    ...(subscriptionCode == null ? {} : { subscriptionId: subscription?.id ?? NO_SUBSCRIPTION }),
  };
}

const NO_SUBSCRIPTION = '00000000-0000-0000-0000-000000000000';
