/** The names that independent clients rely on: with these very types (contract: GraphQL). */
import { generateKeyPairSync } from 'node:crypto';
import { isEnumType, isInputObjectType, isObjectType, type GraphQLSchema } from 'graphql';
import { gatewaySchema } from '../../src/graphql/schema.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await gatewaySchema();
});

/** `field: Type`, and its arguments with theirs. */
function signature(type: string, field: string): string {
  const owner = schema.getType(type);
  const found = isObjectType(owner) || isInputObjectType(owner) ? (owner.getFields()[field] ?? undefined) : undefined;
  if (found === undefined) return 'missing';
  const { type: result } = found;
  return String(result);
}

function argumentsOf(type: string, field: string): Record<string, string> {
  const owner = schema.getType(type);
  const found = isObjectType(owner) ? owner.getFields()[field] : undefined;
  return Object.fromEntries((found?.args ?? []).map((argument) => [argument.name, String(argument.type)]));
}

test.each([
  ['me', 'Principal!'],
  ['senders', 'SenderConnection!'],
  ['sender', 'Sender'],
  ['serverKeys', '[ServerKey!]!'],
  ['agreements', 'AgreementConnection!'],
  ['consents', 'ConsentConnection!'],
  ['subscriptions', 'SubscriptionConnection!'],
  ['transactions', 'TransactionConnection!'],
  ['transaction', 'Transaction'],
  ['deliveries', 'DeliveryConnection!'],
  ['delivery', 'Delivery'],
  ['records', 'RecordConnection!'],
  ['explainAccess', 'AccessExplanation!'],
  ['jobs', 'JobConnection!'],
  ['auditSeals', 'AuditSealConnection!'],
  ['adminActions', 'AdminActionConnection!'],
  ['overview', 'Overview!'],
])('query %s: %s', (field, type) => expect(signature('Query', field)).toBe(type));

test.each([
  'senders',
  'agreements',
  'consents',
  'subscriptions',
  'transactions',
  'deliveries',
  'records',
  'jobs',
  'auditSeals',
  'adminActions',
])('%s is a Relay connection that is filtered and ordered', (field) => {
  expect(Object.keys(argumentsOf('Query', field))).toEqual(
    expect.arrayContaining(['first', 'after', 'last', 'before', 'filter', 'orderBy']),
  );
  const connection = signature('Query', field).replace('!', '');
  for (const part of ['edges', 'nodes', 'pageInfo', 'totalCount'])
    expect(`${part}: ${signature(connection, part)}`).not.toMatch(/missing/);
});

test.each([
  ['search', 'SearchResult!', { input: 'SearchInput!' }],
  ['verify', 'VerifyResult!', { input: 'VerifyInput!' }],
  ['subscribe', '.*!', {}],
  ['unsubscribe', '.*!', {}],
  ['notify', '.*!', {}],
  ['transactionStatus', '.*!', {}],
  ['acknowledgeReceipt', '.*!', {}],
  ['createSender', 'CreateSenderPayload!', { input: 'CreateSenderInput!' }],
  ['updateSender', 'Sender!', { senderId: 'String!', input: 'UpdateSenderInput!' }],
  ['approveSender', 'Sender!', { senderId: 'String!' }],
  ['suspendSender', 'Sender!', { senderId: 'String!', reason: 'String' }],
  ['activateSender', 'Sender!', { senderId: 'String!' }],
  ['rotateSenderSecret', '.*!', { senderId: 'String!' }],
  ['addSenderKey', 'SenderKey!', { senderId: 'String!', input: 'SenderKeyInput!' }],
  ['fetchSenderKeys', 'SenderKey!]!', { senderId: 'String!' }],
  ['revokeSenderKey', 'SenderKey!', { senderId: 'String!', kid: 'String!' }],
  ['generateServerKey', '.*!', {}],
  ['importServerKey', '.*!', {}],
  ['activateServerKey', '.*!', {}],
  ['retireServerKey', '.*!', {}],
  ['revokeServerKey', '.*!', {}],
  ['createAgreement', 'Agreement!', { input: 'CreateAgreementInput!' }],
  ['updateAgreement', 'Agreement!', { id: 'ID!', input: 'UpdateAgreementInput!' }],
  ['endAgreement', 'Agreement!', { id: 'ID!' }],
  ['grantConsent', '.*!', {}],
  ['revokeConsent', '.*!', {}],
  ['approveSubscription', '.*!', {}],
  ['pauseSubscription', '.*!', {}],
  ['resumeSubscription', '.*!', {}],
  ['cancelSubscription', '.*!', {}],
  ['retryDelivery', '.*!', {}],
  ['replayDeliveries', '.*!', {}],
  ['cancelDelivery', '.*!', {}],
  ['upsertRecords', 'UpsertResult!', { registry: 'Registry!', records: '[RecordInput!]!' }],
  ['deleteRecord', '.*!', {}],
])('mutation %s', (field, type, args) => {
  expect(` ${signature('Mutation', field)}`).toMatch(new RegExp(`\\W${type}$`));
  expect(argumentsOf('Mutation', field)).toMatchObject(args);
});

test.each([
  ['transactionChanged', { filter: 'TransactionFilter', after: 'String' }],
  ['deliveryChanged', { filter: 'DeliveryFilter', after: 'String' }],
  ['subscriptionChanged', { after: 'String' }],
  ['registryEventOccurred', { registry: 'Registry', eventTypes: '[String!]', after: 'String' }],
  ['overviewChanged', { everySeconds: 'Int!' }],
])('subscription %s', (field, args) => {
  expect(signature('Subscription', field)).toMatch(/!$/);
  expect(argumentsOf('Subscription', field)).toMatchObject(args);
});

test('transactionChanged tells cursor and transaction', () => {
  expect(signature('Subscription', 'transactionChanged')).toBe('TransactionChange!');
  expect(signature('TransactionChange', 'cursor')).toBe('String!');
  expect(signature('TransactionChange', 'transaction')).toBe('Transaction!');
});

test.each([
  ['Registry', 'SOCIAL CRVS DR FR IBR ESS'],
  [
    'Operation',
    'SEARCH VERIFY SUBSCRIBE UNSUBSCRIBE NOTIFY TXN_STATUS RECEIPT ENROLLED ENROLLMENT_UPDATES DISABLED DISABILITY_DETAILS DISABILITY_SUPPORT BULK_SEARCH BULK_VERIFY',
  ],
  ['TransactionStatus', 'RECEIVED PENDING SUCCEEDED REJECTED'],
  ['LegalBasis', 'CONSENT CONTRACT LEGAL_OBLIGATION VITAL_INTEREST PUBLIC_INTEREST PUBLIC_TASK LEGITIMATE_INTEREST'],
  ['SignatureProfile', 'DCI JWS OPENSPP HTTP'],
  ['SignaturePolicy', 'REQUIRED OPTIONAL'],
  ['RecordsAs', 'STANDARD ARRAY OBJECT'],
  ['Dialect', 'DCI OPENSPP OPENCRVS OPENG2P OPENIMIS'],
  ['JwsForm', 'DETACHED ATTACHED'],
  ['KeyUse', 'SIG ENC'],
])('enum %s { %s }', (name, values) => {
  const type = schema.getType(name);
  expect(isEnumType(type) && type.getValues().map((value) => value.name)).toEqual(values.split(' '));
});

const INPUTS: Record<string, string> = {
  IdentifierInput: 'type: String!, value: String!',
  SenderKeyInput: 'kid: String!, publicKeyPem: String, jwk: JSON, use: KeyUse = SIG',
  CreateSenderInput:
    'senderId: String!, name: String!, allowedOperations: [Operation!]!, registries: [Registry!]!, callbackHosts: [String!], notifyUri: String, jwksUrl: String, ' +
    'signatureProfile: SignatureProfile = DCI, signaturePolicy: SignaturePolicy = REQUIRED, sandbox: Boolean = false, autoApproveSubscriptions: Boolean = false, ' +
    'rateLimitPerMinute: Int = 600, rateLimitPerDay: Int, encryptReplies: Boolean = false, recordsAs: RecordsAs = STANDARD, dialect: Dialect = DCI, jwsForm: JwsForm = DETACHED, receiverAliases: [String!], legalBasis: LegalBasis, notes: String',
  CreateAgreementInput:
    'senderId: String!, registry: Registry!, operations: [Operation!]!, recordTypes: [String!], fields: [String!]!, searchableAttributes: [String!], purposes: [String!], ' +
    'legalBasis: LegalBasis!, requiresConsent: Boolean = false, rowFilter: JSON, validFrom: DateTime, validUntil: DateTime',
  RecordInput:
    'recordType: String!, identifiers: [IdentifierInput!]!, data: JSON!, externalId: String, eventType: String',
};

test.each(Object.entries(INPUTS))('input %s', (name, fields) => {
  const type = schema.getType(name);
  const given = isInputObjectType(type) ? type.getFields() : {};
  const told = fields.split(', ').map((field) => field.split(': ')[0] ?? '');
  const actual = told.map((field) => {
    const found = given[field];
    const fallback =
      found?.defaultValue === undefined ? '' : ` = ${JSON.stringify(found.defaultValue).replaceAll('"', '')}`;
    return `${field}: ${String(found?.type)}${fallback}`;
  });
  expect(actual.join(', ')).toBe(fields);
});

test('what a transaction tells', () => {
  const fields =
    'id transactionId messageId correlationId sender operation registry status statusReasonCode statusReasonMessage receivedAt processedAt durationMs itemCount itemsDone recordCount requestData responseData deliveries accessDecision contentHash seal';
  expect(fields.split(' ').filter((field) => signature('Transaction', field) === 'missing')).toEqual([]);
  expect(argumentsOf('Transaction', 'requestData')).toEqual({ reason: 'String' });
  expect(signature('SubscriptionConnection', 'nodes')).toBe('[EventSubscription!]!');
  expect(signature('Sender', 'active')).toBe('Boolean!');
});

test('explainAccess and overview take the arguments that clients send', () => {
  expect(argumentsOf('Query', 'explainAccess')).toMatchObject({
    senderId: 'String!',
    registry: 'Registry!',
    identifier: 'IdentifierInput!',
    purpose: 'String',
  });
  expect(argumentsOf('Query', 'overview')['window']).toMatch(/^Duration/);
  expect(argumentsOf('Query', 'sender')).toEqual({ senderId: 'String!' });
  expect(argumentsOf('Query', 'transaction')).toEqual({ id: 'ID!' });
});

describe('what has a default may be null, what has none may not', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ env: { ROLE: 'api' } });
  });
  afterAll(() => gateway.close());

  const CREATE = `mutation ($input: CreateSenderInput!) {
    createSender(input: $input) { sender { callbackHosts rateLimitPerMinute signatureProfile sandbox notes } } }`;
  const base = { senderId: 'nulls', name: 'Nulls', allowedOperations: ['SEARCH'], registries: ['SOCIAL'] };
  const nulls = { callbackHosts: null, rateLimitPerMinute: null, signatureProfile: null, sandbox: null, notes: null };

  test('when a sender, its key and its agreement are made', async () => {
    const { createSender } = await gateway.admin<{ createSender: { sender: unknown } }>(CREATE, {
      input: { ...base, ...nulls },
    });
    expect(createSender.sender).toEqual({
      callbackHosts: [],
      rateLimitPerMinute: 600,
      signatureProfile: 'DCI',
      sandbox: false,
      notes: null,
    });
    const publicKeyPem = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' });
    const key = { kid: 'k', publicKeyPem, jwk: null, use: null };
    const { addSenderKey } = await gateway.admin<{ addSenderKey: unknown }>(
      `mutation ($input: SenderKeyInput!) { addSenderKey(senderId: "nulls", input: $input) { use } }`,
      { input: key },
    );
    expect(addSenderKey).toEqual({ use: 'SIG' });
    const terms = { senderId: 'nulls', registry: 'SOCIAL', operations: ['SEARCH'], fields: ['*'] };
    const { createAgreement } = await gateway.admin<{ createAgreement: unknown }>(
      `mutation ($input: CreateAgreementInput!) { createAgreement(input: $input) { requiresConsent purposes } }`,
      { input: { ...terms, legalBasis: 'CONTRACT', requiresConsent: null, purposes: null, validFrom: null } },
    );
    expect(createAgreement).toEqual({ requiresConsent: false, purposes: null });
  });

  test.each([
    [`updateSender(senderId: "nulls", input: { name: null }) { name }`, 'name'],
    [`updateSender(senderId: "nulls", input: { callbackHosts: null }) { name }`, 'callbackHosts'],
    [`addSenderKey(senderId: "nulls", input: { kid: "j", jwk: "text" }) { kid }`, 'jwk'],
    [
      `upsertRecords(registry: CRVS, records: [{ recordType: "Person", identifiers: [], data: [1] }]) { inserted }`,
      'records.0.data',
    ],
  ])('%s is refused by name', async (mutation, field) => {
    const { errors } = await gateway.graphql(`mutation { ${mutation} }`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field } }]);
  });

  test('clears what may be cleared', async () => {
    await gateway.admin(`mutation { updateSender(senderId: "nulls", input: { notes: "seen" }) { notes } }`);
    const { updateSender } = await gateway.admin<{ updateSender: unknown }>(
      `mutation { updateSender(senderId: "nulls", input: { notes: null }) { notes name } }`,
    );
    expect(updateSender).toEqual({ notes: null, name: 'Nulls' });
  });

  test('a chain of seals is paged by its place', async () => {
    await gateway.database.query(
      `insert into audit_seal (id, sequence, from_xid, until_xid, entry_count, merkle_root, previous_hash, seal_hash, signature, kid, sealed_at)
       select gen_random_uuid(), n, '1', (n + 1)::text::xid8, 0, '', '', '', '', 'k', now() from generate_series(1, 5) n`,
    );
    const list = `query ($after: String) { auditSeals(first: 3, after: $after, orderBy: OLDEST, filter: { kid: "k" }) {
      nodes { sequence } pageInfo { endCursor } } }`;
    interface Seals {
      auditSeals: { nodes: { sequence: number }[]; pageInfo: { endCursor: string } };
    }
    const first = await gateway.admin<Seals>(list);
    const rest = await gateway.admin<Seals>(list, { after: first.auditSeals.pageInfo.endCursor });
    const places = [...first.auditSeals.nodes, ...rest.auditSeals.nodes].map(({ sequence }) => sequence);
    expect(places).toEqual([1, 2, 3, 4, 5]);
  });
});
