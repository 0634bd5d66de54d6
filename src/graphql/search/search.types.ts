import { GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import { Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { QueryTypeEnum, RegistryEnum, TransactionStatusEnum } from '../../entities/database/enums.js';
import type { ItemReasonCode } from '../../protocol/errors.js';
import type {
  SearchAnswer,
  SearchItem,
  SearchItemAnswer,
  SearchQuestion,
} from '../../protocol/search/search.translate.js';
import type { QueryType, Registry, TransactionStatus } from '../../protocol/vocabulary.js';

export const SortOrderEnum = { asc: 'asc', desc: 'desc' } as const;
registerEnumType(SortOrderEnum, { name: 'SortOrder', description: 'Direction of a sort key.' });

@InputType({ description: 'One sort key.' })
export class SortInput {
  @Field(() => String, { description: 'Path of an attribute, such as `birth_date`.' })
  attribute!: string;

  @Field(() => SortOrderEnum)
  order: 'asc' | 'desc' = 'asc';
}

@InputType({ description: 'Which page of the matches; `cursor` wins over `number`.' })
export class PageInput {
  @Field(() => Int, { description: 'Records a page, 1 to 1000.' })
  size: number = 20;

  @Field(() => Int, { description: 'Counts from 1.' })
  number: number = 1;

  @Field(() => String, { nullable: true, description: '`nextCursor` of the page before.' })
  cursor?: string;
}

@InputType({ description: 'One question of a search.' })
export class SearchItemInput implements SearchItem {
  @Field(() => String)
  referenceId!: string;

  @Field(() => String, { nullable: true, description: 'RFC 3339.' })
  timestamp?: string;

  @Field(() => String, { nullable: true, description: 'ISO 639-3.' })
  locale?: string;

  @Field(() => String, { nullable: true, description: 'Record type; the registry’s default where left out.' })
  recordType?: string;

  @Field(() => String, { nullable: true, description: '`Group` or `Member`.' })
  responseEntity?: string;

  @Field(() => String, {
    nullable: true,
    description: 'Narrows to records that show this event, such as `Death`: a date of it is recorded.',
  })
  eventType?: string;

  @Field(() => QueryTypeEnum)
  queryType!: QueryType;

  @Field(() => GraphQLJSON, { description: 'The query, in the form of its type (specification: SearchRequest.query).' })
  query: unknown;

  @Field(() => [SortInput], { nullable: true })
  sort?: SortInput[];

  @Field(() => PageInput, { nullable: true })
  page?: PageInput;

  @Field(() => GraphQLJSONObject, { nullable: true })
  consent?: Record<string, unknown>;

  @Field(() => GraphQLJSONObject, { nullable: true, description: '`purpose.code` states what the data is for.' })
  authorize?: Record<string, unknown>;

  @Field(() => [String], {
    nullable: true,
    description: 'Paths to return; all that the agreement allows where left out.',
  })
  fields?: string[];
}

@InputType({ description: 'A search of one registry, with several questions.' })
export class SearchInput implements SearchQuestion {
  @Field(() => RegistryEnum)
  registry!: Registry;

  @Field(() => String, { description: 'The caller’s transaction id, 1 to 99 characters.' })
  transactionId!: string;

  @Field(() => [SearchItemInput])
  items!: SearchItemInput[];
}

@ObjectType({ description: 'Where in the matches a page stands.' })
export class PageResult {
  @Field(() => Int)
  size!: number;

  @Field(() => Int)
  number!: number;

  @Field(() => Int)
  totalCount!: number;

  @Field(() => Boolean)
  totalCountExact!: boolean;

  @Field(() => String, { nullable: true })
  nextCursor?: string;
}

@ObjectType({ description: 'The answer to one question.' })
export class SearchItemResult implements SearchItemAnswer {
  @Field(() => String)
  referenceId!: string;

  @Field(() => String)
  timestamp!: string;

  @Field(() => TransactionStatusEnum)
  status!: TransactionStatus;

  @Field(() => String, { nullable: true, description: 'Reason code of the specification, `rjct.…`.' })
  reasonCode?: ItemReasonCode;

  @Field(() => String, { nullable: true })
  reasonMessage?: string;

  @Field(() => String, { nullable: true })
  recordType?: string;

  @Field(() => [GraphQLJSONObject], { description: 'What the agreement lets out of each record.' })
  records!: Record<string, unknown>[];

  @Field(() => PageResult, { nullable: true })
  page?: PageResult;

  @Field(() => String, { nullable: true })
  locale?: string;
}

@ObjectType({ description: 'The answer to a search.' })
export class SearchResult implements SearchAnswer {
  @Field(() => String)
  transactionId!: string;

  @Field(() => String)
  correlationId!: string;

  @Field(() => TransactionStatusEnum, { description: 'SUCCEEDED if any item is.' })
  status!: TransactionStatus;

  @Field(() => Int)
  completedCount!: number;

  @Field(() => [SearchItemResult])
  items!: SearchItemResult[];
}
