/**
 * Who may call what: every field of Query, Mutation and Subscription, by every kind of caller, over the network. A field
 * without an entry here fails the test, so that nobody forgets to decide.
 */
import { getNamedType, isObjectType, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { gatewaySchema } from '../../src/graphql/schema.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startOidcIssuer, type OidcIssuer } from '../support/oidc-issuer.js';
import { localAdmin } from '../support/local-admin.js';
import { fieldsOf, operationOf } from '../support/operations.js';
import { createPartner, type Partner } from '../support/partner.js';

const ROLES = ['ADMIN', 'OPERATOR', 'AUDITOR', 'MONITOR'] as const;
/** Who has an account where a second factor is asked of all, and none yet. */
const ENROLLING = 'ENROLLING';
const CALLERS = [...ROLES, 'SENDER', ENROLLING, 'ANONYMOUS'] as const;
type Caller = (typeof CALLERS)[number];

const ADMIN = 'ADMIN';
const RUNNERS = 'ADMIN OPERATOR';
const AUDITORS = 'ADMIN AUDITOR';
const READERS = 'ADMIN OPERATOR AUDITOR MONITOR';
const SENDER = 'SENDER';

const EXPECTED: Record<string, Record<string, string>> = {
  Query: {
    accessReport: AUDITORS,
    adminAccounts: AUDITORS,
    adminActions: READERS,
    agreements: READERS,
    auditSeals: READERS,
    consentControllers: READERS,
    consents: READERS,
    deliveries: READERS,
    delivery: READERS,
    fileImport: READERS,
    fileImports: READERS,
    explainAccess: 'ADMIN OPERATOR AUDITOR',
    jobs: READERS,
    legalHolds: READERS,
    liveCursor: READERS,
    me: `${READERS} SENDER ENROLLING`,
    overview: READERS,
    recordEvents: RUNNERS,
    records: RUNNERS,
    registryDefinitions: READERS,
    sender: READERS,
    senders: READERS,
    serverKeys: READERS,
    source: READERS,
    sources: READERS,
    subscriptions: READERS,
    transaction: `${READERS} SENDER`,
    transactions: `${READERS} SENDER`,
    verifyAudit: AUDITORS,
  },
  Mutation: {
    acknowledgeReceipt: SENDER,
    activateSender: ADMIN,
    activateServerKey: ADMIN,
    addSenderKey: ADMIN,
    approveAdminAccount: ADMIN,
    approveAgreement: RUNNERS,
    approveSender: RUNNERS,
    approveSubscription: RUNNERS,
    beginMySecondFactor: `${READERS} ENROLLING`,
    cancelDelivery: RUNNERS,
    cancelFileImport: RUNNERS,
    cancelSubscription: RUNNERS,
    changeAdminRole: ADMIN,
    changeMyPassword: READERS,
    confirmMySecondFactor: `${READERS} ENROLLING`,
    createAdminAccount: ADMIN,
    createAgreement: ADMIN,
    createSender: ADMIN,
    deleteRecord: RUNNERS,
    disableAdminAccount: ADMIN,
    disabilityDetails: SENDER,
    disabilitySupport: SENDER,
    disabled: SENDER,
    enableAdminAccount: ADMIN,
    endAgreement: ADMIN,
    enrolled: SENDER,
    fetchSenderKeys: ADMIN,
    generateServerKey: ADMIN,
    grantConsent: RUNNERS,
    importServerKey: ADMIN,
    liftLegalHold: ADMIN,
    notify: SENDER,
    pauseSubscription: RUNNERS,
    applySource: ADMIN,
    checkSource: ADMIN,
    previewFileImport: RUNNERS,
    proposeSource: ADMIN,
    pauseSource: ADMIN,
    removeSource: ADMIN,
    resumeSource: ADMIN,
    resyncSource: ADMIN,
    placeLegalHold: ADMIN,
    receiveCallback: SENDER,
    registerConsentController: ADMIN,
    replayDeliveries: RUNNERS,
    removeMySecondFactor: READERS,
    resetAdminAccount: ADMIN,
    resumeSubscription: RUNNERS,
    retireServerKey: ADMIN,
    retryDelivery: RUNNERS,
    revokeAdminSessions: ADMIN,
    revokeConsent: RUNNERS,
    revokeConsentController: ADMIN,
    revokeMessageConsent: RUNNERS,
    revokeSenderKey: ADMIN,
    revokeServerKey: ADMIN,
    rotateSenderSecret: ADMIN,
    runJob: RUNNERS,
    search: SENDER,
    sendTestNotification: RUNNERS,
    setSenderOutbound: ADMIN,
    signOut: `${READERS} ENROLLING`,
    stageFileImport: RUNNERS,
    startFileImport: RUNNERS,
    subscribe: SENDER,
    suspendSender: ADMIN,
    transactionStatus: SENDER,
    unsubscribe: SENDER,
    updateAgreement: ADMIN,
    updateConsentController: ADMIN,
    updateEnrollments: SENDER,
    updateSender: ADMIN,
    upsertRecords: RUNNERS,
    verify: SENDER,
  },
  Subscription: {
    deliveryChanged: READERS,
    overviewChanged: READERS,
    registryEventOccurred: READERS,
    subscriptionChanged: READERS,
    transactionChanged: READERS,
  },
};

/** Fields of free form may name persons: who is told them; the others get null or a refusal. */
const PLAIN = 'PLAIN';
const SEEN = 'ADMIN OPERATOR AUDITOR';
const FREE_FORM: Record<string, string> = {
  'AdminAction.after': SEEN,
  'AdminAction.before': SEEN,
  'Agreement.rowFilter': PLAIN,
  'AgreementVersion.terms': PLAIN,
  'Delivery.accessDecision': PLAIN,
  'Delivery.message': AUDITORS,
  'EarlierAnswerResult.message': SENDER,
  'EventSubscription.filter': SEEN,
  'EventSubscription.frequency': PLAIN,
  'FileImportRow.cells': RUNNERS,
  'FileImportRow.record': RUNNERS,
  'RegistryRecord.data': RUNNERS,
  'SearchItemResult.records': SENDER,
  'SenderKey.publicJwk': PLAIN,
  'ServerKey.publicJwk': PLAIN,
  'SourceSample.data': ADMIN,
  'Transaction.accessDecision': PLAIN,
  'Transaction.requestData': `${AUDITORS} SENDER`,
  'Transaction.responseData': `${AUDITORS} SENDER`,
  'VerifyResult.verified': SENDER,
};

describe('authorization', () => {
  let issuer: OidcIssuer;
  let gateway: TestGateway;
  let partner: Partner;
  let schema: GraphQLSchema;
  const tokens = new Map<Caller, string>();

  /** The refusal by authorization, if there is one; whatever else may be wrong with the sample. */
  const refusal = (errors: readonly { extensions?: { code?: string } }[] | undefined): string | undefined =>
    errors
      ?.map(({ extensions }) => extensions?.code ?? '')
      .find((code) => code === 'FORBIDDEN' || code === 'UNAUTHENTICATED');

  const call = async (caller: Caller, body: { query: string; variables: Record<string, unknown> }) => {
    if (caller === 'SENDER') return refusal((await partner.postHttpSigned('/graphql', body)).body.errors);
    const { errors } = await gateway.graphql(body.query, body.variables, tokens.get(caller) ?? '');
    if (caller === ENROLLING && body.query.includes('signOut')) tokens.set(ENROLLING, await enroll('again'));
    return refusal(errors);
  };

  const enroll = async (name: string): Promise<string> => (await localAdmin(gateway, name)).token;

  const listen = (
    caller: Caller,
    body: { query: string; variables: Record<string, unknown> },
    ms: number,
  ): Promise<string | undefined> =>
    new Promise((resolve) => {
      const token = caller === 'SENDER' ? partner.token : tokens.get(caller);
      const client = createClient({
        url: `${gateway.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: token === undefined ? {} : { authorization: `Bearer ${token}` },
        retryAttempts: 0,
      });
      const finish = (result: string | undefined) => {
        clearTimeout(timer);
        void client.dispose();
        resolve(result);
      };
      const timer = setTimeout(() => finish(undefined), ms);
      client.subscribe(body, {
        next: ({ errors }) => finish(refusal(errors as never)),
        error: (error) => finish(Array.isArray(error) ? refusal(error as never) : 'UNAUTHENTICATED'),
        complete: () => undefined,
      });
    });

  beforeAll(async () => {
    issuer = await startOidcIssuer(Object.fromEntries(ROLES.map((role) => [role, [role]])));
    gateway = await startTestGateway({ env: { ...issuer.env, ADMIN_SECOND_FACTOR: 'required' } });
    partner = await createPartner(gateway, { agreements: [{}, { registry: 'DR' }, { registry: 'IBR' }] });
    for (const role of ROLES) tokens.set(role, await issuer.token(role));
    tokens.set(ENROLLING, await enroll('new'));
    schema = await gatewaySchema();
    const identity = { transaction_id: 't-1', sender_id: partner.senderId };
    await partner.postHttpSigned('/dci/v1/search', { ...identity, search_criteria: { national_id: '1' } });
    const subscription = { event_type: 'REGISTER', callback_url: 'http://127.0.0.1:9/', filter: { national_id: '1' } };
    await partner.postHttpSigned('/dci/v1/subscribe', { ...identity, registry: 'social', subscription });
  });
  afterAll(async () => {
    await gateway.close();
    await issuer.close();
  });

  const types = () => ({
    Query: schema.getQueryType(),
    Mutation: schema.getMutationType(),
    Subscription: schema.getSubscriptionType(),
  });

  test('is decided for every field, and for no other', () => {
    for (const [name, type] of Object.entries(types()))
      expect(
        fieldsOf(type)
          .map((field) => field.name)
          .sort(),
      ).toEqual(Object.keys(EXPECTED[name] ?? {}).sort());
  });

  test('of queries and mutations is as decided', async () => {
    const seen: Record<string, Record<string, string>> = {};
    for (const [name, type] of Object.entries({ Query: types().Query, Mutation: types().Mutation })) {
      seen[name] = {};
      for (const field of fieldsOf(type)) {
        const allowed: Caller[] = [];
        for (const caller of CALLERS)
          if ((await call(caller, operationOf(name.toLowerCase(), field))) === undefined) allowed.push(caller);
        seen[name][field.name] = allowed.join(' ');
      }
    }
    expect(seen).toEqual({ Query: EXPECTED['Query'], Mutation: EXPECTED['Mutation'] });
  });

  test('is decided for every field of free form', () => {
    const found = Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
      .flatMap((type) =>
        fieldsOf(type as GraphQLObjectType)
          .filter((field) => getNamedType(field.type).name.startsWith('JSON'))
          .map((field) => `${type.name}.${field.name}`),
      );
    expect(found.sort()).toEqual(Object.keys(FREE_FORM).sort());
  });

  test.each([
    [
      'Transaction.requestData',
      '{ transactions(first: 1, filter: { operation: SEARCH }) { nodes { value: requestData(reason: "test") } } }',
    ],
    [
      'Transaction.responseData',
      '{ transactions(first: 1, filter: { operation: SEARCH }) { nodes { value: responseData(reason: "test") } } }',
    ],
    ['AdminAction.after', '{ adminActions(first: 1, filter: { action: "createSender" }) { nodes { value: after } } }'],
    ['EventSubscription.filter', '{ subscriptions(first: 1) { nodes { value: filter } } }'],
  ])('of %s holds inside a list', async (name, query) => {
    const seen: string[] = [];
    for (const caller of CALLERS) {
      const { data } =
        caller === 'SENDER'
          ? ((await partner.postHttpSigned('/graphql', { query })).body as {
              data?: Record<string, { nodes: { value: unknown }[] } | null>;
            })
          : await gateway.graphql<Record<string, { nodes: { value: unknown }[] } | null>>(
              query,
              {},
              tokens.get(caller) ?? '',
            );
      const [list] = Object.values(data ?? {});
      if (list?.nodes[0]?.value != null) seen.push(caller);
    }
    expect(seen.join(' ')).toBe(FREE_FORM[name]);
  });

  test('of subscriptions is as decided', async () => {
    const seen: Record<string, string> = {};
    for (const field of fieldsOf(types().Subscription)) {
      // A refusal that is due is waited for; that there is none shows soon enough.
      const allowed = EXPECTED['Subscription']?.[field.name]?.split(' ') ?? [];
      const verdicts = await Promise.all(
        CALLERS.map(async (caller) => {
          const ms = allowed.includes(caller) ? 1000 : 20_000;
          return { caller, refused: await listen(caller, operationOf('subscription', field), ms) };
        }),
      );
      seen[field.name] = verdicts
        .filter(({ refused }) => refused === undefined)
        .map(({ caller }) => caller)
        .join(' ');
    }
    expect(seen).toEqual(EXPECTED['Subscription']);
  });
});
