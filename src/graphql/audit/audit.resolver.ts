import type { FilterQuery } from '@mikro-orm/core';
import { GraphQLJSONObject } from 'graphql-scalars';
import { Arg, Args, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { sealText } from '../../entities/audit/audit-seal.repository.js';
import { AdminAction, AuditSeal } from '../../entities/audit/audit.entity.js';
import { firstId } from '../../entities/database/partitions.js';
import { Transaction } from '../../entities/transactions/transaction.entity.js';
import { shownOf } from '../../use-cases/audited.js';
import { READERS, requireRole, seesPersons } from '../authorize.js';
import { ConnectionArgs, findConnection, type ConnectionData } from '../connection.js';
import type { Context } from '../context.js';
import {
  AdminActionConnection,
  AdminActionFilter,
  AuditSealConnection,
  AuditSealFilter,
  AuditVerification,
} from './audit.types.js';
import { byTime, TimeOrderEnum, type TimeOrder } from '../time-order.js';
import { verifyAudit, type AuditReport } from '../../use-cases/audit/verify-audit.js';

const RECENT_SEALS = 1000;

@Resolver(() => AuditSeal)
export class AuditSealResolver {
  @Query(() => AuditSealConnection, { description: 'The chain of seals over the audit.' })
  auditSeals(
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Arg('filter', () => AuditSealFilter, { nullable: true }) filter: AuditSealFilter | undefined,
    @Arg('orderBy', () => TimeOrderEnum, { defaultValue: 'NEWEST', description: 'By their place in the chain.' })
    orderBy: TimeOrder,
    @Ctx() context: Context,
  ): Promise<ConnectionData<AuditSeal>> {
    requireRole(context, READERS);
    const { id } = byTime(orderBy);
    return findConnection(context.services.database, AuditSeal, whereSeal(filter), { sequence: id, id }, args);
  }

  @Query(() => AuditVerification, {
    description: 'Checks the newest seals and all that is under them; `npx dci verify-audit` checks the whole log.',
  })
  async verifyAudit(
    @Arg('seals', () => Int, { defaultValue: 100, description: 'How many of the newest, at most 1000.' }) seals: number,
    @Ctx() context: Context,
  ): Promise<AuditReport> {
    requireRole(context, ['ADMIN', 'AUDITOR']);
    const { database } = context.services;
    const newest = (await database.em().findAll(AuditSeal, { orderBy: { sequence: 'desc' }, limit: 1 }))[0];
    const many = Math.min(Math.max(seals, 1), RECENT_SEALS);
    return verifyAudit(database, { fromSequence: Math.max(1, (newest?.sequence ?? 0) - many + 1) });
  }

  @FieldResolver(() => String, { description: 'Root of the Merkle tree over the entries (RFC 6962), hex.' })
  merkleRoot(@Root() seal: AuditSeal): string {
    return seal.merkleRoot.toString('hex');
  }

  @FieldResolver(() => String, { description: 'SHA-256 of the signed text, hex.' })
  sealHash(@Root() seal: AuditSeal): string {
    return seal.sealHash.toString('hex');
  }

  @FieldResolver(() => String, { description: '`sealHash` of the seal before it; zeros for the first.' })
  previousHash(@Root() seal: AuditSeal): string {
    return seal.previousHash.toString('hex');
  }

  @FieldResolver(() => String, { description: 'The text that `signature` (base64) is made over.' })
  signedText(@Root() seal: AuditSeal): string {
    const { sequence, fromXid, untilXid, entryCount, merkleRoot, previousHash, kid, sealedAt } = seal;
    const content = { sequence, fromXid, untilXid, entryCount, merkleRoot, previousHash, kid };
    return sealText({ ...content, sealedAt: sealedAt.toISOString() });
  }
}

@Resolver(() => AdminAction)
export class AdminActionResolver {
  @Query(() => AdminActionConnection, {
    description: 'What administrators changed or read, and what retention removed.',
  })
  adminActions(
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Arg('filter', () => AdminActionFilter, { nullable: true }) filter: AdminActionFilter | undefined,
    @Arg('orderBy', () => TimeOrderEnum, { defaultValue: 'NEWEST' }) orderBy: TimeOrder,
    @Ctx() context: Context,
  ): Promise<ConnectionData<AdminAction>> {
    requireRole(context, READERS);
    return findConnection(context.services.database, AdminAction, whereAction(filter), byTime(orderBy), args);
  }

  @FieldResolver(() => String, { nullable: true })
  reason(@Root() { reason }: AdminAction, @Ctx() context: Context): string | null {
    return seesPersons(context) ? (reason ?? null) : null;
  }

  // Rows of earlier versions may hold what is not kept there any more.
  @FieldResolver(() => GraphQLJSONObject, { nullable: true })
  before(@Root() { targetType, before }: AdminAction, @Ctx() context: Context): Record<string, unknown> | null {
    return seesPersons(context) && before != null ? shownOf(targetType, before) : null;
  }

  @FieldResolver(() => GraphQLJSONObject, { nullable: true })
  after(@Root() { targetType, after }: AdminAction, @Ctx() context: Context): Record<string, unknown> | null {
    return seesPersons(context) && after != null ? shownOf(targetType, after) : null;
  }
}

@Resolver(() => Transaction)
export class TransactionSealResolver {
  @FieldResolver(() => AuditSeal, { nullable: true, description: 'Covers its newest audit entry; null until sealed.' })
  async seal(@Root() { id }: Transaction, @Ctx() context: Context): Promise<AuditSeal | null> {
    return (await context.loaders.sealOfSubject.load(id)) ?? null;
  }
}

function whereAction(filter: AdminActionFilter | null | undefined): FilterQuery<AdminAction> {
  const { from, until, ...columns } = filter ?? {};
  const given = Object.fromEntries(Object.entries(columns).filter(([, value]) => value != null));
  const id = {
    ...(from == null ? {} : { $gte: firstId(from) }),
    ...(until == null ? {} : { $lt: firstId(until) }),
  };
  return Object.keys(id).length === 0 ? given : { ...given, id };
}

function whereSeal(filter: AuditSealFilter | null | undefined): FilterQuery<AuditSeal> {
  const { sealedFrom, sealedUntil, kid } = filter ?? {};
  const sealedAt = {
    ...(sealedFrom == null ? {} : { $gte: sealedFrom }),
    ...(sealedUntil == null ? {} : { $lt: sealedUntil }),
  };
  return { ...(kid == null ? {} : { kid }), ...(Object.keys(sealedAt).length === 0 ? {} : { sealedAt }) };
}
