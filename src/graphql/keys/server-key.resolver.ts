import { Arg, Ctx, Mutation, Query, registerEnumType, Resolver } from 'type-graphql';
import { KeyUseEnum, type KeyUse } from '../../entities/database/enums.js';
import { ServerKey } from '../../entities/senders/server-key.entity.js';
import type { KeyAlgorithm } from '../../protocol/signature/key.policy.js';
import { ADMINS, READERS, requireRole } from '../authorize.js';
import type { Context } from '../context.js';
import {
  activateServerKey,
  generateServerKey,
  importServerKey,
  retireServerKey,
  revokeServerKey,
} from '../../use-cases/keys/server-keys.js';

/** GraphQL names cannot hold the dashes of the algorithms' own names. */
const KEY_ALGORITHMS = {
  ED25519: 'ed25519',
  RSA_SHA256: 'rsa-sha256',
  ECDSA_SHA256: 'ecdsa-sha256',
  RSA_OAEP_256: 'RSA-OAEP-256',
  ECDH_ES_A256KW: 'ECDH-ES+A256KW',
} as const satisfies Record<string, KeyAlgorithm>;
registerEnumType(KEY_ALGORITHMS, {
  name: 'KeyAlgorithm',
  description: 'Algorithm of a server key: three that sign, two that decrypt.',
});

@Resolver(() => ServerKey)
export class ServerKeyResolver {
  @Query(() => [ServerKey], { description: 'All keys of this server, newest first; public halves only.' })
  serverKeys(@Ctx() context: Context): Promise<ServerKey[]> {
    requireRole(context, READERS);
    return context.services.database.em().find(ServerKey, {}, { orderBy: { id: 'desc' } });
  }

  @Mutation(() => ServerKey, { description: 'Makes a key in state NEXT: published, not yet used.' })
  generateServerKey(
    @Arg('algorithm', () => KEY_ALGORITHMS, { defaultValue: 'ed25519' }) algorithm: KeyAlgorithm,
    @Ctx() context: Context,
  ): Promise<ServerKey> {
    return generateServerKey(context.services, requireRole(context, ADMINS), algorithm);
  }

  @Mutation(() => ServerKey, { description: 'Takes a private key (PEM) in state NEXT.' })
  importServerKey(
    @Arg('privateKeyPem', () => String) privateKeyPem: string,
    @Arg('use', () => KeyUseEnum, { defaultValue: 'SIG' }) use: KeyUse,
    @Ctx() context: Context,
  ): Promise<ServerKey> {
    return importServerKey(context.services, requireRole(context, ADMINS), privateKeyPem, use);
  }

  @Mutation(() => ServerKey)
  activateServerKey(@Arg('kid', () => String) kid: string, @Ctx() context: Context): Promise<ServerKey> {
    return activateServerKey(context.services, requireRole(context, ADMINS), kid);
  }

  @Mutation(() => ServerKey)
  retireServerKey(@Arg('kid', () => String) kid: string, @Ctx() context: Context): Promise<ServerKey> {
    return retireServerKey(context.services, requireRole(context, ADMINS), kid);
  }

  @Mutation(() => ServerKey, {
    description:
      'For a key that leaked: never published or used again. Before the active signing key, activate another.',
  })
  revokeServerKey(@Arg('kid', () => String) kid: string, @Ctx() context: Context): Promise<ServerKey> {
    return revokeServerKey(context.services, requireRole(context, ADMINS), kid);
  }
}
