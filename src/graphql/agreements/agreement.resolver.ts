import type { FilterQuery } from '@mikro-orm/core';
import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Agreement, AgreementVersion } from '../../entities/agreements/agreement.entity.js';
import { Sender } from '../../entities/senders/sender.entity.js';
import { ADMINS, READERS, RUNNERS, requireRole } from '../authorize.js';
import { ConnectionArgs, findConnection, type ConnectionData } from '../connection.js';
import type { Context } from '../context.js';
import { byTime, TimeOrderEnum, type TimeOrder } from '../time-order.js';
import { AgreementConnection, AgreementFilter, CreateAgreementInput, UpdateAgreementInput } from './agreement.types.js';
import {
  approveAgreement,
  createAgreement,
  endAgreement,
  updateAgreement,
} from '../../use-cases/agreements/agreements.js';

const WAS = 'What you looked at of what you change: CONFLICT names the field that somebody else changed meanwhile.';
const VERSION = 'The one that you looked at; left out, it must not have changed since it was proposed.';

@Resolver(() => Agreement)
export class AgreementResolver {
  @Query(() => AgreementConnection, { description: 'Data sharing agreements.' })
  agreements(
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Arg('filter', () => AgreementFilter, { nullable: true }) filter: AgreementFilter | undefined,
    @Arg('orderBy', () => TimeOrderEnum, { defaultValue: 'NEWEST' }) orderBy: TimeOrder,
    @Ctx() context: Context,
  ): Promise<ConnectionData<Agreement>> {
    requireRole(context, READERS);
    const where: FilterQuery<Agreement> = {
      ...(filter?.senderId == null ? {} : { sender: { senderId: filter.senderId } }),
      ...(filter?.registry == null ? {} : { registry: filter.registry }),
      ...(filter?.state == null ? {} : { state: filter.state }),
    };
    return findConnection(context.services.database, Agreement, where, byTime(orderBy), args);
  }

  @FieldResolver(() => Sender)
  async sender(@Root() agreement: Agreement, @Ctx() context: Context): Promise<Sender | undefined> {
    return context.loaders.senderById.load(agreement.sender.id);
  }

  @FieldResolver(() => Boolean)
  requiresConsent(@Root() { requiresConsent, legalBasis }: Agreement): boolean {
    return requiresConsent || legalBasis === 'CONSENT';
  }

  @FieldResolver(() => [AgreementVersion], { description: 'All versions, oldest first.' })
  versions(@Root() agreement: Agreement, @Ctx() context: Context): Promise<AgreementVersion[]> {
    return context.loaders.versionsOfAgreement.load(agreement.id);
  }

  @Mutation(() => Agreement)
  createAgreement(
    @Arg('input', () => CreateAgreementInput) input: CreateAgreementInput,
    @Ctx() context: Context,
  ): Promise<Agreement> {
    return createAgreement(context.services, requireRole(context, ADMINS), input);
  }

  @Mutation(() => Agreement)
  updateAgreement(
    @Arg('id', () => ID) id: string,
    @Arg('input', () => UpdateAgreementInput) input: UpdateAgreementInput,
    @Arg('was', () => UpdateAgreementInput, { nullable: true, description: WAS }) was: UpdateAgreementInput | undefined,
    @Ctx() context: Context,
  ): Promise<Agreement> {
    return updateAgreement(context.services, requireRole(context, ADMINS), id, input, was);
  }

  @Mutation(() => Agreement, {
    description: 'Puts a pending agreement in force; with four eyes, another admin than those who proposed it must.',
  })
  approveAgreement(
    @Arg('id', () => ID) id: string,
    @Arg('version', () => Int, { nullable: true, description: VERSION }) version: number | undefined,
    @Ctx() context: Context,
  ): Promise<Agreement> {
    return approveAgreement(context.services, requireRole(context, RUNNERS), id, version);
  }

  @Mutation(() => Agreement, { description: 'Ends it for good; nothing is released under it from now on.' })
  endAgreement(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<Agreement> {
    return endAgreement(context.services, requireRole(context, ADMINS), id);
  }
}
