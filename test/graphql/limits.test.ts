/** GraphQL is not a way around: what an operation may ask for, who may look at the schema, and what an error tells. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { PersistedOperations } from '../../src/graphql/persisted-operations.js';
import { ADMIN_TOKEN, startTestGateway, type TestGateway } from '../support/gateway.js';
import { until } from '../support/until.js';
import { createPartner, fetchToken, searchById, type Partner } from '../support/partner.js';
import { temporaryFolder } from '../support/temporary-folder.js';

interface Reply {
  status: number;
  text: string;
  headers: Headers;
  error: { message: string; code: string } | undefined;
}

interface Body {
  errors?: { message: string; extensions?: { code?: string } }[];
}

async function post(gateway: TestGateway, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const [error] = (JSON.parse(text) as Body).errors ?? [];
  return {
    status: response.status,
    text,
    headers: response.headers,
    error: error && { message: error.message, code: error.extensions?.code ?? '' },
  };
}

describe('/graphql', () => {
  let gateway: TestGateway;
  let partner: Partner;

  beforeAll(async () => {
    gateway = await startTestGateway();
    partner = await createPartner(gateway);
  });
  afterAll(() => gateway.close());

  test('is kept by no cache on its way', async () => {
    const { status, headers } = await post(gateway, { query: '{ me { kind } }' });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test.each([
    [
      'an operation',
      '{"query":"query ($i: Int) { me { kind } senders(first: $i) { totalCount } }","variables":{"i":1}}',
    ],
    [
      'a number that is not held exactly',
      '{"query":"query ($i: Int) { me { kind } }","variables":{"i":12345678901234567890}}',
    ],
    ['no operation', '{"query":"{ nothing }"}'],
    ['broken JSON', '{"query":"{ me'],
    ['no object', '[]'],
  ])('answers %s alike, by whichever door it comes', async (_what, body) => {
    const answers: unknown[] = [];
    for (const [search, type, length] of [
      ['', 'application/json', true],
      ['', 'application/json; charset=UTF-8', true],
      ['', 'application/json', false],
      ['', 'application/json; charset=utf-16le', true],
      ['?a=b', 'application/json', true],
    ] as const) {
      const bytes = Buffer.from(body, type.endsWith('le') ? 'utf16le' : 'utf8');
      const sent = request(`${gateway.url}/graphql${search}`, { method: 'POST', agent: false });
      sent.setHeader('content-type', type).setHeader('authorization', `Bearer ${ADMIN_TOKEN}`);
      if (length) sent.setHeader('content-length', bytes.length);
      sent.write(bytes);
      sent.end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      const { headers } = response;
      const told = [headers['content-type'], headers['content-length'], headers['cache-control']];
      answers.push([response.statusCode, await textOf(response), ...told, headers['x-content-type-options']]);
    }
    expect(answers).toEqual(answers.map(() => answers[0]));
  });

  test('works on two operations of a caller at once, broken ones too, and on those of others meanwhile', async () => {
    const client = await gateway.database.pool.connect();
    const locked = async () => {
      const { rows } = await client.query(
        `select 1 from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
         where relation = 'admin_action'::regclass and not granted and mode = 'AccessShareLock'`,
      );
      return rows.length;
    };
    const answered: string[] = [];
    const ask = (query: string) => post(gateway, { query }).finally(() => answered.push(query));
    const long = '{ adminActions(first: 1) { nodes { id } } }';
    try {
      await client.query('begin; lock table admin_action in access exclusive mode');
      const asked = [ask(long), ask(long)];
      // A job of the gateway may want the table too.
      await until(async () => (await locked()) >= 2);
      asked.push(ask('{ nonsense }'));
      const other = await post(gateway, { query: '{ nonsense }' }, { authorization: `Bearer ${partner.token}` });
      expect(other.status).toBeGreaterThanOrEqual(400);
      expect(answered).toEqual([]);
      await client.query('commit');
      expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 400]);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });

  describe('bounds an operation', () => {
    test('that is longer than its caller may send', async () => {
      const { error } = await post(gateway, { query: `{ ${'me { kind } '.repeat(3000)} }` });
      expect(error?.message).toMatch(/token/);
      expect(error?.code).not.toBe('INTERNAL_SERVER_ERROR');
    });

    test('with too many aliases', async () => {
      const aliases = Array.from({ length: 101 }, (_, n) => `a${n}: ${n % 2 ? 'me { kind }' : '__typename'}`).join(' ');
      const { error } = await post(gateway, { query: `{ ${aliases} }` });
      expect(error).toEqual({
        code: 'BAD_USER_INPUT',
        message: 'the operation has more than 100 aliases: ask for less at once',
      });
    });

    test('that is nested too deep, by fragments too', async () => {
      const type = (levels: number): string => (levels === 0 ? 'name' : `ofType { ${type(levels - 1)} }`);
      const query = `{ __type(name: "Query") { fields { type { ${type(20)} } } } }`;
      const { error } = await post(gateway, { query });
      expect(error).toEqual({
        code: 'BAD_USER_INPUT',
        message: 'the operation has fields nested more than 15 deep: ask for less at once',
      });
      const spread = `{ __type(name: "Query") { ...A } } fragment A on __Type { fields { type { ...B } } } fragment B on __Type { ${type(18)} }`;
      expect((await post(gateway, { query: spread })).error?.message).toMatch(/nested more than 15 deep/);
    });

    test('that multiplies pages', async () => {
      const query =
        '{ senders(first: 200) { nodes { keys { kid } } } transactions(first: 200) { nodes { sender { keys { kid } } } } }';
      const many = `{ ${Array.from({ length: 20 }, (_, n) => `t${n}: transactions(first: 200) { nodes { sender { keys { kid } } } }`).join(' ')} }`;
      expect((await post(gateway, { query })).error).toBeUndefined();
      expect((await post(gateway, { query: many })).error?.message).toMatch(/rows at once/);
    });

    test('more tightly for a partner than for an administrator', async () => {
      const query = `{ ${Array.from({ length: 16 }, (_, n) => `a${n}: me { kind }`).join(' ')} }`;
      expect((await post(gateway, { query })).error).toBeUndefined();
      const { body } = await partner.postHttpSigned('/graphql', { query });
      expect((body as Body).errors?.[0]?.message).toBe('the operation has more than 15 aliases: ask for less at once');
    });

    test('of a partner to one request, before anything of it is done', async () => {
      const input = (id: string) => `input: { registry: SOCIAL, transactionId: "${id}", identifiers: [], claims: {} }`;
      const two = `a: verify(${input('a')}) { found } ... on Mutation { ...B }`;
      const fragment = `fragment B on Mutation { __typename b: verify(${input('b')}) { found } }`;
      const { body } = await partner.postHttpSigned('/graphql', { query: `mutation { ${two} } ${fragment}` });
      expect((body as Body).errors).toEqual([
        expect.objectContaining({ message: expect.stringMatching(/^the operation has several mutations, each a /) }),
      ]);
      const rows = await gateway.database.query(
        `select status from transaction where sender_id = $1 and transaction_id in ('a', 'b')`,
        [partner.senderId],
      );
      expect(rows).toEqual([]);
      const one = await partner.postHttpSigned('/graphql', { query: `mutation { __typename ...B } ${fragment}` });
      expect((one.body as Body).errors?.[0]?.message).toMatch(/^verify: name the person by /);
    });

    test('though its fragments are spread in one another twice: they are read once', async () => {
      const fragments = Array.from(
        { length: 60 },
        (_, at) => `fragment F${at} on Mutation { ...F${at + 1} ...F${at + 1} }`,
      );
      const query = `mutation { ...F0 } ${fragments.join(' ')} fragment F60 on Mutation { __typename }`;
      const { body } = await partner.postHttpSigned('/graphql', { query });
      expect((body as Body).errors?.[0]?.message).toMatch(/nested more than 10 deep/);
    });

    test('that is a subscription: it wants a WebSocket', async () => {
      const { status, error } = await post(gateway, { query: 'subscription { transactionChanged { cursor } }' });
      expect({ status, error }).toEqual({
        status: 400,
        error: {
          code: 'BAD_USER_INPUT',
          message: 'subscriptions come over a WebSocket (graphql-transport-ws) only',
        },
      });
    });

    test('that was sent as one of many in a batch', async () => {
      const { status, text } = await post(gateway, [{ query: '{ me { kind } }' }, { query: '{ me { kind } }' }]);
      expect(status).toBe(400);
      expect(text).toMatch(/batching/);
    });

    test('whose statement takes too long, which ends with it; a patient one does not', async () => {
      const slow = await startTestGateway({ env: { DB_STATEMENT_TIMEOUT_MS: '400', ROLE: 'api' } });
      const caller = await createPartner(slow);
      const client = await slow.database.pool.connect();
      const error = { code: 'TIMEOUT', message: 'the operation took too long: ask for less at once' };
      try {
        await client.query('begin');
        await client.query('lock table subscription, registry_record in access exclusive mode');
        // Through entities, and through a statement of our own.
        expect(await post(slow, { query: '{ subscriptions { nodes { id } } }' })).toMatchObject({ error });
        expect(
          await post(slow, {
            query: `{ accessReport(registry: SOCIAL, identifier: { type: "UIN", value: "1" }, reason: "r") { complete } }`,
          }),
        ).toMatchObject({ error });
        const searched = await caller.send('social/registry/sync/search', 'search', searchById('1'));
        expect(searched.status).toBe(503);
        expect(searched.body.message.error.message).toContain('the request took too long');
        const { rows } = await client.query(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        expect(rows).toEqual([]);
      } finally {
        await client.query('rollback');
        client.release();
      }
      const nap = 'select pg_sleep(0.6)';
      await expect(slow.database.query(nap)).rejects.toThrow('statement timeout');
      await slow.database.patient().query(nap);
      await slow.close();
    });

    test('that takes too long', async () => {
      const slow = await startTestGateway({ env: { GRAPHQL_TIMEOUT_MS: '300' } });
      const client = await slow.database.pool.connect();
      try {
        await client.query('begin');
        await client.query('lock table subscription in access exclusive mode');
        const { error } = await post(slow, { query: '{ subscriptions { nodes { id } } }' });
        expect(error).toEqual({ code: 'TIMEOUT', message: 'the operation took too long: ask for less at once' });
      } finally {
        await client.query('rollback');
        client.release();
        await slow.close();
      }
    });
  });

  describe('shows its schema', () => {
    const query = '{ __schema { queryType { name } } }';

    test('to an administrator', async () => {
      expect(await post(gateway, { query })).toMatchObject({ status: 200, error: undefined });
    });

    test('to no partner, and gives no hints', async () => {
      const { body } = await partner.postHttpSigned('/graphql', { query });
      expect((body as Body).errors?.[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
      const hinted = await partner.postHttpSigned('/graphql', { query: '{ transaction { id } transactionz { id } }' });
      expect(JSON.stringify(hinted.body)).not.toMatch(/Did you mean/);
      expect((await post(gateway, { query: '{ transactionz { id } }' })).error?.message).toMatch(/Did you mean/);
    });

    test.each([query, '{ __typename }', '{ me { kind } }', '{ nothing }', '{'])(
      'to nobody unknown: %s',
      async (text) => {
        const { status, error, headers } = await post(gateway, { query: text }, { authorization: '' });
        expect(status).toBe(401);
        expect(error).toEqual({ code: 'UNAUTHENTICATED', message: 'sign in: send Authorization: Bearer <token>' });
        expect(headers.get('www-authenticate')).toBe('Bearer');
      },
    );
  });

  describe('refuses by status', () => {
    test('401 a token that is nobody’s', async () => {
      const { status, error } = await post(gateway, { query: '{ me { kind } }' }, { authorization: 'Bearer nobody' });
      expect(status).toBe(401);
      expect(error?.code).toBe('UNAUTHENTICATED');
    });

    test('403 a partner’s token without a signature', async () => {
      const { status, error } = await post(
        gateway,
        { query: '{ me { kind } }' },
        { authorization: `Bearer ${partner.token}` },
      );
      expect(status).toBe(403);
      expect(error?.code).toBe('FORBIDDEN');
    });

    test('413 a body over 1 MiB, 400 one that is no JSON, in GraphQL’s own form', async () => {
      const large = await post(gateway, { query: '{ me { kind } }', variables: { x: 'y'.repeat(1_048_577) } });
      expect(large).toMatchObject({
        status: 413,
        error: { code: 'PAYLOAD_TOO_LARGE', message: 'body: at most 1 MiB; send it in parts' },
      });
      const broken = await post(gateway, '{"query": "{ me');
      expect(broken).toMatchObject({ status: 400, error: { code: 'BAD_REQUEST' } });
      expect(broken.text).not.toMatch(/at .*\.js|node_modules|SyntaxError/);
    });

    test('a form that a foreign site could post', async () => {
      const response = await fetch(`${gateway.url}/graphql?query=%7Bme%7Bkind%7D%7D`, {
        method: 'GET',
        headers: { 'content-type': 'text/plain', authorization: `Bearer ${ADMIN_TOKEN}` },
      });
      expect(response.status).toBe(400);
      expect(await response.text()).toMatch(/Cross-Site Request Forgery/);
    });
  });

  describe('tells in its errors', () => {
    test.each([
      [
        'a variable of another type',
        { query: 'query ($id: ID!) { transaction(id: $id) { id } }', variables: { id: { nin: 'SECRET-4711' } } },
      ],
      ['an enum value', { query: '{ records(registry: SECRET4711) { nodes { id } } }' }],
      ['an integer', { query: '{ senders(first: "SECRET-4711") { nodes { id } } }' }],
      [
        'a date',
        {
          query: 'query ($at: DateTime) { transactions(filter: { receivedFrom: $at }) { nodes { id } } }',
          variables: { at: 'SECRET-4711' },
        },
      ],
      ['a string out of place', { query: '{ me "SECRET-4711" }' }],
      [
        'an unknown input field',
        {
          query: 'mutation ($i: CreateSenderInput!) { createSender(input: $i) { clientId } }',
          variables: { i: { senderId: 'SECRET-4711', name: 3 } },
        },
      ],
    ])('what is wrong with %s, without the value', async (_, body) => {
      const { error, text } = await post(gateway, body);
      expect(error?.message.length).toBeGreaterThan(10);
      expect(error?.code).not.toBe('INTERNAL_SERVER_ERROR');
      expect(text).not.toMatch(/SECRET-?4711/);
    });

    test('nothing of our inside, but an id that the log has too', async () => {
      const lines: string[] = [];
      const { createLog } = await import('../../src/platform/log.js');
      const log = createLog('error', { write: (line: string) => void lines.push(line) });
      const broken = await startTestGateway({ log });
      try {
        await broken.database.query('alter table admin_action rename to hidden');
        const { error } = await post(broken, { query: '{ adminActions { nodes { id } } }' });
        expect(error?.message).toMatch(/^internal error [0-9a-f-]{36}$/);
        const id = error?.message.slice(-36) ?? '';
        expect(lines.some((line) => line.includes(id))).toBe(true);
        expect(JSON.stringify(error)).not.toMatch(/admin_action|relation|select/i);
      } finally {
        await broken.close();
      }
    });
  });

  describe('with PERSISTED_OPERATIONS', () => {
    const listed = '{ me { kind } }';
    let only: TestGateway;
    let file: string;

    beforeAll(async () => {
      file = join(temporaryFolder(), 'operations.json');
      await writeFile(file, JSON.stringify([listed]));
      only = await startTestGateway({ databaseUrl: gateway.databaseUrl, env: { PERSISTED_OPERATIONS: file } });
    });
    afterAll(() => only.close());

    test('answers a listed operation, by its text or its hash', async () => {
      const { createHash } = await import('node:crypto');
      const sha256Hash = createHash('sha256').update(listed).digest('hex');
      expect((await post(only, { query: listed })).error).toBeUndefined();
      expect((await post(only, { extensions: { persistedQuery: { version: 1, sha256Hash } } })).error).toBeUndefined();
    });

    test('answers no other, whoever asks', async () => {
      for (const body of [
        { query: '{ me { subject } }' },
        { extensions: { persistedQuery: { sha256Hash: 'x' } } },
        {},
      ]) {
        const { status, error } = await post(only, body);
        expect(status).toBe(403);
        expect(error?.code).toBe('FORBIDDEN');
      }
      const get = await fetch(`${only.url}/graphql?query=${encodeURIComponent('{ me { subject } }')}`, {
        headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'apollo-require-preflight': 'yes' },
      });
      expect(get.ok).toBe(false);
    });

    test('no other of a partner either, and keeps its refusal', async () => {
      const asker = await createPartner(gateway, { sender: { sandbox: true, signaturePolicy: 'OPTIONAL' } });
      const token = await fetchToken(only.url, asker.clientId, asker.clientSecret);
      const { status } = await post(only, { query: '{ me { subject } }' }, { authorization: `Bearer ${token}` });
      expect(status).toBe(403);
      const rows = await only.database.query(
        'select channel, status, status_reason_code as code from transaction where sender_id = $1',
        [asker.senderId],
      );
      expect(rows).toEqual([{ channel: 'GRAPHQL', status: 'REJECTED', code: 'err.request.forbidden' }]);
    });

    test('does not start on a list that names a text by another hash', async () => {
      await writeFile(file, JSON.stringify({ abc: listed }));
      await expect(PersistedOperations.load(file)).rejects.toThrow(/abc is not the SHA-256 of its text/);
      await writeFile(file, '3');
      await expect(PersistedOperations.load(file)).rejects.toThrow(/array of texts/);
    });
  });
});
