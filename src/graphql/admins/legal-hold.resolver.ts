import { Arg, Ctx, Field, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { GATEWAY_OWNER } from '../../entities/database/data-vault.js';
import { readHolds, setHold } from '../../entities/retention/legal-hold.repository.js';
import { changeAsAdmin } from '../../use-cases/admin-change.js';
import { ADMINS, READERS, requireRole } from '../authorize.js';
import type { Context } from '../context.js';
import { conflict, invalid, notFound } from '../../use-cases/errors.js';

@ObjectType({ description: 'What one sender sent and got in one month is not deleted, whatever its age.' })
export class LegalHold {
  @Field(() => String, {
    description: 'Sender id; `(gateway)` for what belongs to no sender, such as record versions.',
  })
  owner!: string;

  @Field(() => String, { description: '`YYYY-MM`.' })
  month!: string;
}

@Resolver(() => LegalHold)
export class LegalHoldResolver {
  @Query(() => [LegalHold], { description: 'All legal holds.' })
  legalHolds(@Ctx() context: Context): Promise<LegalHold[]> {
    requireRole(context, READERS);
    return readHolds(context.services.database);
  }

  @Mutation(() => LegalHold, {
    description: 'Keeps what a sender sent and got in a month from retention and shredding until the hold is lifted.',
  })
  placeLegalHold(
    @Arg('senderId', () => String) senderId: string,
    @Arg('month', () => String, { description: '`YYYY-MM`.' }) month: string,
    @Arg('reason', () => String) reason: string,
    @Ctx() context: Context,
  ): Promise<LegalHold> {
    return changeHold(context, senderId, month, reason, true);
  }

  @Mutation(() => LegalHold, { description: 'Retention takes up again what the hold kept.' })
  liftLegalHold(
    @Arg('senderId', () => String) senderId: string,
    @Arg('month', () => String, { description: '`YYYY-MM`.' }) month: string,
    @Arg('reason', () => String) reason: string,
    @Ctx() context: Context,
  ): Promise<LegalHold> {
    return changeHold(context, senderId, month, reason, false);
  }
}

async function changeHold(
  context: Context,
  owner: string,
  month: string,
  reason: string,
  held: boolean,
): Promise<LegalHold> {
  const admin = requireRole(context, ADMINS);
  const { services, loaders } = context;
  if (!/^(?!0000)\d{4}-(0[1-9]|1[0-2])$/.test(month)) throw invalid('month', 'send YYYY-MM, such as 2026-01');
  if (owner !== GATEWAY_OWNER && (await loaders.senderBySenderId.load(owner)) === undefined)
    throw notFound('senderId', 'no such sender');
  // What is still to be sealed in that month is held too.
  if (held) await services.vault.makeKey(owner, `${month}-01`);
  return changeAsAdmin(services, admin, async (unit) => {
    if (!(await setHold(unit, { owner, month }, held)))
      throw conflict('month', held ? 'it is held already, or its data key was shredded' : 'there is no such hold');
    const action = held ? 'placeLegalHold' : 'liftLegalHold';
    const change = { action, targetType: 'LegalHold', targetId: `${owner} ${month}`, reason, after: { held } };
    return { result: { owner, month }, change };
  });
}
