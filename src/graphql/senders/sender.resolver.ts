import { Arg, Args, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { FilterQuery } from '@mikro-orm/core';
import { Sender, SenderKey } from '../../entities/senders/sender.entity.js';
import { ADMINS, READERS, RUNNERS, requireRole } from '../authorize.js';
import { ConnectionArgs, findConnection, type ConnectionData } from '../connection.js';
import type { Context } from '../context.js';
import { senderWarnings } from '../../use-cases/senders/sender-warnings.js';
import { createSender, rotateSecret, setSenderState, updateSender } from '../../use-cases/senders/senders.js';
import { fetchSenderKeys } from '../../use-cases/senders/sender-jwks.js';
import { addSenderKey, revokeSenderKey } from '../../use-cases/senders/sender-keys.js';
import {
  CreateSenderInput,
  CreateSenderPayload,
  SENDER_ORDERS,
  SenderConnection,
  SenderFilter,
  SenderKeyInput,
  SenderOrderEnum,
  UpdateSenderInput,
  type SenderOrder,
} from './sender.types.js';

const WAS = 'What you looked at of what you change: CONFLICT names the field that somebody else changed meanwhile.';
const VERSION = 'The one that you looked at; left out, it must not have changed since it was proposed.';

@Resolver(() => Sender)
export class SenderResolver {
  @Query(() => SenderConnection, { description: 'All senders.' })
  senders(
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Arg('filter', () => SenderFilter, { nullable: true }) filter: SenderFilter | undefined,
    @Arg('orderBy', () => SenderOrderEnum, { defaultValue: 'SENDER_ID' }) orderBy: SenderOrder,
    @Ctx() context: Context,
  ): Promise<ConnectionData<Sender>> {
    requireRole(context, READERS);
    return findConnection(context.services.database, Sender, whereSender(filter), SENDER_ORDERS[orderBy], args);
  }

  @Query(() => Sender, { nullable: true })
  async sender(@Arg('senderId', () => String) senderId: string, @Ctx() context: Context): Promise<Sender | null> {
    requireRole(context, READERS);
    return (await context.loaders.senderBySenderId.load(senderId)) ?? null;
  }

  @FieldResolver(() => Boolean, { description: 'Whether its requests are answered.' })
  active(@Root() sender: Sender): boolean {
    return sender.state === 'ACTIVE';
  }

  @FieldResolver(() => String, { nullable: true, description: 'For administrators; null for the sender itself.' })
  notes(@Root() { notes }: Sender, @Ctx() { principal }: Context): string | null {
    return principal.kind === 'admin' ? (notes ?? null) : null;
  }

  @FieldResolver(() => [SenderKey])
  keys(@Root() sender: Sender, @Ctx() context: Context): Promise<SenderKey[]> {
    return context.loaders.keysOfSender.load(sender.id);
  }

  @FieldResolver(() => [String], { description: 'What an operator should look at.' })
  warnings(@Root() sender: Sender, @Ctx() { services }: Context): string[] {
    return senderWarnings(services, sender);
  }

  @Mutation(() => CreateSenderPayload)
  createSender(
    @Arg('input', () => CreateSenderInput) input: CreateSenderInput,
    @Ctx() context: Context,
  ): Promise<CreateSenderPayload> {
    return createSender(context.services, requireRole(context, ADMINS), input);
  }

  @Mutation(() => Sender)
  updateSender(
    @Arg('senderId', () => String) senderId: string,
    @Arg('input', () => UpdateSenderInput) input: UpdateSenderInput,
    @Arg('was', () => UpdateSenderInput, { nullable: true, description: WAS }) was: UpdateSenderInput | undefined,
    @Ctx() context: Context,
  ): Promise<Sender> {
    return updateSender(context.services, requireRole(context, ADMINS), senderId, input, was);
  }

  @Mutation(() => Sender, {
    description: 'Lets a pending sender in; with four eyes, another admin than those who proposed it must.',
  })
  approveSender(
    @Arg('senderId', () => String) senderId: string,
    @Arg('version', () => Int, { nullable: true, description: VERSION }) version: number | undefined,
    @Ctx() context: Context,
  ): Promise<Sender> {
    return setSenderState(context.services, requireRole(context, RUNNERS), senderId, 'approveSender', { version });
  }

  @Mutation(() => Sender, { description: 'Its requests are refused and its deliveries rest from now on.' })
  suspendSender(
    @Arg('senderId', () => String) senderId: string,
    @Arg('reason', () => String, { nullable: true }) reason: string | undefined,
    @Ctx() context: Context,
  ): Promise<Sender> {
    return setSenderState(context.services, requireRole(context, ADMINS), senderId, 'suspendSender', { reason });
  }

  @Mutation(() => Sender, { description: 'Lifts a suspension, and approves what was proposed meanwhile.' })
  activateSender(
    @Arg('senderId', () => String) senderId: string,
    @Arg('version', () => Int, { nullable: true, description: VERSION }) version: number | undefined,
    @Ctx() context: Context,
  ): Promise<Sender> {
    return setSenderState(context.services, requireRole(context, ADMINS), senderId, 'activateSender', { version });
  }

  @Mutation(() => CreateSenderPayload, { description: 'A new client secret, shown once; the old one ends at once.' })
  rotateSenderSecret(
    @Arg('senderId', () => String) senderId: string,
    @Ctx() context: Context,
  ): Promise<CreateSenderPayload> {
    return rotateSecret(context.services, requireRole(context, ADMINS), senderId);
  }

  @Mutation(() => SenderKey)
  addSenderKey(
    @Arg('senderId', () => String) senderId: string,
    @Arg('input', () => SenderKeyInput) input: SenderKeyInput,
    @Ctx() context: Context,
  ): Promise<SenderKey> {
    return addSenderKey(context.services, requireRole(context, ADMINS), senderId, input);
  }

  @Mutation(() => [SenderKey], {
    description:
      'Reads the sender’s JWKS now: new keys come, vanished ones are revoked, registered ones stay as they are.',
  })
  fetchSenderKeys(@Arg('senderId', () => String) senderId: string, @Ctx() context: Context): Promise<SenderKey[]> {
    return fetchSenderKeys(context.services, requireRole(context, ADMINS), senderId);
  }

  @Mutation(() => SenderKey)
  revokeSenderKey(
    @Arg('senderId', () => String) senderId: string,
    @Arg('kid', () => String) kid: string,
    @Ctx() context: Context,
  ): Promise<SenderKey> {
    return revokeSenderKey(context.services, requireRole(context, ADMINS), senderId, kid);
  }
}

function whereSender(given: SenderFilter | null | undefined): FilterQuery<Sender> {
  const filter = given ?? {};
  return {
    ...(filter.senderId == null ? {} : { senderId: filter.senderId }),
    ...(filter.name == null ? {} : { name: holding(filter.name) }),
    ...(filter.nameOrId == null
      ? {}
      : { $or: [{ name: holding(filter.nameOrId) }, { senderId: holding(filter.nameOrId) }] }),
    ...(filter.state == null ? {} : { state: filter.state }),
    ...(filter.registry == null ? {} : { registries: { $contains: [filter.registry] } }),
  };
}

const holding = (part: string) => ({ $ilike: `%${part.replace(/[%_\\]/g, '\\$&')}%` });
