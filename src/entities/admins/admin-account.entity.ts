import { ArrayType } from '@mikro-orm/core';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import { uuidv7 } from '../../platform/uuid.js';
import type { Role } from '../../protocol/vocabulary.js';
import { AdminAccountStateEnum, RoleEnum, type AdminAccountState } from '../database/enums.js';

/** An administrator that this gateway knows itself. */
@ObjectType({ description: 'An administrator that this gateway knows itself, beside those of an issuer.' })
@Entity({ tableName: 'admin_account' })
export class AdminAccount {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: string = uuidv7();

  @Field(() => String, { description: 'What its administrator signs in with.' })
  @Property({ type: 'text' })
  name!: string;

  @Field(() => RoleEnum)
  @Property({ type: 'text' })
  role!: Role;

  @Field(() => AdminAccountStateEnum)
  @Property({ type: 'text' })
  state: AdminAccountState = 'ACTIVE';

  /** Argon2id, with its parameters. */
  @Property({ type: 'text' })
  passwordHash!: string;

  @Field(() => Boolean, { description: 'Its password was given by another, and is changed at the next sign in.' })
  @Property({ type: 'boolean' })
  passwordDue = true;

  @Field(() => Date, { nullable: true, description: 'Until when the password that another gave can be used.' })
  @Property({ type: 'datetime', nullable: true })
  passwordUntil?: Date | null;

  /** The TOTP secret, sealed under the master key. */
  @Property({ type: 'blob', nullable: true })
  totpSealed?: Buffer | null;

  @Field(() => Boolean, { description: 'Whether a code of an authenticator app is asked for beside the password.' })
  @Property({ type: 'boolean' })
  totpConfirmed = false;

  /** The last time step whose code was taken: none works twice. */
  @Property({ type: 'bigint' })
  totpStep: string | number = 0;

  /** Hashes of those that are left. */
  @Property({ type: ArrayType })
  recoveryCodes: string[] = [];

  @Property({ type: 'int' })
  version = 1;

  @Field(() => [String], { description: 'Administrators who made, reset or raised it and whom another must approve.' })
  @Property({ type: ArrayType })
  proposedBy: string[] = [];

  @Property({ type: 'int', nullable: true })
  proposedVersion?: number | null;

  @Field(() => String)
  @Property({ type: 'text' })
  createdBy!: string;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  approvedBy?: string | null;

  @Field(() => Date)
  @Property({ type: 'datetime' })
  createdAt: Date = new Date();

  @Field(() => Date, { nullable: true, description: 'When somebody last signed in with it.' })
  @Property({ type: 'datetime', nullable: true })
  signedInAt?: Date | null;
}
