import type { FilterQuery } from '@mikro-orm/core';
import type { GraphQLResolveInfo } from 'graphql';
import { GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Query, Resolver, Root, Subscription } from 'type-graphql';
import { firstId } from '../../entities/database/partitions.js';
import { Sender } from '../../entities/senders/sender.entity.js';
import { Transaction } from '../../entities/transactions/transaction.entity.js';
import { askedOfNodes } from '../asked-fields.js';
import { READERS, readerScope, requireRole } from '../authorize.js';
import { ConnectionArgs, findConnection, type ConnectionData } from '../connection.js';
import type { Context } from '../context.js';
import { decisionFor } from '../decision.js';
import { isUuid } from '../../platform/uuid.js';
import { watchTransactions } from '../live/transaction.live.js';
import { readPayload } from './payload.js';
import { byTime, TimeOrderEnum, type TimeOrder } from '../time-order.js';
import { TransactionChange, TransactionConnection, TransactionFilter } from './transaction.types.js';

@Resolver(() => Transaction)
export class TransactionResolver {
  @Query(() => TransactionConnection, { description: 'Every call of every sender; a sender sees its own.' })
  transactions(
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Arg('filter', () => TransactionFilter, { nullable: true }) filter: TransactionFilter | undefined,
    @Arg('orderBy', () => TimeOrderEnum, { defaultValue: 'NEWEST', description: 'By time of receipt.' })
    orderBy: TimeOrder,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ConnectionData<Transaction>> {
    const where = { $and: [whereTransaction(filter), readerScope(context) ?? {}] };
    return findConnection(context.services.database, Transaction, where, byTime(orderBy), args, askedOfNodes(info));
  }

  @Query(() => Transaction, { nullable: true })
  async transaction(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<Transaction | null> {
    const scope = readerScope(context);
    const found = isUuid(id) ? await context.loaders.transactionById.load(id) : undefined;
    return found === undefined || (scope !== undefined && found.senderId !== scope.senderId) ? null : found;
  }

  @FieldResolver(() => Sender, { nullable: true, description: 'Null when the caller was not known.' })
  async sender(@Root() { senderId }: Transaction, @Ctx() context: Context): Promise<Sender | null> {
    return senderId == null ? null : ((await context.loaders.senderBySenderId.load(senderId)) ?? null);
  }

  @FieldResolver(() => GraphQLJSONObject, {
    nullable: true,
    description: 'What the access decision allowed, and why; what else led to it is for administrators.',
  })
  accessDecision(@Root() { accessDecision }: Transaction, @Ctx() context: Context): Record<string, unknown> | null {
    return decisionFor(context, accessDecision);
  }

  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description: 'The unsigned request; needs a reason, which is recorded. A sender reads its own without.',
  })
  requestData(
    @Root() transaction: Transaction,
    @Arg('reason', () => String, { nullable: true }) reason: string | undefined,
    @Ctx() context: Context,
  ): Promise<unknown> {
    return readPayload(context, transaction, 'request', reason);
  }

  @FieldResolver(() => GraphQLJSON, { nullable: true, description: 'The unsigned answer; as requestData.' })
  responseData(
    @Root() transaction: Transaction,
    @Arg('reason', () => String, { nullable: true }) reason: string | undefined,
    @Ctx() context: Context,
  ): Promise<unknown> {
    return readPayload(context, transaction, 'response', reason);
  }

  @FieldResolver(() => String, { description: 'SHA-256 over the sealed payloads, as the audit has it.' })
  async contentHash(@Root() { id }: Transaction, @Ctx() context: Context): Promise<string> {
    return (await context.loaders.contentHashOfTransaction.load(id)).toString('hex');
  }

  @Subscription(() => TransactionChange, {
    description:
      'Transactions as they come and change, from `after` on or from now. Ids travel; the row is read per reader.',
    subscribe: ({
      args,
      context,
    }: {
      args: { filter?: TransactionFilter | null; after?: string | null };
      context: Context;
    }) => {
      requireRole(context, READERS);
      return watchTransactions(context, args.filter ?? {}, args.after);
    },
  })
  transactionChanged(
    @Root() change: TransactionChange,
    @Arg('filter', () => TransactionFilter, { nullable: true }) _filter: TransactionFilter | undefined,
    @Arg('after', () => String, { nullable: true }) _after: string | undefined,
  ): TransactionChange {
    return change;
  }
}

function whereTransaction(filter: TransactionFilter | null | undefined): FilterQuery<Transaction> {
  const { receivedFrom, receivedUntil, ...columns } = filter ?? {};
  const given = Object.fromEntries(Object.entries(columns).filter(([, value]) => value != null));
  // A UUIDv7 holds its time, so a time range is a range of the primary key.
  const id = {
    ...(receivedFrom == null ? {} : { $gte: firstId(receivedFrom) }),
    ...(receivedUntil == null ? {} : { $lt: firstId(receivedUntil) }),
  };
  return Object.keys(id).length === 0 ? given : { ...given, id };
}
