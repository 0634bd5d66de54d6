/** Administrators of a real OpenID Connect issuer: roles from a claim, forged tokens refused, revoked ones cut off. */
import { createHmac } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { generateKeyPair, SignJWT } from 'jose';
import { WebSocket, type CloseEvent } from 'ws';
import { createLog } from '../../src/platform/log.js';
import { ADMIN_TOKEN, startTestGateway, type TestGateway } from '../support/gateway.js';
import { AUDIENCE, startOidcIssuer, type OidcIssuer } from '../support/oidc-issuer.js';
import { createPartner } from '../support/partner.js';
import { until } from '../support/until.js';

const ROLES = {
  ada: ['ADMIN'],
  alan: ['offline_access', 'admin'],
  olga: ['OPERATOR', 'MONITOR'],
  audrey: ['AUDITOR'],
  mona: ['MONITOR'],
  nobody: ['CLERK'],
  lena: ['MONITOR'],
  luis: ['MONITOR'],
  brief: ['MONITOR'],
};
/** Whom the audit names where nobody of the issuer acted. */
const NOT_OF_THE_ISSUER = [
  'bootstrap-admin',
  'gateway',
  'jwks-refresh',
  'issuer',
  'anonymous',
  'local:ada',
  'cli:root',
];
const SENDER = { name: 'Someone', allowedOperations: ['SEARCH'], registries: ['SOCIAL'] };
const CREATE = 'mutation ($input: CreateSenderInput!) { createSender(input: $input) { clientId } }';

/** Connects, subscribes, and gives the code with which the server closes. */
function listen(gateway: TestGateway, token: string): Promise<{ closed: Promise<number>; connected: boolean }> {
  return new Promise((resolve) => {
    let close: (code: number) => void = () => {};
    const closed = new Promise<number>((done) => (close = done));
    const client = createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      connectionParams: { authorization: `Bearer ${token}` },
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazy: false,
      onNonLazyError: () => undefined,
      on: {
        connected: () => {
          client.subscribe(
            { query: 'subscription { transactionChanged { cursor } }' },
            { next: () => undefined, error: () => undefined, complete: () => undefined },
          );
          resolve({ closed, connected: true });
        },
        closed: (event) => {
          close((event as CloseEvent).code);
          resolve({ closed, connected: false });
        },
      },
    });
  });
}

describe('an administrator', () => {
  let issuer: OidcIssuer;
  let gateway: TestGateway;

  const me = async (token: string) => {
    const { data, errors } = await gateway.graphql<{ me: { subject: string; role: string } }>(
      '{ me { subject role } }',
      {},
      token,
    );
    return data?.me ?? errors?.[0]?.extensions.code;
  };

  beforeAll(async () => {
    const named = Object.fromEntries(NOT_OF_THE_ISSUER.map((name) => [name, ['ADMIN']]));
    issuer = await startOidcIssuer({ ...ROLES, ...named }, { brief: 3 });
    gateway = await startTestGateway({ env: { ...issuer.env, FOUR_EYES: 'true' } });
  });
  afterAll(async () => {
    await gateway.close();
    await issuer.close();
  });

  test.each([
    ['ada', 'ADMIN'],
    ['alan', 'ADMIN'],
    ['olga', 'OPERATOR'],
    ['audrey', 'AUDITOR'],
    ['mona', 'MONITOR'],
  ])('%s has the role %s that the claim says', async (subject, role) => {
    expect(await me(await issuer.token(subject))).toEqual({ subject, role });
  });

  test('without a role of ours is nobody here', async () => {
    expect(await me(await issuer.token('nobody'))).toBe('UNAUTHENTICATED');
  });

  test.each(NOT_OF_THE_ISSUER)('under the name %s, which the audit has for others, is nobody here', async (name) => {
    expect(await me(await issuer.token(name))).toBe('UNAUTHENTICATED');
  });

  test('whose token is for another service is nobody here', async () => {
    expect(await me(await issuer.token('ada', 'https://other.test'))).toBe('UNAUTHENTICATED');
  });

  describe('is not who', () => {
    const claims = { realm_access: { roles: ['ADMIN'] } };
    const forge = (key: Parameters<SignJWT['sign']>[0], header: { alg: string; kid?: string }, iss = issuer.issuer) =>
      new SignJWT(claims)
        .setProtectedHeader(header)
        .setIssuer(iss)
        .setAudience(AUDIENCE)
        .setSubject('ada')
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(key);

    test('signs with a key of their own under the issuer’s name', async () => {
      const { privateKey } = await generateKeyPair('ES256');
      expect(await me(await forge(privateKey, { alg: 'ES256', kid: 'issuer-key' }))).toBe('UNAUTHENTICATED');
    });

    test('names another issuer', async () => {
      const { privateKey } = await generateKeyPair('ES256');
      expect(await me(await forge(privateKey, { alg: 'ES256' }, 'https://evil.test'))).toBe('UNAUTHENTICATED');
    });

    test('signs with the public key as a shared secret, or not at all', async () => {
      const { keys } = (await (await fetch(`${issuer.issuer}/jwks`)).json()) as { keys: unknown[] };
      const [, payload] = (await issuer.token('ada')).split('.');
      for (const alg of ['HS256', 'none']) {
        const header = Buffer.from(JSON.stringify({ alg, kid: 'issuer-key' })).toString('base64url');
        const mac = createHmac('sha256', JSON.stringify(keys[0])).update(`${header}.${payload}`).digest('base64url');
        expect(await me(`${header}.${payload}.${alg === 'none' ? '' : mac}`)).toBe('UNAUTHENTICATED');
      }
    });

    test('comes after the token’s end', async () => {
      const token = await issuer.token('ada');
      const late = await startTestGateway({ env: issuer.env, clock: () => new Date(Date.now() + 3_600_000) });
      try {
        const { errors } = await late.graphql('{ me { role } }', {}, token);
        expect(errors?.[0]).toMatchObject({
          extensions: { code: 'UNAUTHENTICATED' },
          message: expect.stringMatching(/sign in again/),
        });
      } finally {
        await late.close();
      }
    });
  });

  test('does what the role allows, and no more', async () => {
    const input = { ...SENDER, senderId: 'roles-1' };
    for (const name of ['olga', 'audrey', 'mona']) {
      const { errors } = await gateway.graphql(CREATE, { input }, await issuer.token(name));
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
    expect((await gateway.graphql(CREATE, { input }, await issuer.token('ada'))).errors).toBeUndefined();
  });

  test('does not approve what they made themselves; another does, and the audit names both', async () => {
    const approve = 'mutation { approveSender(senderId: "four-eyes") { state active } }';
    await gateway.graphql(CREATE, { input: { ...SENDER, senderId: 'four-eyes' } }, await issuer.token('ada'));
    const own = await gateway.graphql(approve, {}, await issuer.token('ada'));
    expect(own.errors?.[0]).toMatchObject({
      extensions: { code: 'FORBIDDEN' },
      message: expect.stringMatching(/four eyes/),
    });
    const other = await gateway.graphql(approve, {}, await issuer.token('alan'));
    expect(other.data).toEqual({ approveSender: { state: 'ACTIVE', active: true } });
    const { adminActions } = await gateway.admin<{ adminActions: { nodes: { actor: string; action: string }[] } }>(
      '{ adminActions(filter: { targetId: "four-eyes" }) { nodes { actor action } } }',
    );
    expect(adminActions.nodes).toEqual([
      { actor: 'alan', action: 'approveSender' },
      { actor: 'ada', action: 'createSender' },
    ]);
  });

  test('does not get around four eyes by suspending and lifting', async () => {
    await gateway.graphql(CREATE, { input: { ...SENDER, senderId: 'around' } }, await issuer.token('ada'));
    await gateway.graphql('mutation { suspendSender(senderId: "around") { state } }', {}, await issuer.token('ada'));
    const lifted = await gateway.graphql(
      'mutation { activateSender(senderId: "around") { state } }',
      {},
      await issuer.token('ada'),
    );
    expect(lifted.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('loses an open WebSocket when the token ends', async () => {
    const { closed, connected } = await listen(gateway, await issuer.token('brief'));
    expect(connected).toBe(true);
    // Clocks may differ by 5 s; the recheck follows within seconds.
    await expect(Promise.race([closed, wait(15_000, 'still open', { ref: false })])).resolves.toBe(4403);
  });

  test('whose sessions were revoked loses socket and token within seconds, and may sign in anew', async () => {
    const token = await issuer.token('mona');
    const { closed, connected } = await listen(gateway, token);
    expect(connected).toBe(true);
    const other = await listen(gateway, await issuer.token('audrey'));
    const revoke = 'mutation ($subject: String!) { revokeAdminSessions(subject: $subject, reason: "left") }';
    expect(
      (await gateway.graphql(revoke, { subject: 'mona' }, await issuer.token('olga'))).errors?.[0]?.extensions.code,
    ).toBe('FORBIDDEN');
    await gateway.admin(revoke, { subject: 'mona' });
    await expect(Promise.race([closed, wait(6_000, 'still open', { ref: false })])).resolves.toBe(4403);
    await expect(Promise.race([other.closed, wait(500, 'still open', { ref: false })])).resolves.toBe('still open');
    expect(await me(token)).toBe('UNAUTHENTICATED');
    await wait(1_100);
    expect(await me(await issuer.token('mona'))).toEqual({ subject: 'mona', role: 'MONITOR' });
  });

  describe('whose issuer says that the session ended there', () => {
    const tell = async (logoutToken: string) => {
      const body = new URLSearchParams({ logout_token: logoutToken });
      const response = await fetch(`${gateway.url}/admin/backchannel-logout`, { method: 'POST', body });
      expect(response.headers.get('cache-control')).toBe('no-store');
      return response.status;
    };

    test('is out at once, and only there', async () => {
      const [lena, luis] = [await issuer.token('lena'), await issuer.token('luis')];
      const { closed } = await listen(gateway, lena);
      expect(await tell(await issuer.logoutToken({ sid: 'session of lena', sub: 'lena' }))).toBe(200);
      expect(await me(lena)).toBe('UNAUTHENTICATED');
      await expect(Promise.race([closed, wait(15_000, 'still open', { ref: false })])).resolves.toBe(4403);
      expect(await me(luis)).toMatchObject({ subject: 'luis' });
      const { adminActions } = await gateway.admin<{ adminActions: { nodes: object[] } }>(
        '{ adminActions(filter: { action: "endIssuerSession" }) { nodes { actor targetId } } }',
      );
      expect(adminActions.nodes).toEqual([{ actor: 'issuer', targetId: 'lena' }]);
    });

    test('is out of all sessions where it names none, and one such word works once', async () => {
      const token = await issuer.token('luis');
      const logout = await issuer.logoutToken({ sub: 'luis' });
      expect([await tell(logout), await tell(logout)]).toEqual([200, 400]);
      expect(await me(token)).toBe('UNAUTHENTICATED');
    });

    test('is not, by a token that is another or of another', async () => {
      const token = await issuer.token('olga');
      const sub = 'olga';
      const { privateKey } = await generateKeyPair('ES256');
      const forged = new SignJWT({
        sub,
        jti: 'f',
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      })
        .setProtectedHeader({ alg: 'ES256', kid: 'issuer-key', typ: 'logout+jwt' })
        .setIssuer(issuer.issuer)
        .setAudience(AUDIENCE)
        .setIssuedAt();
      for (const told of [
        await forged.sign(privateKey),
        await issuer.logoutToken({ sub, aud: 'https://other.test' }),
        await issuer.logoutToken({ sub, events: {} }),
        await issuer.logoutToken({ sub, nonce: 'n' }),
        await issuer.logoutToken({ sub, iat: Math.floor(Date.now() / 1000) - 600 }),
        await issuer.logoutToken({ sub }, { typ: 'at+jwt' }),
        await issuer.logoutToken({}),
        token,
        'x',
      ])
        expect(await tell(told)).toBe(400);
      expect(await me(token)).toMatchObject({ subject: 'olga' });
    });
  });

  test('opens WebSockets; a partner, and nobody, do not', async () => {
    const partner = await createPartner(await open());
    const sandbox = await listen(await open(), partner.token);
    expect(sandbox.connected).toBe(false);
    expect(await sandbox.closed).toBe(4403);
    expect(await (await listen(gateway, 'nobody')).closed).toBe(4403);
    expect((await listen(gateway, ADMIN_TOKEN)).connected).toBe(true);
  });

  test('has a bounded number of connections', async () => {
    const own = await open();
    const sockets = await Promise.all(Array.from({ length: 24 }, () => listen(own, ADMIN_TOKEN)));
    expect(sockets.filter(({ connected }) => connected)).toHaveLength(20);
    const refused = sockets.filter(({ connected }) => !connected);
    expect(await Promise.all(refused.map(({ closed }) => closed))).toEqual([4429, 4429, 4429, 4429]);
  });

  test('of which one that went before it was known whose it is does not count', async () => {
    const token = await issuer.token('luis');
    const leave = () =>
      new Promise<void>((resolve) => {
        const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
        socket.once('open', () => {
          socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
          socket.terminate();
        });
        socket.once('close', () => resolve());
      });
    await Promise.all(Array.from({ length: 30 }, leave));
    for (let count = 0; count < 20; count++) expect(await listen(gateway, token)).toMatchObject({ connected: true });
  });

  test('who talks too fast is cut off', async () => {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${ADMIN_TOKEN}` } }));
    for (let count = 0; count < 150; count++) socket.send(JSON.stringify({ type: 'ping' }));
    expect(await closed).toBe(4429);
  });

  test.each([
    ['does not answer', () => 'http://127.0.0.1:9', 'does not answer'],
    ['is spelt otherwise', () => `${issuer.issuer}/`, 'set ADMIN_OIDC_ISSUER so'],
  ])('of an issuer that %s the log tells at the start', async (_, address, reason) => {
    const lines: string[] = [];
    const log = createLog('warn', { write: (line: string) => void lines.push(line) });
    const other = await startTestGateway({ env: { ...issuer.env, ADMIN_OIDC_ISSUER: address() }, log });
    try {
      const told = await until(() => lines.find((line) => line.includes('ADMIN_OIDC_ISSUER: ')));
      expect(JSON.parse(told)).toMatchObject({ level: 'warn', err: { message: expect.stringContaining(reason) } });
    } finally {
      await other.close();
    }
  });

  test('who is refused finds in the log why, by the errorId that was told', async () => {
    const lines: string[] = [];
    const log = createLog('info', { write: (line: string) => void lines.push(line) });
    const own = await startTestGateway({ env: issuer.env, log });
    try {
      const { errors } = await own.graphql('{ me { role } }', {}, await issuer.token('ada', 'https://other.test'));
      const { errorId } = Object(errors?.[0]?.extensions);
      const line = lines.find((one) => one.includes(errorId)) ?? '{}';
      expect(JSON.parse(line)).toMatchObject({ status: 401, cause: { message: 'unexpected "aud" claim value' } });
      expect(line).not.toContain('ada');
    } finally {
      await own.close();
    }
  });

  test('waits while the issuer does not answer; the bootstrap token works on', async () => {
    const away = await startTestGateway({ env: { ...issuer.env, ADMIN_OIDC_ISSUER: 'http://127.0.0.1:9' } });
    try {
      const payload = Buffer.from(JSON.stringify({ iss: 'http://127.0.0.1:9' })).toString('base64url');
      const { errors } = await away.graphql('{ me { role } }', {}, `e30.${payload}.x`);
      expect(errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE');
      expect((await away.graphql('{ me { role } }')).errors).toBeUndefined();
    } finally {
      await away.close();
    }
  });

  let another: TestGateway | undefined;
  const open = async (): Promise<TestGateway> => (another ??= await startTestGateway());
  afterAll(() => another?.close());
});
