import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { uuidv7 } from '../../platform/uuid.js';
import { KeyUseEnum, ServerKeyStateEnum, type KeyUse, type ServerKeyState } from '../database/enums.js';

@ObjectType({
  description: 'A key pair of this server; the private half is sealed under the master key and never read out.',
})
@Entity({ tableName: 'server_key' })
export class ServerKey {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: string = uuidv7();

  @Field(() => String, { description: 'RFC 7638 thumbprint; stands in the JWKS.' })
  @Property({ type: 'text' })
  kid!: string;

  @Field(() => KeyUseEnum)
  @Property({ type: 'text' })
  use: KeyUse = 'SIG';

  @Field(() => String)
  @Property({ type: 'text' })
  algorithm!: string;

  @Field(() => ServerKeyStateEnum)
  @Property({ type: 'text' })
  state: ServerKeyState = 'NEXT';

  @Field(() => GraphQLJSONObject)
  @Property({ type: 'json' })
  publicJwk!: Record<string, unknown>;

  /** PKCS#8 sealed with the key id as associated data; removed on revocation. */
  @Property({ type: 'blob', nullable: true })
  privateSealed?: Buffer | null;

  @Field(() => Date)
  @Property({ type: 'datetime' })
  createdAt: Date = new Date();

  @Field(() => Date, { nullable: true })
  @Property({ type: 'datetime', nullable: true })
  activatedAt?: Date | null;

  @Field(() => Date, { nullable: true })
  @Property({ type: 'datetime', nullable: true })
  retiredAt?: Date | null;

  @Field(() => Date, { nullable: true })
  @Property({ type: 'datetime', nullable: true })
  revokedAt?: Date | null;
}
