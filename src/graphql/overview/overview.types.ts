import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { OperationEnum, RegistryEnum } from '../../entities/database/enums.js';
import { graphqlEnum } from '../../entities/database/graphql-enum.js';
import type { Operation, Registry } from '../../protocol/vocabulary.js';
import type { ExpiryKind } from '../../use-cases/overview/overview.types.js';

@ObjectType({ description: 'Counts, rates and latencies of a window of time; latencies are exact to their bucket.' })
export class Traffic {
  @Field(() => RegistryEnum, { nullable: true, description: 'Set where it is grouped by registry and one is known.' })
  registry?: Registry | null;

  @Field(() => OperationEnum, { nullable: true, description: 'Set where it is grouped by operation.' })
  operation?: Operation | null;

  @Field(() => String, {
    nullable: true,
    description: 'Set where it is grouped by sender; null there = refused before the sender had proven itself.',
  })
  senderId?: string | null;

  @Field(() => Int, { description: 'How many.' })
  total!: number;

  @Field(() => Int, { description: 'How many of them failed: refused, rejected, or not delivered.' })
  failed!: number;

  @Field(() => Float, { description: 'How many a second.' })
  perSecond!: number;

  @Field(() => Float, { nullable: true, description: 'Share that failed, 0 to 1; null where there were none.' })
  errorRate!: number | null;

  @Field(() => Float, { nullable: true, description: 'Median in milliseconds.' })
  p50Ms!: number | null;

  @Field(() => Float, { nullable: true, description: '95th percentile in milliseconds.' })
  p95Ms!: number | null;

  @Field(() => Float, { nullable: true, description: '99th percentile in milliseconds.' })
  p99Ms!: number | null;
}

@ObjectType({ description: 'A step of the timeline.' })
export class TrafficPoint {
  @Field(() => Date, { description: 'Begin of the step.' })
  at!: Date;

  @Field(() => Traffic, { description: 'What happened in it.' })
  traffic!: Traffic;
}

@ObjectType({ description: 'How deliveries stand now, and how their attempts went in the window.' })
export class DeliveryHealth {
  @Field(() => Int, { description: 'Deliveries to be sent or tried again; counted to 100 000.' })
  backlog!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Age in seconds of the oldest of them that does not wait for its subscription’s frequency.',
  })
  oldestAgeSeconds!: number | null;

  @Field(() => Int, { description: 'Endpoints that failed for so long that their subscriptions rest.' })
  suspendedEndpoints!: number;

  @Field(() => Float, { nullable: true, description: 'Share of attempts that were acknowledged; null without any.' })
  successRate!: number | null;

  @Field(() => Traffic, { description: 'All attempts.' })
  attempts!: Traffic;

  @Field(() => [Traffic], { description: 'Attempts by receiver, the busiest 100.' })
  bySender!: Traffic[];
}

@ObjectType({
  description: 'A write transaction of the database that live changes and the seals of the audit wait for.',
})
export class TailHolder {
  @Field(() => Int, { nullable: true, description: 'Process of its session at the server; null = it was prepared.' })
  pid!: number | null;

  @Field(() => String, { nullable: true, description: 'As the session calls itself, where our role may see that.' })
  application!: string | null;

  @Field(() => Float, { nullable: true, description: 'For how long it has been open, where our role may see that.' })
  openSeconds!: number | null;
}

export const ExpiryKindEnum = graphqlEnum<ExpiryKind>('ExpiryKind', 'What is about to end.', {
  AGREEMENT: 'A data sharing agreement: its sender gets nothing afterwards.',
  SERVER_KEY: 'A key of this server, which is replaced on schedule.',
  CLIENT_CERTIFICATE: 'The TLS certificate by which a receiver knows us.',
});

@ObjectType({ description: 'Something that ends soon.' })
export class Expiry {
  @Field(() => ExpiryKindEnum, { description: 'What it is.' })
  kind!: ExpiryKind;

  @Field(() => ID, { description: 'Id of the agreement or key, or the sender id of the certificate.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'Whose it is; null for our own keys.' })
  senderId!: string | null;

  @Field(() => Date, { description: 'When it ends.' })
  expiresAt!: Date;
}
