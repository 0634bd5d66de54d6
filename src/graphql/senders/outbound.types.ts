import { Field, InputType, ObjectType } from 'type-graphql';

@InputType({ description: 'Client credentials (RFC 6749, 4.4) that the receiver gave us.' })
export class OutboundOAuthInput {
  @Field(() => String, { description: 'The receiver’s token endpoint.' })
  tokenUrl!: string;

  @Field(() => String, { description: 'Our client id there.' })
  clientId!: string;

  @Field(() => String, { description: 'Sealed at once and never shown again.' })
  clientSecret!: string;

  @Field(() => String, { nullable: true, description: 'Scopes to ask for, separated by spaces.' })
  scope?: string | null;
}

@InputType({ description: 'TLS to the receiver; all PEM. A certificate and its key go together.' })
export class OutboundTlsInput {
  @Field(() => String, { nullable: true, description: 'Our client certificate, with its chain.' })
  certificate?: string | null;

  @Field(() => String, { nullable: true, description: 'Its private key; sealed at once and never shown again.' })
  key?: string | null;

  @Field(() => String, { nullable: true, description: 'The authority that signed the receiver’s certificate.' })
  authority?: string | null;
}

@InputType({ description: 'Replaces all that was set before; what is left out is not used any more.' })
export class SenderOutboundInput {
  @Field(() => OutboundOAuthInput, { nullable: true, description: 'An access token goes with each message.' })
  oauth?: OutboundOAuthInput | null;

  @Field(() => String, {
    nullable: true,
    description: 'A bearer token that never changes, in place of `oauth`: for receivers without a token endpoint.',
  })
  bearer?: string | null;

  @Field(() => OutboundTlsInput, { nullable: true, description: 'How the connection is secured.' })
  tls?: OutboundTlsInput | null;
}

@ObjectType({ description: 'How we show who we are to a receiver, without the secrets.' })
export class OutboundSettings {
  @Field(() => String, { nullable: true, description: 'The receiver’s token endpoint.' })
  tokenUrl!: string | null;

  @Field(() => String, { nullable: true, description: 'Our client id there.' })
  clientId!: string | null;

  @Field(() => String, { nullable: true, description: 'Scopes that are asked for.' })
  scope!: string | null;

  @Field(() => Boolean, { description: 'Whether a bearer token that never changes is sent.' })
  bearer!: boolean;

  @Field(() => Boolean, { description: 'Whether a client certificate is shown.' })
  clientCertificate!: boolean;

  @Field(() => Boolean, { description: 'Whether the receiver has an authority of its own.' })
  authority!: boolean;
}
