import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { parse, validate } from 'graphql';
import { WebSocket } from 'ws';
import { addRow } from '../../src/entities/database/database.js';
import { enqueueCallback } from '../../src/entities/deliveries/delivery.repository.js';
import { appendOutbox } from '../../src/entities/queues/outbox.repository.js';
import { Subscription } from '../../src/entities/subscriptions/subscription.entity.js';
import { announce } from '../../src/entities/subscriptions/subscription.repository.js';
import type { Context } from '../../src/graphql/context.js';
import { watchTransactions } from '../../src/graphql/live/transaction.live.js';
import { sharingKey } from '../../src/graphql/live/sharing.js';
import { createLoaders } from '../../src/graphql/loaders.js';
import type { Role } from '../../src/protocol/vocabulary.js';
import { uuidv7 } from '../../src/platform/uuid.js';
import { ADMIN_TOKEN, startTestGateway, type TestGateway } from '../support/gateway.js';
import { begin, openLive, type LiveClient } from '../support/live-client.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { statementsOf } from '../support/statements.js';
import { isPrompt, until } from '../support/until.js';

interface TransactionTold {
  transactionChanged: {
    cursor: string;
    transaction: { transactionId: string; status: string; sender: { senderId: string } | null };
  };
}

const TRANSACTIONS = `subscription ($filter: TransactionFilter, $after: String) {
  transactionChanged(filter: $filter, after: $after) { cursor transaction { transactionId status sender { senderId } } }
}`;

let gateway: TestGateway;
let second: TestGateway;
let partner: Partner;
let live: LiveClient;
let pinged: Promise<number>;
/** How far the gateway's clock is ahead. */
let aheadMs = 0;

beforeAll(async () => {
  const clock = () => new Date(Date.now() + aheadMs);
  gateway = await startTestGateway({ env: { ROLE: 'api' }, clock });
  second = await startTestGateway({ env: { ROLE: 'api' }, databaseUrl: gateway.databaseUrl });
  partner = await createPartner(gateway);
  live = openLive(gateway.url);
  pinged = timeOfPing(gateway.url);
});
afterAll(async () => {
  await live.close();
  await second.close();
  await gateway.close();
});

/** A search, refused or not: one transaction. */
async function search(by: Partner = partner): Promise<string> {
  const message = searchById('1');
  await by.send('social/registry/sync/search', 'search', message);
  return message['transaction_id'] as string;
}

const ids = (told: TransactionTold[]): string[] =>
  told.map(({ transactionChanged: { transaction } }) => transaction.transactionId);

/** Behind everything, also where another database of the cluster has an older transaction open. */
async function liveCursor(): Promise<string> {
  await until(async () => (await gateway.services.tail.lagSeconds()) === 0);
  return (await gateway.admin<{ liveCursor: string }>('{ liveCursor }')).liveCursor;
}

describe('transactionChanged', () => {
  test('tells in order, with the rows that the reader selects', async () => {
    const [telling] = await begin(gateway, () => live.take<TransactionTold>(TRANSACTIONS, {}, 3));
    const made = [await search(), await search(), await search()];
    const told = await telling;
    expect(ids(told)).toEqual(made);
    expect(told[0]?.transactionChanged.transaction).toMatchObject({
      status: 'SUCCEEDED',
      sender: { senderId: partner.senderId },
    });
  });

  test('resumes behind a cursor without loss or repeat, on another process too', async () => {
    const after = await liveCursor();
    const made = [await search(), await search(), await search(), await search()];
    const first = await live.take<TransactionTold>(TRANSACTIONS, { after }, 2);
    const elsewhere = openLive(second.url);
    const rest = await elsewhere.take<TransactionTold>(
      TRANSACTIONS,
      { after: first.at(-1)?.transactionChanged.cursor },
      2,
    );
    expect(ids([...first, ...rest])).toEqual(made);
    await elsewhere.close();
  });

  test('reaches readers of another process without waiting for their poll', async () => {
    const elsewhere = openLive(second.url);
    const wait = async () => {
      const [telling] = await begin(second, () => elsewhere.take<TransactionTold>(TRANSACTIONS, {}, 1));
      await search();
      const since = performance.now();
      await telling;
      return performance.now() - since;
    };
    expect(await isPrompt(100, wait)).toBe(true);
    await elsewhere.close();
  });

  test('tells each reader what its own filter lets through', async () => {
    const other = await createPartner(gateway, { agreements: [] });
    const take = (filter: Record<string, unknown>, ms?: number) =>
      live.take<TransactionTold>(TRANSACTIONS, { filter }, 1, ms);
    const [[rejected, own, none]] = await begin(
      gateway,
      () => [
        take({ status: 'REJECTED' }),
        take({ senderId: partner.senderId }),
        take({ registry: 'FR', status: null }, 3000),
      ],
      3,
    );
    const refused = await search(other);
    const answered = await search();
    expect(ids((await rejected) ?? [])).toEqual([refused]);
    expect(ids((await own) ?? [])).toEqual([answered]);
    expect(await none).toEqual([]);
  });

  test('loads the rows of many events with few statements', async () => {
    const after = await liveCursor();
    for (let i = 0; i < 8; i += 1) await search();
    const statements = await statementsOf(gateway.database, () => live.take(TRANSACTIONS, { after }, 8));
    const selects = statements.filter((text) => /from "(transaction|sender)"/.test(text));
    expect(selects.length).toBeLessThanOrEqual(2);
  });

  // Jest fails on what nobody handles: nobody waits for the rows behind the first that failed.
  test('a fault while rows are read ends the subscription with a masked error, and nothing else', async () => {
    const after = await liveCursor();
    const made = [await search(), await search(), await search()];
    const locker = await gateway.database.pool.connect();
    try {
      await locker.query('begin; lock table transaction in access exclusive mode');
      const failing = live.once(TRANSACTIONS, { after });
      failing.catch(() => undefined);
      const cancel = `select pg_cancel_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'relation'`;
      await until(async () => (await gateway.database.query(cancel)).length > 0);
      await expect(failing).rejects.toMatchObject([
        { message: expect.not.stringContaining('statement'), extensions: { code: 'TIMEOUT' } },
      ]);
    } finally {
      await locker.query('rollback');
      locker.release();
    }
    expect(ids(await live.take<TransactionTold>(TRANSACTIONS, { after }, 3))).toEqual(made);
  });

  test('ends when the token no longer opens it, checked at every event', async () => {
    let allowed = true;
    const { database } = gateway;
    const context: Context = {
      principal: { kind: 'admin', subject: 'someone', role: 'MONITOR' },
      services: gateway.services,
      loaders: createLoaders(database, () => new Date()),
      stillAllowed: async () => allowed,
    };
    const changes = watchTransactions(context, {}, await liveCursor());
    await search();
    expect((await changes.next()).value).toMatchObject({ transaction: { status: 'SUCCEEDED' } });
    allowed = false;
    await search();
    await expect(changes.next()).rejects.toMatchObject({
      message: 'the token no longer opens this: connect again with a new one',
      extensions: { code: 'UNAUTHENTICATED' },
    });
  });
});

describe('readers that ask alike', () => {
  test('share one rendering: as many statements as for one, and each is told', async () => {
    const readers = Array.from({ length: 6 }, () => openLive(gateway.url));
    const [telling] = await begin(
      gateway,
      () => readers.map((reader) => reader.take<TransactionTold>(TRANSACTIONS, { filter: { registry: 'SOCIAL' } }, 1)),
      6,
    );
    let made = '';
    const statements = await statementsOf(gateway.database, async () => {
      made = await search();
      await Promise.all(telling);
    });
    const told = await Promise.all(telling);
    expect(told.map((one) => ids(one))).toEqual(readers.map(() => [made]));
    expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(statements.filter((text) => /from "transaction"/.test(text))).toHaveLength(1);
    expect(statements.filter((text) => /from "sender"/.test(text)).length).toBeLessThanOrEqual(1);
    await Promise.all(readers.map((reader) => reader.close()));
  });

  test('are those of the same text, variables and role; where they begin makes no difference', () => {
    const { schema } = gateway.services;
    const keyOf = (query: string, variables: Record<string, unknown> = {}, role: Role = 'ADMIN') =>
      sharingKey(schema, { document: parse(query), query, variables }, { kind: 'admin', subject: 'someone', role });
    const filter = { registry: 'SOCIAL' };
    const key = keyOf(TRANSACTIONS, { filter });
    expect(key).toBeDefined();
    expect(keyOf(TRANSACTIONS, { filter, after: 'x' })).toBe(key);
    for (const other of [
      keyOf(TRANSACTIONS, { filter: { registry: 'FR' } }),
      keyOf(TRANSACTIONS, { filter }, 'MONITOR'),
      keyOf(TRANSACTIONS.replace('status', 'operation'), { filter }),
    ]) {
      expect(other).toBeDefined();
      expect(other).not.toBe(key);
    }
    // Used for something else as well, it is more than the place where a reader begins.
    const twice = `subscription ($after: String) {
      transactionChanged(after: $after, filter: { senderId: $after }) { cursor } }`;
    expect(keyOf(twice, { after: 'a' })).not.toBe(keyOf(twice, { after: 'b' }));
    expect(keyOf('{ liveCursor }')).toBeUndefined();
  });

  test.each([
    ['transactionChanged { transaction { requestData(reason: "r") } }', ''],
    ['transactionChanged { transaction { ...Told } }', 'fragment Told on Transaction { answer: responseData }'],
    ['subscriptionChanged { subscription { filter } }', ''],
    ['deliveryChanged { delivery { attempts { responseExcerpt(reason: "r") } } }', ''],
  ])('but who reads of persons is told alone, since it leaves a row of that very reader: %s %s', (fields, fragment) => {
    const query = `subscription { ${fields} } ${fragment}`;
    const document = parse(query);
    expect(validate(gateway.services.schema, document)).toEqual([]);
    const admin = { kind: 'admin', subject: 'someone', role: 'ADMIN' } as const;
    expect(sharingKey(gateway.services.schema, { document, query }, admin)).toBeUndefined();
  });
});

describe('the other live streams', () => {
  const record = (value: string) => ({
    recordType: 'Person',
    identifiers: [{ type: 'UIN', value }],
    data: { name: { surname: 'Okafor' } },
    eventType: 'LiveBirth',
  });
  const upsert = (value: string) =>
    second.admin(`mutation ($r: [RecordInput!]!) { upsertRecords(registry: CRVS, records: $r) { inserted } }`, {
      r: [record(value)],
    });

  test('registryEventOccurred tells what happened, not to whom, and of the events asked for', async () => {
    const query = `subscription ($types: [String!]) {
      registryEventOccurred(registry: CRVS, eventTypes: $types) { cursor event { registry recordType eventType version } } }`;
    const [[births, deaths]] = await begin(
      gateway,
      () => [live.take(query, { types: ['live_birth'] }, 1), live.take(query, { types: ['Death'] }, 1, 3000)],
      2,
    );
    await upsert('10');
    expect(await births).toMatchObject([
      {
        registryEventOccurred: {
          event: { registry: 'CRVS', recordType: 'Person', eventType: 'LiveBirth', version: 1 },
        },
      },
    ]);
    expect(await deaths).toEqual([]);
    const { errors } = await live.once(query, { types: ['Party'] });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'eventTypes' } }]);
  });

  test('subscriptionChanged and deliveryChanged tell of theirs, filtered by the row', async () => {
    const after = await liveCursor();
    const { database, services } = gateway;
    const { senderId } = partner;
    await database.transaction(async (unit) => {
      const subscription = addRow(unit.em, Subscription, {
        code: 'S-1',
        senderId,
        registry: 'CRVS',
        eventType: 'LiveBirth',
        eventTypeAsSent: 'birth',
        recordType: 'Person',
        target: 'http://127.0.0.1:9/',
        dedupeKey: 'd',
        state: 'ACTIVE',
        transactionId: 't',
        referenceId: 'r',
      });
      await unit.em.flush();
      await announce(unit, subscription);
      const callback = { requestId: uuidv7(), action: 'on-search', page: 1, senderId, registry: 'CRVS' };
      const envelope = { header: {}, message: {} };
      const released = { operation: 'SEARCH' as const, consentIds: [] };
      const target = 'http://127.0.0.1:9/';
      await enqueueCallback(unit, services.vault, { ...callback, target, envelope, released }, new Date());
    });
    const subscriptions = `subscription ($after: String) {
      subscriptionChanged(after: $after) { subscription { code state sender { senderId } } } }`;
    expect(await live.take(subscriptions, { after }, 1)).toEqual([
      { subscriptionChanged: { subscription: { code: 'S-1', state: 'ACTIVE', sender: { senderId } } } },
    ]);
    const deliveries = `subscription ($filter: DeliveryFilter, $after: String) {
      deliveryChanged(filter: $filter, after: $after) { delivery { action state attempts { id } } } }`;
    const own = { senderId, state: 'PENDING', action: 'on-search', createdFrom: '2020-01-01T00:00:00Z' };
    expect(await live.take(deliveries, { after, filter: own }, 1)).toEqual([
      { deliveryChanged: { delivery: { action: 'on-search', state: 'PENDING', attempts: [] } } },
    ]);
    for (const filter of [{ state: 'FAILED' }, { registry: 'FR' }, { createdUntil: '2020-01-01T00:00:00Z' }])
      expect(await live.take(deliveries, { after, filter }, 1, 400)).toEqual([]);
    const { errors } = await live.once(deliveries, { filter: { subscriptionCode: 'none' } });
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', field: 'filter.subscriptionCode' } }]);
  });
});

describe('who may connect', () => {
  test('nobody without a token, and no sender', async () => {
    for (const token of ['', 'wrong', partner.token]) {
      const client = openLive(gateway.url, token);
      await expect(client.once(TRANSACTIONS)).rejects.toMatchObject({ code: 4403, reason: 'Forbidden' });
      await client.close();
    }
  });

  test('queries over the socket are checked as over HTTP, and faults are masked there too', async () => {
    const query = '{ senders(first: 1000) { nodes { name } } }';
    const refused = await live.once(query);
    expect(refused.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'first' } }]);
    await expect(live.once('{ nothing }')).rejects.toMatchObject([
      { message: expect.stringContaining('nothing'), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
    await expect(live.once('{ oops')).rejects.toMatchObject([{ message: expect.stringMatching(/^Syntax Error/) }]);
    const list = 'agreements(first: 200) { nodes { sender { keys { kid } } versions { version } } }';
    const lists = ['a', 'b', 'c'].map((alias) => `${alias}: ${list}`).join(' ');
    await expect(live.once(`{ ${lists} }`)).rejects.toMatchObject([
      { message: expect.stringContaining('smaller pages'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test.each([
    'subscription { transactionChanged @skip(if: true) { cursor } }',
    'subscription ($no: Boolean = false) { transactionChanged @include(if: $no) { cursor } }',
    'subscription { ...F @skip(if: true) } fragment F on Subscription { transactionChanged { cursor } }',
    'subscription { ...F } fragment F on Subscription { ... @skip(if: true) { transactionChanged { cursor } } }',
  ])('a condition that takes the field of a subscription away is refused, and the socket stays: %s', async (query) => {
    await expect(live.once(query)).rejects.toMatchObject([
      { message: expect.stringMatching(/takes no condition$/), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
  });

  test('a malformed cursor is refused by name', async () => {
    await expect(live.once(TRANSACTIONS, { after: 'x' })).rejects.toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', field: 'after' } },
    ]);
  });

  test('a filter that no delivery will ever meet is refused by name, as the list has it', async () => {
    const { errors } = await live.once('subscription { deliveryChanged(filter: { transactionId: "x" }) { cursor } }');
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'filter.transactionId' } }]);
  });
});

test('a reader that stops reading is ended with its cursor, and goes on there', async () => {
  const { database, services } = gateway;
  const subject = uuidv7();
  await database.transaction(async ({ em }) => {
    addRow(em, Subscription, {
      id: subject,
      code: 'S-slow',
      senderId: partner.senderId,
      registry: 'CRVS',
      eventType: 'Death',
      eventTypeAsSent: 'death',
      recordType: 'Person',
      // A few of these, told ten times each, fill every buffer between here and the reader.
      target: `http://127.0.0.1:9/${'x'.repeat(20_000)}`,
      dedupeKey: 'slow',
      state: 'ACTIVE',
      transactionId: 't',
      referenceId: 'r',
    });
  });
  const change = async (times: number) => {
    await database.transaction(async (unit) => {
      for (let i = 0; i < times; i += 1) await appendOutbox(unit, 'subscription', [{ subject, detail: {} }]);
    });
    services.tail.nudge();
  };
  const targets = Array.from({ length: 10 }, (_, index) => `t${index}: target`).join(' ');
  const query = `subscription ($after: String) { subscriptionChanged(after: $after) { cursor subscription { ${targets} } } }`;
  const [opening] = await begin(gateway, () => openRaw(gateway.url, query));
  const { socket, messages } = await opening;
  await change(500);
  await until(() => messages.length > 0);
  socket.pause();
  await change(700);
  // It is too slow only when it has taken nothing for five seconds, which a busy machine may not have come to at once.
  const turns = 5;
  for (let turn = 0; turn < turns; turn++) {
    await sleep(300);
    aheadMs += 6000;
    await change(1);
  }
  await sleep(300);
  aheadMs = 0;
  socket.resume();
  await until(() => messages.at(-1)?.type === 'error');
  const [error] = (messages.at(-1)?.payload ?? []) as {
    message: string;
    extensions: { code: string; cursor: string };
  }[];
  expect(error).toMatchObject({ message: expect.stringContaining('too slow'), extensions: { code: 'CONFLICT' } });
  socket.close();
  const told = messages.length - 1;
  const rest = await live.take(query, { after: error?.extensions.cursor }, 1200 + turns - told);
  expect(told + rest.length).toBe(1200 + turns);
  expect(await live.take(query, { after: cursorIn(rest.at(-1)) }, 1, 500)).toEqual([]);
}, 120_000);

interface RawMessage {
  type: string;
  payload?: unknown;
}

const cursorIn = (data: unknown): string =>
  (data as { subscriptionChanged: { cursor: string } }).subscriptionChanged.cursor;

/** A client that can stop reading. */
async function openRaw(url: string, query: string): Promise<{ socket: WebSocket; messages: RawMessage[] }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const messages: RawMessage[] = [];
  const acknowledged = new Promise((resolve) => {
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as RawMessage;
      if (message.type === 'connection_ack') resolve(undefined);
      else messages.push({ type: message.type, payload: message.type === 'error' ? message.payload : undefined });
    });
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${ADMIN_TOKEN}` } }));
  await acknowledged;
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  return { socket, messages };
}

test('a message that is not well-formed ends its connection with a code, and is nobody’s fault', async () => {
  const printed = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  try {
    const key = Buffer.alloc(16).toString('base64');
    const lines = ['GET /graphql HTTP/1.1', `Host: ${hostname}`, 'Connection: Upgrade', 'Upgrade: websocket'];
    const asked = [
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${key}`,
      'Sec-WebSocket-Protocol: graphql-transport-ws',
    ];
    socket.write([...lines, ...asked, '', ''].join('\r\n'));
    await once(socket, 'data');
    // Of an operation that there is none of.
    socket.write(Buffer.from([0x83, 0x80, 0, 0, 0, 0]));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect([answer[0], answer.readUInt16BE(2)]).toEqual([0x88, 1002]);
    expect(printed).not.toHaveBeenCalled();
  } finally {
    printed.mockRestore();
    socket.destroy();
  }
});

test('a socket that hears nothing is pinged', async () => {
  expect(await pinged).toBeLessThan(30_000);
});

function timeOfPing(url: string): Promise<number> {
  const since = performance.now();
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  socket.on('open', () =>
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${ADMIN_TOKEN}` } })),
  );
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('ping', () => {
      socket.close();
      resolve(performance.now() - since);
    });
  });
}
