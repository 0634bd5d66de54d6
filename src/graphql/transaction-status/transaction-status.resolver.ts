import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { requireSender } from '../authorize.js';
import type { Context } from '../context.js';
import { TransactionStatusInput, TransactionStatusResult } from './transaction-status.types.js';
import { transactionStatus } from '../../use-cases/transaction-status/transaction-status.js';

@Resolver()
export class TransactionStatusResolver {
  @Mutation(() => TransactionStatusResult, {
    description: 'What became of an earlier request of the caller, finished or not.',
  })
  transactionStatus(
    @Arg('input', () => TransactionStatusInput) input: TransactionStatusInput,
    @Ctx() context: Context,
  ): Promise<TransactionStatusResult> {
    return transactionStatus(context.services, requireSender(context), input);
  }
}
