/**
 * Consents that others vouch for: receipts of an exchange, whose status it tells, and a consent manager as decision point.
 * One server is both of them, and publishes the keys; it behaves as a test says.
 */
import { once } from 'node:events';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { acknowledge, answer, startInbox } from '../support/inbox.js';
import { searchFor } from '../support/search-message.js';
import { until } from '../support/until.js';
import { ANAN, at, byId, claimsOf, DAY, own, refusal, sign, SUDARAT } from './consents.js';

type Handler = (request: IncomingMessage, body: JsonObject, response: ServerResponse) => void;
const json = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

const VALIDATE = '/consent/v1/validate';
const exchange = generateKeyPairSync('ed25519');
const late = generateKeyPairSync('ed25519');
const jwkOf = (key: typeof own, kid: string) => ({ ...key.publicKey.export({ format: 'jwk' }), kid, use: 'sig' });

/** Permits what is asked for. */
const permit =
  (change: JsonObject = {}): Handler =>
  (_, body, response) => {
    const { requested_scopes: scopes = [], subject_id: subject = null } = body['request_context'] as JsonObject;
    const permitted = { decision: 'permit', reason_code: 'ok', effective_data_scopes: scopes, subject_id: subject };
    json(response, 200, { ...permitted, policy_version: '7', evaluated_at: at(0), ...change });
  };

const asked: { path: string; body: JsonObject }[] = [];
let keys = [jwkOf(exchange, 'cm-1')];
let validate: Handler = permit();
let statusOf: Handler = (_, __, response) => json(response, 200, { status: 'active' });

const server = createServer((request, response) => {
  const answerTo = async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body = (text === '' ? {} : JSON.parse(text)) as JsonObject;
    const { url: path = '' } = request;
    asked.push({ path, body });
    if (path.endsWith('jwks.json')) json(response, 200, { keys });
    else (path === VALIDATE ? validate : statusOf)(request, body, response);
  };
  answerTo().catch(() => response.destroy());
});

const dataDir = mkdtempSync(join(tmpdir(), 'consent-manager-'));
let authority: string;
let gateway: TestGateway;
let partner: Partner;
let stranger: Partner;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  authority = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { SEED: 'demo', DATA_DIR: dataDir, SERVER_ID: 'gateway-a', CONSENT_MANAGER_URL: authority };
  gateway = await startTestGateway({ env });
  const agreement = { fields: ['identifier', 'name', 'birth_date'], purposes: ['eligibility'], requiresConsent: true };
  // Controllers are registered for the civil registry alone: for the other one the manager alone vouches.
  const agreements = ['CRVS', 'SOCIAL'].map((registry) => ({ ...agreement, registry }));
  partner = await createPartner(gateway, { senderId: 'programme-a', agreements });
  stranger = await createPartner(gateway, { senderId: 'programme-b', agreements: [] });
  await register({ issuer: 'exchange-cm', jwksUrl: `${authority}/jwks.json` });
  await register({ issuer: 'programme-a', jwks: { keys: [jwkOf(own, 'programme-a-1')] } });
}, 120_000);
afterAll(async () => {
  await gateway.close();
  server.closeAllConnections();
  server.close();
  rmSync(dataDir, { recursive: true });
});
afterEach(() => {
  validate = permit();
  statusOf = (_, __, response) => json(response, 200, { status: 'active' });
});

const REGISTER = `mutation ($input: RegisterConsentControllerInput!) { registerConsentController(input: $input) { id } }`;
const register = (input: { issuer: string } & Record<string, unknown>) =>
  gateway.admin<{ registerConsentController: { id: string } }>(REGISTER, {
    input: { name: input.issuer, registries: ['CRVS'], ...input },
  });

const seconds = (ahead: number) => Math.floor(Date.now() / 1000) + ahead;
const receiptOf = (change: JsonObject = {}): JsonObject => ({
  iss: 'exchange-cm',
  jti: randomUUID(),
  consent_id: 'con-1',
  aud: 'gateway-a',
  presenter: 'programme-a',
  partner: 'bank-a',
  sub: { type: 'UIN', value: ANAN },
  purpose: 'eligibility',
  scopes: ['name', 'birth_date'],
  consent_issued_at: at(0),
  consent_exp: seconds(86_400),
  iat: seconds(0),
  nbf: seconds(0),
  exp: seconds(900),
  ...change,
});
const receipt = (change: JsonObject = {}, header: JsonObject = {}, key = exchange) =>
  sign(receiptOf(change), {
    header: { kid: 'cm-1', typ: 'consent-receipt+jwt', ...header },
    key: key.privateKey,
  });

async function ask(authorize: JsonObject, { registry = 'crvs', who = partner, value = ANAN } = {}) {
  const message = searchFor({ ...byId(value), authorize });
  const { status, body } = await who.send(`${registry}/registry/sync/search`, 'search', message, {
    receiver_id: 'gateway-a',
  });
  const [item] = body.message.search_response ?? [];
  const records: JsonObject[] = item?.data?.reg_records ?? [];
  return {
    status,
    item,
    members: records.map((record) =>
      Object.keys(record)
        .filter((name) => !name.startsWith('@'))
        .sort(),
    ),
  };
}
const BOTH = [['birth_date', 'name']];

describe('a receipt', () => {
  test('releases what it and the agreement cover, of its person', async () => {
    const jws = receipt({ scopes: ['name', 'birth_date', 'sex'] });
    expect((await ask({ consent_jws: jws })).members).toEqual(BOTH);
    expect((await ask({ consent_jws: jws })).members).toEqual(BOTH);
    const { item } = await ask({ consent_jws: jws }, { value: SUDARAT });
    expect(item).toMatchObject(refusal('subject_mismatch'));
  });

  test('R-04 under a key that was published since', async () => {
    keys = [...keys, jwkOf(late, 'cm-2')];
    const jws = receipt({}, { kid: 'cm-2' }, late);
    // Keys were read a moment ago, and are not asked for again at once.
    await gateway.database.query(
      `update consent_controller set jwks_fetched_at = jwks_fetched_at - interval '1 hour'`,
      [],
      'test',
    );
    expect((await ask({ consent_jws: jws })).members).toEqual(BOTH);
  });

  test.each<[string, () => string, string]>([
    ['R-02 of an unknown issuer', () => receipt({ iss: 'another-cm' }), 'receipt_issuer_not_trusted'],
    ['R-02 of no issuer', () => receipt({ iss: null }), 'receipt_issuer_not_trusted'],
    ['R-03 under another key', () => receipt({}, {}, generateKeyPairSync('ed25519')), 'receipt_invalid'],
    ['R-03 with another alg', () => receipt({}, { alg: 'ES256' }), 'receipt_invalid'],
    ...['jti', 'aud', 'presenter', 'sub', 'purpose', 'scopes', 'exp'].map((claim): [string, () => string, string] => [
      `R-03 without ${claim}`,
      () => receipt({ [claim]: null }),
      'receipt_invalid',
    ]),
    ['R-03 without a beginning', () => receipt({ nbf: 'x', iat: 'x' }), 'receipt_invalid'],
    ['R-05 for another registry', () => receipt({ aud: 'another' }), 'audience_mismatch'],
    ['R-06 for another presenter', () => receipt({ presenter: 'programme-b' }), 'presenter_mismatch'],
    ['R-07 that ended this second', () => receipt({ exp: seconds(0) }), 'expired'],
    ['R-07 of a consent that ended', () => receipt({ consent_exp: seconds(-1) }), 'expired'],
    ['R-07 that begins in 31 seconds', () => receipt({ nbf: seconds(32) }), 'expired'],
    ['R-10 of what the agreement does not cover', () => receipt({ scopes: ['address'] }), 'scope_exceeds_policy'],
    ['for another purpose', () => receipt({ purpose: 'credit' }), 'purpose_not_allowed'],
    ['of a type that names nobody', () => receipt({ sub: { type: 'email', value: 'a@b.c' } }), 'subject_not_allowed'],
  ])('%s is refused', async (_, jws, code) => {
    const { item } = await ask({ consent_jws: jws() });
    expect(item).toMatchObject(refusal(code));
    expect(item).not.toHaveProperty('data');
  });

  test('R-06 of an issuer whose receipts another sender shows', async () => {
    await register({ issuer: 'pinned-cm', jwksUrl: `${authority}/pinned/jwks.json`, presenter: 'programme-b' });
    const { item } = await ask({ consent_jws: receipt({ iss: 'pinned-cm' }) });
    expect(item).toMatchObject(refusal('presenter_mismatch'));
  });

  test.each<[string, Handler, string]>([
    ['revoked', (_, __, response) => json(response, 200, { status: 'revoked' }), 'revoked'],
    ['expired', (_, __, response) => json(response, 200, { status: 'expired' }), 'expired'],
    ['not known', (_, __, response) => json(response, 404, {}), 'receipt_invalid'],
    ['not told', (_, __, response) => json(response, 500, {}), 'receipt_status_unavailable'],
    [
      'told in other words',
      (_, __, response) => json(response, 200, { status: 'Active' }),
      'receipt_status_unavailable',
    ],
    [
      'behind a redirect',
      (_, __, response) => response.writeHead(302, { location: '/' }).end(),
      'receipt_status_unavailable',
    ],
    ['behind a broken connection', (_, __, response) => response.destroy(), 'receipt_status_unavailable'],
  ])('R-08 whose status is %s is refused', async (_, status, code) => {
    statusOf = status;
    const jws = receipt();
    expect((await ask({ consent_jws: jws })).item).toMatchObject(refusal(code));
  });

  test('R-08 is asked about at its issuer each time', async () => {
    const jti = randomUUID();
    const jws = receipt({ jti });
    await ask({ consent_jws: jws });
    expect(asked.map(({ path }) => path)).toContain(`/consent/v1/receipts/${jti}/status`);
    statusOf = (_, __, response) => json(response, 200, { status: 'revoked' });
    expect((await ask({ consent_jws: jws })).item).toMatchObject(refusal('revoked'));
  });

  test('whose status cannot be asked when the answer is due keeps it back, and lets it go once it is told', async () => {
    await using opened = new AsyncDisposableStack();
    const inbox = await startInbox(gateway.url);
    opened.defer(() => inbox.close());
    inbox.behave(answer(500));
    const message = searchFor({ ...byId(ANAN), authorize: { consent_jws: receipt() } });
    const header = { receiver_id: 'gateway-a', sender_uri: `${inbox.url}/on-search` };
    await partner.send('crvs/registry/search', 'search', message, header);
    await inbox.wait(1);
    const row = async () =>
      (
        await gateway.database.query<{ id: string; state: string; attempts: number; reason: string | null }>(
          `select id, state, attempts, state_reason as reason from delivery where kind = 'CALLBACK' order by id desc limit 1`,
        )
      )[0];
    const tried = (times: number) =>
      until(async () => (await row())?.attempts === times && (await row()), { seen: row });
    await tried(1);
    statusOf = (_, __, response) => json(response, 503, {});
    inbox.behave(acknowledge);
    const again = async () =>
      gateway.admin('mutation ($id: ID!) { retryDelivery(id: $id) { id } }', { id: (await row())?.id });
    await again();
    const kept = await until(async () => {
      const seen = await row();
      return seen?.reason?.includes('does not say now') === true && seen;
    });
    expect(kept).toMatchObject({ state: 'PENDING' });
    expect(inbox.received).toHaveLength(1);
    statusOf = (_, __, response) => json(response, 200, { status: 'active' });
    await again();
    await until(async () => (await row())?.state === 'DELIVERED', { seen: row });
    expect(inbox.received).toHaveLength(2);
  });

  test('R-09 of a presenter without an agreement opens nothing', async () => {
    const { status } = await ask({ consent_jws: receipt({ presenter: 'programme-b' }) }, { who: stranger });
    expect(status).toBe(403);
  });

  test('R-11 with another person under the same number is refused', async () => {
    const jti = randomUUID();
    await ask({ consent_jws: receipt({ jti }) });
    const { item } = await ask({ consent_jws: receipt({ jti, sub: { type: 'BRN', value: 'B123456789' } }) });
    expect(item).toMatchObject(refusal('replay'));
  });
});

describe('the consent manager', () => {
  test('is told the consent, the sender, the person and the scopes, and what it permits is kept with the decision', async () => {
    validate = permit({ effective_data_scopes: ['name'], consent_id: 'c-9', receipt_id: 'r-9' });
    const claims = claimsOf();
    expect((await ask({ consent_jws: sign(claims) })).members).toEqual([['name']]);
    expect(asked.at(-1)).toEqual({
      path: VALIDATE,
      body: {
        consent_jws: expect.any(String),
        partner_id: 'programme-a',
        data_controller: 'gateway-a',
        request_context: { requested_scopes: ['name', 'birth_date'], subject_id: { type: 'UIN', value: ANAN } },
      },
    });
    const [decision] = await decisions();
    expect(decision).toMatchObject({
      allowed: true,
      messageConsent: { jti: claims['jti'], manager: { decision: 'permit', receipt_id: 'r-9', policy_version: '7' } },
    });
    expect(JSON.stringify(decision)).not.toContain(ANAN);
  });

  test.each<[string, Handler, string]>([
    ['500', (_, __, response) => json(response, 500, {}), 'cm_error'],
    ['html', (_, __, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'), 'cm_error'],
    ['a redirect', (_, __, response) => response.writeHead(307, { location: '/' }).end(), 'cm_error'],
    ['nothing', (_, __, response) => response.destroy(), 'cm_unreachable'],
    ['Permit', permit({ decision: 'Permit' }), 'deny'],
    ['true', permit({ decision: true }), 'deny'],
    ['a permit without scopes', permit({ effective_data_scopes: null }), 'deny'],
    ['a permit of no scopes', permit({ effective_data_scopes: [] }), 'deny'],
    [
      'a permit of scopes that nobody asked for',
      permit({ effective_data_scopes: ['address'] }),
      'scope_exceeds_policy',
    ],
    ['a permit that ended', permit({ valid_until: '2020-01-01T00:00:00Z' }), 'expired'],
    ['N-44 a permit of another person', permit({ subject_id: { type: 'UIN', value: SUDARAT } }), 'subject_mismatch'],
    ['a denial', permit({ decision: 'deny', reason_code: 'revoked' }), 'revoked'],
    ['a denial in other words', permit({ decision: 'deny', reason_code: 'whim', detail: ANAN }), 'deny'],
  ])('N-43 that answers %s releases nothing', async (_, handler, code) => {
    validate = handler;
    const { item } = await ask({ consent_jws: sign(claimsOf()) });
    expect(item).toMatchObject(refusal(code));
    expect(item).not.toHaveProperty('data');
    const [decision] = await decisions();
    expect(decision).toMatchObject({ allowed: false, reason: 'MESSAGE_CONSENT_REFUSED' });
    expect(JSON.stringify({ item, decision })).not.toContain(ANAN);
  });

  test('N-43 that does not answer in time releases nothing, soon', async () => {
    validate = () => undefined;
    const before = performance.now();
    const { item } = await ask({ consent_jws: sign(claimsOf()) });
    expect(item).toMatchObject(refusal('cm_unreachable'));
    expect(performance.now() - before).toBeLessThan(8000);
  });

  test('is not asked about what does not hold here', async () => {
    const ended = sign(claimsOf({ validity: { valid_from: at(-DAY), valid_until: at(-1000) } }));
    expect((await ask({ consent_jws: ended })).item).toMatchObject(refusal('expired'));
    const forged = sign(claimsOf(), { key: generateKeyPairSync('ed25519').privateKey });
    expect((await ask({ consent_jws: forged })).item).toMatchObject(refusal('signature_invalid'));
    expect(asked.filter(({ body }) => [ended, forged].some((jws) => jws === body['consent_jws']))).toEqual([]);
  });

  test('vouches alone where no controller is registered', async () => {
    const unknown = () => sign(claimsOf(), { key: generateKeyPairSync('ed25519').privateKey });
    expect((await ask({ consent_jws: unknown() }, { registry: 'social' })).members).toEqual(BOTH);
    validate = permit({ decision: 'deny', reason_code: 'signature_invalid' });
    expect((await ask({ consent_jws: unknown() }, { registry: 'social' })).item).toMatchObject(
      refusal('signature_invalid'),
    );
    const other = sign(claimsOf({ aud: 'programme-b' }));
    // Whether its signature is worth anything only the manager could say, who is not asked about what is not the sender's.
    expect((await ask({ consent_jws: other }, { registry: 'social' })).item).toMatchObject(refusal('unknown_partner'));
  });
});

describe('a consent that the manager keeps', () => {
  const stored = { consent_id: 'con-7', purpose: { code: 'eligibility' } };
  const kept = { subject_id: { type: 'UIN', value: ANAN }, valid_until: at(DAY), effective_data_scopes: ['name'] };

  test('is named by its number', async () => {
    validate = permit(kept);
    expect((await ask(stored)).members).toEqual([['name']]);
    expect(asked.at(-1)?.body).toMatchObject({ consent_id: 'con-7', consent_partner_id: 'programme-a' });
    expect((await ask(stored, { value: SUDARAT })).item).toMatchObject(refusal('subject_mismatch'));
  });

  test.each<[string, JsonObject, Handler, string]>([
    ...['unknown_consent', 'not_yet_valid', 'partner_mismatch'].map((code): [string, JsonObject, Handler, string] => [
      `S-01 that is ${code}`,
      stored,
      permit({ decision: 'deny', reason_code: code }),
      code,
    ]),
    ['S-01 of another partner', { ...stored, consent_partner_id: 'programme-b' }, permit(kept), 'partner_mismatch'],
    ['S-01 beside a signed one', { ...stored, consent_jws: sign(claimsOf()) }, permit(kept), 'malformed_object'],
    ['that is no text', { ...stored, consent_id: 7 }, permit(kept), 'malformed_object'],
    ['of nobody', stored, permit({ ...kept, subject_id: null }), 'deny'],
    ['without an end', stored, permit({ ...kept, valid_until: null }), 'deny'],
  ])('%s releases nothing', async (_, authorize, handler, code) => {
    validate = handler;
    expect((await ask(authorize)).item).toMatchObject(refusal(code));
  });

  test('without the purpose of the agreement releases nothing', async () => {
    validate = permit(kept);
    expect((await ask({ consent_id: 'con-7' })).item.status).toBe('rjct');
  });
});

/** Of the newest transaction. */
async function decisions(): Promise<Record<string, unknown>[]> {
  const { transactions } = await gateway.admin<{
    transactions: { nodes: { accessDecision: { items: Record<string, unknown>[] } }[] };
  }>(`{ transactions(first: 1, filter: { senderId: "programme-a" }) { nodes { accessDecision } } }`);
  return transactions.nodes[0]?.accessDecision.items ?? [];
}
