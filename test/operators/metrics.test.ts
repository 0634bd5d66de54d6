/** What a real gateway tells an operator: its metrics, and that dashboards and alerts ask for nothing else. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createMetrics } from '../../src/platform/metrics.js';
import { ROOT } from '../support/documents.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { answer, startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { hasPromtool, promtool } from '../support/promtool.js';
import { until } from '../support/until.js';

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
const asked = [...rules.map(({ expr }) => expr), ...panels.map((expr) => expr.replaceAll('$instance', '.*'))];

let gateway: TestGateway;
let inbox: Inbox;
let partner: Partner;

beforeAll(async () => {
  const metrics = createMetrics({ ofProcess: true, keepMs: 0 });
  gateway = await startTestGateway({ metrics, env: { DELIVERY_RETRY_SECONDS: '0' } });
  inbox = await startInbox(gateway.url);
  partner = await createPartner(gateway, {
    agreements: [{ validUntil: new Date(Date.now() + 10 * 86_400_000).toISOString() }],
  });
});
afterAll(async () => {
  await inbox?.close();
  await gateway?.close();
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

  test('deliveries: those brought, those given up, and how old the oldest pending one is', async () => {
    const well = answer(200, { ack_status: 'ACK' });
    inbox.behave((received, response) => {
      if (received.path === '/well') return well(received, response);
      response.destroy();
    });
    const send = (path: string) =>
      partner.send('social/registry/search', 'search', searchById('1'), { sender_uri: `${inbox.url}${path}` });
    await send('/well');
    await comesTo('dci_delivery_attempts_total{registry="SOCIAL",outcome="DELIVERED"}', (count) => count === 1);
    await send('/away');
    await comesTo('dci_delivery_attempts_total{registry="SOCIAL",outcome="GIVEN_UP"}', (count) => count === 1);
    const page = await scrape();
    expect(valueOf(page, 'dci_deliveries{state="FAILED"}')).toBe(1);
    expect(valueOf(page, 'dci_delivery_oldest_seconds')).toBe(0);
    await gateway.database.query(
      `update delivery set state = 'PENDING', due_at = null, finished_at = null, created_at = now() - interval '1 hour'
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
    await comesTo('dci_audit_unsealed', (left) => left === 0);
    const page = await scrape();
    expect(valueOf(page, 'dci_audit_unsealed_oldest_seconds')).toBe(0);
    expect(Date.now() / 1000 - valueOf(page, 'dci_audit_sealed_timestamp_seconds')).toBeLessThan(600);
    expect(valueOf(page, 'dci_job_finished_timestamp_seconds{job="seal-audit"}')).toBeGreaterThan(0);
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
    const names = asked.flatMap(namesIn);
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => !served.has(name))).toEqual([]);
  });

  test('show or watch every metric that is ours', async () => {
    const own = [...(await scrape()).matchAll(/^# TYPE ((?:dci|tail)_\w+)/gm)].map(([, name = '']) => name);
    const everywhere = asked.join(' ');
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
