import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { revokeAdmin } from '../../entities/admins/revoked-admin.repository.js';
import { changeAsAdmin } from '../../use-cases/admin-change.js';
import { ADMINS, requireRole } from '../authorize.js';
import type { Context } from '../context.js';
import { invalid } from '../../use-cases/errors.js';

@Resolver()
export class AdminResolver {
  @Mutation(() => Boolean, {
    description:
      'Ends all sessions of an administrator, of the issuer or of an account here: tokens issued until now are refused, open WebSockets close within seconds.',
  })
  async revokeAdminSessions(
    @Arg('subject', () => String, { description: '`sub` of their tokens, or `subject` of their account.' })
    subject: string,
    @Arg('reason', () => String) reason: string,
    @Ctx() context: Context,
  ): Promise<boolean> {
    const admin = requireRole(context, ADMINS);
    const { services } = context;
    if (subject === '' || subject === 'bootstrap-admin')
      throw invalid('subject', 'name an admin of the issuer or of an account; to end the bootstrap token, set another');
    return changeAsAdmin(services, admin, async (unit) => {
      await revokeAdmin(unit, subject, admin.subject, services.clock());
      const change = { action: 'revokeAdminSessions', targetType: 'Admin', targetId: subject, reason };
      return { result: true, change };
    });
  }
}
