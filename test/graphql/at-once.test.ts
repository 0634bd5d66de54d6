/**
 * Every mutation four times at once: nobody sees a fault of ours, what can happen once succeeds once, and the audit has
 * one action for each success.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK } from 'jose';
import { enqueueCallback } from '../../src/entities/deliveries/delivery.repository.js';
import { insertSource } from '../../src/entities/sources/source.repository.js';
import type { SourceState } from '../../src/entities/sources/source.repository.js';
import { gatewaySchema } from '../../src/graphql/schema.js';
import { signHttpRequest } from '../../src/protocol/signature/http.profile.js';
import { ADMIN_TOKEN, startTestGateway, type GraphqlAnswer, type TestGateway } from '../support/gateway.js';
import { fieldsOf } from '../support/operations.js';
import { createPartner, type Partner } from '../support/partner.js';

const TIMES = 4;
/** Needs another database to connect: test/sources/outside. */
const OF_SOURCES = ['applySource', 'proposeSource', 'runJob'];
/** Needs a session of an account: test/threats/guessed-administrators. */
const OF_SESSIONS = [
  'beginMySecondFactor',
  'changeMyPassword',
  'confirmMySecondFactor',
  'removeMySecondFactor',
  'signOut',
];
const ELSEWHERE = [...OF_SOURCES, ...OF_SESSIONS];
const REGISTRY = 'registry: SOCIAL';

let gateway: TestGateway;
let partner: Partner;
let jwks: Server;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLE: 'api' } });
  partner = await createPartner(gateway, {
    sender: { rateLimitPerMinute: 100_000, notifyUri: 'http://127.0.0.1:9/' },
    agreements: [{}, { registry: 'DR' }, { registry: 'IBR' }],
  });
  const jwk = { ...(await exportJWK(generateKeyPairSync('ed25519').publicKey)), kid: 'published', alg: 'EdDSA' };
  jwks = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  jwks?.close();
  await gateway?.close();
});

/** What a mutation makes: an id of the row that the next one is about. */
async function made(call: string): Promise<string> {
  const data = await gateway.admin<Record<string, { id: string }>>(`mutation { ${call} }`);
  return Object.values(data)[0]?.id ?? '';
}

let numbered = 0;
const senderInput = (id: string) =>
  `input: { senderId: "${id}", name: "x", allowedOperations: [SEARCH], registries: [SOCIAL], callbackHosts: ["127.0.0.1"] }`;

async function sender(): Promise<string> {
  const id = `once-${(numbered += 1)}`;
  await gateway.admin(`mutation { createSender(${senderInput(id)}) { clientId } }`);
  return id;
}

const agreementInput = (senderId: string) =>
  `input: { senderId: "${senderId}", ${REGISTRY}, operations: [SEARCH], fields: ["*"], legalBasis: PUBLIC_TASK }`;
const agreement = async () => made(`createAgreement(${agreementInput(await sender())}) { id }`);
const CONSENT = `input: { ${REGISTRY}, identifier: { type: "UIN", value: "1" }, senderId: "once-1", fields: ["*"] }`;
const consent = () => made(`grantConsent(${CONSENT}) { id }`);
const JWK = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
const controllerInput = (issuer: string) =>
  `input: { issuer: "${issuer}", name: "x", registries: [SOCIAL],
    jwks: { keys: [{ kty: "OKP", crv: "Ed25519", x: "${JWK.x}", kid: "k", alg: "EdDSA" }] } }`;
const controller = async () => made(`registerConsentController(${controllerInput(await newId())}) { id }`);
const serverKey = () => made('generateServerKey(algorithm: ED25519) { id: kid }');

const pem = (): string =>
  JSON.stringify(generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
async function senderKey(): Promise<string> {
  const id = await sender();
  await gateway.admin(
    `mutation { addSenderKey(senderId: "${id}", input: { kid: "k", publicKeyPem: ${pem()} }) { kid } }`,
  );
  return id;
}

async function subscription(state = 'PENDING'): Promise<string> {
  const item = `{ referenceId: "${randomUUID()}", eventType: "UPDATE", filterType: IDTYPE_VALUE, filter: { type: "UIN", value: "${(numbered += 1)}" } }`;
  const query = `mutation { subscribe(input: { ${REGISTRY}, transactionId: "t", items: [${item}] }) { items { reasonMessage subscription { code } } } }`;
  const answer = (await partner.postHttpSigned('/graphql', { query })).body;
  const code: string = answer.data.subscribe.items[0].subscription?.code;
  const [row] = await gateway.database.query<{ id: string }>(
    'update subscription set state = $2 where code = $1 returning id',
    [code, state],
  );
  return row?.id ?? '';
}

async function delivery(): Promise<string> {
  const query = `mutation { transactionStatus(input: { ${REGISTRY}, transactionId: "t", referenceId: "r", type: SEARCH,
    attribute: TRANSACTION_ID, values: ["x"] }) { correlationId } }`;
  const answer = (await partner.postHttpSigned('/graphql', { query })).body;
  const [row] = await gateway.database.query<{ id: string }>('select id from transaction where correlation_id = $1', [
    answer.data.transactionStatus.correlationId,
  ]);
  const { database, vault, clock } = gateway.services;
  const callback = { requestId: row?.id ?? '', action: 'on-search', page: 1, registry: 'SOCIAL' } as const;
  const to = { senderId: partner.senderId, target: 'http://127.0.0.1:9/', envelope: { header: {}, message: {} } };
  const released = { operation: 'SEARCH', consentIds: [] } as const;
  return enqueueCallback(database, vault, { ...callback, ...to, released: { ...released, consentIds: [] } }, clock());
}

const put = (table: string, state: string) => async (id: string) => {
  await gateway.database.query(`update ${table} set state = $2 where ${table === 'sender' ? 'sender_id' : 'id'} = $1`, [
    id,
    state,
  ]);
  return id;
};

async function published(): Promise<string> {
  const id = await sender();
  const url = `http://127.0.0.1:${(jwks.address() as AddressInfo).port}/jwks`;
  await gateway.admin(`mutation { updateSender(senderId: "${id}", input: { jwksUrl: "${url}" }) { senderId } }`);
  return id;
}

async function held(): Promise<string> {
  const id = await sender();
  await gateway.admin(`mutation { placeLegalHold(senderId: "${id}", month: "2026-01", reason: "r") { month } }`);
  return id;
}

const RECORD = (id: string) =>
  `registry: SOCIAL, records: [{ recordType: "SRPerson", externalId: "${id}", identifiers: [{ type: "UIN", value: "${id}" }],
    data: { name: { surname: "A", given_name: "B" } } }]`;
const recordId = async () => `record-${(numbered += 1)}`;
async function record(): Promise<string> {
  const id = await recordId();
  await gateway.admin(`mutation { upsertRecords(${RECORD(id)}) { inserted } }`);
  return id;
}

/** Only what reads its file needs one. */
const source =
  (state: SourceState, yaml = '') =>
  async (): Promise<string> => {
    const row = {
      id: randomUUID(),
      name: `source-${(numbered += 1)}`,
      yaml,
      kind: 'postgresql',
      mode: 'MIRROR' as const,
    };
    await gateway.database.transaction((unit) => insertSource(unit, { ...row, state }, new Date()));
    return row.name;
  };
const MIRRORED = readFileSync(new URL('../../sources/farmers.yaml', import.meta.url), 'utf8');
const byName = (name: string) => `(name: "${name}") { name }`;

async function sentFile(): Promise<string> {
  const id = await made('stageFileImport { id }');
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  await fetch(`${gateway.url}/files/imports/${id}/content`, { method: 'PUT', headers, body: 'name.surname\n' });
  return id;
}
const SAID = 'input: { registry: SOCIAL, format: CSV }';

const newId = async () => `once-${(numbered += 1)}`;
const nothing = async () => '';
const byId =
  (rest = '') =>
  (id: string) =>
    `(id: "${id}"${rest}) { id }`;
const ofSender = (rest: string) => (id: string) => `(senderId: "${id}"${rest}`;
const byKid = (kid: string) => `(kid: "${kid}") { kid }`;
const HOLD = ofSender(', month: "2026-01", reason: "r") { month }');

async function account(state = 'ACTIVE'): Promise<string> {
  const name = await newId();
  await gateway.admin(`mutation { createAdminAccount(input: { name: "${name}", role: AUDITOR }) { account { id } } }`);
  await gateway.database.query('update admin_account set state = $2 where name = $1', [name, state]);
  return name;
}
const ofAccount = (rest: string) => (name: string) => `(name: "${name}"${rest}`;

type Prepared = [prepare: () => Promise<string>, call: (id: string) => string];

/** Leads from one state to another: whoever comes second is refused. */
const ONCE: Record<string, Prepared> = {
  activateServerKey: [serverKey, byKid],
  addSenderKey: [sender, (id) => `(senderId: "${id}", input: { kid: "k", publicKeyPem: ${KEY} }) { kid }`],
  approveAdminAccount: [() => account('PENDING'), ofAccount(') { name }')],
  approveAgreement: [async () => put('agreement', 'PENDING')(await agreement()), byId()],
  approveSender: [async () => put('sender', 'PENDING')(await sender()), ofSender(') { senderId }')],
  approveSubscription: [subscription, byId()],
  cancelDelivery: [delivery, byId(', reason: "r"')],
  cancelFileImport: [sentFile, byId()],
  cancelSubscription: [subscription, byId()],
  createAdminAccount: [newId, (id) => `(input: { name: "${id}", role: AUDITOR }) { oneTimePassword }`],
  createSender: [newId, (id) => `(${senderInput(id)}) { clientId }`],
  deleteRecord: [record, (id) => `(registry: SOCIAL, recordType: "SRPerson", externalId: "${id}") { change }`],
  disableAdminAccount: [account, ofAccount(', reason: "r") { name }')],
  enableAdminAccount: [() => account('DISABLED'), ofAccount(') { name }')],
  endAgreement: [agreement, byId()],
  importServerKey: [nothing, () => `(privateKeyPem: ${PRIVATE}) { kid }`],
  liftLegalHold: [held, HOLD],
  pauseSource: [source('RUNNING'), byName],
  pauseSubscription: [() => subscription('ACTIVE'), byId()],
  placeLegalHold: [sender, HOLD],
  registerConsentController: [newId, (id) => `(${controllerInput(id)}) { id }`],
  removeSource: [source('RUNNING'), byName],
  resumeSource: [source('PAUSED'), byName],
  resumeSubscription: [() => subscription('PAUSED'), byId()],
  retireServerKey: [serverKey, byKid],
  revokeConsent: [consent, byId()],
  revokeConsentController: [controller, byId()],
  revokeMessageConsent: [controller, (id) => `(controllerId: "${id}", jti: "j") { id }`],
  revokeSenderKey: [senderKey, ofSender(', kid: "k") { kid }')],
  revokeServerKey: [serverKey, byKid],
  startFileImport: [sentFile, byId(`, ${SAID}`)],
};

/** Sets what it is given, or makes another each time: done one after another, and each is told. */
const EACH: Record<string, Prepared> = {
  activateSender: [sender, ofSender(') { senderId }')],
  changeAdminRole: [account, ofAccount(', role: OPERATOR) { name }')],
  createAgreement: [sender, (id) => `(${agreementInput(id)}) { id }`],
  checkSource: [nothing, () => '(yaml: "version: 1") { errors { line } }'],
  fetchSenderKeys: [published, ofSender(') { kid }')],
  generateServerKey: [nothing, () => '(algorithm: ED25519) { kid }'],
  grantConsent: [nothing, () => `(${CONSENT}) { id }`],
  previewFileImport: [sentFile, (id) => `(id: "${id}", ${SAID}) { fault }`],
  replayDeliveries: [sender, (id) => `(filter: { senderId: "${id}" }) { count }`],
  resetAdminAccount: [account, ofAccount(', reason: "r") { oneTimePassword }')],
  resyncSource: [source('RUNNING', MIRRORED), byName],
  retryDelivery: [delivery, byId()],
  revokeAdminSessions: [nothing, () => '(subject: "somebody", reason: "r")'],
  rotateSenderSecret: [sender, ofSender(') { clientId }')],
  sendTestNotification: [() => subscription('ACTIVE'), byId()],
  setSenderOutbound: [sender, ofSender(', input: {}) { clientId }')],
  stageFileImport: [nothing, () => '{ id }'],
  suspendSender: [sender, ofSender(', reason: "r") { senderId }')],
  updateConsentController: [controller, byId(', input: { name: "another" }')],
  updateAgreement: [agreement, byId(', input: { fields: ["name", "sex"] }')],
  updateSender: [sender, ofSender(', input: { name: "another" }) { senderId }')],
  upsertRecords: [recordId, (id) => `(${RECORD(id)}) { inserted }`],
};

const IDENTIFIER = '{ type: "UIN", value: "1" }';
const ITEM = '{ referenceId: "r", queryType: IDTYPE_VALUE, query: { type: "UIN", value: "1" } }';
const asked = (rest: string, registry = 'SOCIAL') => `(input: { registry: ${registry}, transactionId: "t", ${rest} })`;
/** One signed message, answered once. */
const SIGNED: Record<string, string> = {
  acknowledgeReceipt: `${asked('messageIds: ["x"], receivedAt: "2026-01-01T00:00:00Z", status: "processed"')} { __typename }`,
  disabilityDetails: `${asked(`items: [${ITEM}]`, 'DR')} { __typename }`,
  disabilitySupport: `${asked(`items: [${ITEM}]`, 'DR')} { __typename }`,
  disabled: `${asked(`item: ${ITEM}`, 'DR')} { __typename }`,
  enrolled: `${asked(`item: ${ITEM}`, 'IBR')} { __typename }`,
  notify: `${asked('events: [{ referenceId: "r", eventType: "REGISTER", record: {} }]')} { __typename }`,
  receiveCallback: `${asked('correlationId: "c", operation: SEARCH')} { __typename }`,
  search: `${asked(`items: [${ITEM}]`)} { __typename }`,
  subscribe: `${asked('items: [{ referenceId: "r", eventType: "REGISTER" }]')} { __typename }`,
  transactionStatus: `${asked('referenceId: "r", type: SEARCH, attribute: TRANSACTION_ID, values: ["x"]')} { __typename }`,
  unsubscribe: `${asked('codes: ["x"]')} { __typename }`,
  updateEnrollments: `${asked('referenceId: "r", beneficiaries: [{}]', 'IBR')} { __typename }`,
  verify: `${asked(`identifiers: [${IDENTIFIER}], claims: { sex: "male" }`)} { __typename }`,
};

const KEY = pem();
const PRIVATE = JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));

type Codes = (string | undefined)[];
const codeOf = ({ errors }: GraphqlAnswer<unknown>): string | undefined => errors?.[0]?.extensions.code;

/** What four at once come to: the code of each, none where it succeeded. */
const atOnce = async (ask: () => Promise<GraphqlAnswer<unknown>>): Promise<Codes> =>
  (await Promise.all(Array.from({ length: TIMES }, ask))).map(codeOf);

async function actions(action: string): Promise<number> {
  const [row] = await gateway.database.query<{ count: number }>(
    `select count(*)::int as count from admin_action a join audit_entry e on e.subject = a.id where a.action = $1`,
    [action],
  );
  return row?.count ?? 0;
}

async function askAdmin(name: string, [prepare, call]: Prepared): Promise<{ codes: Codes; audited: number }> {
  const query = `mutation { ${name}${call(await prepare())} }`;
  const before = await actions(name);
  const codes = await atOnce(() => gateway.graphql(query));
  return { codes, audited: (await actions(name)) - before };
}

test('every mutation is asked', async () => {
  const mutations = fieldsOf((await gatewaySchema()).getMutationType()).map(({ name }) => name);
  expect([...ELSEWHERE, ...[ONCE, EACH, SIGNED].flatMap((table) => Object.keys(table))].sort()).toEqual(
    mutations.sort(),
  );
});

test.each(Object.entries(ONCE))('%s succeeds once', async (name, prepared) => {
  const { codes, audited } = await askAdmin(name, prepared);
  const refused = codes.filter((code) => code !== undefined);
  expect(refused).toHaveLength(TIMES - 1);
  expect(new Set(refused)).toEqual(
    new Set([['deleteRecord', 'removeSource'].includes(name) ? 'NOT_FOUND' : 'CONFLICT']),
  );
  expect(audited).toBe(1);
});

test.each(Object.entries(EACH))('%s is done one after another', async (name, prepared) => {
  const { codes, audited } = await askAdmin(name, prepared);
  expect(codes).toEqual(Array.from({ length: TIMES }, () => undefined));
  expect(audited).toBe(TIMES);
});

test('a version of an agreement is made for each change', async () => {
  const id = await agreement();
  await atOnce(() => gateway.graphql(`mutation { updateAgreement${byId(', input: { fields: ["name"] }')(id)} }`));
  const rows = await gateway.database.query<{ version: number }>(
    'select version from agreement_version where agreement_id = $1 order by version',
    [id],
  );
  expect(rows.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
});

test('of two keys activated at once, one signs', async () => {
  const kids = await Promise.all([serverKey(), serverKey(), serverKey(), serverKey()]);
  const answers = await Promise.all(kids.map((kid) => gateway.graphql(`mutation { activateServerKey${byKid(kid)} }`)));
  for (const code of answers.map(codeOf)) expect([undefined, 'CONFLICT']).toContain(code);
  const active = await gateway.database.query(`select kid from server_key where use = 'SIG' and state = 'ACTIVE'`);
  expect(active).toHaveLength(1);
});

test.each(Object.entries(SIGNED))('%s is answered once for one signed message', async (name, call) => {
  const body = JSON.stringify({ query: `mutation { ${name}${call} }` });
  const authorization = `Bearer ${partner.token}`;
  const message = {
    method: 'POST',
    targetUri: `${gateway.url}/graphql`,
    headers: { authorization },
    body: Buffer.from(body),
  };
  const signed = signHttpRequest(message, partner.key, {
    senderId: partner.senderId,
    now: new Date(),
    nonce: randomUUID(),
  });
  const count = async () =>
    (
      await gateway.database.query<{ count: number }>(
        'select count(*)::int as count from transaction where digest is not null',
      )
    )[0]?.count ?? 0;
  const before = await count();
  const codes = await atOnce(async () => (await partner.post('/graphql', body, { ...signed })).body);
  expect(codes.filter((code) => code === 'CONFLICT')).toHaveLength(TIMES - 1);
  expect(codes).toContain(undefined);
  expect((await count()) - before).toBe(1);
});
