/** Which fields tell an administrator of persons. Each reading of them leaves a row: a test walks the schema for others. */
import { defaultFieldResolver, isObjectType, type GraphQLField, type GraphQLSchema } from 'graphql';
import type { Consent } from '../entities/agreements/consent.entity.js';
import type { Subscription } from '../entities/subscriptions/subscription.entity.js';
import { readIdentifierValue } from '../protocol/registries/records/identifier-value.js';
import { findIdentifierType } from '../protocol/registries/registries.js';
import { namedIn, noteReading } from './admin-reading.js';
import type { ConsentFilter } from './consents/consent.types.js';
import type { Context } from './context.js';
import type { Reading } from './reading.js';

type ReadingOf<Source, Args> = (source: Source, args: Args, context: Context) => Omit<Reading, 'field'> | undefined;

/** Of a field whose type has this source, and takes these arguments. */
const reads =
  <Source, Args>(readingOf: ReadingOf<Source, Args>): ReadingOf<unknown, unknown> =>
  (source, args, context) =>
    readingOf(source as Source, args as Args, context);

/** Their resolvers leave the row themselves, since they know more of it: a reason, or who was found. */
const ITSELF = 'ITSELF';

/** `Type.field`; what lies below one of them is told with it. A value that is null tells nothing and leaves no row. */
export const PERSON_FIELDS: Record<string, ReadingOf<unknown, unknown> | typeof ITSELF> = {
  'Query.records': ITSELF,
  'Query.explainAccess': ITSELF,
  'Query.accessReport': ITSELF,
  'Transaction.requestData': ITSELF,
  'Transaction.responseData': ITSELF,
  'Delivery.message': ITSELF,
  'DeliveryAttempt.responseExcerpt': ITSELF,
  'FileImportRow.cells': ITSELF,
  'FileImportRow.record': ITSELF,
  'Consent.identifier': reads(readConsent),
  'Consent.evidence': reads(readConsent),
  'EventSubscription.filter': reads(({ id, registry, filter }: Subscription, _args, { services }) => ({
    targetType: 'Subscription',
    targets: [id],
    named: namedIn(services.registries.byName(registry), filter),
  })),
};

/** A question that names a person is a reading whatever is asked of the answer; so is a change whose refusal tells of one. */
export const PERSON_QUESTIONS: typeof PERSON_FIELDS = {
  'Mutation.deleteRecord': ITSELF,
  'Mutation.upsertRecords': ITSELF,
  'Query.consents': reads((_source, { filter }: { filter?: ConsentFilter | null }, { services }) => {
    const { registry, identifier } = filter ?? {};
    if (registry == null || identifier == null) return undefined;
    const definition = services.registries.byName(registry);
    const type = (definition && findIdentifierType(definition, identifier.type)) ?? identifier.type;
    return {
      targetType: 'Consent',
      targets: [],
      named: [{ registry, types: [type], values: [readIdentifierValue(identifier.value) ?? identifier.value] }],
    };
  }),
};

/** One whose number has passed on is not of whoever has the number now. */
function readConsent(consent: Consent): Omit<Reading, 'field'> {
  const { id, registry, identifierType, identifierValue, numberPassedAt } = consent;
  const named = numberPassedAt == null ? [{ registry, types: [identifierType], values: [identifierValue] }] : [];
  return { targetType: 'Consent', targets: [id], named };
}

/** Makes each of these fields wait for its row. */
export function noteReadings(schema: GraphQLSchema): GraphQLSchema {
  for (const [place, readingOf] of Object.entries({ ...PERSON_FIELDS, ...PERSON_QUESTIONS })) {
    if (readingOf === ITSELF) continue;
    const field = fieldAt(schema, place);
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = async (source, args, context, info) => {
      const result: unknown = await resolve(source, args, context, info);
      const reading = result == null ? undefined : readingOf(source, args, context);
      if (reading !== undefined) await noteReading(context, { ...reading, field: place });
      return result;
    };
  }
  return schema;
}

function fieldAt(schema: GraphQLSchema, place: string): GraphQLField<unknown, Context> {
  const [typeName = '', fieldName = ''] = place.split('.');
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (field === undefined) throw new Error(`the schema has no field ${place}`);
  return field;
}
