import { Ctx, Field, ObjectType, Query, Resolver } from 'type-graphql';
import { RoleEnum } from '../entities/database/enums.js';
import type { Role } from '../protocol/vocabulary.js';
import type { Context } from './context.js';
import { unauthenticated } from '../use-cases/errors.js';

@ObjectType('Principal', { description: 'Who is asking.' })
export class PrincipalView {
  @Field(() => String, { description: '`admin` or `sender`.' })
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
    if (principal.kind === 'admin') return { kind: 'admin', subject: principal.subject, role: principal.role };
    if (principal.kind === 'anonymous') throw unauthenticated('sign in: send Authorization: Bearer <token>');
    const { senderId } = principal.sender;
    return { kind: 'sender', subject: senderId, senderId };
  }
}
