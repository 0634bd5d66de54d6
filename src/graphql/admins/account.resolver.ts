import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { AdminAccount } from '../../entities/admins/admin-account.entity.js';
import { LOCAL } from '../../entities/admins/admin-session.repository.js';
import { RoleEnum } from '../../entities/database/enums.js';
import type { Role } from '../../protocol/vocabulary.js';
import {
  approveAdminAccount,
  changeAdminRole,
  createAdminAccount,
  disableAdminAccount,
  enableAdminAccount,
  resetAdminAccount,
} from '../../use-cases/admins/accounts.js';
import { ADMINS, requireRole } from '../authorize.js';
import type { Context } from '../context.js';
import { AdminAccountPayload, CreateAdminAccountInput } from './account.types.js';

@Resolver(() => AdminAccount)
export class AdminAccountResolver {
  @Query(() => [AdminAccount], {
    description: 'All accounts of administrators that this gateway knows itself, by name.',
  })
  adminAccounts(@Ctx() context: Context): Promise<AdminAccount[]> {
    requireRole(context, ['ADMIN', 'AUDITOR']);
    return context.services.database.em().find(AdminAccount, {}, { orderBy: { name: 'asc' } });
  }

  @FieldResolver(() => String, { description: 'How the audit names its administrator.' })
  subject(@Root() { name }: AdminAccount): string {
    return `${LOCAL}${name}`;
  }

  @FieldResolver(() => Int, { description: 'Counts its changes.' })
  version(@Root() { version }: AdminAccount): number {
    return version;
  }

  @FieldResolver(() => Int, { description: 'Recovery codes that are left.' })
  recoveryCodesLeft(@Root() { recoveryCodes }: AdminAccount): number {
    return recoveryCodes.length;
  }

  @Mutation(() => AdminAccountPayload, { description: 'With four eyes, another admin must approve it.' })
  createAdminAccount(
    @Arg('input', () => CreateAdminAccountInput) input: CreateAdminAccountInput,
    @Ctx() context: Context,
  ): Promise<AdminAccountPayload> {
    return createAdminAccount(context.services, requireRole(context, ADMINS), input);
  }

  @Mutation(() => AdminAccountPayload, {
    description:
      'For who lost password or telephone: another password, no second factor, no session. With four eyes, another admin must approve it.',
  })
  resetAdminAccount(
    @Arg('name', () => String) name: string,
    @Arg('reason', () => String) reason: string,
    @Ctx() context: Context,
  ): Promise<AdminAccountPayload> {
    return resetAdminAccount(context.services, requireRole(context, ADMINS), name, reason);
  }

  @Mutation(() => AdminAccount, {
    description: 'From the next question on. With four eyes, another admin must approve it.',
  })
  changeAdminRole(
    @Arg('name', () => String) name: string,
    @Arg('role', () => RoleEnum) role: Role,
    @Ctx() context: Context,
  ): Promise<AdminAccount> {
    return changeAdminRole(context.services, requireRole(context, ADMINS), name, role);
  }

  @Mutation(() => AdminAccount, { description: 'Nobody signs in with it any more; its sessions end at once.' })
  disableAdminAccount(
    @Arg('name', () => String) name: string,
    @Arg('reason', () => String) reason: string,
    @Ctx() context: Context,
  ): Promise<AdminAccount> {
    return disableAdminAccount(context.services, requireRole(context, ADMINS), name, reason);
  }

  @Mutation(() => AdminAccount, { description: 'Lifts `disableAdminAccount`; the password is what it was.' })
  enableAdminAccount(@Arg('name', () => String) name: string, @Ctx() context: Context): Promise<AdminAccount> {
    return enableAdminAccount(context.services, requireRole(context, ADMINS), name);
  }

  @Mutation(() => AdminAccount, { description: 'By another admin than those who proposed it.' })
  approveAdminAccount(
    @Arg('name', () => String) name: string,
    @Arg('version', () => Int, { nullable: true, description: 'The version that you looked at.' })
    version: number | undefined,
    @Ctx() context: Context,
  ): Promise<AdminAccount> {
    return approveAdminAccount(context.services, requireRole(context, ADMINS), name, version);
  }
}
