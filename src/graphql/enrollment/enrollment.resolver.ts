import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { requireSender } from '../authorize.js';
import type { Context } from '../context.js';
import { StatusCheckInput, StatusCheckResult } from '../search/status-check.types.js';
import { checkStatus } from '../../use-cases/search/status-check.js';
import { updateEnrollments } from '../../use-cases/enrollment/enrollment-updates.js';
import { EnrollmentUpdatesInput, PushResult } from './enrollment.types.js';
import { presentOf } from '../../use-cases/given.js';

@Resolver()
export class EnrollmentResolver {
  @Mutation(() => StatusCheckResult, {
    description: 'Whether a person is actively enrolled, in a programme or in any.',
  })
  enrolled(@Arg('input', () => StatusCheckInput) input: StatusCheckInput, @Ctx() context: Context) {
    return checkStatus(
      context.services,
      requireSender(context),
      { ...presentOf(input), item: presentOf(input.item) },
      'ENROLLED',
    );
  }

  @Mutation(() => PushResult, { description: 'Takes over enrolments that a service provider made or changed.' })
  updateEnrollments(
    @Arg('input', () => EnrollmentUpdatesInput) input: EnrollmentUpdatesInput,
    @Ctx() context: Context,
  ): Promise<PushResult> {
    return updateEnrollments(context.services, requireSender(context), input);
  }
}
