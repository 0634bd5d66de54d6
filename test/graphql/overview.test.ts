import { Database } from '../../src/entities/database/database.js';
import { addTraffic, LATENCY_BOUNDS, type TrafficRow } from '../../src/entities/overview/traffic.repository.js';
import { percentile } from '../../src/use-cases/overview/percentile.js';
import { TrafficMeter } from '../../src/use-cases/overview/traffic-meter.js';
import { createLog } from '../../src/platform/log.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { openLive } from '../support/live-client.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { statementsOf } from '../support/statements.js';
import { until } from '../support/until.js';

let gateway: TestGateway;
let partner: Partner;
let stranger: Partner;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLE: 'api' } });
  partner = await createPartner(gateway);
  stranger = await createPartner(gateway, { agreements: [] });
});
afterAll(() => gateway.close());

interface Counted {
  total: number;
  failed: number;
}

async function overview<Data>(fields: string, window = 'PT5M'): Promise<Data> {
  await gateway.services.traffic.flush();
  const query = `query ($window: Duration!) { overview(window: $window) { ${fields} } }`;
  return (await gateway.admin<{ overview: Data }>(query, { window })).overview;
}

describe('requests', () => {
  test('are counted by registry, operation and sender, refused ones as failed', async () => {
    for (let i = 0; i < 3; i += 1) await partner.send('social/registry/sync/search', 'search', searchById('1'));
    await stranger.send('social/registry/sync/search', 'search', searchById('1'));
    await fetch(`${gateway.url}/dci/v1/fr/registry/sync/search`, { method: 'POST', body: '{}' });
    await partner.postHttpSigned('/dci/v1/verify', {
      transaction_id: 't',
      sender_id: partner.senderId,
      verify: { national_id: '1', sex: 'female' },
    });
    const signed = await partner.postHttpSigned('/graphql', {
      query: `mutation ($input: SearchInput!) { search(input: $input) { status } }`,
      variables: {
        input: {
          registry: 'SOCIAL',
          transactionId: 't',
          items: [{ referenceId: 'r', queryType: 'IDTYPE_VALUE', query: { type: 'UIN', value: '1' } }],
        },
      },
    });
    expect(signed.body.errors).toBeUndefined();
    const data = await overview<Record<string, unknown> & { requests: Counted & Record<string, number> }>(`
      requests { total failed errorRate perSecond p50Ms p95Ms p99Ms registry senderId }
      requestsByRegistry { registry total failed }
      requestsByOperation { operation total failed }
      requestsBySender { senderId sender { name } total failed }
      timeline { at traffic { total } }`);
    expect(data.requests).toMatchObject({ total: 7, failed: 2, registry: null, senderId: null });
    expect(data.requests['errorRate']).toBeCloseTo(2 / 7);
    expect(data.requests['perSecond']).toBeGreaterThan(7 / 361);
    expect(data.requests['p50Ms']).toBeLessThanOrEqual(data.requests['p99Ms'] ?? 0);
    expect(data['requestsByRegistry']).toEqual(
      expect.arrayContaining([
        { registry: 'SOCIAL', total: 6, failed: 1 },
        { registry: 'FR', total: 1, failed: 1 },
      ]),
    );
    expect(data['requestsByOperation']).toEqual([
      { operation: 'SEARCH', total: 6, failed: 2 },
      { operation: 'VERIFY', total: 1, failed: 0 },
    ]);
    expect(data['requestsBySender']).toEqual(
      expect.arrayContaining([
        { senderId: partner.senderId, sender: { name: partner.senderId }, total: 5, failed: 0 },
        { senderId: stranger.senderId, sender: { name: stranger.senderId }, total: 1, failed: 1 },
        { senderId: null, sender: null, total: 1, failed: 1 },
      ]),
    );
    const timeline = data['timeline'] as { traffic: Counted }[];
    expect(timeline.length).toBeGreaterThanOrEqual(5);
    expect(timeline.reduce((sum, { traffic }) => sum + traffic.total, 0)).toBe(7);
  });

  test('of the last day are told of each sender, in one statement for all; a sender reads none of it', async () => {
    await gateway.services.traffic.flush();
    let nodes: { senderId: string; lastDay: { traffic: Counted }[] }[] = [];
    const statements = await statementsOf(gateway.database, async () => {
      const query =
        '{ senders { nodes { senderId waitingDeliveries troubledEndpoints { waiting } lastDay { at traffic { total failed } } } } }';
      ({ nodes } = (await gateway.admin<{ senders: { nodes: typeof nodes } }>(query)).senders);
    });
    const sums = nodes.map(({ senderId, lastDay }) => {
      expect([48, 49]).toContain(lastDay.length);
      const sum = (name: keyof Counted) => lastDay.reduce((all, { traffic }) => all + traffic[name], 0);
      return { senderId, total: sum('total'), failed: sum('failed') };
    });
    expect(sums).toContainEqual({ senderId: partner.senderId, total: 5, failed: 0 });
    expect(sums).toContainEqual({ senderId: stranger.senderId, total: 1, failed: 1 });
    for (const read of ['from traffic_minute', 'recursive lanes'])
      expect(statements.filter((text) => text.includes(read))).toHaveLength(1);
    const own = 'query { transactions(first: 1) { nodes { sender { lastDay { at } } } } }';
    const { body } = await partner.postHttpSigned('/graphql', { query: own });
    expect(body.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('in the short form count for the registry that their message names, refused ones too', async () => {
    const other = await createPartner(gateway, { agreements: [] });
    const verify = (more: Record<string, unknown>) =>
      other.postHttpSigned('/dci/v1/verify', {
        transaction_id: 't',
        sender_id: other.senderId,
        verify: { national_id: '1', sex: 'female' },
        ...more,
      });
    const count = async () => {
      const { requestsByRegistry } = await overview<{ requestsByRegistry: (Counted & { registry: string | null })[] }>(
        'requestsByRegistry { registry total }',
      );
      return new Map(requestsByRegistry.map(({ registry, total }) => [registry, total]));
    };
    const before = await count();
    for (const more of [{}, { registry: 'dr' }, { registry: 'nowhere' }]) await verify(more);
    const after = await count();
    const gained = (['SOCIAL', 'DR', null] as const).map((name) => (after.get(name) ?? 0) - (before.get(name) ?? 0));
    expect(gained).toEqual([1, 1, 1]);
    const page = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(page).toMatch(/dci_requests_total\{registry="DR",operation="VERIFY",status="403"\} 1/);
    expect(page).toMatch(/dci_requests_total\{registry="",operation="VERIFY",status="400"\} 1/);
  });

  test('has a window of an hour where none is named, also by a variable without a value', async () => {
    const query = 'query ($window: Duration) { overview(window: $window) { from until } }';
    for (const window of [undefined, null, 'PT1H']) {
      const { overview: told } = await gateway.admin<{ overview: { from: string; until: string } }>(query, { window });
      const minutes = (Date.parse(told.until) - Date.parse(told.from)) / 60_000;
      expect(Math.floor(minutes)).toBe(60);
    }
  });

  test('of the window only, in at most so many steps', async () => {
    const row = (minutesAgo: number): TrafficRow => ({
      minute: new Date(Math.floor(Date.now() / 60_000) * 60_000 - minutesAgo * 60_000),
      kind: 'REQUEST',
      registry: 'IBR',
      operation: 'SEARCH',
      senderId: 'old',
      total: 10,
      failed: 0,
      latency: LATENCY_BOUNDS.map((bound) => (bound === 50 ? 10 : 0)),
    });
    await addTraffic(gateway.database, [row(120), row(30), row(20)]);
    const of = async (window: string) => {
      const { requestsByRegistry: groups } = await overview<{
        requestsByRegistry: { registry: string; total: number; p50Ms: number }[];
      }>('requestsByRegistry { registry total p50Ms }', window);
      return groups.find(({ registry }) => registry === 'IBR');
    };
    expect(await of('PT5M')).toBeUndefined();
    expect(await of('PT1H')).toMatchObject({ total: 20, p50Ms: 35 });
    expect(await of('P1D')).toMatchObject({ total: 30 });
    const { timeline } = await overview<{ timeline: unknown[] }>('timeline(points: 10) { at }', 'P1D');
    expect(timeline.length).toBeLessThanOrEqual(11);
  });

  test.each([
    ['overview(window: "PT10S") { from }', 'window'],
    ['overview(window: "P8D") { from }', 'window'],
    ['overview(window: "P1Y") { from }', 'window'],
    ['overview { timeline(points: 0) { at } }', 'points'],
    ['overview { expiries(within: "P9999D") { id } }', 'within'],
  ])('%s is refused', async (fields, field) => {
    const { errors } = await gateway.graphql(`{ ${fields} }`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field } }]);
  });

  test('are never read from transactions, and only what is selected is read', async () => {
    const texts = await statementsOf(gateway.database, () =>
      gateway.admin('{ overview { requests { total } requestsBySender { total } } }'),
    );
    const reads = texts.filter((text) => /^\s*select/i.test(text) && !/pg_notify/.test(text));
    expect(reads).toHaveLength(1);
    expect(reads[0]).toMatch(/from traffic_minute/);
  });
});

describe('the meter', () => {
  const log = createLog('silent');
  const one = { kind: 'REQUEST', registry: 'SOCIAL', operation: 'SEARCH', senderId: 's', outcome: 'ANSWERED' } as const;

  test('of several processes adds up', async () => {
    const at = new Date('2026-01-01T00:00:30Z');
    const meters = Array.from({ length: 4 }, () => new TrafficMeter(gateway.database, () => at, log));
    for (const meter of meters)
      for (const senderId of ['a', 'b', 'c']) meter.observe({ ...one, senderId, durationMs: 3 });
    await Promise.all(meters.map((meter) => meter.close()));
    const rows = await gateway.database.query<{ total: string; le_5: string }>(
      `select sum(total) as total, sum(le_5) as le_5 from traffic_minute where minute = '2026-01-01T00:00:00Z'`,
    );
    expect(rows).toMatchObject([{ total: '12', le_5: '12' }]);
  });

  test('keeps what could not be written, and writes it at the end', async () => {
    let away = true;
    const query: Database['query'] = (text, values, name) =>
      away ? Promise.reject(new Error('away')) : gateway.database.query(text, values, name);
    const meter = new TrafficMeter({ query, eventWritten: () => {} }, () => new Date('2026-01-02T00:00:30Z'), log);
    meter.observe({ ...one, durationMs: 100_000 });
    await meter.flush();
    meter.observe({ ...one, outcome: 'FAILED', durationMs: 1 });
    away = false;
    await meter.close();
    const rows = await gateway.database.query(
      `select total::int, failed::int, le_1::int, le_inf::int from traffic_minute where minute = '2026-01-02T00:00:00Z'`,
    );
    expect(rows).toEqual([{ total: 2, failed: 1, le_1: 1, le_inf: 1 }]);
  });

  test('forgets minutes of more than eight days ago', async () => {
    const old = new TrafficMeter(gateway.database, () => new Date('2025-01-01T00:00:00Z'), log);
    old.observe({ ...one, durationMs: 1 });
    await old.close();
    const meter = new TrafficMeter(gateway.database, () => new Date('2025-01-10T00:00:00Z'), log);
    await meter.close();
    expect(await gateway.database.query(`select 1 from traffic_minute where minute < '2025-01-09'`)).toEqual([]);
  });

  test.each([
    [[0, 0, 0], 0.5, null],
    [[10], 0.5, 0.5],
    [[0, 0, 10], 0.95, 4.85],
    [[99, 0, 0, 1], 0.99, 1],
    [[...LATENCY_BOUNDS.map(() => 0), 5], 0.5, 30_000],
  ])('percentile of %j at %d is %s', (latency, share, expected) => {
    expect(percentile(latency, share)).toBe(expected);
  });
});

describe('health', () => {
  test('of deliveries: backlog, age, success rate, endpoints that rest', async () => {
    const minute = new Date(Math.floor(Date.now() / 60_000) * 60_000);
    const latency = LATENCY_BOUNDS.map(() => 0);
    const attempts = { minute, kind: 'DELIVERY', registry: 'CRVS', operation: '', latency } as const;
    await addTraffic(gateway.database, [
      { ...attempts, latency, senderId: partner.senderId, total: 3, failed: 0 },
      { ...attempts, latency, senderId: stranger.senderId, total: 1, failed: 1 },
    ]);
    await gateway.database.query(
      `insert into delivery (id, kind, action, sender_id, registry, target, host, message_id, state, created_at)
       values (gen_random_uuid(), 'CALLBACK', 'on-search', $1, 'CRVS', 'x', 'x', 'm-1', 'PENDING', now() - interval '90 s')`,
      [partner.senderId],
    );
    const { deliveries } = await overview<{ deliveries: Record<string, number> }>(`deliveries {
      backlog oldestAgeSeconds suspendedEndpoints successRate attempts { total failed } bySender { senderId errorRate } }`);
    expect(deliveries).toMatchObject({
      backlog: 1,
      suspendedEndpoints: 0,
      successRate: 0.75,
      attempts: { total: 4, failed: 1 },
      bySender: [
        { senderId: partner.senderId, errorRate: 0 },
        { senderId: stranger.senderId, errorRate: 1 },
      ],
    });
    expect(deliveries['oldestAgeSeconds']).toBeGreaterThanOrEqual(90);
  });

  test('of what ends soon', async () => {
    const senderId = stranger.senderId;
    const validUntil = new Date(Date.now() + 5 * 86_400_000).toISOString();
    const agree = (terms: object) =>
      gateway.admin<{ createAgreement: { id: string } }>(
        `mutation ($input: CreateAgreementInput!) { createAgreement(input: $input) { id } }`,
        {
          input: {
            senderId,
            registry: 'FR',
            operations: ['SEARCH'],
            fields: ['*'],
            legalBasis: 'PUBLIC_TASK',
            ...terms,
          },
        },
      );
    await agree({ validUntil });
    const of = async (within: string) =>
      (
        await overview<{ expiries: { kind: string; senderId: string | null; expiresAt: string }[] }>(
          `expiries(within: "${within}") { kind senderId expiresAt }`,
        )
      ).expiries;
    expect(await of('P1D')).toEqual([]);
    expect(await of('P6D')).toEqual([{ kind: 'AGREEMENT', senderId, expiresAt: validUntil }]);
    expect((await of('P100D')).filter(({ kind }) => kind === 'SERVER_KEY')).toHaveLength(2);
    const turned = (to: string) =>
      gateway.admin(`mutation ($id: String!) { ${to}Sender(senderId: $id) { state } }`, { id: senderId });
    await turned('suspend');
    expect(await of('P6D')).toEqual([]);
    await turned('activate');
    // Neither has what ends, in time and in full.
    const later = new Date(Date.parse(validUntil) + 60_000).toISOString();
    await agree({ validFrom: later });
    await agree({ recordTypes: ['Farmer'] });
    expect(await of('P6D')).toHaveLength(1);
    await agree({ operations: ['SEARCH', 'VERIFY'], validFrom: validUntil, recordTypes: null });
    expect(await of('P6D')).toEqual([]);
  });

  test('of the background work, and of the live tail', async () => {
    const look = () =>
      overview<{ tailLagSeconds: number; jobs: { store: { up: boolean } } }>(
        'tailLagSeconds jobs { store { name up } queues { name waiting } jobs { name } }',
      );
    // Transactions of other databases of the cluster make the tail wait too.
    await until(async () => (await look()).tailLagSeconds === 0);
    await until(async () => (await look()).jobs.store.up);
    const { jobs } = await gateway.admin<{ jobs: { totalCount: number; nodes: unknown[] } }>(
      '{ jobs(first: 5, filter: { failing: false }, orderBy: NEXT_RUN) { totalCount nodes { name every running nextRunAt } } }',
    );
    expect(jobs.nodes.length).toBeLessThanOrEqual(5);
    const { errors } = await gateway.graphql('{ jobs(after: "x") { nodes { name } } }');
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'after' } }]);
  });

  test('comes anew every second to who watches', async () => {
    const live = openLive(gateway.url);
    const query = `subscription ($every: Int!) { overviewChanged(everySeconds: $every) { until requests { total } } }`;
    const seen = await live.take<{ overviewChanged: { until: string } }>(query, { every: 1 }, 2);
    const [first, second] = seen.map(({ overviewChanged }) => Date.parse(overviewChanged.until));
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(900);
    await expect(live.take(query, { every: 0 }, 1)).rejects.toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', field: 'everySeconds' } },
    ]);
    await live.close();
  });
});
