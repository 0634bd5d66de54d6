/** What a real gateway tells an operator: its metrics, and that dashboards and alerts ask for nothing else. */
import { request } from 'node:http';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { parse } from 'yaml';
import { createLog } from '../../src/platform/log.js';
import { createMetrics } from '../../src/platform/metrics.js';
import { ROOT } from '../support/documents.js';
import { ADMIN_TOKEN, startTestGateway, type TestGateway } from '../support/gateway.js';
import { answer, startInbox, type Inbox } from '../support/inbox.js';
import { startCollector, type CollectedSpan, type Collector } from '../support/otlp-collector.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { hasPromtool, promtool } from '../support/promtool.js';
import { until } from '../support/until.js';
import { subscribed } from '../subscriptions/subscriptions.js';

const RULES = 'deploy/prometheus/rules.yml';
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface Rule {
  alert: string;
  expr: string;
  annotations: { runbook: string };
}
const rules = (parse(read(RULES)) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
const panels = (
  JSON.parse(read('deploy/grafana/dci-gateway.json')) as { panels: { targets?: { expr: string }[] }[] }
).panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
/** As Grafana puts its variable in. */
const queries = [...rules.map(({ expr }) => expr), ...panels.map((expr) => expr.replaceAll('$instance', '.*'))];

let gateway: TestGateway;
let inbox: Inbox;
let partner: Partner;
let collector: Collector;
const logged: string[] = [];

beforeAll(async () => {
  const metrics = createMetrics({ ofProcess: true, keepMs: 0 });
  const sink = new Writable({ write: (line: Buffer, _, done) => (logged.push(line.toString()), done()) });
  collector = await startCollector();
  // Spans leave soon: five seconds where nothing is said.
  process.env['OTEL_BSP_SCHEDULE_DELAY'] = '100';
  gateway = await startTestGateway({
    metrics,
    log: createLog('debug', sink),
    env: { DELIVERY_RETRY_SECONDS: '0', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  });
  inbox = await startInbox(gateway.url);
  partner = await createPartner(gateway, {
    agreements: [{ validUntil: new Date(Date.now() + 10 * 86_400_000).toISOString() }],
  });
});
afterAll(async () => {
  await inbox?.close();
  await gateway?.close();
  await collector?.close();
});

const scrape = async (): Promise<string> => (await fetch(`${gateway.url}/metrics`)).text();
/** The value of the first line that begins so. */
const valueOf = (page: string, series: string): number =>
  Number(
    page
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length) ?? Number.NaN,
  );
const comesTo = (series: string, is: (value: number) => boolean) =>
  until(async () => is(valueOf(await scrape(), series)), { seen: () => series });

describe('counts', () => {
  test('messages by registry, operation and outcome: answered, rejected as a whole, refused', async () => {
    await partner.send('social/registry/sync/search', 'search', searchById('1'), { message_id: 'twice' });
    await partner.send('social/registry/sync/search', 'search', searchById('2'), { message_id: 'twice' });
    await partner.send('dr/registry/sync/search', 'search', searchById('1'));
    const page = await scrape();
    const messages = page.split('\n').filter((line) => line.startsWith('dci_messages_total{'));
    expect(messages).toEqual(
      expect.arrayContaining([
        'dci_messages_total{registry="SOCIAL",operation="SEARCH",outcome="ANSWERED"} 1',
        'dci_messages_total{registry="SOCIAL",operation="SEARCH",outcome="REJECTED"} 1',
        'dci_messages_total{registry="DR",operation="SEARCH",outcome="REFUSED"} 1',
      ]),
    );
  });

  test('who left before the answer, as slow as it was', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': '100' };
    const asking = request(`${gateway.url}/dci/v1/social/registry/sync/search`, { method: 'POST', headers });
    asking.on('error', () => undefined);
    asking.write('{', () => void asking.destroy());
    const left = '{registry="SOCIAL",operation="SEARCH",status="499"}';
    await comesTo(`dci_requests_total${left}`, (count) => count === 1);
    expect(valueOf(await scrape(), `dci_request_seconds_count${left}`)).toBe(1);
  });

  test('deliveries: those brought, those given up, and how old the oldest pending one is', async () => {
    const well = answer(200, { ack_status: 'ACK' });
    inbox.behave((received, response) => {
      if (received.path === '/well') return well(received, response);
      response.destroy();
    });
    const send = (path: string) =>
      partner.send('social/registry/search', 'search', searchById('1'), { sender_uri: `${inbox.url}${path}` });
    const givenUp = 'dci_delivery_attempts_total{registry="SOCIAL",outcome="GIVEN_UP"}';
    // From nothing on: of one that begins at one Prometheus sees no increase.
    expect(valueOf(await scrape(), givenUp)).toBe(0);
    await send('/well');
    await comesTo('dci_delivery_attempts_total{registry="SOCIAL",outcome="DELIVERED"}', (count) => count === 1);
    await send('/away');
    await comesTo(givenUp, (count) => count === 1);
    const page = await scrape();
    expect(valueOf(page, 'dci_deliveries{state="FAILED"}')).toBe(1);
    expect(valueOf(page, 'dci_delivery_oldest_seconds')).toBe(0);
    await gateway.database.query(
      `update delivery set state = 'PENDING', due_at = now() + interval '1 hour', finished_at = null, created_at = now() - interval '1 hour'
       where state = 'FAILED'`,
    );
    await comesTo('dci_delivery_oldest_seconds', (age) => age >= 3600);
    expect(valueOf(await scrape(), 'dci_deliveries{state="PENDING"}')).toBe(1);
  });

  test('GraphQL by a field of the schema, never by a name that a caller gave', async () => {
    await gateway.graphql('query Okafor4711 { mine: me { subject } }');
    await gateway.graphql('query Okafor4711 { notThere }');
    await gateway.graphql('{ me { subject } }', {}, 'wrong');
    const page = await scrape();
    expect(valueOf(page, 'dci_graphql_operations_total{type="query",field="me",outcome="answered"}')).toBe(1);
    expect(valueOf(page, 'dci_graphql_operations_total{type="",field="",outcome="refused"}')).toBeGreaterThan(0);
    expect(page).not.toMatch(/Okafor|notThere|mine/);
  });

  test('runs of jobs, and seals up to the newest entry', async () => {
    await comesTo('dci_job_runs_total{job="seal-audit",outcome="done"}', (runs) => runs >= 1);
    // Of one page: what happens meanwhile is not sealed yet.
    const page = await until(async () => {
      const one = await scrape();
      return valueOf(one, 'dci_audit_unsealed') === 0 && one;
    });
    expect(valueOf(page, 'dci_audit_unsealed_oldest_seconds')).toBe(0);
    expect(Date.now() / 1000 - valueOf(page, 'dci_audit_sealed_timestamp_seconds')).toBeLessThan(600);
    await comesTo('dci_job_finished_timestamp_seconds{job="seal-audit"}', (at) => at > 0);
  });

  test('failures of a job until it ends well, however seldom it runs', async () => {
    const failing = 'dci_job_failures{job="housekeeping"}';
    const run = () => gateway.admin('mutation { runJob(name: "housekeeping") { name } }');
    await gateway.database.query('alter table seen_logout_token rename to hidden');
    await run();
    await comesTo(failing, (count) => count > 0);
    await gateway.database.query('alter table hidden rename to seen_logout_token');
    await run();
    await comesTo(failing, (count) => count === 0);
    expect(valueOf(await scrape(), 'dci_job_failures{job="retention"}')).toBe(0);
  });

  test('what ends, and says nothing of what does not', async () => {
    const page = await scrape();
    expect(valueOf(page, 'dci_expiry_seconds{kind="AGREEMENT"}') / 86_400).toBeCloseTo(10, 1);
    expect(valueOf(page, 'dci_expiring{kind="AGREEMENT"}')).toBe(1);
    expect(valueOf(page, 'dci_expiring{kind="CLIENT_CERTIFICATE"}')).toBe(0);
    expect(page).not.toContain('dci_expiry_seconds{kind="CLIENT_CERTIFICATE"}');
  });
});

test('a scrape is answered where a table cannot be read, and says which question failed', async () => {
  await gateway.database.query('alter table audit_seal rename to audit_seal_away');
  try {
    const page = await scrape();
    expect(valueOf(page, 'dci_reading_up{reading="seals"}')).toBe(0);
    expect(valueOf(page, 'dci_audit_unsealed')).toBeNaN();
    expect(valueOf(page, 'dci_reading_up{reading="deliveries"}')).toBe(1);
  } finally {
    await gateway.database.query('alter table audit_seal_away rename to audit_seal');
  }
});

test('where no contact is set, there is no security.txt that nobody would answer', async () => {
  expect((await fetch(`${gateway.url}/.well-known/security.txt`)).status).toBe(404);
});

test('what several scrapers ask at once is asked once', async () => {
  const metrics = createMetrics({ keepMs: 60_000 });
  const { exportReadings } = await import('../../src/server/metrics/reading.js');
  let times = 0;
  const count = () => ({ asked_times: (times += 1) });
  exportReadings(metrics, [{ name: 'one', gauges: { asked_times: { help: 'Times.' } }, read: count }]);
  const pages = await Promise.all([metrics.expose(), metrics.expose()]);
  pages.push(await metrics.expose());
  for (const { body } of pages) expect(body).toContain('\nasked_times 1\n');
});

describe('one request from end to end', () => {
  const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
  const PARENT = '00f067aa0ba902b7';
  const REQUEST_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
  const CHANGE_ID = '01890a5d-ac96-774b-bcce-b302099a8058';

  const send = async (headers: Record<string, string>) => {
    const envelope = await partner.envelope('search', searchById('4711'), { sender_uri: `${inbox.url}/traced` });
    return partner.post('/dci/v1/social/registry/search', envelope, headers);
  };
  const callback = () => until(() => inbox.received.find(({ path }) => path === '/traced'));

  beforeEach(() => {
    inbox.received.length = 0;
    inbox.behave(undefined);
  });

  test('is one trace with one id, through the job to the callback and into the log', async () => {
    // The first attempt fails, which leaves a line in the log.
    const [fail, well] = [answer(500), answer(200, { ack_status: 'ACK' })];
    let attempts = 0;
    inbox.behave((received, response) =>
      received.path === '/traced' && (attempts += 1) === 1 ? fail(received, response) : well(received, response),
    );
    const { status, headers } = await send({
      'x-request-id': REQUEST_ID,
      traceparent: `00-${TRACE}-${PARENT}-01`,
    });
    expect([status, headers.get('x-request-id')]).toEqual([202, REQUEST_ID]);
    const brought = await until(() => inbox.received.filter(({ path }) => path === '/traced')[1]);
    expect(brought.headers['x-request-id']).toBe(REQUEST_ID);
    const [, trace, itself] = String(brought.headers['traceparent']).split('-');
    const of = (is: (span: CollectedSpan) => boolean) =>
      collector.spans.find((span) => span.traceId === TRACE && is(span));
    const [asked, worked, told] = await until(() => {
      const spans = [
        of(({ name }) => name === 'SEARCH SOCIAL'),
        of(({ name }) => name === 'work SEARCH SOCIAL'),
        of(({ name, spanId }) => name === 'deliver on-search SOCIAL' && spanId === itself),
      ];
      return spans.every((span) => span !== undefined) && spans;
    });
    expect(trace).toBe(TRACE);
    expect([asked?.parentSpanId, worked?.parentSpanId, told?.parentSpanId]).toEqual([
      PARENT,
      asked?.spanId,
      worked?.spanId,
    ]);
    expect(told?.attributes).toContainEqual({ key: 'dci.outcome', value: { stringValue: 'DELIVERED' } });
    const lines = logged.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toContainEqual(
      expect.objectContaining({ requestId: REQUEST_ID, traceId: TRACE, msg: 'delivery attempt failed' }),
    );
  });

  test('goes on inside with what subscribers are told of the change that it made', async () => {
    const agreements = [{ registry: 'CRVS' }];
    const told = await createPartner(gateway, { agreements, sender: { autoApproveSubscriptions: true } });
    await subscribed(told, inbox, { event: 'live_birth' });
    const record = {
      recordType: 'Person',
      eventType: 'LiveBirth',
      identifiers: [{ type: 'UIN', value: '4712' }],
      data: {},
    };
    const query = `mutation ($records: [RecordInput!]!) { upsertRecords(registry: CRVS, records: $records) { inserted } }`;
    const answered = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${ADMIN_TOKEN}`,
        'x-request-id': CHANGE_ID,
        traceparent: `00-${TRACE}-${PARENT}-01`,
      },
      body: JSON.stringify({ query, variables: { records: [record] } }),
    });
    expect(await answered.json()).toEqual({ data: { upsertRecords: { inserted: 1 } } });
    const { headers, body } = await until(() => inbox.received.find(({ path }) => path === '/registry/notify'));
    const span = await until(() => collector.spans.find(({ name }) => name === 'deliver notify CRVS'));
    expect(span).toMatchObject({ traceId: TRACE, parentSpanId: expect.any(String) });
    // The subscriber did not make it: neither request nor trace is told outside.
    expect(headers['x-request-id']).toBe(body.header.message_id);
    expect(headers).not.toHaveProperty('traceparent');
  });

  test('is each operation over a WebSocket', async () => {
    const client = createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    for (const value of ['4713', '4714']) {
      const record = `{ recordType: "Person", identifiers: [{ type: "UIN", value: "${value}" }], data: {} }`;
      const query = `mutation { upsertRecords(registry: CRVS, records: [${record}]) { inserted } }`;
      expect((await client.iterate({ query }).next()).value).toEqual({ data: { upsertRecords: { inserted: 1 } } });
    }
    await client.dispose();
    const made = await gateway.database.query<{ id: string | null }>(
      `select hop->>'requestId' as id from registry_event order by id desc limit 2`,
    );
    expect(new Set(made.map(({ id }) => id ?? 'none')).size).toBe(2);
    expect(made).toEqual([{ id: expect.stringMatching(/^[\da-f-]{36}$/) }, { id: expect.any(String) }]);
  });

  test('says nothing of persons, senders or addresses', () => {
    expect(collector.spans.length).toBeGreaterThan(2);
    // Ids are random and times are long: any four digits may stand in them.
    const said = collector.text.join('').replaceAll(/"(\w*[iI]d|\w+UnixNano)":"[\da-f]*"/g, '');
    for (const value of ['4711', '4712', partner.senderId, inbox.url, gateway.url]) expect(said).not.toContain(value);
  });

  test.each([
    ['nothing', {}],
    ['a number that could be somebody’s', { 'x-request-id': '199001011234' }],
    ['a trace that is none', { traceparent: `00-${'0'.repeat(32)}-${PARENT}-01` }],
  ])('given %s begins with an id and a trace of ours', async (_, given: Record<string, string>) => {
    const { headers } = await send(given);
    const id = headers.get('x-request-id') ?? '';
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    const brought = await callback();
    expect(brought.headers['x-request-id']).toBe(id);
    expect(brought.headers['traceparent']).toMatch(/^00-(?!0{32}|4bf92f)[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  test('jobs have an id too, and every line names its hop', () => {
    const lines = logged.map((line) => JSON.parse(line) as { job?: string; requestId?: string });
    const ofJobs = lines.filter(({ job }) => job !== undefined);
    expect(ofJobs.length).toBeGreaterThan(0);
    expect(ofJobs.filter(({ requestId }) => requestId === undefined)).toEqual([]);
  });
});

describe('dashboards and alerts', () => {
  /** Of Prometheus itself. */
  const NOT_OURS = new Set(['up']);
  const namesIn = (expr: string): string[] =>
    [...expr.replaceAll(/"[^"]*"|\b(by|without) \([^)]*\)/g, '').matchAll(/\b[a-z]\w*_\w+\b|\bup\b/g)]
      .map(([name]) => name)
      .filter((name) => !/^(histogram_quantile|label_values|min_over_time)$/.test(name) && !NOT_OURS.has(name));

  test('ask only for metrics that a gateway has', async () => {
    const served = new Set(
      [...(await scrape()).matchAll(/^# TYPE (\w+) (\w+)/gm)].flatMap(([, name = '', type]) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
      ),
    );
    const names = queries.flatMap(namesIn);
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => !served.has(name))).toEqual([]);
  });

  test('show or watch every metric that is ours', async () => {
    const own = [...(await scrape()).matchAll(/^# TYPE ((?:dci|tail)_\w+)/gm)].map(([, name = '']) => name);
    const everywhere = queries.join(' ');
    // Two are for whoever looks closer.
    const closer = new Set(['dci_audit_sealed_timestamp_seconds', 'dci_expiring']);
    expect(own.filter((name) => !everywhere.includes(name) && !closer.has(name))).toEqual([]);
  });

  test('each alert is tried where it fires and where it does not, and has its place in the runbook', () => {
    const page = read('docs/operators.md');
    const tried = parse(read('deploy/prometheus/rules.test.yml')) as {
      tests: { name: string; alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
    };
    const firing = tried.tests.flatMap(({ alert_rule_test }) =>
      alert_rule_test.filter(({ exp_alerts }) => exp_alerts.length > 0).map(({ alertname }) => alertname),
    );
    expect(firing.toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
    for (const { alert, annotations } of rules) {
      expect(annotations.runbook).toBe(`docs/operators.md#${alert.toLowerCase()}`);
      expect(page).toMatch(new RegExp(`^#### ${alert}\n\n\\S.{40,}`, 'm'));
    }
  });

  (hasPromtool() ? describe : describe.skip)('by promtool', () => {
    test('the metrics are named and described as they should be', async () => {
      expect(promtool(['check', 'metrics'], await scrape())).toEqual({ status: 0, said: '' });
    });

    test('the rules fire when they should', () => {
      const checked = promtool(['check', 'rules', join(ROOT, RULES)]);
      expect(checked).toMatchObject({ status: 0 });
      const tested = promtool(['test', 'rules', join(ROOT, 'deploy/prometheus/rules.test.yml')]);
      expect(tested.said).toContain('SUCCESS');
      expect(tested.status).toBe(0);
    });

    test('every panel asks in PromQL', () => {
      const folder = mkdtempSync(join(tmpdir(), 'dci-panels-'));
      const file = join(folder, 'panels.yml');
      const recorded = panels.map((expr, index) => ({
        record: `panel:${index}`,
        expr: expr.replaceAll('$instance', '.*'),
      }));
      writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules: recorded }] }));
      expect(promtool(['check', 'rules', file])).toMatchObject({ status: 0 });
      rmSync(folder, { recursive: true });
    });
  });
});
