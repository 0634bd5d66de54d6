import { GraphQLJSON } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { RegistryRecord } from '../../entities/records/record.entity.js';
import type { RecordChange } from '../../entities/records/record.repository.js';
import { connectionOf } from '../connection.js';

@InputType({ description: 'An identifier: its type (`UIN`, `BRN`, …) and value.' })
export class IdentifierInput {
  @Field(() => String)
  type!: string;

  @Field(() => String)
  value!: string;
}

@ObjectType({ description: 'An identifier of a record.' })
export class RecordIdentifier {
  @Field(() => String)
  type!: string;

  @Field(() => String)
  value!: string;
}

@InputType({ description: 'A record to insert or change.' })
export class RecordInput {
  @Field(() => String)
  recordType!: string;

  @Field(() => [IdentifierInput])
  identifiers!: IdentifierInput[];

  @Field(() => GraphQLJSON, { description: 'An object in the dictionary’s JSON form.' })
  data!: Record<string, unknown>;

  @Field(() => String, { nullable: true, description: 'Id of the record in the system it comes from.' })
  externalId?: string;

  @Field(() => String, { nullable: true, description: 'Raised instead of REGISTER or UPDATE, such as `LiveBirth`.' })
  eventType?: string;
}

export const RECORD_CHANGES = {
  INSERTED: 'INSERTED',
  UPDATED: 'UPDATED',
  UNCHANGED: 'UNCHANGED',
  DELETED: 'DELETED',
} as const;
registerEnumType(RECORD_CHANGES, { name: 'RecordChange', description: 'What became of a record.' });

@ObjectType({ description: 'What became of one record.' })
export class RecordOutcome {
  @Field(() => ID)
  id!: string;

  @Field(() => Int)
  version!: number;

  @Field(() => RECORD_CHANGES)
  change!: RecordChange;

  @Field(() => ID, { nullable: true, description: 'The event it raised.' })
  eventId?: string;
}

@ObjectType({ description: 'What became of the records, in their order. All are written, or none.' })
export class UpsertResult {
  @Field(() => Int)
  inserted!: number;

  @Field(() => Int)
  updated!: number;

  @Field(() => Int)
  unchanged!: number;

  @Field(() => [RecordOutcome])
  records!: RecordOutcome[];
}

@InputType()
export class RecordFilter {
  @Field(() => String, { nullable: true })
  recordType?: string;

  @Field(() => IdentifierInput, { nullable: true })
  identifier?: IdentifierInput;

  @Field(() => String, { nullable: true })
  externalId?: string;
}

export const RecordConnection = connectionOf(RegistryRecord, 'Record');
