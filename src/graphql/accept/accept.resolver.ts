import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { requireSender } from '../authorize.js';
import type { Context } from '../context.js';
import { AcceptedMessage, AcceptRequestInput } from './accept.types.js';
import { acceptRequest } from '../../use-cases/accept/accept-request.js';

@Resolver()
export class AcceptResolver {
  @Mutation(() => AcceptedMessage, {
    description: 'Accepts a DCI message for later work; used by the asynchronous endpoints only.',
  })
  acceptRequest(
    @Arg('input', () => AcceptRequestInput) input: AcceptRequestInput,
    @Ctx() context: Context,
  ): Promise<AcceptedMessage> {
    return acceptRequest(context.services, requireSender(context), input);
  }
}
