import { GraphQLJSONObject } from 'graphql-scalars';
import { Arg, Ctx, Field, ID, InputType, Mutation, Query, Resolver } from 'type-graphql';
import { ConsentController } from '../../entities/agreements/consent-controller.entity.js';
import { RegistryEnum } from '../../entities/database/enums.js';
import type { Registry } from '../../protocol/vocabulary.js';
import { registerConsentController, revokeConsentController } from '../../use-cases/consents/consent-controllers.js';
import { ADMINS, READERS, requireRole } from '../authorize.js';
import type { Context } from '../context.js';

@InputType({ description: 'Who may sign consents in messages; `jwksUrl` or `jwks`, one of the two.' })
export class RegisterConsentControllerInput {
  @Field(() => String)
  name!: string;

  @Field(() => String, {
    description: '`iss` of its consents, where they have one. A sender’s id: it signs for itself alone.',
  })
  issuer!: string;

  @Field(() => String, { nullable: true })
  jwksUrl?: string | null;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description: 'A JSON Web Key Set (RFC 7517); only public halves are kept.',
  })
  jwks?: Record<string, unknown> | null;

  @Field(() => [RegistryEnum])
  registries!: Registry[];
}

@Resolver(() => ConsentController)
export class ConsentControllerResolver {
  @Query(() => [ConsentController], { description: 'Who may sign consents in messages, revoked ones too.' })
  consentControllers(@Ctx() context: Context): Promise<ConsentController[]> {
    requireRole(context, READERS);
    return context.services.database.em().find(ConsentController, {}, { orderBy: { id: 'asc' } });
  }

  @Mutation(() => ConsentController, { description: 'Its consents count from the next question on.' })
  registerConsentController(
    @Arg('input', () => RegisterConsentControllerInput) input: RegisterConsentControllerInput,
    @Ctx() context: Context,
  ): Promise<ConsentController> {
    return registerConsentController(context.services, requireRole(context, ADMINS), input);
  }

  @Mutation(() => ConsentController, { description: 'None of its consents counts any more.' })
  revokeConsentController(
    @Arg('id', () => ID) id: string,
    @Arg('reason', () => String, { nullable: true }) reason: string | undefined,
    @Ctx() context: Context,
  ): Promise<ConsentController> {
    return revokeConsentController(context.services, requireRole(context, ADMINS), id, reason ?? undefined);
  }
}
