/** A gateway that answers listed operations only still has its console: `npm run -s console:operations` lists them. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { hasChromium, startBrowser, type ConsoleBrowser } from './browser.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

(hasChromium() ? describe : describe.skip)('where only listed operations are answered', () => {
  let open: TestGateway;
  let listed: TestGateway;
  let browser: ConsoleBrowser;
  let partner: Partner;

  beforeAll(async () => {
    const script = [join(ROOT, 'scripts/console-operations.mjs')];
    const operations = execFileSync(process.execPath, script, { cwd: ROOT, env: { ...process.env, NODE_OPTIONS: '' } });
    const file = join(temporaryFolder(), 'operations.json');
    writeFileSync(file, operations);
    open = await startTestGateway();
    listed = await startTestGateway({ databaseUrl: open.databaseUrl, env: { PERSISTED_OPERATIONS: file } });
    browser = await startBrowser(listed.url);
    partner = await createPartner(open, { senderId: 'health' });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await listed.close();
    await open.close();
  });

  test('anything else is refused', async () => {
    const { errors } = await listed.graphql('{ me { subject } }');
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test.each([
    '/',
    '/deliveries',
    '/subscriptions',
    '/senders/health',
    '/agreements/new',
    '/records',
    '/jobs',
    '/audit',
  ])('the console works at %s', async (path) => {
    const page = await browser.signedIn(path);
    await page.waitForLoadState('networkidle');
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(page.problems).toEqual([]);
    await page.context().close();
  });

  test('a call shows live', async () => {
    const page = await browser.signedIn('/transactions');
    await page.getByText('Live', { exact: true }).waitFor();
    await partner.send('social/registry/sync/search', 'search', searchById('4711'));
    await page.getByRole('row', { name: /health.*Search/ }).waitFor();
    expect(page.problems).toEqual([]);
    await page.context().close();
  });
});
