import { GraphQLJSONObject } from 'graphql-scalars';
import { Arg, Ctx, Field, ID, InputType, Mutation, Query, Resolver } from 'type-graphql';
import { ConsentController } from '../../entities/agreements/consent-controller.entity.js';
import { RegistryEnum } from '../../entities/database/enums.js';
import type { Registry } from '../../protocol/vocabulary.js';
import {
  registerConsentController,
  revokeConsentController,
  revokeMessageConsent,
  updateConsentController,
} from '../../use-cases/consents/consent-controllers.js';
import { ADMINS, READERS, RUNNERS, requireRole } from '../authorize.js';
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

  @Field(() => String, {
    nullable: true,
    description:
      'Where the status of its receipts is asked for, as `{receiptStatusUrl}/{jti}/status`; left out: below `jwksUrl`’s host.',
  })
  receiptStatusUrl?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The one sender that may show its receipts; left out: whom each names.',
  })
  presenter?: string | null;
}

@InputType({ description: 'What is left out stays; keys are replaced as a whole.' })
export class UpdateConsentControllerInput {
  @Field(() => String, { nullable: true })
  name?: string | null;

  @Field(() => String, { nullable: true })
  jwksUrl?: string | null;

  @Field(() => GraphQLJSONObject, { nullable: true, description: 'All its keys anew.' })
  jwks?: Record<string, unknown> | null;

  @Field(() => [RegistryEnum], { nullable: true })
  registries?: Registry[] | null;

  @Field(() => String, { nullable: true, description: 'null: below `jwksUrl`’s host.' })
  receiptStatusUrl?: string | null;

  @Field(() => String, { nullable: true, description: 'null: whom each receipt names.' })
  presenter?: string | null;
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

  @Mutation(() => ConsentController, { description: 'A key that is not in its new set counts no longer.' })
  updateConsentController(
    @Arg('id', () => ID) id: string,
    @Arg('input', () => UpdateConsentControllerInput) input: UpdateConsentControllerInput,
    @Ctx() context: Context,
  ): Promise<ConsentController> {
    return updateConsentController(context.services, requireRole(context, ADMINS), id, input);
  }

  @Mutation(() => ConsentController, {
    description: 'One consent in messages, by its number (`jti`), shown already or not, counts no more.',
  })
  revokeMessageConsent(
    @Arg('controllerId', () => ID, { description: 'Who signed it.' }) controllerId: string,
    @Arg('jti', () => String, { description: 'The number that its signer gave it.' }) jti: string,
    @Arg('reason', () => String, { nullable: true }) reason: string | undefined,
    @Ctx() context: Context,
  ): Promise<ConsentController> {
    const revocation = { controllerId, jti, reason: reason ?? undefined };
    return revokeMessageConsent(context.services, requireRole(context, RUNNERS), revocation);
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
