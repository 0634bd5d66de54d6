import { Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { AdminAction, AuditSeal } from '../../entities/audit/audit.entity.js';
import { connectionOf } from '../connection.js';
import { AUDIT_PROBLEMS, type AuditProblemKind } from '../../use-cases/audit/audit-problem.js';

@InputType({ description: 'All that is given must hold.' })
export class AuditSealFilter {
  @Field(() => String, { nullable: true, description: 'Signed with this server key.' })
  kid?: string | null;

  @Field(() => Date, { nullable: true, description: 'Sealed at or after.' })
  sealedFrom?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Sealed before.' })
  sealedUntil?: Date | null;
}

export const AuditSealConnection = connectionOf(AuditSeal, 'AuditSeal');
export const AdminActionConnection = connectionOf(AdminAction, 'AdminAction');

@InputType({ description: 'All that is given must hold.' })
export class AdminActionFilter {
  @Field(() => String, { nullable: true, description: 'Subject of the administrator.' })
  actor?: string;

  @Field(() => String, { nullable: true, description: 'The mutation, `readPayload`, or `purge`.' })
  action?: string;

  @Field(() => String, { nullable: true, description: 'Such as `Sender`, `Agreement`, `Transaction`.' })
  targetType?: string;

  @Field(() => String, { nullable: true, description: 'Such as a sender id, a kid, an id.' })
  targetId?: string;

  @Field(() => Date, { nullable: true, description: 'At or after.' })
  from?: Date;

  @Field(() => Date, { nullable: true, description: 'Before.' })
  until?: Date;
}

registerEnumType(AUDIT_PROBLEMS, { name: 'AuditProblemKind', description: 'What is wrong with the audit.' });

@ObjectType({ description: 'The first row of the audit that does not fit.' })
export class AuditProblemView {
  @Field(() => AUDIT_PROBLEMS, { description: 'What kind of harm.' })
  kind!: AuditProblemKind;

  @Field(() => String, { description: 'In words.' })
  message!: string;

  @Field(() => Int, { nullable: true, description: 'Sequence of the seal.' })
  seal?: number;

  @Field(() => String, { nullable: true, description: 'The audit entry.' })
  entryId?: string;

  @Field(() => String, { nullable: true, description: 'Transaction, delivery or admin action it speaks of.' })
  subject?: string;
}

@ObjectType({ description: 'The newest seal that was checked; keep it elsewhere to compare with later.' })
export class AuditHead {
  @Field(() => Int, { description: 'Counts the seals from 1.' })
  sequence!: number;

  @Field(() => String, { description: 'SHA-256, hex.' })
  sealHash!: string;

  @Field(() => String, { description: 'ISO 8601, UTC.' })
  sealedAt!: string;
}

@ObjectType({ description: 'Whether the audit is whole.' })
export class AuditVerification {
  @Field(() => Boolean, { description: 'Nothing that was checked is missing or changed.' })
  intact!: boolean;

  @Field(() => Int, { description: 'Seals checked.' })
  seals!: number;

  @Field(() => Int, { description: 'Sealed entries checked.' })
  entries!: number;

  @Field(() => Int, { description: 'Entries that wait for the next seal.' })
  unsealed!: number;

  @Field(() => AuditHead, { nullable: true, description: 'The newest seal that was checked.' })
  head!: AuditHead | null;

  @Field(() => AuditProblemView, { nullable: true, description: 'The first thing that does not fit.' })
  problem!: AuditProblemView | null;
}
