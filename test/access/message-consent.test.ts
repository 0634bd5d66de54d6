/** A consent that a message brings: verified, or nothing is released. Each case changes one thing of a valid one. */
import { createPublicKey, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { acknowledge, answer, startInbox } from '../support/inbox.js';
import { createPartner, type Partner } from '../support/partner.js';
import { searchFor } from '../support/search-message.js';
import { until } from '../support/until.js';
import { ANAN, at, byId, claimsOf, DAY, expressing, own, part, refusal, sign, SUDARAT, without } from './consents.js';
import { subscribeItem, subscribeMessage } from '../subscriptions/subscriptions.js';

const dataDir = mkdtempSync(join(tmpdir(), 'message-consent-'));
let gateway: TestGateway;
let partner: Partner;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { SEED: 'demo', DATA_DIR: dataDir, SERVER_ID: 'gateway-a' } });
  const agreement = {
    registry: 'CRVS',
    fields: ['identifier', 'name', 'birth_date', 'sex'],
    purposes: ['eligibility'],
    requiresConsent: true,
  };
  partner = await createPartner(gateway, { senderId: 'programme-a', agreements: [agreement] });
  await createPartner(gateway, { senderId: 'programme-b', agreements: [agreement] });
  await register('programme-a', own.publicKey, 'programme-a-1');
  await register('programme-b', other.publicKey, 'programme-b-1');
  await register('rsa-issuer', rsa.publicKey, 'rsa-1');
  await register('p256-issuer', p256.publicKey, 'p256-1');
}, 120_000);
afterAll(async () => {
  await gateway.close();
  rmSync(dataDir, { recursive: true });
});

const other = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const REGISTER = `mutation ($input: RegisterConsentControllerInput!) { registerConsentController(input: $input) { id } }`;
const register = (issuer: string, key: KeyObject, kid: string) =>
  gateway.admin<{ registerConsentController: { id: string } }>(REGISTER, {
    input: { name: issuer, issuer, jwks: { keys: [{ ...key.export({ format: 'jwk' }), kid }] }, registries: ['CRVS'] },
  });

async function ask(jws: unknown, criteria: JsonObject = byId(ANAN), beside: JsonObject = {}, who = partner) {
  const message = searchFor({ ...criteria, authorize: { consent_jws: jws as string }, ...beside });
  const { body } = await who.send('crvs/registry/sync/search', 'search', message, { receiver_id: 'gateway-a' });
  const [item] = body.message.search_response;
  return { item, records: item.data?.reg_records ?? [], total: item.pagination?.total_count };
}
/** By an issuer that is no sender here, so for whomever it names. */
const byRsaIssuer = (claims: JsonObject) =>
  sign(claims, { header: { alg: 'RS256', kid: 'rsa-1' }, key: rsa.privateKey, algorithm: 'rsa-sha256' });

const membersOf = (record: JsonObject) =>
  Object.keys(record)
    .filter((name) => !name.startsWith('@'))
    .sort();

describe('releases', () => {
  test.each([
    ['N-00 a valid one', () => sign(claimsOf())],
    [
      'N-00 grants for several',
      () => {
        const { data_controller: _one, data_scopes: scopes = [], ...rest } = claimsOf();
        const grants = ['another', 'gateway-a'].map((data_controller) => ({ data_controller, data_scopes: scopes }));
        return sign({ ...rest, grants });
      },
    ],
    ['N-28 the person by another number', () => sign(claimsOf({ subject_id: { type: 'BRN', value: 'B123456789' } }))],
    ['OpenG2P’s name of the partner', () => sign(claimsOf({ aud: 'PARTNER_PROGRAMME_A' }))],
    ['an issuer with an RSA key', () => byRsaIssuer(claimsOf({ iss: 'rsa-issuer' }))],
    [
      'an issuer with a P-256 key',
      () =>
        sign(claimsOf({ iss: 'p256-issuer' }), {
          header: { alg: 'ES256', kid: 'p256-1' },
          key: p256.privateKey,
          algorithm: 'ecdsa-sha256',
        }),
    ],
    ['times without a zone', () => sign(claimsOf({ issued_at: at(0).slice(0, 19) }))],
  ])('%s', async (_, jws) => {
    const { records } = await ask(jws());
    expect(records.map(membersOf)).toEqual([['birth_date', 'name']]);
  });

  test('N-27 nobody else, however many match', async () => {
    const { records, total } = await ask(sign(claimsOf()), expressing({ 'name.surname': { $eq: 'Phumchai' } }));
    expect({ total, names: records.map(({ name }: { name: { given_name: string } }) => name.given_name) }).toEqual({
      total: 1,
      names: ['Anan'],
    });
  });

  test('N-34 what consent and agreement both cover', async () => {
    const { records } = await ask(sign(claimsOf({ data_scopes: ['name', 'address'] })));
    expect(records.map(membersOf)).toEqual([['name']]);
  });

  test('what the agreement covers and the consent does not is neither searched nor sorted by, and both are named', async () => {
    const jws = () => sign(claimsOf({ data_scopes: ['name'] }));
    const born = { UIN: ANAN, birth_date: { $gte: '1980-01-01' } };
    const { item: searched } = await ask(jws(), expressing(born));
    const { item: sorted } = await ask(jws(), { ...byId(ANAN), sort: [{ attribute_name: 'sex', sort_order: 'asc' }] });
    expect([searched, sorted].map(({ status_reason_message: reason }) => reason)).toEqual([
      'birth_date: agreement and consent do not let this attribute be searched',
      'sex: agreement and consent do not let this attribute be sorted by',
    ]);
  });

  test('N-20 the same one again', async () => {
    const jws = sign(claimsOf());
    await ask(jws);
    expect((await ask(jws)).records).toHaveLength(1);
  });

  test('N-29 nobody, where its person is another', async () => {
    const { records } = await ask(sign(claimsOf({ subject_id: { type: 'BRN', value: '947951532' } })));
    expect(records).toEqual([]);
  });

  test('N-30 nobody, where its person is unknown', async () => {
    const jws = sign(claimsOf({ subject_id: { type: 'BRN', value: 'NOBODY' } }));
    expect((await ask(jws)).records).toEqual([]);
  });

  test('N-01 nobody, without one', async () => {
    const message = searchFor({ ...byId(ANAN), authorize: { purpose: { code: 'eligibility' } } });
    const { body } = await partner.send('crvs/registry/sync/search', 'search', message, { receiver_id: 'gateway-a' });
    expect(body.message.search_response[0].data.reg_records).toEqual([]);
  });

  test('N-01 and tells a partner of OpenG2P that it is missing, whose purpose would have come with it', async () => {
    const agreement = { registry: 'CRVS', purposes: ['eligibility'], requiresConsent: true };
    const sender = { dialect: 'OPENG2P' };
    const g2p = await createPartner(gateway, { senderId: 'programme-g2p', sender, agreements: [agreement] });
    const reasonOf = async (block: JsonObject) => {
      const message = searchFor({ ...byId(ANAN), ...block });
      const { body } = await g2p.send('crvs/registry/sync/search', 'search', message, { receiver_id: 'gateway-a' });
      return body.message.search_response[0].status_reason_message;
    };
    for (const block of <JsonObject[]>[{}, { authorize: {} }, { authorize: { purpose: { code: 'eligibility' } } }])
      expect(await reasonOf(block)).toMatch(/^consent_jws: missing_consent: /);
    expect(await reasonOf({ authorize: { purpose: { code: 'credit' } } })).toContain('covers this purpose');
  });

  test('a partner of OpenG2P reads in the header what was enforced, where it was', async () => {
    const metaFor = async (registry: string, brought: boolean, settings: JsonObject = {}, dialect = 'OPENG2P') => {
      const agreements = [{ registry: 'CRVS', requiresConsent: true }, { registry: 'SOCIAL' }];
      const asking = await createPartner(gateway, { sender: { dialect, ...settings }, agreements });
      const aud = asking.senderId;
      const jws = byRsaIssuer(claimsOf({ iss: 'rsa-issuer', aud }));
      const proof: JsonObject = brought ? { authorize: { consent_jws: jws } } : {};
      const message = searchFor({ ...byId(ANAN), ...proof });
      const { body } = await asking.send(`${registry}/registry/sync/search`, 'search', message, {
        receiver_id: 'gateway-a',
      });
      return body.header.meta;
    };
    const [signature, consent] = [{ signature_validation: 'enabled' }, { consent_enforcement: 'enabled' }];
    const sandbox = { sandbox: true, signaturePolicy: 'OPTIONAL' };
    expect(await metaFor('crvs', true)).toEqual({ ...signature, ...consent });
    expect(await metaFor('crvs', true, sandbox)).toEqual(consent);
    expect(await metaFor('social', false)).toEqual(signature);
    expect(await metaFor('crvs', false)).toEqual(signature);
    expect(await metaFor('crvs', true, {}, 'DCI')).toEqual({});
  });
});

describe('OpenG2P’s name of a partner', () => {
  const reference = 'PARTNER_PROGRAMME_REF';
  const agreement = { registry: 'CRVS', purposes: ['eligibility'], requiresConsent: true };
  const create = (senderId: string) =>
    gateway.graphql('mutation ($input: CreateSenderInput!) { createSender(input: $input) { clientId } }', {
      input: { senderId, name: senderId, allowedOperations: ['SEARCH'], registries: ['CRVS'] },
    });

  test('is refused to a second one, and of two from before it means neither', async () => {
    const asking = await createPartner(gateway, { senderId: 'programme-ref', agreements: [agreement] });
    const jws = () => byRsaIssuer(claimsOf({ iss: 'rsa-issuer', aud: reference }));
    expect((await ask(jws(), undefined, {}, asking)).records).toHaveLength(1);
    for (const senderId of ['programme_ref', 'Programme-Ref', reference])
      expect((await create(senderId)).errors).toMatchObject([
        { message: expect.stringContaining('programme-ref'), extensions: { code: 'CONFLICT', field: 'senderId' } },
      ]);
    await createPartner(gateway, { senderId: 'registered-before', agreements: [agreement] });
    await gateway.database.query(`update sender set sender_id = 'programme_ref' where sender_id = 'registered-before'`);
    expect((await ask(jws(), undefined, {}, asking)).item).toMatchObject(refusal('unknown_partner'));
    const named = byRsaIssuer(claimsOf({ iss: 'rsa-issuer', aud: 'programme-ref' }));
    expect((await ask(named, undefined, {}, asking)).records).toHaveLength(1);
  });

  test('lets it sign for itself alone', async () => {
    await register('PARTNER_PROGRAMME_B', other.publicKey, 'reference-of-b');
    const jws = sign(claimsOf({ iss: 'PARTNER_PROGRAMME_B' }), {
      header: { kid: 'reference-of-b' },
      key: other.privateKey,
    });
    expect((await ask(jws)).item).toMatchObject(refusal('signature_invalid'));
  });
});

const forged = () => {
  const [header, , signature] = sign(claimsOf()).split('.');
  return `${header}.${part(claimsOf({ subject_id: { type: 'UIN', value: SUDARAT } }))}.${signature}`;
};
const hmac = () => {
  const input = `${part({ alg: 'HS256', kid: 'programme-a-1' })}.${part(claimsOf())}`;
  const pem = createPublicKey(own.privateKey).export({ type: 'spki', format: 'pem' });
  return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
};
const granting = (grants: JsonObject[], more: JsonObject = {}) => {
  const { data_controller: _controller, data_scopes: _scopes, ...rest } = claimsOf();
  return sign({ ...rest, ...more, grants });
};
const GRANT: JsonObject = { data_controller: 'gateway-a', data_scopes: ['name'] };

const REFUSED: [name: string, jws: () => unknown, code: string][] = [
  ['N-02 garbage', () => 'garbage', 'malformed_object'],
  ['N-02 two parts', () => sign(claimsOf()).split('.').slice(0, 2).join('.'), 'malformed_object'],
  ['N-02 four parts', () => `${sign(claimsOf())}.AAAA`, 'malformed_object'],
  ['N-02 100 kB', () => sign(claimsOf({ x: 'x'.repeat(100_000) })), 'malformed_object'],
  ['N-03 no JSON', () => sign('no JSON'), 'malformed_object'],
  ['N-03 a list', () => sign([claimsOf()]), 'malformed_object'],
  ['N-03 jti twice', () => sign(JSON.stringify(claimsOf()).replace('{', '{"jti":"x",')), 'malformed_object'],
  ...['jti', 'aud', 'subject_id', 'purpose', 'validity', 'issued_at', 'data_scopes'].map(
    (name): [string, () => unknown, string] => [`N-04 without ${name}`, () => sign(without(name)), 'malformed_object'],
  ),
  [
    'N-05 both forms',
    () => granting([GRANT], { data_controller: 'gateway-a', data_scopes: ['name'] }),
    'malformed_object',
  ],
  ['N-05 no grants', () => granting([]), 'malformed_object'],
  ['N-05 one twice', () => granting([GRANT, GRANT]), 'malformed_object'],
  ['N-06 alg none', () => `${part({ alg: 'none', kid: 'programme-a-1' })}.${part(claimsOf())}.`, 'signature_invalid'],
  ['N-07 HS256 with the public key', hmac, 'signature_invalid'],
  ['N-08 ES256 over an Ed25519 key', () => sign(claimsOf(), { header: { alg: 'ES256' } }), 'signature_invalid'],
  ['N-09 another payload', forged, 'signature_invalid'],
  [
    'N-10 an unregistered key',
    () => sign(claimsOf(), { key: generateKeyPairSync('ed25519').privateKey }),
    'signature_invalid',
  ],
  [
    'N-11 another partner’s key',
    () => sign(claimsOf(), { header: { kid: 'programme-b-1' }, key: other.privateKey }),
    'signature_invalid',
  ],
  [
    'N-11 another partner as issuer',
    () => sign(claimsOf({ iss: 'programme-b' }), { header: { kid: 'programme-b-1' }, key: other.privateKey }),
    'signature_invalid',
  ],
  ['N-12 no kid', () => sign(claimsOf(), { header: { kid: null } }), 'signature_invalid'],
  ['N-12 an unknown kid', () => sign(claimsOf(), { header: { kid: 'programme-a-9' } }), 'signature_invalid'],
  [
    'N-14 a key of its own',
    () => sign(claimsOf(), { header: { jwk: own.publicKey.export({ format: 'jwk' }) as JsonObject } }),
    'signature_invalid',
  ],
  [
    'N-14 an address of keys',
    () => sign(claimsOf(), { header: { jku: 'http://127.0.0.1:1/jwks' } }),
    'signature_invalid',
  ],
  ['N-15 aud of nobody', () => sign(claimsOf({ aud: 'nobody' })), 'unknown_partner'],
  [
    'N-16 aud of another',
    () => sign(claimsOf({ aud: 'programme-b' }), { header: { kid: 'programme-b-1' }, key: other.privateKey }),
    'audience_mismatch',
  ],
  ['aud of another, signed by whoever shows it', () => sign(claimsOf({ aud: 'programme-b' })), 'unknown_partner'],
  [
    'aud of another, signed by nobody',
    () => sign(claimsOf({ aud: 'programme-b' }), { key: generateKeyPairSync('ed25519').privateKey }),
    'unknown_partner',
  ],
  ['N-17 another registry', () => sign(claimsOf({ data_controller: 'another' })), 'controller_not_granted'],
  ['N-17 grants without us', () => granting([{ ...GRANT, data_controller: 'another' }]), 'controller_not_granted'],
  ['N-19 stale', () => sign(claimsOf({ issued_at: at(-310_000) })), 'replay'],
  ['N-19 ahead', () => sign(claimsOf({ issued_at: at(310_000) })), 'replay'],
  [
    'N-25 a type that names nobody',
    () => sign(claimsOf({ subject_id: { type: 'email', value: 'a@example.org' } })),
    'subject_not_allowed',
  ],
  [
    'N-26 of another than is asked for',
    () => sign(claimsOf({ subject_id: { type: 'UIN', value: SUDARAT } })),
    'subject_mismatch',
  ],
  ['N-31 another purpose', () => sign(claimsOf({ purpose: { code: 'credit' } })), 'purpose_not_allowed'],
  ['N-33 outside the agreement', () => sign(claimsOf({ data_scopes: ['address'] })), 'scope_exceeds_policy'],
  ['N-35 no scopes', () => sign(claimsOf({ data_scopes: [] })), 'scope_exceeds_policy'],
  ['N-35 a star', () => sign(claimsOf({ data_scopes: ['*'] })), 'scope_exceeds_policy'],
  ['N-37 ended', () => sign(claimsOf({ validity: { valid_from: at(-DAY), valid_until: at(-1000) } })), 'expired'],
  [
    'N-38 not begun',
    () => sign(claimsOf({ validity: { valid_from: at(3_600_000), valid_until: at(DAY) } })),
    'expired',
  ],
  [
    'N-39 of 91 days',
    () => sign(claimsOf({ validity: { valid_from: at(-60_000), valid_until: at(91 * DAY) } })),
    'validity_exceeds_policy',
  ],
  [
    'N-40 ending before it begins',
    () => sign(claimsOf({ validity: { valid_from: at(DAY), valid_until: at(0) } })),
    'malformed_object',
  ],
  [
    'ending on a day that cannot be',
    () => sign(claimsOf({ validity: { valid_from: at(-60_000), valid_until: '2027-02-30T00:00:00Z' } })),
    'malformed_object',
  ],
  ['N-47 a number', () => 1, 'malformed_object'],
  ['N-47 a list', () => [], 'malformed_object'],
  ['N-47 an object', () => ({}), 'malformed_object'],
  ['R-01 a receipt', () => sign(claimsOf(), { header: { typ: 'consent-receipt+jwt' } }), 'receipt_issuer_not_trusted'],
];

describe('refuses', () => {
  test.each(REFUSED)('%s', async (_, jws, code) => {
    const { item } = await ask(jws());
    expect(item).toMatchObject(refusal(code));
    expect(item).not.toHaveProperty('data');
  });

  test('whether there is another partner is told to nobody who has no consent of theirs', async () => {
    const [theirs, nobodys] = await Promise.all(
      ['programme-b', 'nobody'].map((aud) => ask(sign(claimsOf({ aud }))).then(({ item }) => item)),
    );
    expect(theirs.status_reason_message).toBe(nobodys.status_reason_message);
  });

  test('N-32 another purpose stated beside it', async () => {
    const { item } = await ask(sign(claimsOf()), byId(ANAN), { consent: { purpose: { code: 'credit' } } });
    expect(item).toMatchObject(refusal('purpose_not_allowed'));
  });

  test.each([
    ['N-21 subject', { subject_id: { type: 'BRN', value: 'B123456789' } }],
    ['N-22 scopes', { data_scopes: ['name', 'birth_date', 'sex'] }],
  ] as [string, JsonObject][])('%s changed under the same jti', async (_, change) => {
    const claims = claimsOf();
    expect((await ask(sign(claims))).records).toHaveLength(1);
    expect((await ask(sign({ ...claims, ...change }))).item).toMatchObject(refusal('replay'));
  });

  test('N-23 an altered one, although its jti was shown', async () => {
    const jws = sign(claimsOf());
    await ask(jws);
    expect((await ask(`${jws.slice(0, -8)}AAAAAAAA`)).item).toMatchObject(refusal('signature_invalid'));
  });

  test('a filter on what the person did not consent to', async () => {
    const { item } = await ask(sign(claimsOf()), expressing({ sex: { $eq: 'male' } }));
    expect(item.status).toBe('rjct');
  });

  test('one that stands beside the criteria', async () => {
    const { search_request: items, ...message } = searchFor(byId(ANAN));
    const [item] = items as JsonObject[];
    const beside = { ...message, search_request: [{ ...item, authorize: { consent_jws: 'garbage' } }] };
    const { body } = await partner.send('crvs/registry/sync/search', 'search', beside, { receiver_id: 'gateway-a' });
    expect(body.message.search_response[0]).toMatchObject(refusal('malformed_object'));
  });

  test('N-48 with an unsigned envelope, unread', async () => {
    const header = partner.header('search', { receiver_id: 'gateway-a' });
    const message = searchFor({ ...byId(ANAN), authorize: { consent_jws: sign(claimsOf()) } });
    expect((await partner.post('/dci/v1/crvs/registry/sync/search', { header, message })).status).toBe(401);
  });

  test('its controller, once that is revoked', async () => {
    const { registerConsentController } = await register('ending', other.publicKey, 'ending-1');
    const jws = sign(claimsOf({ iss: 'ending' }), { header: { kid: 'ending-1' }, key: other.privateKey });
    expect((await ask(jws)).records).toHaveLength(1);
    await gateway.admin(
      `mutation ($id: ID!) { revokeConsentController(id: $id) { revokedAt } }`,
      registerConsentController,
    );
    expect((await ask(jws)).item).toMatchObject(refusal('signature_invalid'));
  });
});

describe('what ended', () => {
  const UPDATE = `mutation ($id: ID!, $input: UpdateConsentControllerInput!) {
    updateConsentController(id: $id, input: $input) { name registries } }`;
  const REVOKE = `mutation ($id: ID!, $jti: String!) { revokeMessageConsent(controllerId: $id, jti: $jti) { id } }`;
  const controllerOf = async (issuer: string) => {
    const { consentControllers } = await gateway.admin<{ consentControllers: { id: string; issuer: string }[] }>(
      `{ consentControllers { id issuer } }`,
    );
    return consentControllers.find((one) => one.issuer === issuer)?.id;
  };
  const another = (senderId: string) =>
    createPartner(gateway, {
      senderId,
      agreements: [{ registry: 'CRVS', fields: ['identifier', 'name', 'birth_date'], purposes: ['eligibility'] }],
    });
  const agreementOf = async (senderId: string) => {
    const { agreements } = await gateway.admin<{ agreements: { nodes: { id: string }[] } }>(
      `query ($id: String!) { agreements(filter: { senderId: $id }) { nodes { id } } }`,
      { id: senderId },
    );
    return agreements.nodes[0]?.id;
  };

  test('N-13 a key that was withdrawn from its set', async () => {
    const keys = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')].map((key, index) => ({
      key,
      kid: `k${index}`,
    }));
    const jwks = keys.map(({ key, kid }) => ({ ...key.publicKey.export({ format: 'jwk' }), kid }));
    const input = { name: 'changing', issuer: 'changing', jwks: { keys: jwks }, registries: ['CRVS'] };
    const { registerConsentController } = await gateway.admin<{ registerConsentController: { id: string } }>(REGISTER, {
      input,
    });
    const signedBy = (index: number) =>
      sign(claimsOf({ iss: 'changing' }), { header: { kid: `k${index}` }, key: keys[index]!.key.privateKey });
    expect((await ask(signedBy(0))).records).toHaveLength(1);
    const { updateConsentController } = await gateway.admin<{ updateConsentController: unknown }>(UPDATE, {
      id: registerConsentController.id,
      input: { jwks: { keys: jwks.slice(1) } },
    });
    expect(updateConsentController).toEqual({ name: 'changing', registries: ['CRVS'] });
    expect((await ask(signedBy(0))).item).toMatchObject(refusal('signature_invalid'));
    expect((await ask(signedBy(1))).records).toHaveLength(1);
  });

  test('N-18 a sender that is suspended, an agreement that ended', async () => {
    const ended = await another('programme-c');
    const jws = () => byRsaIssuer(claimsOf({ aud: 'programme-c' }));
    const send = () =>
      ended.send(
        'crvs/registry/sync/search',
        'search',
        searchFor({ ...byId(ANAN), authorize: { consent_jws: jws() } }),
        { receiver_id: 'gateway-a' },
      );
    expect((await send()).body.message.search_response[0].data.reg_records).toHaveLength(1);
    await gateway.admin(`mutation ($id: ID!) { endAgreement(id: $id) { id } }`, {
      id: await agreementOf('programme-c'),
    });
    expect(await send()).toMatchObject({
      status: 403,
      body: { message: { error: { code: 'err.request.forbidden' } } },
    });
    await gateway.admin(`mutation { suspendSender(senderId: "programme-c") { active } }`);
    expect((await send()).status).toBe(403);
  });

  test('N-36 an agreement that was narrowed', async () => {
    const narrowed = await another('programme-d');
    const jws = byRsaIssuer(claimsOf({ aud: 'programme-d' }));
    await ask(jws, byId(ANAN), {}, narrowed);
    await gateway.admin(
      `mutation ($id: ID!) { updateAgreement(id: $id, input: { fields: ["identifier", "name"] }) { id } }`,
      {
        id: await agreementOf('programme-d'),
      },
    );
    const { records } = await ask(jws, byId(ANAN), {}, narrowed);
    expect(records.map(membersOf)).toEqual([['name']]);
  });

  test('N-24, N-42 one that was revoked, and not its namesake of another controller', async () => {
    const claims = claimsOf();
    expect((await ask(sign(claims))).records).toHaveLength(1);
    const revocation = { id: await controllerOf('programme-a'), jti: claims['jti'] };
    await gateway.admin(REVOKE, revocation);
    expect((await ask(sign(claims))).item).toMatchObject(refusal('revoked'));
    expect((await ask(byRsaIssuer(claims))).records).toHaveLength(1);
    expect((await gateway.graphql(REVOKE, revocation)).errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
    // Also before anybody showed it.
    const unseen = claimsOf();
    await gateway.admin(REVOKE, { ...revocation, jti: unseen['jti'] });
    expect((await ask(sign(unseen))).item).toMatchObject(refusal('revoked'));
  });

  test('N-41 one that was revoked before its answer left', async () => {
    const inbox = await startInbox(gateway.url);
    inbox.behave(answer(500));
    const claims = claimsOf();
    const message = searchFor({ ...byId(ANAN), authorize: { consent_jws: sign(claims) } });
    const sender_uri = `${inbox.url}/on-search`;
    await partner.send('crvs/registry/search', 'search', message, { receiver_id: 'gateway-a', sender_uri });
    await inbox.wait(1);
    await gateway.admin(REVOKE, { id: await controllerOf('programme-a'), jti: claims['jti'] });
    const find = async () => {
      const { deliveries } = await gateway.admin<{
        deliveries: { nodes: { id: string; state: string; stateReason: string; attemptCount: number }[] };
      }>(`{ deliveries(filter: { senderId: "programme-a" }) { nodes { id state stateReason attemptCount } } }`);
      return deliveries.nodes[0];
    };
    const tried = await until(async () => {
      const one = await find();
      return one !== undefined && one.attemptCount > 0 ? one : undefined;
    });
    inbox.behave(acknowledge);
    await gateway.admin(`mutation ($id: ID!) { retryDelivery(id: $id) { id } }`, { id: tried.id });
    await until(async () => (await find())?.state === 'CANCELLED');
    expect((await find())?.stateReason).toContain('a consent that came with the message has ended');
    expect(inbox.received).toHaveLength(1);
    const status = {
      attribute_type: 'transaction_id',
      attribute_value: message['transaction_id'] ?? '',
      txn_type: 'search',
    };
    const { body } = await partner.send(
      'crvs/registry/sync/txn/status',
      'txn-status',
      { transaction_id: randomUUID(), txnstatus_request: { reference_id: randomUUID(), ...status } },
      { receiver_id: 'gateway-a' },
    );
    expect(JSON.stringify(body)).not.toContain('Anan');
    await inbox.close();
  });

  test('one that a manager would keep, where none is asked', async () => {
    const message = searchFor({ ...byId(ANAN), authorize: { consent_id: 'c-1', purpose: { code: 'eligibility' } } });
    const { body } = await partner.send('crvs/registry/sync/search', 'search', message, { receiver_id: 'gateway-a' });
    expect(body.message.search_response[0]).toMatchObject(refusal('cm_not_configured'));
  });
});

describe('is told apart from a consent that the registry records', () => {
  const identifier = { type: 'UIN', value: ANAN };
  const explain = async () => {
    const { explainAccess } = await gateway.admin<{
      explainAccess: {
        released: boolean;
        consentBy: string[];
        consents: unknown[];
        messageConsents: { jti: string }[];
      };
    }>(
      `query ($identifier: IdentifierInput!) {
        explainAccess(senderId: "programme-a", registry: CRVS, identifier: $identifier, purpose: "eligibility") {
          released consentBy consents { id } messageConsents { jti scopes until } consentControllers { issuer } } }`,
      { identifier },
    );
    return explainAccess;
  };
  const report = async () => {
    const { accessReport } = await gateway.admin<{
      accessReport: { disclosures: { consentBy: string[]; messageConsents: { jti: string; scopes: string[] }[] }[] };
    }>(
      `query ($identifier: IdentifierInput!) {
        accessReport(registry: CRVS, identifier: $identifier, reason: "asked") {
          disclosures { consentBy messageConsents { controllerId jti scopes } } } }`,
      { identifier },
    );
    return accessReport.disclosures[0];
  };

  test('by the access report and by what explains access', async () => {
    const claims = claimsOf();
    await ask(sign(claims));
    expect(await report()).toMatchObject({
      consentBy: ['MESSAGE'],
      messageConsents: [{ jti: claims['jti'], scopes: ['name', 'birth_date'] }],
    });
    const explained = await explain();
    expect(explained).toMatchObject({
      released: false,
      consentBy: ['MESSAGE'],
      consents: [],
      consentControllers: expect.arrayContaining([{ issuer: 'programme-a' }, { issuer: 'rsa-issuer' }]),
    });
    expect(explained.messageConsents.map(({ jti }) => jti)).toContain(claims['jti']);
    expect(JSON.stringify(explained)).not.toContain('"programme-b"');

    await gateway.admin(`mutation ($input: GrantConsentInput!) { grantConsent(input: $input) { id } }`, {
      input: { registry: 'CRVS', identifier, senderId: 'programme-a', fields: ['name'] },
    });
    expect(await explain()).toMatchObject({ released: true, consentBy: ['RECORD', 'MESSAGE'], consents: [{}] });
    const message = searchFor({ ...byId(ANAN), authorize: { purpose: { code: 'eligibility' } } });
    await partner.send('crvs/registry/sync/search', 'search', message, { receiver_id: 'gateway-a' });
    expect(await report()).toEqual({ consentBy: ['RECORD'], messageConsents: [] });
  });
});

test('one whose number passes to another record finds nobody, and the audit knows why', async () => {
  const write = (externalId: string, uin: string) =>
    gateway.admin(
      `mutation ($records: [RecordInput!]!) { upsertRecords(registry: CRVS, records: $records) { inserted } }`,
      {
        records: [
          {
            recordType: 'Person',
            externalId,
            identifiers: [{ type: 'UIN', value: uin }],
            data: { name: { surname: externalId } },
          },
        ],
      },
    );
  await write('giver', 'passing');
  const jws = sign(claimsOf({ subject_id: { type: 'UIN', value: 'passing' } }));
  expect((await ask(jws, byId('passing'))).records).toMatchObject([{ name: { surname: 'giver' } }]);
  await write('giver', 'passing-right');
  await write('newcomer', 'passing');
  expect(await ask(jws, byId('passing'))).toMatchObject({ item: { status: 'succ' }, records: [], total: 0 });
  const query = '{ transactions(first: 1) { nodes { accessDecision } } }';
  const { transactions } = await gateway.admin<{ transactions: { nodes: { accessDecision: unknown }[] } }>(query);
  expect(JSON.stringify(transactions.nodes)).toContain('"numberPassed":true');
  // That somebody else has the number is not the sender's to know.
  const { body } = await partner.postHttpSigned('/graphql', { query });
  const told = JSON.stringify(body.data.transactions.nodes);
  expect(told).toContain('"messageConsent"');
  expect(told).not.toContain('numberPassed');
  const anew = sign(claimsOf({ subject_id: { type: 'UIN', value: 'passing' } }));
  expect((await ask(anew, byId('passing'))).records).toMatchObject([{ name: { surname: 'newcomer' } }]);
});

test('N-45 a batch judges each by itself', async () => {
  const items = [sign(claimsOf()), sign(claimsOf({ validity: { valid_from: at(-DAY), valid_until: at(-1000) } }))].map(
    (consent_jws) => (searchFor({ ...byId(ANAN), authorize: { consent_jws } })['search_request'] as JsonObject[])[0]!,
  );
  const message = {
    transaction_id: randomUUID(),
    search_request: items.map((item, index) => ({ ...item, reference_id: String(index) })),
  };
  const overrides = { receiver_id: 'gateway-a', total_count: 2 };
  const { body } = await partner.send('crvs/registry/sync/search', 'search', message, overrides);
  expect(body.message.search_response).toMatchObject([{ status: 'succ' }, refusal('expired')]);
});

test('N-46 no subscription begins with one', async () => {
  const criteria = { authorize: { consent_jws: sign(claimsOf()), purpose: { code: 'eligibility' } } };
  const message = subscribeMessage(subscribeItem({ more: criteria }));
  const sender_uri = 'http://127.0.0.1:9/registry/on-subscribe';
  const { status } = await partner.send('crvs/registry/subscribe', 'subscribe', message, {
    receiver_id: 'gateway-a',
    sender_uri,
  });
  expect(status).toBe(202);
  const { subscriptions } = await gateway.admin<{ subscriptions: { nodes: unknown[] } }>(
    `{ subscriptions(filter: { senderId: "programme-a" }) { nodes { id } } }`,
  );
  expect(subscriptions.nodes).toEqual([]);
});

test.each([
  [{ jwks: { keys: [] } }, 'jwks'],
  [{ jwks: { keys: [{ kty: 'OKP' }] } }, 'kid'],
  [{}, 'jwksUrl'],
  [{ jwks: {}, jwksUrl: 'https://a.example/jwks' }, 'jwksUrl'],
])('a controller with %j is refused', async (keys, told) => {
  const input = { name: 'x', issuer: 'x', registries: ['CRVS'], ...keys };
  const { errors } = await gateway.graphql(REGISTER, { input });
  expect(errors).toMatchObject([{ message: expect.stringContaining(told), extensions: { code: 'BAD_USER_INPUT' } }]);
});
