import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { requireSender } from '../authorize.js';
import type { Context } from '../context.js';
import { ReceiptInput, ReceiptResult } from './receipt.types.js';
import { acknowledgeReceipt } from '../../use-cases/receipts/receipt.js';

@Resolver()
export class ReceiptResolver {
  @Mutation(() => ReceiptResult, { description: 'Acknowledges messages that were delivered to the caller.' })
  acknowledgeReceipt(
    @Arg('input', () => ReceiptInput) input: ReceiptInput,
    @Ctx() context: Context,
  ): Promise<ReceiptResult> {
    return acknowledgeReceipt(context.services, requireSender(context), input);
  }
}
