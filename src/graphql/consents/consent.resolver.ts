import type { FilterQuery } from '@mikro-orm/core';
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Consent } from '../../entities/agreements/consent.entity.js';
import { READERS, requireRole, RUNNERS, seesPersons } from '../authorize.js';
import { ConnectionArgs, findConnection, type ConnectionData } from '../connection.js';
import type { Context } from '../context.js';
import { invalid } from '../../use-cases/errors.js';
import { RecordIdentifier } from '../records/record.types.js';
import { readIdentifier } from '../../use-cases/records/identifier.input.js';
import { definitionOf } from '../../use-cases/records/records.js';
import { byTime, TimeOrderEnum, type TimeOrder } from '../time-order.js';
import { ConsentConnection, ConsentFilter, GrantConsentInput } from './consent.types.js';
import { grantConsent, revokeConsent } from '../../use-cases/consents/consents.js';

@Resolver(() => Consent)
export class ConsentResolver {
  @Query(() => ConsentConnection, { description: 'Consents of persons, in force or not.' })
  consents(
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Arg('filter', () => ConsentFilter, { nullable: true }) filter: ConsentFilter | undefined,
    @Arg('orderBy', () => TimeOrderEnum, { defaultValue: 'NEWEST' }) orderBy: TimeOrder,
    @Ctx() context: Context,
  ): Promise<ConnectionData<Consent>> {
    requireRole(context, filter?.identifier == null ? READERS : ['ADMIN', 'OPERATOR', 'AUDITOR']);
    const where = whereConsent(context, filter ?? {});
    return findConnection(context.services.database, Consent, where, byTime(orderBy), args);
  }

  @FieldResolver(() => RecordIdentifier, { nullable: true, description: 'Of the person; a monitor does not see it.' })
  identifier(@Root() consent: Consent, @Ctx() { principal }: Context): RecordIdentifier | null {
    if (principal.kind !== 'admin' || principal.role === 'MONITOR') return null;
    return { type: consent.identifierType, value: consent.identifierValue };
  }

  @FieldResolver(() => String, { nullable: true })
  evidence(@Root() { evidence }: Consent, @Ctx() context: Context): string | null {
    return seesPersons(context) ? (evidence ?? null) : null;
  }

  @FieldResolver(() => Boolean, { description: 'Whether it counts now.' })
  inForce(@Root() consent: Consent, @Ctx() { services }: Context): boolean {
    const { revokedAt, numberPassedAt, validFrom, validUntil } = consent;
    const now = services.clock();
    const isOver = revokedAt != null || numberPassedAt != null || (validUntil != null && validUntil <= now);
    return !isOver && validFrom <= now;
  }

  @Mutation(() => Consent, { description: 'Counts from the next question on, for agreements that require consent.' })
  grantConsent(
    @Arg('input', () => GrantConsentInput) input: GrantConsentInput,
    @Ctx() context: Context,
  ): Promise<Consent> {
    return grantConsent(context.services, requireRole(context, RUNNERS), input);
  }

  @Mutation(() => Consent, {
    description: 'Ends a consent at once, for searches and for what is still to be delivered.',
  })
  revokeConsent(
    @Arg('id', () => ID) id: string,
    @Arg('reason', () => String, { nullable: true }) reason: string | undefined,
    @Ctx() context: Context,
  ): Promise<Consent> {
    return revokeConsent(context.services, requireRole(context, RUNNERS), id, reason ?? undefined);
  }
}

function whereConsent({ services }: Context, filter: ConsentFilter): FilterQuery<Consent> {
  const { registry, identifier, senderId, organizationKind, inForce } = filter;
  const now = services.clock();
  const current = {
    revokedAt: null,
    numberPassedAt: null,
    validFrom: { $lte: now },
    $or: [{ validUntil: null }, { validUntil: { $gt: now } }],
  };
  return {
    ...(registry == null ? {} : { registry }),
    ...(identifier == null ? {} : ofPerson(services, registry, identifier)),
    ...(senderId == null ? {} : { senderId }),
    ...(organizationKind == null ? {} : { organizationKind }),
    ...(inForce === true ? current : {}),
    ...(inForce === false ? { $not: current } : {}),
  };
}

function ofPerson(services: Context['services'], registry: string | undefined, given: RecordIdentifier) {
  if (registry == null) throw invalid('filter.registry', 'needed with filter.identifier');
  const { type, value } = readIdentifier(definitionOf(services, registry), given, 'filter.identifier');
  return { identifierType: type, identifierValue: value };
}
