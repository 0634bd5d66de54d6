import { hasChromium, launchChromium } from '../console/browser.js';
import { ADMIN_TOKEN, startTestGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLE: 'api' } });
});
afterAll(() => gateway.close());

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${gateway.url}${path}`, { headers });
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('a browser at /graphql', () => {
  test('gets GraphiQL, all of it from here, under a policy without inline scripts', async () => {
    const response = await get('/graphql', HTML);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; worker-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    const page = await response.text();
    expect(page).not.toMatch(/https?:\/\//);
    const files = [...page.matchAll(/(?:src|href)="(graphql\/[^"]+)"/g)].map(([, path]) => `/${path}`);
    const workers = ['editorWorkerService', 'json', 'graphql'].map((label) => `/graphql/graphiql/${label}.js`);
    expect(files).toHaveLength(3);
    for (const file of [...files, ...workers]) {
      const asset = await get(file);
      expect([file, asset.status]).toEqual([file, 200]);
      expect(asset.headers.get('content-type')).toMatch(/^text\/(css|javascript)/);
      // What is not read holds its connection, and the gateway waits for it when it stops.
      expect((await asset.arrayBuffer()).byteLength).toBeGreaterThan(0);
    }
  });

  test('is not answered with a page where it asks an operation, nor is anyone else', async () => {
    const operation = await get('/graphql?query={me{subject}}', HTML);
    expect(operation.headers.get('content-type')).not.toMatch(/html/);
    expect(operation.status).toBeGreaterThanOrEqual(400);
    const json = await get('/graphql', { accept: 'application/json' });
    expect(json.headers.get('content-type')).not.toMatch(/html/);
    for (const name of ['none.js', 'constructor', '__proto__'])
      expect([name, (await get(`/graphql/graphiql/${name}`)).status]).toEqual([name, 404]);
  });

  test('cannot be made to send operations from a foreign page', async () => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', authorization: `Bearer ${ADMIN_TOKEN}` },
      body: JSON.stringify({ query: '{ me { subject } }' }),
    });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('bootstrap');
  });
});

(hasChromium() ? test : test.skip)(
  'runs queries and subscriptions with the token that was typed, and breaks no rule of its policy',
  async () => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      const query = 'subscription { overviewChanged(everySeconds: 1) { until requests { total } } }';
      await page.addInitScript(
        ([text, headers]) => {
          localStorage.setItem('graphiql:query', text ?? '');
          localStorage.setItem('graphiql:headers', headers ?? '');
          localStorage.setItem('graphiql:shouldPersistHeaders', 'true');
        },
        [query, JSON.stringify({ Authorization: `Bearer ${ADMIN_TOKEN}` })],
      );
      await page.goto(`${gateway.url}/graphql`);
      await page.locator('.graphiql-execute-button').click({ timeout: 20_000 });
      await page
        .locator('.graphiql-response')
        .getByText('overviewChanged')
        .first()
        .waitFor({ timeout: 20_000 })
        .catch(async () => {
          throw new Error(await page.locator('body').innerText());
        });
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  },
  60_000,
);
