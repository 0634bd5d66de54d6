import { Ctx, Field, ObjectType, Query, Resolver } from 'type-graphql';
import { RoleEnum } from '../entities/database/enums.js';
import type { Role } from '../protocol/vocabulary.js';
import type { Context } from './context.js';
import { unauthenticated } from '../use-cases/errors.js';

@ObjectType('Principal', { description: 'Who is asking.' })
export class PrincipalView {
  @Field(() => String, {
    description:
      '`admin` or `sender`; `enrolling` is an account that must set up its second factor before anything else.',
  })
  kind!: string;

  @Field(() => String, { description: 'Subject of the token.' })
  subject!: string;

  @Field(() => RoleEnum, { nullable: true })
  role?: Role;

  @Field(() => String, { nullable: true })
  senderId?: string;
}

@Resolver()
export class MeResolver {
  @Query(() => PrincipalView)
  me(@Ctx() { principal }: Context): PrincipalView {
    if (principal.kind === 'anonymous') throw unauthenticated('sign in: send Authorization: Bearer <token>');
    if (principal.kind !== 'sender') {
      const { kind, subject, role } = principal;
      return { kind, subject, role };
    }
    const { senderId } = principal.sender;
    return { kind: 'sender', subject: senderId, senderId };
  }
}
