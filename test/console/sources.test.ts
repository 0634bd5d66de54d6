/** Sources in the console: drafted, checked, connected, watched, paused and resumed; narrow, dark and in French. Then what says how fresh they are. */
import { Client } from 'pg';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';
import {
  atRest,
  expectShown,
  hasChromium,
  seriousViolations,
  startBrowser,
  type ConsoleBrowser,
  type ConsolePage,
} from './browser.js';

(hasChromium() ? describe : describe.skip)('a source', () => {
  let outside: TestDatabase;
  let gateway: TestGateway;
  let browser: ConsoleBrowser;

  beforeAll(async () => {
    outside = await createTestDatabase({ template: false });
    const client = new Client({ connectionString: outside.url });
    await client.connect();
    await client.query(`create table farmer (id int primary key, farmer_id text, registration_date text);
      insert into farmer select n, 'f' || n, '2026-01-01' from generate_series(1, 20) n;
      insert into farmer values (21, 'f21', 'no date')`);
    await client.end();
    gateway = await startTestGateway({ env: { FARMER_DATABASE_URL: outside.url, MAX_SOURCE_LAG_SECONDS: '3600' } });
    browser = await startBrowser(gateway.url);
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await gateway.close();
    await outside.drop();
  });

  const serious = async (page: ConsolePage) => {
    await atRest(page);
    return seriousViolations(page);
  };

  test('is drafted from its table, checked and connected', async () => {
    const page = await browser.signedIn('/sources');
    await expectShown(page.getByText('No sources'));
    await page.getByRole('button', { name: 'Connect a source' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Variable with the address').fill('FARMER_DATABASE_URL');
    await dialog.getByLabel('Table or view').fill('farmer');
    await dialog.getByRole('combobox', { name: 'Registry' }).click();
    await page.getByRole('option', { name: 'Farmer' }).click();
    await dialog.getByRole('button', { name: 'Draft the file' }).click();
    const file = dialog.getByLabel('File (YAML)');
    await until(async () => (await file.inputValue()).includes('farmer_id'));
    await dialog.getByRole('button', { name: 'Check' }).click();
    await expectShown(dialog.getByText(/1 of 21 rows do not fit/));
    await expectShown(dialog.getByText('No errors'));
    expect(await serious(page)).toEqual([]);
    // Of a file that was changed since, the check says nothing.
    const checked = await file.inputValue();
    await file.fill(`${checked}# changed\n`);
    await dialog.getByText('No errors').waitFor({ state: 'detached' });
    await file.fill(checked);
    expect(await dialog.getByText('f1', { exact: true }).count()).toBe(0);
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await expectShown(page.getByText('20 served, 0 withheld, 1 refused'));
    await expectShown(page.getByText('Running', { exact: true }));
    expect(page.problems).toEqual([]);
    await page.context().close();
  });

  test('is read on a telephone, in the dark and in French, and paused there', async () => {
    const page = await browser.signedIn('/sources', undefined, {
      viewport: { width: 390, height: 780 },
      colorScheme: 'dark',
      locale: 'fr-FR',
    });
    await expectShown(page.getByText('20 servis, 0 retenus, 1 refusés'));
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(390);
    expect(await serious(page)).toEqual([]);
    await page.getByRole('button', { name: 'Suspendre' }).click();
    await page.getByRole('button', { name: 'Reprendre' }).click();
    await expectShown(page.getByText('En marche', { exact: true }));
    expect(page.problems).toEqual([]);
    await page.context().close();
  });

  test('says how fresh it is: ready, in the overview and in the metrics', async () => {
    const ready = async () => {
      const response = await fetch(`${gateway.url}/readyz`);
      return { status: response.status, body: (await response.json()) as Record<string, Record<string, unknown>> };
    };
    const { status, body } = await ready();
    expect(status).toBe(200);
    expect(body).toMatchObject({ checks: { sources: 'ok' }, sources: { farmer: { state: 'RUNNING' } } });
    expect(body['sources']?.['farmer']).toMatchObject({ lagSeconds: expect.any(Number) as unknown });
    expect(await (await fetch(`${gateway.url}/metrics`)).text()).toMatch(
      /dci_source_lag_seconds\{source="farmer"\} \d/,
    );
    const { overview } = await gateway.admin<{ overview: unknown }>('{ overview { sources { name lagSeconds } } }');
    expect(overview).toMatchObject({ sources: [{ name: 'farmer', lagSeconds: expect.any(Number) as unknown }] });
    await gateway.admin('mutation { pauseSource(name: "farmer") { state } }');
    await gateway.database.query(`update source set fresh_at = now() - interval '2 hours'`);
    expect(await ready()).toMatchObject({ status: 503, body: { checks: { sources: 'failed', database: 'ok' } } });
  });

  test('is looked at by administrators only, in the audit, and never by an address', async () => {
    const propose = (url: string, token?: string) =>
      gateway.graphql(
        `mutation ($url: String!) { proposeSource(url: $url, table: "farmer", registry: FR) { yaml } }`,
        { url },
        token,
      );
    expect((await propose(outside.url)).errors).toMatchObject([{ extensions: { field: 'url' } }]);
    expect((await propose('DATABASE_URL')).errors).toMatchObject([{ extensions: { field: 'url' } }]);
    expect((await propose('FARMER_DATABASE_URL', '')).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
    const { adminActions } = await gateway.admin<{ adminActions: { nodes: { action: string }[] } }>(
      '{ adminActions(first: 50, filter: { targetType: "Source" }) { nodes { action } } }',
    );
    expect(adminActions.nodes.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['proposeSource', 'checkSource', 'applySource', 'pauseSource', 'resumeSource']),
    );
  });
});
