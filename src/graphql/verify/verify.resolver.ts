import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { requireSender } from '../authorize.js';
import type { Context } from '../context.js';
import { VerifyInput, VerifyResult } from './verify.types.js';
import { verify } from '../../use-cases/verify/verify.js';

@Resolver()
export class VerifyResolver {
  @Mutation(() => VerifyResult, { description: 'Confirms or denies claims about a person; audited as a search is.' })
  verify(@Arg('input', () => VerifyInput) input: VerifyInput, @Ctx() context: Context): Promise<VerifyResult> {
    return verify(context.services, requireSender(context), input);
  }
}
