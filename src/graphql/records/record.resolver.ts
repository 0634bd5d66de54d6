import type { FilterQuery } from '@mikro-orm/core';
import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { RegistryEnum } from '../../entities/database/enums.js';
import { RegistryRecord } from '../../entities/records/record.entity.js';
import { findHolders } from '../../entities/records/named-record.repository.js';
import { findRecordType } from '../../protocol/registries/registries.js';
import type { Registry } from '../../protocol/vocabulary.js';
import { noteReading } from '../admin-reading.js';
import { requireRole, RUNNERS } from '../authorize.js';
import { ConnectionArgs, findConnection, MAX_SIZE, type ConnectionData } from '../connection.js';
import type { Context } from '../context.js';
import { invalid } from '../../use-cases/errors.js';
import { byTime, TimeOrderEnum, type TimeOrder } from '../time-order.js';
import {
  IdentifierInput,
  RecordConnection,
  RecordFilter,
  RecordIdentifier,
  RecordInput,
  RecordOutcome,
  UpsertResult,
} from './record.types.js';
import { readExternalId, readIdentifier } from '../../use-cases/records/identifier.input.js';
import { definitionOf, removeRecord } from '../../use-cases/records/records.js';
import { upsertRecords } from '../../use-cases/records/upsert-records.js';

@Resolver(() => RegistryRecord)
export class RecordResolver {
  @Query(() => RecordConnection, { description: 'Records of a registry. For administrators; partners search.' })
  async records(
    @Arg('registry', () => RegistryEnum) registry: Registry,
    @Arg('filter', () => RecordFilter, { nullable: true }) filter: RecordFilter | undefined,
    @Arg('orderBy', () => TimeOrderEnum, { defaultValue: 'OLDEST' }) orderBy: TimeOrder,
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Ctx() context: Context,
  ): Promise<ConnectionData<RegistryRecord>> {
    requireRole(context, RUNNERS);
    const where = await whereRecord(context, registry, filter);
    const em = context.services.database.em();
    const page = await findConnection(em, RegistryRecord, where, byTime(orderBy), args);
    const named = filter?.identifier != null || filter?.externalId != null;
    // Without a row on the page, its count still tells of whom the filter names.
    const told =
      named && page.nodes.length === 0 ? await em.find(RegistryRecord, where, { limit: MAX_SIZE }) : page.nodes;
    if (named || told.length > 0)
      await noteReading(context, { targetType: 'Record', targets: told.map(({ id }) => id), field: 'Query.records' });
    return page;
  }

  @FieldResolver(() => [RecordIdentifier])
  identifiers(@Root() record: RegistryRecord, @Ctx() context: Context): Promise<RecordIdentifier[]> {
    return context.loaders.identifiersOfRecord.load(record.id);
  }

  @Mutation(() => UpsertResult, {
    description:
      'Inserts or changes up to 1000 records, matched by external id, else by identifying identifiers. Each change raises its event.',
  })
  upsertRecords(
    @Arg('registry', () => RegistryEnum) registry: Registry,
    @Arg('records', () => [RecordInput]) records: RecordInput[],
    @Ctx() context: Context,
  ): Promise<UpsertResult> {
    return upsertRecords(context.services, requireRole(context, RUNNERS), registry, records);
  }

  @Mutation(() => RecordOutcome, { description: 'Deletes a record and raises DELETE, which carries identifiers only.' })
  deleteRecord(
    @Arg('registry', () => RegistryEnum) registry: Registry,
    @Arg('identifier', () => IdentifierInput, {
      nullable: true,
      description: 'One that identifies the record; a shared one, such as a household number, names nobody.',
    })
    identifier: IdentifierInput | undefined,
    @Arg('recordType', () => String, { nullable: true }) recordType: string | undefined,
    @Arg('externalId', () => String, { nullable: true, description: 'Instead of an identifier.' })
    externalId: string | undefined,
    @Ctx() context: Context,
  ): Promise<RecordOutcome> {
    const which = { recordType, identifier, externalId };
    return removeRecord(context.services, requireRole(context, RUNNERS), registry, which);
  }
}

async function whereRecord(
  { services }: Context,
  registry: Registry,
  given: RecordFilter | null | undefined,
): Promise<FilterQuery<RegistryRecord>> {
  const filter = given ?? {};
  const definition = definitionOf(services, registry);
  const recordType = filter.recordType == null ? undefined : findRecordType(definition, filter.recordType);
  if (filter.recordType != null && recordType === undefined)
    throw invalid('filter.recordType', 'no record type of this registry');
  const where: FilterQuery<RegistryRecord> = {
    registry,
    deletedAt: null,
    ...(recordType === undefined ? {} : { recordType: recordType.name }),
    ...(filter.externalId == null ? {} : { externalId: readExternalId(filter.externalId, 'filter.externalId') ?? '' }),
  };
  if (filter.identifier == null) return where;
  const { type, value } = readIdentifier(definition, filter.identifier, 'filter.identifier');
  return { ...where, id: { $in: await findHolders(services.database, registry, { type, value }) } };
}
