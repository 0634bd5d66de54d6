import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { GraphQLJSONObject } from 'graphql-scalars';
import { RegistryEnum, TransactionStatusEnum } from '../../entities/database/enums.js';
import type { BulkVerifyAnswer, BulkVerifyItem } from '../../protocol/search/bulk.translate.js';
import type { Registry, TransactionStatus } from '../../protocol/vocabulary.js';

@InputType({ description: 'Rows of a file that was uploaded and accepted.' })
export class BulkInput {
  @Field(() => RegistryEnum)
  registry!: Registry;

  @Field(() => String)
  transactionId!: string;

  @Field(() => ID)
  uploadId!: string;

  @Field(() => Int, { description: 'How many there are.' })
  rows!: number;
}

@ObjectType({ description: 'Which claims of one row hold.' })
export class BulkVerifyItemResult implements BulkVerifyItem {
  @Field(() => String, { description: 'The row’s own, or `line-N`.' })
  referenceId!: string;

  @Field(() => String)
  timestamp!: string;

  @Field(() => TransactionStatusEnum, { description: 'REJECTED for a row that could not be judged.' })
  status!: TransactionStatus;

  @Field(() => String, { nullable: true })
  reasonMessage?: string;

  @Field(() => Boolean)
  found!: boolean;

  @Field(() => GraphQLJSONObject)
  verified!: Record<string, boolean | null>;
}

@ObjectType({ description: 'Which claims of each row hold. No record is released.' })
export class BulkVerifyResult implements BulkVerifyAnswer {
  @Field(() => String)
  transactionId!: string;

  @Field(() => String)
  correlationId!: string;

  @Field(() => TransactionStatusEnum)
  status!: TransactionStatus;

  @Field(() => [BulkVerifyItemResult])
  items!: BulkVerifyItemResult[];
}
