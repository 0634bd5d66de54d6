import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { Sender } from '../../entities/senders/sender.entity.js';
import { ADMINS, requireRole } from '../authorize.js';
import type { Context } from '../context.js';
import { OutboundSettings, SenderOutboundInput } from './outbound.types.js';
import { describeOutbound, setSenderOutbound } from '../../use-cases/senders/outbound.js';

@Resolver(() => Sender)
export class SenderOutboundResolver {
  @FieldResolver(() => OutboundSettings, { description: 'How we show who we are to its receiver.' })
  async outbound(@Root() { id }: Sender, @Ctx() { services }: Context): Promise<OutboundSettings> {
    return describeOutbound(await services.senderOutbound.load(id));
  }

  @Mutation(() => OutboundSettings, { description: 'Sets how we show who we are to its receiver.' })
  setSenderOutbound(
    @Arg('senderId', () => String) senderId: string,
    @Arg('input', () => SenderOutboundInput) input: SenderOutboundInput,
    @Ctx() context: Context,
  ): Promise<OutboundSettings> {
    return setSenderOutbound(context.services, requireRole(context, ADMINS), senderId, input);
  }
}
