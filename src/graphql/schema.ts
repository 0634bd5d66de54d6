/** The one schema: admins, monitors and partners meet it here, the REST facade executes documents against it in process. */
import 'reflect-metadata';
import { GraphQLError, GraphQLScalarType, lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';
import { buildSchema, GraphQLISODateTime, type BuildSchemaOptions } from 'type-graphql';
import { isoTime } from '../platform/iso-time.js';
import { isWritable } from '../protocol/registries/date.js';
import { hideAdministrators } from './administrator-names.js';
import { AccessResolver } from './access/access.resolver.js';
import { AgreementResolver } from './agreements/agreement.resolver.js';
import { AdminActionResolver, AuditSealResolver, TransactionSealResolver } from './audit/audit.resolver.js';
import { ConsentControllerResolver } from './consents/consent-controller.resolver.js';
import { ConsentResolver } from './consents/consent.resolver.js';
import { CallbackResolver } from './callbacks/callback.resolver.js';
import { DisabilityResolver } from './disability/disability.resolver.js';
import { EnrollmentResolver } from './enrollment/enrollment.resolver.js';
import { FileImportResolver } from './imports/file-import.resolver.js';
import { JobResolver } from './jobs/job.resolver.js';
import { LiveResolver } from './live/live.resolver.js';
import { AdminAccountResolver } from './admins/account.resolver.js';
import { OwnAccountResolver } from './admins/own-account.resolver.js';
import { AdminResolver } from './admins/admin.resolver.js';
import { LegalHoldResolver } from './admins/legal-hold.resolver.js';
import {
  DeliveryAttemptResolver,
  DeliveryResolver,
  TransactionDeliveriesResolver,
} from './deliveries/delivery.resolver.js';
import {
  DeliveryWaitingResolver,
  EndpointTroubleResolver,
  SenderEndpointsResolver,
} from './deliveries/waiting.resolver.js';
import { completeSafely } from './completion.js';
import { describeSchema } from './describe.js';
import { enforceDeadlines } from './deadline.js';
import { MeResolver } from './me.resolver.js';
import { noteReadings } from './person-fields.js';
import { NotifyResolver } from './notify/notify.resolver.js';
import { ReceiptResolver } from './receipts/receipt.resolver.js';
import { OverviewResolver, SenderTrafficResolver, TrafficResolver } from './overview/overview.resolver.js';
import { boundRepeats } from './repeated-values.js';
import { RecordResolver } from './records/record.resolver.js';
import { RegistryResolver } from './registries/registry.resolver.js';
import { SearchResolver } from './search/search.resolver.js';
import { SenderOutboundResolver } from './senders/outbound.resolver.js';
import { SenderResolver } from './senders/sender.resolver.js';
import { ServerKeyResolver } from './keys/server-key.resolver.js';
import { SourceResolver } from './sources/source.resolver.js';
import { SubscriptionResolver } from './subscriptions/subscription.resolver.js';
import { boundTexts } from './text-bounds.js';
import { TransactionStatusResolver } from './transaction-status/transaction-status.resolver.js';
import { TransactionResolver } from './transactions/transaction.resolver.js';
import { VerifyResolver } from './verify/verify.resolver.js';

const RESOLVERS: BuildSchemaOptions['resolvers'] = [
  MeResolver,
  SenderResolver,
  ServerKeyResolver,
  AgreementResolver,
  ConsentControllerResolver,
  ConsentResolver,
  AccessResolver,
  RecordResolver,
  RegistryResolver,
  SearchResolver,
  VerifyResolver,
  DisabilityResolver,
  EnrollmentResolver,
  NotifyResolver,
  TransactionStatusResolver,
  ReceiptResolver,
  CallbackResolver,
  TransactionResolver,
  LiveResolver,
  JobResolver,
  OverviewResolver,
  SenderTrafficResolver,
  TrafficResolver,
  SourceResolver,
  FileImportResolver,
  SubscriptionResolver,
  AuditSealResolver,
  AdminActionResolver,
  TransactionSealResolver,
  AdminResolver,
  AdminAccountResolver,
  OwnAccountResolver,
  LegalHoldResolver,
  DeliveryResolver,
  DeliveryAttemptResolver,
  DeliveryWaitingResolver,
  TransactionDeliveriesResolver,
  SenderOutboundResolver,
  EndpointTroubleResolver,
  SenderEndpointsResolver,
];

/** Asked for even where every subscription brings its own `subscribe`. */
const UNUSED: BuildSchemaOptions['pubSub'] = {
  publish: () => undefined,
  subscribe: () => {
    throw new Error('nothing is published here');
  },
};

let schema: Promise<GraphQLSchema> | undefined;

const time = GraphQLISODateTime.toConfig();
/** Its name for clients (contract: GraphQL). */
const DateTime = new GraphQLScalarType({
  ...time,
  name: 'DateTime',
  parseValue: (value) => writable(time.parseValue(value)),
  parseLiteral: (...literal) => writable(time.parseLiteral(...literal)),
  // It would write each twice, the first time to see whether it is one.
  serialize: (value) =>
    value instanceof Date && !Number.isNaN(value.getTime()) ? isoTime(value) : time.serialize(value),
});

/** `9999-12-31T23:59:59-14:00` is a time of a year that the database does not read. */
function writable(at: unknown): unknown {
  if (at instanceof Date && !isWritable(at)) throw new GraphQLError('DateTime cannot represent a time of this year');
  return at;
}

/** Built once a process: type-graphql keeps its metadata globally. */
export function gatewaySchema(): Promise<GraphQLSchema> {
  readPlainFieldsDirectly();
  schema ??= buildSchema({
    resolvers: RESOLVERS,
    validate: false,
    // Apollo judges it as it comes out below; an introspection of all of it before costs the start a tenth of a second.
    skipCheck: true,
    scalarsMap: [{ type: Date, scalar: DateTime }],
    pubSub: UNUSED,
  })
    .then(describeSchema)
    .then(boundRepeats)
    .then(noteReadings)
    .then(hideAdministrators)
    .then(boundTexts)
    .then(enforceDeadlines)
    .then(completeSafely);
  return schema;
}

/** A field that no method resolves is read by graphql-js itself: type-graphql would make two objects for each value. */
function readPlainFieldsDirectly(): void {
  const { objectTypes } = Reflect.get(globalThis, 'TypeGraphQLMetadataStorage') as {
    objectTypes: { simpleResolvers?: boolean }[];
  };
  for (const type of objectTypes) type.simpleResolvers = true;
}

/** The schema as `schema.graphql` has it. */
export async function printGatewaySchema(): Promise<string> {
  return `${printSchema(lexicographicSortSchema(await gatewaySchema()))}\n`;
}
