import { GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { graphqlEnum } from '../../entities/database/graphql-enum.js';
import { RegistryRecord } from '../../entities/records/record.entity.js';
import type { RecordChange } from '../../entities/records/record.repository.js';
import type { RefusalReason } from '../../protocol/registries/records/record-invalid.js';
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

@InputType({ description: 'A stored record as it was read.' })
export class RecordVersionInput {
  @Field(() => ID)
  id!: string;

  @Field(() => Int)
  version!: number;
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

  @Field(() => RecordVersionInput, {
    nullable: true,
    description: 'What it was made from: refused where that was changed meanwhile, deleted, or is another record.',
  })
  was?: RecordVersionInput | null;
}

export const RECORD_CHANGES = {
  INSERTED: 'INSERTED',
  UPDATED: 'UPDATED',
  UNCHANGED: 'UNCHANGED',
  DELETED: 'DELETED',
  REFUSED: 'REFUSED',
} as const;
registerEnumType(RECORD_CHANGES, { name: 'RecordChange', description: 'What became of a record.' });

export const RecordRefusalEnum = graphqlEnum<RefusalReason>('RecordRefusal', 'Why a record was not taken over.', {
  CONFLICTING_IDENTIFIER: 'It agrees with a stored record in one identifier and contradicts it in another.',
  AMBIGUOUS: 'It matches more than one stored record.',
  UNIDENTIFIED: 'It has neither an external id nor an identifier that is not shared by several records.',
  CHANGED: 'The stored record is not the one, or not in the version, that it was made from: `was`.',
  INVALID: 'It does not follow the dictionary, or an identifier is blank or a placeholder.',
});

@ObjectType({ description: 'What became of one record.' })
export class RecordOutcome {
  @Field(() => ID, { nullable: true, description: 'Null where it was refused.' })
  id!: string | null;

  @Field(() => Int, { nullable: true, description: 'Null where it was refused.' })
  version!: number | null;

  @Field(() => RECORD_CHANGES)
  change!: RecordChange;

  @Field(() => ID, { nullable: true, description: 'The event it raised.' })
  eventId?: string;

  @Field(() => [String], {
    nullable: true,
    description: 'Paths that had a value which an update replaced or took away.',
  })
  overwrote?: string[];

  @Field(() => [String], { nullable: true, description: 'Types of identifying identifiers that an update corrected.' })
  corrected?: string[];

  @Field(() => RecordRefusalEnum, { nullable: true, description: 'Why it was refused.' })
  reason?: RefusalReason;

  @Field(() => String, { nullable: true, description: 'The same in words, with the place of the record; no values.' })
  message?: string;
}

@ObjectType({ description: 'What became of the records, in their order. A refused one does not stop the others.' })
export class UpsertResult {
  @Field(() => Int)
  inserted!: number;

  @Field(() => Int)
  updated!: number;

  @Field(() => Int)
  unchanged!: number;

  @Field(() => Int)
  refused!: number;

  @Field(() => [RecordOutcome])
  records!: RecordOutcome[];
}

@InputType()
export class RecordFilter {
  @Field(() => String, { nullable: true })
  recordType?: string;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description:
      'An expression on attributes of the record type, such as `{"name.surname": {"$startsWith": "Oka"}}`; of the first one where none is named.',
  })
  query?: Record<string, unknown>;

  @Field(() => IdentifierInput, { nullable: true })
  identifier?: IdentifierInput;

  @Field(() => String, { nullable: true })
  externalId?: string;
}

export const RecordConnection = connectionOf(RegistryRecord, 'Record');
