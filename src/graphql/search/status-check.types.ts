import { Field, InputType, ObjectType } from 'type-graphql';
import { RegistryEnum, TransactionStatusEnum } from '../../entities/database/enums.js';
import type { StatusAnswer, StatusQuestion } from '../../protocol/search/status-check.translate.js';
import type { Registry, TransactionStatus } from '../../protocol/vocabulary.js';
import { SearchItemInput } from './search.types.js';

@InputType({ description: 'A question about the status of a person, answered by yes or no.' })
export class StatusCheckInput implements StatusQuestion {
  @Field(() => RegistryEnum)
  registry!: Registry;

  @Field(() => String)
  transactionId!: string;

  @Field(() => SearchItemInput, { description: 'Whom it is about.' })
  item!: SearchItemInput;
}

@ObjectType({ description: 'Yes or no about a person. No record is released.' })
export class StatusCheckResult implements StatusAnswer {
  @Field(() => String)
  transactionId!: string;

  @Field(() => String)
  correlationId!: string;

  @Field(() => String)
  referenceId!: string;

  @Field(() => String)
  timestamp!: string;

  @Field(() => TransactionStatusEnum)
  status!: TransactionStatus;

  @Field(() => String, { nullable: true })
  reasonCode?: string;

  @Field(() => String, { nullable: true })
  reasonMessage?: string;

  @Field(() => Boolean, { description: 'False also for a person the registry does not know.' })
  holds!: boolean;
}
