import type { FilterQuery } from '@mikro-orm/core';
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { RegistryEnum } from '../../entities/database/enums.js';
import { RegistryRecord } from '../../entities/records/record.entity.js';
import { RegistryEvent } from '../../entities/records/registry-event.entity.js';
import { findHolders } from '../../entities/records/named-record.repository.js';
import { identifiersOf } from '../../protocol/registries/records/normalize.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import { findRecordType } from '../../protocol/registries/registries.js';
import { isUuid } from '../../platform/uuid.js';
import type { Registry } from '../../protocol/vocabulary.js';
import { noteReading } from '../admin-reading.js';
import { requireRole, RUNNERS } from '../authorize.js';
import { ConnectionArgs, findConnection, MAX_SIZE, type ConnectionData } from '../connection.js';
import type { Context } from '../context.js';
import { DomainError, invalid, type DomainErrorCode } from '../../use-cases/errors.js';
import { byTime, TimeOrderEnum, type TimeOrder } from '../time-order.js';
import {
  IdentifierInput,
  RecordConnection,
  RecordFilter,
  RecordIdentifier,
  RecordInput,
  RecordOutcome,
  RecordVersionInput,
  UpsertResult,
} from './record.types.js';
import { readExternalId, readIdentifier } from '../../use-cases/records/identifier.input.js';
import { definitionOf, removeRecord } from '../../use-cases/records/records.js';
import { liveRecords, matchingRecords, servedTypes } from '../../use-cases/records/served-records.js';
import { upsertRecords } from '../../use-cases/records/upsert-records.js';

@Resolver(() => RegistryRecord)
export class RecordResolver {
  @Query(() => RecordConnection, {
    description:
      'Records of a registry that are served, for those who run it (OPERATOR, ADMIN); partners search. Of a live source those whom the filter names by an identifier.',
  })
  async records(
    @Arg('registry', () => RegistryEnum) registry: Registry,
    @Arg('filter', () => RecordFilter, { nullable: true }) filter: RecordFilter | undefined,
    @Arg('orderBy', () => TimeOrderEnum, { defaultValue: 'OLDEST' }) orderBy: TimeOrder,
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Ctx() context: Context,
  ): Promise<ConnectionData<RegistryRecord>> {
    requireRole(context, RUNNERS);
    const { where, live } = await whereRecord(context, registry, filter);
    const em = context.services.database.em();
    const page = withLive(
      await findConnection(context.services.database, RegistryRecord, where, byTime(orderBy), args),
      live,
      args,
    );
    const named = filter?.identifier != null || filter?.externalId != null || filter?.query != null;
    // Without a row on the page, its count still tells of whom the filter names.
    const told =
      named && page.nodes.length === 0 ? await em.find(RegistryRecord, where, { limit: MAX_SIZE }) : page.nodes;
    if (named || told.length > 0)
      await noteReading(context, { targetType: 'Record', targets: told.map(({ id }) => id), field: 'Query.records' });
    return page;
  }

  @Query(() => [RegistryEvent], {
    description: 'What happened to a record, newest first: the latest 100. Retention removes the oldest.',
  })
  async recordEvents(
    @Arg('id', () => ID, { description: 'Id of the record.' }) id: string,
    @Ctx() context: Context,
  ): Promise<RegistryEvent[]> {
    requireRole(context, RUNNERS);
    if (!isUuid(id)) return [];
    const em = context.services.database.em();
    return em.find(RegistryEvent, { recordId: id }, { orderBy: { version: 'desc', id: 'desc' }, limit: 100 });
  }

  @FieldResolver(() => [RecordIdentifier])
  async identifiers(@Root() record: RegistryRecord, @Ctx() context: Context): Promise<RecordIdentifier[]> {
    const held = await context.loaders.identifiersOfRecord.load(record.id);
    if (held.length > 0) return held;
    // Of a live source there are no rows beside the record.
    const { registry, recordType, data } = record;
    return identifiersOf(definitionOf(context.services, registry), recordType, data);
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

  @Mutation(() => RecordOutcome, {
    description:
      'Deletes a record and raises DELETE, which carries identifiers only, of an enrolment its programme too.',
  })
  async deleteRecord(
    @Arg('registry', () => RegistryEnum) registry: Registry,
    @Arg('identifier', () => IdentifierInput, {
      nullable: true,
      description: 'One that identifies the record; a shared one, such as a household number, names nobody.',
    })
    identifier: IdentifierInput | undefined,
    @Arg('recordType', () => String, { nullable: true }) recordType: string | undefined,
    @Arg('externalId', () => String, { nullable: true, description: 'Instead of an identifier.' })
    externalId: string | undefined,
    @Arg('was', () => RecordVersionInput, {
      nullable: true,
      description: 'What was looked at: refused where that was changed meanwhile, or the number is another record’s.',
    })
    was: RecordVersionInput | undefined,
    @Ctx() context: Context,
  ): Promise<RecordOutcome> {
    const which = { recordType, identifier, externalId, was: was ?? undefined };
    const admin = requireRole(context, RUNNERS);
    try {
      return await removeRecord(context.services, admin, registry, which);
    } catch (error) {
      // A refusal tells whether there is such a record, and how it stands.
      if (error instanceof DomainError && TELLING.has(error.code) && error.field !== 'recordType') {
        const targets = await namedBy(context, registry, which);
        await noteReading(context, { targetType: 'Record', targets, field: 'Mutation.deleteRecord' });
      }
      throw error;
    }
  }
}

const TELLING = new Set<DomainErrorCode>(['NOT_FOUND', 'CONFLICT']);

/** Ids of records. */
async function namedBy(
  { services: { registries, database } }: Context,
  registry: Registry,
  { identifier, externalId }: Pick<RecordFilter, 'identifier' | 'externalId'>,
): Promise<string[]> {
  const definition = registries.byName(registry);
  if (identifier != null && definition !== undefined)
    return findHolders(database, registry, readIdentifier(definition, identifier, 'identifier'));
  const named = { registry, externalId: readExternalId(externalId, 'externalId') ?? '', deletedAt: null };
  return (await database.em().find(RegistryRecord, named, { limit: MAX_SIZE })).map(({ id }) => id);
}

interface Listed {
  where: FilterQuery<RegistryRecord>;
  live: RegistryRecord[];
}

/** Rows of ours that nobody is served, since a source keeps their type now, are not listed either. */
async function whereRecord(
  { services }: Context,
  registry: Registry,
  given: RecordFilter | null | undefined,
): Promise<Listed> {
  const filter = given ?? {};
  if (filter.query != null && filter.identifier != null)
    throw invalid('filter.query', 'give it or filter.identifier, one of the two');
  const definition = definitionOf(services, registry);
  const recordType = filter.recordType == null ? undefined : findRecordType(definition, filter.recordType);
  if (filter.recordType != null && recordType === undefined)
    throw invalid('filter.recordType', 'no record type of this registry');
  const { stored, live } = await servedTypes(services, definition, recordType && [recordType]);
  const where: FilterQuery<RegistryRecord> = {
    registry,
    deletedAt: null,
    ...(stored.length === 0 ? { recordType: { $in: [] } } : { $or: stored }),
    ...(filter.externalId == null ? {} : { externalId: readExternalId(filter.externalId, 'filter.externalId') ?? '' }),
  };
  if (filter.query != null) return matching(services, { definition, recordType, served: where, query: filter.query });
  if (filter.identifier == null) return { where, live: [] };
  const identifier = readIdentifier(definition, filter.identifier, 'filter.identifier');
  const named = filter.externalId == null ? await liveRecords(services, definition, live, identifier) : [];
  if (named === undefined) throw invalid('filter.identifier', 'the source of these records is not asked by this type');
  return {
    where: { ...where, id: { $in: await findHolders(services.database, registry, identifier) } },
    live: named.map((record) => Object.assign(new RegistryRecord(), { ...record, registry })),
  };
}

interface Question {
  definition: RegistryDefinition;
  recordType: RecordTypeDefinition | undefined;
  served: FilterQuery<RegistryRecord>;
  query: unknown;
}

async function matching(
  services: Context['services'],
  { definition, served, query, ...asked }: Question,
): Promise<Listed> {
  const { recordType = findRecordType(definition) } = asked;
  if (recordType === undefined) throw invalid('filter.recordType', 'this registry has none');
  const found = await matchingRecords(services, definition, recordType, query);
  const { live } = await servedTypes(services, definition, [recordType]);
  const elsewhere = live.length === 0 ? [] : found;
  return {
    where: { $and: [served, { id: { $in: live.length === 0 ? found.map(({ id }) => id) : [] } }] },
    live: elsewhere.map((record) => Object.assign(new RegistryRecord(), { ...record, registry: definition.registry })),
  };
}

/** Those whom an identifier names are few: they stand on the first page, behind ours. */
function withLive(
  page: ConnectionData<RegistryRecord>,
  live: RegistryRecord[],
  { after, last }: ConnectionArgs,
): ConnectionData<RegistryRecord> {
  if (live.length === 0) return page;
  const shown = after == null && last == null ? live : [];
  return {
    ...page,
    nodes: [...page.nodes, ...shown],
    edges: [...page.edges, ...shown.map((node) => ({ cursor: '', node }))],
    count: async () => (await page.count()) + live.length,
  };
}
