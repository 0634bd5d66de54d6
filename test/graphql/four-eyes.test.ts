/** Four eyes: what widens waits for another administrator, what narrows acts at once, and an approval is of what was seen. */
import { generateKeyPairSync } from 'node:crypto';
import { startTestGateway, type GraphqlAnswer, type TestGateway } from '../support/gateway.js';
import { startOidcIssuer, type OidcIssuer } from '../support/oidc-issuer.js';
import { askToken } from '../support/token.js';

interface Reviewed {
  id: string;
  state: string;
  version: number;
  proposedBy: string[];
}

const FIELDS = 'id state version proposedBy';
const TOKEN = {
  senderId: 'partner',
  name: 'Partner',
  allowedOperations: ['SEARCH', 'VERIFY'],
  registries: ['SOCIAL', 'CRVS'],
  callbackHosts: ['a.example', 'b.example'],
  notifyUri: 'https://a.example/notify',
  jwksUrl: 'https://a.example/jwks',
  sandbox: true,
  autoApproveSubscriptions: true,
  rateLimitPerMinute: 10,
  rateLimitPerDay: 100,
  suppressCountsBelow: 5,
  organizationKind: 'HEALTH',
  tlsSubject: 'CN=partner',
};
const DIGEST = 'aa'.repeat(32);

/** Field of a sender, a value that narrows or says nothing, one that widens (undefined: none does). */
const SENDER_STEPS: [field: string, narrow: unknown, wide?: unknown][] = [
  ['name', 'Another name'],
  ['notes', 'a note'],
  ['recordsAs', 'OBJECT'],
  ['dialect', 'OPENSPP'],
  ['jwsForm', 'ATTACHED'],
  ['receiverAliases', ['crvs']],
  ['allowedOperations', ['SEARCH'], ['SEARCH', 'SUBSCRIBE']],
  ['registries', ['SOCIAL'], ['SOCIAL', 'DR']],
  ['callbackHosts', ['a.example'], ['a.example', 'evil.example']],
  ['notifyUri', null, 'https://evil.example/notify'],
  ['jwksUrl', null, 'https://evil.example/jwks'],
  ['signatureProfile', 'DCI', 'JWS'],
  ['sandbox', false, true],
  ['signaturePolicy', 'REQUIRED', 'OPTIONAL'],
  ['autoApproveSubscriptions', false, true],
  ['rateLimitPerMinute', 5, 6],
  ['rateLimitPerDay', 50, null],
  ['encryptReplies', true, false],
  ['suppressCountsBelow', 10, 0],
  ['organizationKind', null, 'BANK'],
  ['tlsThumbprints', [], [DIGEST]],
  ['tlsSubject', null, 'CN=evil'],
  ['legalBasis', null, 'CONTRACT'],
];

const AGREEMENT = {
  senderId: 'partner',
  registry: 'SOCIAL',
  operations: ['SEARCH', 'VERIFY'],
  recordTypes: ['SRPerson', 'Group'],
  fields: ['name.*', 'sex', 'birth_date'],
  searchableAttributes: ['sex', 'birth_date'],
  purposes: ['A', 'B'],
  legalBasis: 'PUBLIC_TASK',
  validFrom: '2026-01-10T00:00:00Z',
  validUntil: '2099-01-01T00:00:00Z',
};
const FILTER = { sex: { $eq: 'female' } };
const AGREEMENT_STEPS: [field: string, narrow: unknown, wide: unknown][] = [
  ['operations', ['SEARCH'], ['SEARCH', 'SUBSCRIBE']],
  ['recordTypes', ['SRPerson'], null],
  ['fields', ['name.surname', 'sex'], ['*']],
  ['searchableAttributes', ['sex'], null],
  ['purposes', ['A'], null],
  ['requiresConsent', true, false],
  ['rowFilter', FILTER, null],
  ['validFrom', '2026-01-20T00:00:00Z', '2026-01-01T00:00:00Z'],
  ['validUntil', '2098-01-01T00:00:00Z', null],
  ['legalBasis', 'PUBLIC_TASK', 'CONTRACT'],
];

describe('with four eyes', () => {
  let gateway: TestGateway;
  let issuer: OidcIssuer;
  let ada: string;
  let alan: string;

  beforeAll(async () => {
    issuer = await startOidcIssuer({ ada: ['ADMIN'], alan: ['ADMIN'] });
    gateway = await startTestGateway({ env: { ...issuer.env, FOUR_EYES: 'true', ROLE: 'api' } });
    [ada, alan] = await Promise.all([issuer.token('ada'), issuer.token('alan')]);
  });
  afterAll(async () => {
    await gateway?.close();
    await issuer?.close();
  });

  const ask = <Data>(token: string, query: string, variables = {}): Promise<GraphqlAnswer<Data>> =>
    gateway.graphql<Data>(query, variables, token);
  const done = async <Data>(answer: Promise<GraphqlAnswer<Data>>): Promise<Data> => {
    const { data, errors } = await answer;
    expect(errors).toBeUndefined();
    return data as Data;
  };
  const codeOf = async (answer: Promise<GraphqlAnswer<unknown>>) => (await answer).errors?.[0]?.extensions.code;

  const CREATE_SENDER = 'mutation ($input: CreateSenderInput!) { createSender(input: $input) { clientSecret } }';
  const UPDATE_SENDER = `mutation ($id: String!, $input: UpdateSenderInput!) {
    change: updateSender(senderId: $id, input: $input) { ${FIELDS} } }`;
  const APPROVE_SENDER = `mutation ($id: String!, $version: Int) {
    change: approveSender(senderId: $id, version: $version) { ${FIELDS} } }`;
  const CREATE_AGREEMENT = `mutation ($input: CreateAgreementInput!) { change: createAgreement(input: $input) { ${FIELDS} } }`;
  const UPDATE_AGREEMENT = `mutation ($id: ID!, $input: UpdateAgreementInput!) {
    change: updateAgreement(id: $id, input: $input) { ${FIELDS} } }`;
  const APPROVE_AGREEMENT = `mutation ($id: ID!, $version: Int) {
    change: approveAgreement(id: $id, version: $version) { ${FIELDS} } }`;

  const change = async (token: string, query: string, variables: Record<string, unknown>): Promise<Reviewed> =>
    (await done(ask<{ change: Reviewed }>(token, query, variables))).change;
  const senderNow = async (id: string): Promise<Reviewed> =>
    (
      await done(
        ask<{ sender: Reviewed }>(alan, `query ($id: String!) { sender(senderId: $id) { ${FIELDS} } }`, { id }),
      )
    ).sender;
  const approvedSender = async (id: string, more = {}): Promise<string> => {
    const { createSender } = await done(
      ask<{ createSender: { clientSecret: string } }>(ada, CREATE_SENDER, {
        input: { ...TOKEN, ...more, senderId: id },
      }),
    );
    expect((await change(alan, APPROVE_SENDER, { id })).state).toBe('ACTIVE');
    return createSender.clientSecret;
  };

  test('each field of a sender acts at once where it narrows, and waits where it widens', async () => {
    await approvedSender('partner');
    for (const [field, narrow, wide] of SENDER_STEPS) {
      const narrowed = await change(ada, UPDATE_SENDER, { id: 'partner', input: { [field]: narrow } });
      expect([field, narrowed.state]).toEqual([field, 'ACTIVE']);
      if (wide === undefined) continue;
      const widened = await change(ada, UPDATE_SENDER, { id: 'partner', input: { [field]: wide } });
      expect([field, widened.state, widened.proposedBy]).toEqual([field, 'PENDING', ['ada']]);
      expect(await codeOf(ask(ada, APPROVE_SENDER, { id: 'partner', version: widened.version }))).toBe('FORBIDDEN');
      const approved = await change(alan, APPROVE_SENDER, { id: 'partner', version: widened.version });
      expect(approved).toMatchObject({ state: 'ACTIVE', proposedBy: [] });
    }
  });

  test('the steps are of every field that can be changed', async () => {
    const { type } = await done(
      ask<{ type: { inputFields: { name: string }[] } }>(
        ada,
        '{ type: __type(name: "UpdateSenderInput") { inputFields { name } } }',
      ),
    );
    expect(SENDER_STEPS.map(([field]) => field).sort()).toEqual(type.inputFields.map(({ name }) => name).sort());
    const { type: terms } = await done(
      ask<{ type: { inputFields: { name: string }[] } }>(
        ada,
        '{ type: __type(name: "UpdateAgreementInput") { inputFields { name } } }',
      ),
    );
    expect(AGREEMENT_STEPS.map(([field]) => field).sort()).toEqual(terms.inputFields.map(({ name }) => name).sort());
  });

  test('what somebody else changed since it was looked at is not changed back, field by field', async () => {
    const edit = (type: string, key: string, mutation: string) =>
      `mutation ($id: ${key}, $input: ${type}!, $was: ${type}) { ${mutation}, input: $input, was: $was) { id } }`;
    await approvedSender('looked-at');
    const { id } = await change(ada, CREATE_AGREEMENT, { input: { ...AGREEMENT, senderId: 'looked-at' } });
    const edits: [id: string, query: string, steps: typeof SENDER_STEPS][] = [
      ['looked-at', edit('UpdateSenderInput', 'String!', 'updateSender(senderId: $id'), SENDER_STEPS],
      [id, edit('UpdateAgreementInput', 'ID!', 'updateAgreement(id: $id'), AGREEMENT_STEPS],
    ];
    for (const [key, query, steps] of edits)
      for (const [field, narrow, wide] of steps) {
        if (wide === undefined) continue;
        const asked = (was: unknown) => ask(ada, query, { id: key, input: { [field]: narrow }, was: { [field]: was } });
        await done(ask(ada, query, { id: key, input: { [field]: narrow } }));
        const [refused] = (await asked(wide)).errors ?? [];
        expect([field, refused?.extensions]).toMatchObject([field, { code: 'CONFLICT', field }]);
        expect([field, (await asked(narrow)).errors]).toEqual([field, undefined]);
      }
  });

  test('each term of an agreement acts at once where it narrows, and waits where it widens', async () => {
    const { id, version } = await change(ada, CREATE_AGREEMENT, { input: AGREEMENT });
    await change(alan, APPROVE_AGREEMENT, { id, version });
    for (const [field, narrow, wide] of AGREEMENT_STEPS) {
      const narrowed = await change(ada, UPDATE_AGREEMENT, { id, input: { [field]: narrow } });
      expect([field, narrowed.state]).toEqual([field, 'ACTIVE']);
      const widened = await change(ada, UPDATE_AGREEMENT, { id, input: { [field]: wide } });
      expect([field, widened.state, widened.proposedBy]).toEqual([field, 'PENDING', ['ada']]);
      expect(await codeOf(ask(ada, APPROVE_AGREEMENT, { id, version: widened.version }))).toBe('FORBIDDEN');
      expect((await change(alan, APPROVE_AGREEMENT, { id, version: widened.version })).state).toBe('ACTIVE');
    }
  });

  const publicKeyPem = () =>
    generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();

  test.each([
    ['a new secret', 'rotateSenderSecret(senderId: $id) { clientId }', true],
    ['a new key', 'addSenderKey(senderId: $id, input: { kid: "k", publicKeyPem: $pem }) { kid }', true],
    ['credentials for its receiver', 'setSenderOutbound(senderId: $id, input: {}) { tokenUrl }', true],
    ['a revoked key', 'revokeSenderKey(senderId: $id, kid: "k") { kid }', false],
  ])('%s of an approved sender waits, or narrows', async (title, mutation, widens) => {
    const id = title.replaceAll(' ', '-');
    const secret = await approvedSender(id);
    if (!widens) {
      await done(
        ask(
          ada,
          `mutation ($id: String!, $pem: String!) { addSenderKey(senderId: $id, input: { kid: "k", publicKeyPem: $pem }) { kid } }`,
          { id, pem: publicKeyPem() },
        ),
      );
      await change(alan, APPROVE_SENDER, { id });
    }
    const pem = mutation.includes('$pem') ? { pem: publicKeyPem() } : {};
    const declared = mutation.includes('$pem') ? '$id: String!, $pem: String!' : '$id: String!';
    await done(ask(ada, `mutation (${declared}) { ${mutation} }`, { id, ...pem }));
    expect((await senderNow(id)).state).toBe(widens ? 'PENDING' : 'ACTIVE');
    const { status } = await askToken(gateway.url, { client_id: id, client_secret: secret });
    expect(status).toBe(widens ? 401 : 200);
  });

  test('a text that was swapped before the approval is CONFLICT, and so is a version that is none any more', async () => {
    const { id, version } = await change(ada, CREATE_AGREEMENT, { input: AGREEMENT });
    const swapped = await change(ada, UPDATE_AGREEMENT, { id, input: { fields: ['*'] } });
    for (const seen of [undefined, version]) {
      const { errors } = await ask(alan, APPROVE_AGREEMENT, { id, version: seen });
      expect(errors?.[0]).toMatchObject({ extensions: { code: 'CONFLICT', field: 'version' } });
    }
    expect((await change(alan, APPROVE_AGREEMENT, { id, version: swapped.version })).state).toBe('ACTIVE');

    await done(ask(ada, CREATE_SENDER, { input: { ...TOKEN, senderId: 'swapped' } }));
    const { version: seen } = await senderNow('swapped');
    await change(ada, UPDATE_SENDER, { id: 'swapped', input: { callbackHosts: ['evil.example'] } });
    for (const named of [undefined, seen])
      expect(await codeOf(ask(alan, APPROVE_SENDER, { id: 'swapped', version: named }))).toBe('CONFLICT');
  });

  test('who proposed any part of it cannot approve it, whoever changed it last', async () => {
    const { id } = await change(ada, CREATE_AGREEMENT, { input: AGREEMENT });
    const { version, proposedBy } = await change(alan, UPDATE_AGREEMENT, { id, input: { fields: ['*'] } });
    expect(proposedBy).toEqual(['ada', 'alan']);
    for (const admin of [ada, alan])
      expect(await codeOf(ask(admin, APPROVE_AGREEMENT, { id, version }))).toBe('FORBIDDEN');
    const third = await gateway.admin<{ change: Reviewed }>(APPROVE_AGREEMENT, { id, version });
    expect(third.change.state).toBe('ACTIVE');
  });

  test('what was widened under a suspension is not lifted by its proposer', async () => {
    await approvedSender('resting');
    const lift = 'mutation { activateSender(senderId: "resting") { state } }';
    await done(ask(ada, 'mutation { suspendSender(senderId: "resting") { state } }'));
    await change(ada, UPDATE_SENDER, { id: 'resting', input: { callbackHosts: ['evil.example'] } });
    expect((await senderNow('resting')).state).toBe('SUSPENDED');
    expect(await codeOf(ask(ada, lift))).toBe('FORBIDDEN');
    expect(await done(ask(alan, lift))).toEqual({ activateSender: { state: 'ACTIVE' } });
  });
});
