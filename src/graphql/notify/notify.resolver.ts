import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { requireSender } from '../authorize.js';
import type { Context } from '../context.js';
import { PushResult } from '../enrollment/enrollment.types.js';
import { NotifyInput } from './notify.types.js';
import { receiveNotification } from '../../use-cases/notify/notify.js';
import { presentOf } from '../../use-cases/given.js';

@Resolver()
export class NotifyResolver {
  @Mutation(() => PushResult, {
    description: 'Tells a registry of events. Stored in any case, applied where the agreement allows NOTIFY.',
  })
  notify(@Arg('input', () => NotifyInput) input: NotifyInput, @Ctx() context: Context): Promise<PushResult> {
    const events = input.events.map(presentOf);
    return receiveNotification(context.services, requireSender(context), { ...presentOf(input), events });
  }
}
