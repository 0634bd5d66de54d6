import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { startDnsStub } from '../support/dns-stub.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { answer, dropConnection, hang, startInbox, type Behaviour, type Inbox } from '../support/inbox.js';
import { until } from '../support/until.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';

const pem = (name: string) => readFileSync(new URL(`../support/tls/${name}`, import.meta.url), 'utf8');

interface Delivery {
  id: string;
  state: string;
  stateReason: string | null;
  messageId: string;
  dueAt: string | null;
  attemptCount: number;
  attempts: {
    outcome: string;
    status: number | null;
    error: string | null;
    address: string | null;
    responseExcerpt: string | null;
  }[];
  transaction: { correlationId: string } | null;
  sender: { senderId: string } | null;
  subscription: null;
}

const DELIVERIES = `query ($filter: DeliveryFilter) { deliveries(filter: $filter, orderBy: OLDEST) { totalCount nodes {
  id state stateReason messageId dueAt attemptCount attempts { outcome status error address responseExcerpt(reason: "test") }
  transaction { correlationId } sender { senderId } subscription { id } } } }`;

describe('a delivery', () => {
  let gateway: TestGateway;
  let partner: Partner;
  let inbox: Inbox;

  beforeAll(async () => {
    gateway = await startTestGateway({ env: { DELIVERY_RETRY_SECONDS: '0,0,0', DELIVERY_TIMEOUT_MS: '5000' } });
  });
  afterAll(() => gateway.close());
  beforeEach(async () => {
    inbox = await startInbox(gateway.url);
    partner = await createPartner(gateway);
  });
  afterEach(() => inbox.close());

  const send = async (from = partner, sender_uri = `${inbox.url}/on-search`) => {
    const { status, body } = await from.send('social/registry/search', 'search', searchById('4711'), { sender_uri });
    expect(status).toBe(202);
    return body.message.correlation_id as string;
  };

  const find = async (filter: Record<string, unknown> = { senderId: partner.senderId }): Promise<Delivery[]> =>
    (await gateway.admin<{ deliveries: { nodes: Delivery[] } }>(DELIVERIES, { filter })).deliveries.nodes;

  /** The partner's only delivery, once it is so. */
  const once = (is: (delivery: Delivery) => boolean): Promise<Delivery> =>
    until(async () => (await find()).slice(0, 1).find(is));
  const ended = ({ state }: Delivery) => state !== 'PENDING';

  const first = (...behaviours: Behaviour[]) =>
    inbox.behave((received, response) =>
      (behaviours.shift() ?? answer(200, { ack_status: 'ACK' }))(received, response),
    );

  test('is shown with its attempts, its transaction and its receiver', async () => {
    const correlationId = await send();
    const delivery = await once(ended);
    expect(delivery).toMatchObject({
      state: 'DELIVERED',
      attemptCount: 1,
      attempts: [{ outcome: 'DELIVERED', status: 200, error: null, address: '127.0.0.1' }],
      transaction: { correlationId },
      sender: { senderId: partner.senderId },
      subscription: null,
    });
    expect(delivery.attempts[0]?.responseExcerpt).toContain('ACK');
    const { transactions } = await gateway.admin<{ transactions: { nodes: { deliveries: { id: string }[] }[] } }>(
      `query ($id: String) { transactions(filter: { correlationId: $id }) { nodes { deliveries { id } } } }`,
      { id: correlationId },
    );
    expect(transactions.nodes[0]?.deliveries).toEqual([{ id: delivery.id }]);
  });

  test('is tried again when the receiver hangs, drops the connection or answers ERR', async () => {
    first(hang, dropConnection, answer(200, { message: { ack_status: 'ERR' } }));
    await send();
    const { state, attempts } = await once(ended);
    expect(state).toBe('DELIVERED');
    expect(attempts).toMatchObject([
      { outcome: 'FAILED', error: 'the host did not answer in time', status: null },
      { outcome: 'FAILED', error: 'the host broke off before its answer was complete' },
      { outcome: 'REFUSED', error: 'the receiver answered ERR', status: 200 },
      { outcome: 'DELIVERED' },
    ]);
  });

  test('that the receiver has already is delivered', async () => {
    first(answer(400, { errors: [{ code: 'err.request.bad', message: 'rjct.message_id.duplicate' }] }));
    await send();
    expect(await once(ended)).toMatchObject({ state: 'DELIVERED', attemptCount: 1 });
  });

  test('does not follow a redirect, and takes no page for a receipt', async () => {
    const other = await startInbox(gateway.url);
    const portal: Behaviour = (_received, response) => {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>Sign in</title>');
    };
    first(answer(302, {}, { location: `${other.url}/elsewhere` }), portal);
    await send();
    const { attempts } = await once(ended);
    expect(attempts).toMatchObject([
      { outcome: 'FAILED', status: 302 },
      { outcome: 'FAILED', status: 200, error: expect.stringContaining('a login or a proxy stands before it') },
      { outcome: 'DELIVERED' },
    ]);
    expect(other.received).toHaveLength(0);
    await other.close();
  });

  test.each([
    ['seconds', () => '1'],
    ['a date', () => new Date(Date.now() + 2000).toUTCString()],
  ])('waits as long as Retry-After asks, in %s', async (_, retryAfter) => {
    first((received, response) => answer(429, {}, { 'retry-after': retryAfter() })(received, response));
    await send();
    const [before, after] = await inbox.wait(2);
    expect((after?.at.getTime() ?? 0) - (before?.at.getTime() ?? 0)).toBeGreaterThanOrEqual(900);
  });

  test('fails after the last attempt, and is brought by retryDelivery under the same message id', async () => {
    inbox.behave(answer(404));
    await send();
    const failed = await once(ended);
    expect(failed).toMatchObject({ state: 'FAILED', stateReason: 'the receiver answered 404', attemptCount: 4 });
    inbox.behave(undefined);
    const retry = `mutation ($id: ID!) { retryDelivery(id: $id) { state } }`;
    expect(await gateway.admin(retry, { id: failed.id })).toEqual({ retryDelivery: { state: 'PENDING' } });
    const delivered = await once(ended);
    expect(delivered).toMatchObject({ state: 'DELIVERED', messageId: failed.messageId });
    expect(delivered.attempts).toHaveLength(5);
    expect(new Set(inbox.received.map(({ body }) => body.header.message_id))).toEqual(new Set([failed.messageId]));
    const unknown = await gateway.graphql(retry, { id: '0197a0b0-0000-7000-8000-000000000000' });
    expect(unknown.errors?.[0]).toMatchObject({ extensions: { code: 'NOT_FOUND', field: 'id' } });
  });

  test('ends at 410', async () => {
    inbox.behave(answer(410));
    await send();
    expect(await once(ended)).toMatchObject({ state: 'FAILED', attemptCount: 1, attempts: [{ outcome: 'GONE' }] });
  });

  test('to a slow receiver delays nobody else', async () => {
    const slow = await startInbox(gateway.url);
    slow.behave(hang);
    for (let one = 0; one < 12; one++) await send(partner, `${slow.url}/on-search`);
    const started = Date.now();
    await send();
    await inbox.wait(1);
    // One after the other, the slow ones alone take eighteen seconds.
    expect(Date.now() - started).toBeLessThan(9000);
    await slow.close();
  });

  test('rests while its sender is suspended', async () => {
    first(answer(503, {}, { 'retry-after': '1' }));
    await send();
    await inbox.wait(1);
    await once(({ attemptCount }) => attemptCount === 1);
    const change = (name: string) =>
      gateway.admin(`mutation ($id: String!) { ${name}(senderId: $id) { state } }`, { id: partner.senderId });
    await change('suspendSender');
    await once(({ dueAt }) => dueAt === null || Date.parse(dueAt) < Date.now());
    // Of what was due with it, others' go out meanwhile, a claim after the other.
    const others = await startInbox(gateway.url);
    for (const times of [1, 2]) {
      await send(await createPartner(gateway), `${others.url}/on-search`);
      await others.wait(times);
    }
    await others.close();
    expect(inbox.received).toHaveLength(1);
    await change('activateSender');
    expect(await once(ended)).toMatchObject({ state: 'DELIVERED' });
  });

  test('to a host that is no longer registered is blocked', async () => {
    first(answer(503, {}, { 'retry-after': '1' }));
    await send();
    await inbox.wait(1);
    await gateway.admin(
      `mutation ($id: String!) { updateSender(senderId: $id, input: { callbackHosts: ["example.org"] }) { senderId } }`,
      { id: partner.senderId },
    );
    const { state, attempts } = await once(ended);
    expect(state).toBe('FAILED');
    expect(attempts[1]).toMatchObject({ outcome: 'BLOCKED', error: expect.stringContaining('not registered') });
    expect(inbox.received).toHaveLength(1);
  });

  test('without a signing key does not leave, and the wait does not count against the receiver', async () => {
    const set = (state: string, from: string) =>
      gateway.database.query(`update server_key set state = $1 where state = $2 and use = 'SIG'`, [state, from]);
    first(answer(503, {}, { 'retry-after': '1' }));
    await send();
    await inbox.wait(1);
    await set('RETIRED', 'ACTIVE');
    const { dueAt } = await once(({ attemptCount }) => attemptCount === 1);
    // It was its turn, and it was put off.
    await once((delivery) => Date.parse(delivery.dueAt ?? '') > Date.parse(dueAt ?? '') + 1000);
    expect(inbox.received).toHaveLength(1);
    await set('ACTIVE', 'RETIRED');
    expect(await once(ended)).toMatchObject({ state: 'DELIVERED', attemptCount: 2 });
  });

  test('that is pending can be cancelled, with a reason and once', async () => {
    first(answer(503, {}, { 'retry-after': '3600' }));
    await send();
    await inbox.wait(1);
    const { id } = await once(({ attemptCount }) => attemptCount === 1);
    const cancel = `mutation ($id: ID!, $reason: String!) { cancelDelivery(id: $id, reason: $reason) { state stateReason } }`;
    const without = await gateway.graphql(cancel, { id, reason: ' ' });
    expect(without.errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', field: 'reason' } });
    expect(await gateway.admin(cancel, { id, reason: 'sent by post' })).toEqual({
      cancelDelivery: { state: 'CANCELLED', stateReason: 'sent by post' },
    });
    expect((await gateway.graphql(cancel, { id, reason: 'again' })).errors?.[0]?.extensions.code).toBe('CONFLICT');
    const retry = await gateway.graphql(`mutation ($id: ID!) { retryDelivery(id: $id) { id } }`, { id });
    expect(retry.errors?.[0]?.extensions.code).toBe('CONFLICT');
    const audit = await gateway.database.query<{ transition: string; actor: string }>(
      `select transition, actor from audit_entry where subject = $1 order by id`,
      [id],
    );
    expect(audit).toMatchObject([{ transition: 'CANCELLED', actor: 'bootstrap-admin' }]);
  });

  test('is replayed by filter: the failed ones, or all, of one sender only', async () => {
    inbox.behave(answer(404));
    await send();
    await once(ended);
    inbox.behave(undefined);
    const theirs = await createPartner(gateway);
    await send(theirs);
    const replay = (filter: Record<string, unknown>) =>
      gateway.admin<{ replayDeliveries: { count: number } }>(
        `mutation ($filter: ReplayFilter!) { replayDeliveries(filter: $filter) { count } }`,
        { filter },
      );
    const none = await replay({ senderId: partner.senderId, until: '2026-01-01T00:00:00Z' });
    expect(none.replayDeliveries.count).toBe(0);
    expect((await replay({ senderId: partner.senderId })).replayDeliveries.count).toBe(1);
    expect(await once(ended)).toMatchObject({ state: 'DELIVERED' });
    expect((await replay({ senderId: partner.senderId })).replayDeliveries.count).toBe(0);
    expect((await replay({ senderId: partner.senderId, failedOnly: false })).replayDeliveries.count).toBe(1);
    for (const filter of [{ senderId: 'misspelt' }, { subscriptionCode: 'SUB-misspelt' }])
      await expect(replay(filter)).rejects.toThrow(/no such (sender|subscription)/);
    const everything = await gateway.graphql(`mutation { replayDeliveries(filter: {}) { count } }`);
    expect(everything.errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', field: 'filter' } });
  });

  test.each([
    ['deliveries', `{ deliveries { nodes { id } } }`],
    ['delivery', `{ delivery(id: "0197a0b0-0000-7000-8000-000000000000") { id } }`],
    ['retryDelivery', `mutation { retryDelivery(id: "0197a0b0-0000-7000-8000-000000000000") { id } }`],
    ['replayDeliveries', `mutation { replayDeliveries(filter: { senderId: "x" }) { count } }`],
    ['cancelDelivery', `mutation { cancelDelivery(id: "0197a0b0-0000-7000-8000-000000000000", reason: "x") { id } }`],
  ])('%s is for administrators only', async (_, query) => {
    expect((await gateway.graphql(query, {}, '')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    const { body } = await partner.postHttpSigned('/graphql', { query });
    expect(body.errors[0].extensions.code).toBe('FORBIDDEN');
  });

  test('carries an access token of the receiver, a new one after a 401', async () => {
    const tokens: string[] = [];
    inbox.behave(undefined);
    const issuer = await startTokenEndpoint((token) => tokens.push(token));
    await gateway.admin(
      `mutation ($id: String!, $oauth: OutboundOAuthInput!) {
        setSenderOutbound(senderId: $id, input: { oauth: $oauth }) { tokenUrl clientId scope clientCertificate } }`,
      { id: partner.senderId, oauth: { tokenUrl: issuer.url, clientId: 'us', clientSecret: 'open sesame' } },
    );
    first(answer(401));
    await send();
    const received = await inbox.wait(2);
    expect(received.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(tokens).toEqual(['token-1', 'token-2']);
    const [row] = await gateway.database.query<{ sealed: Buffer }>(
      'select client_secret_sealed as sealed from sender_outbound',
    );
    expect(row?.sealed.includes('open sesame')).toBe(false);
    await issuer.close();
    await send();
    expect((await inbox.wait(3))[2]?.headers.authorization).toBe('Bearer token-2');
  });

  test('carries no token that was got with other settings', async () => {
    inbox.behave(undefined);
    const issuer = await startTokenEndpoint(() => undefined);
    const set = (scope: string) =>
      gateway.admin(
        `mutation ($id: String!, $oauth: OutboundOAuthInput!) { setSenderOutbound(senderId: $id, input: { oauth: $oauth }) { scope } }`,
        { id: partner.senderId, oauth: { tokenUrl: issuer.url, clientId: 'us', clientSecret: 'open sesame', scope } },
      );
    await set('narrow');
    await send();
    expect((await inbox.wait(1))[0]?.headers.authorization).toBe('Bearer token-1');
    await set('wide');
    // Settings are read once a second.
    let count = 1;
    await until(async () => {
      await send();
      return (await inbox.wait(++count)).at(-1)?.headers.authorization === 'Bearer token-2';
    });
    await issuer.close();
  });

  test('that gets no access token tells whose fault it is, and lets its endpoint rest as any that fails', async () => {
    const issuer = await startTokenEndpoint(() => undefined, 401);
    await gateway.admin(
      `mutation ($id: String!, $oauth: OutboundOAuthInput!) {
        setSenderOutbound(senderId: $id, input: { oauth: $oauth }) { clientId } }`,
      { id: partner.senderId, oauth: { tokenUrl: issuer.url, clientId: 'us', clientSecret: 'forgotten' } },
    );
    await send();
    const reason = 'the receiver’s token endpoint answered 401 without an access token';
    const delivery = await once(ended);
    expect(delivery).toMatchObject({ state: 'FAILED', stateReason: reason });
    expect(delivery.attempts[0]).toMatchObject({ outcome: 'FAILED', error: reason, address: null, status: null });
    expect(inbox.received).toEqual([]);
    expect(
      await gateway.database.query('select reason from endpoint_rest where sender_id = $1', [partner.senderId]),
    ).toEqual([{ reason }]);
    await issuer.close();
  });

  test('carries a token that never changes, where the receiver has no token endpoint', async () => {
    inbox.behave(undefined);
    const { setSenderOutbound } = await gateway.admin<{ setSenderOutbound: unknown }>(
      `mutation ($id: String!) { setSenderOutbound(senderId: $id, input: { bearer: "static-text" }) { bearer tokenUrl } }`,
      { id: partner.senderId },
    );
    expect(setSenderOutbound).toEqual({ bearer: true, tokenUrl: null });
    await send();
    expect((await inbox.wait(1))[0]?.headers.authorization).toBe('Bearer static-text');
    const [row] = await gateway.database.query<{ sealed: Buffer }>(
      'select bearer_sealed as sealed from sender_outbound where bearer_sealed is not null',
    );
    expect(row?.sealed.includes('static-text')).toBe(false);
  });

  test('whose credentials cannot be opened now waits: another process may have their key', async () => {
    await gateway.admin(
      `mutation ($id: String!) { setSenderOutbound(senderId: $id, input: { bearer: "kept" }) { bearer } }`,
      { id: partner.senderId },
    );
    const flip = () =>
      gateway.database.query(
        `update sender_outbound o set bearer_sealed = set_byte(o.bearer_sealed, 20, get_byte(o.bearer_sealed, 20) # 255)
         from sender s where s.id = o.sender_id and s.sender_id = $1`,
        [partner.senderId],
      );
    await flip();
    inbox.behave(undefined);
    await send();
    const { dueAt } = await once(() => true);
    await once((delivery) => Date.parse(delivery.dueAt ?? '') > Date.parse(dueAt ?? '') + 1000);
    await flip();
    expect(await once(ended)).toMatchObject({ state: 'DELIVERED', attemptCount: 1 });
    expect(inbox.received[0]?.headers.authorization).toBe('Bearer kept');
  });

  test.each([
    ['bearer', { bearer: 'two words' }],
    ['bearer', { bearer: 'x', oauth: { tokenUrl: 'https://a.example/token', clientId: 'a', clientSecret: 'b' } }],
    ['oauth.tokenUrl', { oauth: { tokenUrl: 'http://169.254.169.254/token', clientId: 'a', clientSecret: 'b' } }],
    ['tls.certificate', { tls: { certificate: 'none', key: 'none' } }],
    ['tls.key', { tls: { certificate: pem('gateway.test.pem') } }],
    ['tls.key', { tls: { certificate: pem('gateway.test.pem'), key: pem('partner.test.key.pem') } }],
    ['tls.authority', { tls: { authority: 'none' } }],
  ])('credentials with a bad %s are refused', async (field, input) => {
    const { errors } = await gateway.graphql(
      `mutation ($id: String!, $input: SenderOutboundInput!) { setSenderOutbound(senderId: $id, input: $input) { tokenUrl } }`,
      { id: partner.senderId, input },
    );
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', field } });
  });
});

describe('the host of a delivery', () => {
  test('is resolved anew and checked at every attempt, and its own name and certificate are asked for', async () => {
    let rebound = false;
    const dns = await startDnsStub(() => [rebound ? '169.254.169.254' : '127.0.0.1']);
    const gateway = await startTestGateway({ env: { DELIVERY_RETRY_SECONDS: '0' }, lookup: dns.lookup });
    const partner = await createPartner(gateway, { sender: { callbackHosts: ['partner.test'] } });
    const subjects: unknown[] = [];
    const tls = { cert: pem('partner.test.pem'), key: pem('partner.test.key.pem'), ca: pem('ca.pem') };
    const server = createServer({ ...tls, requestCert: true }, (request, response) => {
      subjects.push((request.socket as TLSSocket).getPeerCertificate().subject.CN);
      rebound = true;
      response.writeHead(500).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await gateway.admin(
      `mutation ($id: String!, $tls: OutboundTlsInput!) { setSenderOutbound(senderId: $id, input: { tls: $tls }) { clientCertificate } }`,
      {
        id: partner.senderId,
        tls: { certificate: pem('gateway.test.pem'), key: pem('gateway.test.key.pem'), authority: pem('ca.pem') },
      },
    );
    const sender_uri = `https://partner.test:${(server.address() as AddressInfo).port}/on-search`;
    await partner.send('social/registry/search', 'search', searchById('4711'), { sender_uri });
    let attempts: Delivery['attempts'] = [];
    for (const deadline = Date.now() + 30_000; attempts.length < 2 && Date.now() < deadline;) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const filter = { senderId: partner.senderId };
      const { deliveries } = await gateway.admin<{ deliveries: { nodes: Delivery[] } }>(DELIVERIES, { filter });
      attempts = deliveries.nodes[0]?.attempts ?? [];
    }
    expect(attempts).toMatchObject([
      { outcome: 'FAILED', status: 500 },
      { outcome: 'BLOCKED', status: null, address: null },
    ]);
    expect(subjects).toEqual(['gateway.test']);
    server.closeAllConnections();
    server.close();
    await gateway.close();
    await dns.close();
  });
});

async function startTokenEndpoint(issued: (token: string) => void, status = 200) {
  const { createServer: createHttpServer } = await import('node:http');
  let count = 0;
  const server = createHttpServer((request, response) => {
    request.resume();
    const token = `token-${++count}`;
    issued(token);
    response.writeHead(status, { 'content-type': 'application/json' });
    const answered = status === 200 ? { access_token: token, token_type: 'bearer', expires_in: '600' } : {};
    response.end(JSON.stringify(answered));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
