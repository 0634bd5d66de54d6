import { Field, InputType } from 'type-graphql';
import { Consent } from '../../entities/agreements/consent.entity.js';
import { RegistryEnum } from '../../entities/database/enums.js';
import type { Registry } from '../../protocol/vocabulary.js';
import { connectionOf } from '../connection.js';
import { IdentifierInput } from '../records/record.types.js';

@InputType({ description: 'A person’s consent. One of `senderId` and `organizationKind` says who may have the data.' })
export class GrantConsentInput {
  @Field(() => RegistryEnum)
  registry!: Registry;

  @Field(() => IdentifierInput, {
    description: 'Names the person; consent is found under any identifier of the record.',
  })
  identifier!: IdentifierInput;

  @Field(() => String, { nullable: true, description: 'One sender.' })
  senderId?: string | null;

  @Field(() => String, { nullable: true, description: 'Every sender of this `organizationKind`.' })
  organizationKind?: string | null;

  @Field(() => [String], { nullable: true, description: 'Purpose codes; left out = every purpose.' })
  purposes?: string[] | null;

  @Field(() => [String], {
    description: '`["*"]`, or paths such as `name.surname`; narrows what the agreement covers.',
  })
  fields!: string[];

  @Field(() => Date, { nullable: true, description: 'Left out = now.' })
  validFrom?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Left out = until revoked.' })
  validUntil?: Date | null;

  @Field(() => String, { nullable: true, description: 'Where the proof of consent is kept.' })
  evidence?: string | null;
}

@InputType({ description: 'All that is given must hold.' })
export class ConsentFilter {
  @Field(() => RegistryEnum, { nullable: true })
  registry?: Registry;

  @Field(() => IdentifierInput, { nullable: true, description: 'Of one person; needs `registry`.' })
  identifier?: IdentifierInput;

  @Field(() => String, { nullable: true })
  senderId?: string;

  @Field(() => String, { nullable: true })
  organizationKind?: string;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether it is neither revoked nor expired, nor still to begin.',
  })
  inForce?: boolean;
}

export const ConsentConnection = connectionOf(Consent, 'Consent');
