/** Bad input, one line each: the status and code of protocol 2.7, a text that names the field, nothing of our inside. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { signEnvelope } from '../../src/protocol/signature/signature.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Answer, type Partner } from '../support/partner.js';

const PATH = '/dci/v1/social/registry/sync/search';
let gateway: TestGateway;
let partner: Partner;
let other: Partner;

beforeAll(async () => {
  gateway = await startTestGateway();
  [partner, other] = await Promise.all([createPartner(gateway), createPartner(gateway)]);
});
afterAll(() => gateway.close());

const item = (searchById('1')['search_request'] as JsonObject[])[0] as JsonObject;
const withItem = (changes: JsonObject): JsonObject => ({
  transaction_id: randomUUID(),
  search_request: [{ ...item, ...changes }],
});
const withCriteria = (changes: JsonObject): JsonObject =>
  withItem({ search_criteria: { ...(item['search_criteria'] as JsonObject), ...changes } });
const without = (object: JsonObject, name: string): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));

function expectRefusal({ status, body }: Answer, expected: number, code: string, text: RegExp): void {
  expect({ status, code: body.errors?.[0]?.code }).toEqual({ status: expected, code });
  expect(body.errors[0].message).toMatch(text);
  expect(body.message).toMatchObject({ ack_status: 'ERR', error: { code }, correlation_id: expect.any(String) });
  expect(body.error_id).toEqual(expect.any(String));
  expect(JSON.stringify(body)).not.toMatch(/\bat .*\.(js|ts)|node_modules|select |insert /i);
}

/** The last transaction of a partner, as the audit has it. */
async function newest({ senderId }: Partner): Promise<JsonObject | undefined> {
  const { transactions } = await gateway.admin<{ transactions: { nodes: JsonObject[] } }>(
    `query ($senderId: String!) { transactions(first: 1, filter: { senderId: $senderId }) { nodes { errorId accessDecision } } }`,
    { senderId },
  );
  return transactions.nodes[0];
}

describe('a message that is not valid', () => {
  const messages: [name: string, message: JsonObject, text: RegExp][] = [
    ['no transaction_id', without(searchById('1'), 'transaction_id'), /message\.transaction_id/],
    ['an empty transaction_id', { ...searchById('1'), transaction_id: '' }, /must have a length of at least 1$/],
    [
      'a transaction_id of 100 characters',
      { ...searchById('1'), transaction_id: 'x'.repeat(100) },
      /_id: must have a length of at most 99$/,
    ],
    ['no search_request', without(searchById('1'), 'search_request'), /message\.search_request/],
    [
      'search_request that is no list',
      { ...searchById('1'), search_request: {} },
      /message\.search_request: must be a list$/,
    ],
    [
      'an item without reference_id',
      { transaction_id: 't', search_request: [without(item, 'reference_id')] },
      /reference_id/,
    ],
    ['an item without timestamp', { transaction_id: 't', search_request: [without(item, 'timestamp')] }, /timestamp/],
    ['a timestamp without time zone', withItem({ timestamp: '2026-01-01T00:00:00' }), /timestamp/],
    ['a timestamp that is none', withItem({ timestamp: 'yesterday' }), /timestamp/],
    ['a locale of two letters', withItem({ locale: 'en' }), /locale/],
    ['an upper-case locale', withItem({ locale: 'ENG' }), /locale/],
    ['no query_type', withItem({ search_criteria: { query: {} } }), /query_type/],
    [
      'an unknown query_type',
      withCriteria({ query_type: 'sql' }),
      /query_type: must be idtype-value or expression or /,
    ],
    ['a query that is text', withCriteria({ query: 'UIN=1' }), /search_criteria\.query: must be an object or a list$/],
    ['no query', withItem({ search_criteria: { query_type: 'expression' } }), /search_criteria\.query: is required$/],
    ['page_size 0', withCriteria({ pagination: { page_size: 0 } }), /page_size: must be at least 1$/],
    ['page_size -1', withCriteria({ pagination: { page_size: -1 } }), /page_size/],
    ['page_number 0', withCriteria({ pagination: { page_size: 1, page_number: 0 } }), /page_number/],
    ['page_number 0 beside the criteria', withItem({ pagination: { page_size: 1, page_number: 0 } }), /page_number/],
    ['consent that is text', withCriteria({ consent: '' }), /consent: must be an object$/],
  ];
  test('counts the characters of an id, not what UTF-16 makes of them', async () => {
    const message = (count: number) => ({ ...searchById('1'), transaction_id: '𐍈'.repeat(count) });
    const { status, body } = await partner.send('social/registry/sync/search', 'search', message(99));
    expect([status, body.message.transaction_id]).toEqual([200, '𐍈'.repeat(99)]);
    const longer = await partner.send('social/registry/sync/search', 'search', message(100));
    expectRefusal(longer, 400, 'err.request.bad', /^message\.transaction_id: must have a length of at most 99$/);
  });

  test('is told by what it says of itself: encrypted or not', async () => {
    const plain = await partner.send('social/registry/sync/search', 'search', searchById('1'), {
      is_msg_encrypted: true,
    });
    expectRefusal(plain, 400, 'err.encryption.invalid', /^header\.is_msg_encrypted: is true, but message has no/);
    const sealed = { header: { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'k' }, ciphertext: 'AA', encrypted_key: 'AA' };
    const silent = await partner.send('social/registry/sync/search', 'search', { ...sealed, tag: 'AA', iv: 'AA' });
    expectRefusal(silent, 400, 'err.encryption.invalid', /^header\.is_msg_encrypted: must be true/);
  });

  test.each(messages)('with %s is refused', async (_, message, text) => {
    expectRefusal(await partner.send('social/registry/sync/search', 'search', message), 400, 'err.request.bad', text);
  });

  const headers: [name: string, header: JsonObject, code: string, text: RegExp][] = [
    ['another action', { action: 'subscribe' }, 'err.request.bad', /header\.action.*rjct\.action\.invalid/],
    ['an old message_ts', { message_ts: '2020-01-01T00:00:00Z' }, 'err.request.bad', /rjct\.message_ts\.invalid/],
    [
      'a message_ts of tomorrow',
      { message_ts: new Date(Date.now() + 86_400_000).toISOString() },
      'err.request.bad',
      /message_ts/,
    ],
    ['a message_ts without time zone', { message_ts: '2026-01-01T00:00:00' }, 'err.request.bad', /header\.message_ts/],
    ['another receiver', { receiver_id: 'somebody-else' }, 'err.receiver_id.invalid', /receiver_id/],
    ['a sender_uri that is none', { sender_uri: 'my inbox' }, 'err.sender_uri.invalid', /header\.sender_uri/],
    ['an unknown sender', { sender_id: 'nobody' }, 'err.sender_id.invalid', /sender_id/],
    ['version 2.0.0', { version: '2.0.0' }, 'err.version.not_supported', /version/],
    ['total_count as text', { total_count: '1' }, 'err.request.bad', /header\.total_count: must be a number$/],
    ['half a total_count', { total_count: 1.5 }, 'err.request.bad', /header\.total_count: must be a whole number/],
    ['meta as text', { meta: '' }, 'err.request.bad', /header\.meta: must be an object$/],
  ];
  test.each(headers)('with %s in the header is refused', async (_, header, code, text) => {
    const answer = await partner.send('social/registry/sync/search', 'search', searchById('1'), header);
    expectRefusal(answer, 400, code, text);
  });

  test('of another sender is refused in the words of an unknown one', async () => {
    const foreign = await partner.post(PATH, await other.envelope('search', searchById('1')));
    const unknown = await partner.send('social/registry/sync/search', 'search', searchById('1'), {
      sender_id: 'nobody',
    });
    expectRefusal(foreign, 400, 'err.sender_id.invalid', /^header\.sender_id: /);
    expect(foreign.body.errors).toEqual(unknown.body.errors);
    const short = { transaction_id: randomUUID(), sender_id: other.senderId, search_criteria: { national_id: '1' } };
    const refused = await partner.postHttpSigned('/dci/v1/search', short);
    expectRefusal(refused, 400, 'err.sender_id.invalid', /^sender_id: /);
  });
});

describe('a body that cannot be read', () => {
  const bodies: [name: string, body: string, text: RegExp][] = [
    ['empty', '', /body/],
    ['cut off', '{"header":', /body/],
    ['a list', '[]', /body/],
    ['a number', '1', /body/],
    ['with a member twice', '{"header":{},"header":{}}', /header/],
    ['nested too deep', `{"header":${'['.repeat(100)}${']'.repeat(100)}}`, /deep|level/],
    ['without header', '{"message":{}}', /header/],
    ['with a header that is text', '{"header":"x","message":{}}', /header/],
  ];
  test.each(bodies)('since it is %s is refused', async (_, body, text) => {
    const answer = await partner.post(PATH, body);
    expectRefusal(answer, 400, 'err.request.bad', text);
    // Nobody signed it, but the token says whose it is.
    expect(await newest(partner)).toMatchObject({ errorId: answer.body.error_id });
  });

  test('since a byte order mark stands before it is read all the same, its signature too', async () => {
    const text = JSON.stringify(await partner.envelope('search', searchById('1')));
    expect((await partner.post(PATH, `\ufeff${text}`)).status).toBe(200);
    expectRefusal(await partner.post(PATH, `\ufeff\ufeff${text}`), 400, 'err.request.bad', /JSON/);
  });

  test('with a token that has ended is nobody’s', async () => {
    const ended = await createPartner(gateway);
    await gateway.admin('mutation ($id: String!) { rotateSenderSecret(senderId: $id) { clientId } }', {
      id: ended.senderId,
    });
    expectRefusal(await ended.post(PATH, '[]'), 400, 'err.request.bad', /body/);
    expect(await newest(ended)).toBeUndefined();
  });

  test('since its content type is another is refused', async () => {
    const body = await partner.envelope('search', searchById('1'));
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'application/json-seq'])
      expectRefusal(
        await partner.post(PATH, body, { 'content-type': type }),
        415,
        'err.request.bad',
        /application\/json/,
      );
  });

  test('since it is over 1 MiB is refused', async () => {
    const answer = await partner.post(PATH, JSON.stringify({ header: { padding: 'x'.repeat(1_048_576) } }));
    expectRefusal(answer, 413, 'err.request.bad', /bytes/);
  });
});

describe('a caller without a valid token', () => {
  const tokens: [name: string, authorization: string][] = [
    ['none', ''],
    ['another scheme', 'Basic abc'],
    ['an empty one', 'Bearer '],
    ['one that is no token', 'Bearer abc'],
    [
      'an unsigned one',
      `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"x"}').toString('base64url')}.`,
    ],
  ];
  test.each(tokens)('(%s) is refused', async (_, authorization) => {
    const answer = await partner.post(PATH, await partner.envelope('search', searchById('1')), { authorization });
    expectRefusal(answer, 401, 'err.request.unauthorized', /token/i);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('(one whose signature was changed) is refused', async () => {
    const [head, body, signature = ''] = partner.token.split('.');
    const authorization = `Bearer ${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    const answer = await partner.post(PATH, await partner.envelope('search', searchById('1')), { authorization });
    expectRefusal(answer, 401, 'err.request.unauthorized', /token/i);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });
});

describe('a signature', () => {
  const resign = (now: Date, expiresInSeconds?: number) => async (): Promise<JsonObject> => {
    const unsigned = { header: partner.header('search'), message: searchById('1') };
    const signature = await signEnvelope('DCI', unsigned, partner.key, {
      senderId: partner.senderId,
      now,
      ...(expiresInSeconds === undefined ? {} : { expiresInSeconds }),
    });
    return { signature, ...unsigned };
  };
  const change = (from: RegExp, to: string) => async (): Promise<JsonObject> => {
    const envelope = await partner.envelope('search', searchById('1'));
    return { ...envelope, signature: (envelope['signature'] as string).replace(from, to) };
  };
  const set = (signature: string | undefined) => async (): Promise<JsonObject> => {
    const { signature: _, ...unsigned } = await partner.envelope('search', searchById('1'));
    return signature === undefined ? unsigned : { signature, ...unsigned };
  };
  const stranger = async (): Promise<JsonObject> => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const unsigned = { header: partner.header('search'), message: searchById('1') };
    const key = { ...partner.key, privateKey };
    return {
      signature: await signEnvelope('DCI', unsigned, key, { senderId: partner.senderId, now: new Date() }),
      ...unsigned,
    };
  };
  const cases: [name: string, envelope: () => Promise<JsonObject>, code: string, fault: string][] = [
    ['that is absent', set(undefined), 'err.signature.missing', 'MISSING'],
    ['that is empty', set(''), 'err.signature.missing', 'MISSING'],
    ['unsigned-stub', set('unsigned-stub'), 'err.signature.missing', 'MISSING'],
    ['invalid-signature', set('invalid-signature'), 'err.signature.invalid', 'FORM'],
    ['of the past', resign(new Date(Date.now() - 600_000)), 'err.signature.invalid', 'TIME'],
    ['of the future', resign(new Date(Date.now() + 600_000)), 'err.signature.invalid', 'TIME'],
    ['that lives too long', resign(new Date(), 3600), 'err.signature.invalid', 'TIME'],
    ['of an unknown key', change(/\|key-1\|/, '|key-2|'), 'err.signature.invalid', 'KEY'],
    ['of another sender', change(/kidId="[^|]+\|/, 'kidId="somebody|'), 'err.signature.invalid', 'OWNER'],
    ['under another algorithm', change(/ed25519/g, 'rsa-sha256'), 'err.signature.invalid', 'ALGORITHM'],
    ['by a stranger’s key', stranger, 'err.signature.invalid', 'MATCH'],
  ];
  test.each(cases)('%s is refused, and the audit says which part failed', async (_, envelope, code, fault) => {
    const answer = await partner.post(PATH, await envelope());
    expectRefusal(answer, 401, code, /./);
    expect(JSON.stringify(answer.body)).not.toContain(`"${fault}"`);
    const decision = { allowed: false, reason: 'SIGNATURE', signature: fault };
    expect(await newest(partner)).toMatchObject({ errorId: answer.body.error_id, accessDecision: decision });
  });

  test('with the tolerated leading word and missing last quote is read', async () => {
    const envelope = await partner.envelope('search', searchById('1'));
    const signature = `Signature: ${(envelope['signature'] as string).replace(/"$/, '')}`;
    expect((await partner.post(PATH, { ...envelope, signature })).status).toBe(200);
  });

  test('may be left out by a sandbox sender only, and a wrong one never passes', async () => {
    const lenient = await createPartner(gateway, { sender: { sandbox: true, signaturePolicy: 'OPTIONAL' } });
    const { signature: _, ...unsigned } = await lenient.envelope('search', searchById('1'));
    expect((await lenient.post(PATH, unsigned)).status).toBe(200);
    const wrong = await lenient.post(PATH, { ...unsigned, signature: 'invalid-signature' });
    expectRefusal(wrong, 401, 'err.signature.invalid', /./);
    const refused = await gateway.graphql(
      `mutation { createSender(input: { senderId: "x", name: "x", allowedOperations: [], registries: [], signaturePolicy: OPTIONAL }) { clientId } }`,
    );
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'signaturePolicy' });
  });
});

test('a suspended sender is refused at once, and every refusal left a row with its reason', async () => {
  const suspended = await createPartner(gateway);
  await gateway.admin(`mutation ($id: String!) { suspendSender(senderId: $id, reason: "test") { active } }`, {
    id: suspended.senderId,
  });
  expectRefusal(
    await suspended.send('social/registry/sync/search', 'search', searchById('1')),
    403,
    'err.request.forbidden',
    /not active/,
  );
  const { transactions } = await gateway.admin<{
    transactions: { nodes: { statusReasonCode: string; requestData: unknown }[] };
  }>(
    `query ($id: String!) { transactions(filter: { senderId: $id, status: REJECTED }) { nodes { statusReasonCode requestData(reason: "test") } } }`,
    { id: suspended.senderId },
  );
  expect(transactions.nodes.map(({ statusReasonCode }) => statusReasonCode)).toEqual(['err.request.forbidden']);
});

test('a page beyond 32 bits is refused in the short form too', async () => {
  for (const page of [{ page_size: 2 ** 40 }, { page_number: 2 ** 40 }, { page_size: 0 }]) {
    const message = {
      transaction_id: 't',
      sender_id: partner.senderId,
      search_criteria: { national_id: '1' },
      ...page,
    };
    const [name = ''] = Object.keys(page);
    expectRefusal(await partner.postHttpSigned('/dci/v1/search', message), 400, 'err.request.bad', new RegExp(name));
  }
});

test('a path that is none is told so', async () => {
  expectRefusal(
    await partner.post('/dci/v1/social/registry/nothing', {}),
    404,
    'err.request.not_found',
    /^POST \/dci\/v1\/social\/registry\/nothing: no such endpoint/,
  );
});
