import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import { OperationEnum, RegistryEnum } from '../../entities/database/enums.js';
import type { Operation, Registry } from '../../protocol/vocabulary.js';
import { requireRole } from '../authorize.js';
import type { Context } from '../context.js';
import { IdentifierInput } from '../records/record.types.js';
import { reportAccess } from '../../use-cases/access/access-report.js';
import { AccessExplanation, AccessReport } from './access.types.js';
import { explainAccess } from '../../use-cases/access/explain-access.js';

@Resolver()
export class AccessResolver {
  @Query(() => AccessExplanation, {
    description: 'What a sender would see of a person, and why. Tells no value; audited, since it speaks of a person.',
  })
  explainAccess(
    @Arg('senderId', () => String) senderId: string,
    @Arg('registry', () => RegistryEnum) registry: Registry,
    @Arg('identifier', () => IdentifierInput) identifier: IdentifierInput,
    @Arg('purpose', () => String, { nullable: true }) purpose: string | null,
    @Arg('operation', () => OperationEnum, { defaultValue: 'SEARCH' }) operation: Operation,
    @Arg('recordType', () => String, { nullable: true, description: 'Left out = the first that has the person.' })
    recordType: string | null,
    @Ctx() context: Context,
  ): Promise<AccessExplanation> {
    const admin = requireRole(context, ['ADMIN', 'OPERATOR', 'AUDITOR']);
    return explainAccess(context.services, admin, { senderId, registry, identifier, purpose, operation, recordType });
  }

  @Query(() => AccessReport, {
    description: 'The access report of a person: who got what of them, when, on what ground. The reason is recorded.',
  })
  accessReport(
    @Arg('registry', () => RegistryEnum, {
      nullable: true,
      description: 'Left out = every registry that knows the person by it, or by another number of theirs.',
    })
    registry: Registry | null,
    @Arg('identifier', () => IdentifierInput) identifier: IdentifierInput,
    @Arg('reason', () => String) reason: string,
    @Arg('first', () => Int, { defaultValue: 200, description: 'At most 1000.' }) first: number,
    @Ctx() context: Context,
  ): Promise<AccessReport> {
    const admin = requireRole(context, ['ADMIN', 'AUDITOR']);
    return reportAccess(context.services, admin, { registry, identifier, reason, first });
  }
}
