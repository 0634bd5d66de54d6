import { Field, InputType, ObjectType } from 'type-graphql';
import { AdminAccount } from '../../entities/admins/admin-account.entity.js';
import { RoleEnum } from '../../entities/database/enums.js';
import type { Role } from '../../protocol/vocabulary.js';

@InputType({ description: 'A new account of an administrator.' })
export class CreateAdminAccountInput {
  @Field(() => String, {
    description: 'What its administrator signs in with: letters, digits, `.`, `_`, `-`, `@`, `+`.',
  })
  name!: string;

  @Field(() => RoleEnum)
  role!: Role;
}

@ObjectType({ description: 'An account and the password for its first sign in.' })
export class AdminAccountPayload {
  @Field(() => AdminAccount, { description: 'The account.' })
  account!: AdminAccount;

  @Field(() => String, { description: 'Shown once, good for seven days; its administrator must change it.' })
  oneTimePassword!: string;
}

@ObjectType({ description: 'What an authenticator app needs to know.' })
export class SecondFactorSetUp {
  @Field(() => String, { description: 'The secret in base32, for those who type it. Shown once.' })
  secret!: string;

  @Field(() => String, { description: '`otpauth://…` for a QR code. Shown once.' })
  uri!: string;
}
