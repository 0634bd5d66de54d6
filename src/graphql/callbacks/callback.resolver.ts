import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { requireSender } from '../authorize.js';
import type { Context } from '../context.js';
import { CallbackInput, CallbackResult } from './callback.types.js';
import { receiveCallback } from '../../use-cases/callbacks/callback.js';

@Resolver()
export class CallbackResolver {
  @Mutation(() => CallbackResult, { description: 'Brings the answer to a request that was made to the caller.' })
  receiveCallback(
    @Arg('input', () => CallbackInput) input: CallbackInput,
    @Ctx() context: Context,
  ): Promise<CallbackResult> {
    return receiveCallback(context.services, requireSender(context), input);
  }
}
