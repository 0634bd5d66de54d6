import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { AdminAccount } from '../../entities/admins/admin-account.entity.js';
import {
  beginMySecondFactor,
  changeMyPassword,
  confirmMySecondFactor,
  removeMySecondFactor,
  signOut,
} from '../../use-cases/admins/own-account.js';
import { READERS, requireAccount, requireRole } from '../authorize.js';
import type { Context } from '../context.js';
import { PrincipalView } from '../me.resolver.js';
import { SecondFactorSetUp } from './account.types.js';

/** Of whoever is signed in with an account of this gateway. */
@Resolver(() => PrincipalView)
export class OwnAccountResolver {
  @FieldResolver(() => AdminAccount, {
    nullable: true,
    description: 'Of who signed in with an account of this gateway.',
  })
  account(@Root() _me: PrincipalView, @Ctx() { principal, services }: Context): Promise<AdminAccount | null> | null {
    if (!('session' in principal) || principal.session === undefined) return null;
    return services.database.em().findOne(AdminAccount, { id: principal.session.accountId });
  }

  @Mutation(() => Boolean, { description: 'Your other sessions end.' })
  changeMyPassword(
    @Arg('current', () => String, { description: 'The one that you have.' }) current: string,
    @Arg('replacement', () => String, { description: '12 to 128 characters.' }) replacement: string,
    @Ctx() context: Context,
  ): Promise<boolean> {
    return changeMyPassword(context.services, requireRole(context, READERS), current, replacement);
  }

  @Mutation(() => SecondFactorSetUp, { description: 'A secret for an authenticator app (RFC 6238), to be confirmed.' })
  beginMySecondFactor(
    @Arg('password', () => String, { description: 'Yours.' }) password: string,
    @Ctx() context: Context,
  ): Promise<SecondFactorSetUp> {
    return beginMySecondFactor(context.services, requireAccount(context), password);
  }

  @Mutation(() => [String], {
    description: 'From now on a code is asked for. Gives recovery codes, shown this once; each works once.',
  })
  confirmMySecondFactor(
    @Arg('code', () => String, { description: 'Six digits that the app shows.' }) code: string,
    @Ctx() context: Context,
  ): Promise<string[]> {
    return confirmMySecondFactor(context.services, requireAccount(context), code);
  }

  @Mutation(() => Boolean, { description: 'Your password is enough again.' })
  removeMySecondFactor(
    @Arg('password', () => String, { description: 'Yours.' }) password: string,
    @Arg('code', () => String, { description: 'Of the app, or a recovery code.' }) code: string,
    @Ctx() context: Context,
  ): Promise<boolean> {
    return removeMySecondFactor(context.services, requireRole(context, READERS), { password, code });
  }

  @Mutation(() => Boolean, { description: 'Ends this session.' })
  signOut(@Ctx() context: Context): Promise<boolean> {
    return signOut(context.services, requireAccount(context));
  }
}
