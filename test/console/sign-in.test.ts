import { ADMIN_TOKEN, startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner } from '../support/partner.js';
import { until } from '../support/until.js';
import { expectShown, hasChromium, startBrowser, type ConsoleBrowser, type ConsolePage } from './browser.js';

(hasChromium() ? describe : describe.skip)('signing in', () => {
  let gateway: TestGateway;
  let browser: ConsoleBrowser;
  let page: ConsolePage;

  beforeAll(async () => {
    gateway = await startTestGateway();
    browser = await startBrowser(gateway.url);
  });
  afterAll(async () => {
    await browser.close();
    await gateway.close();
  });
  beforeEach(async () => {
    page = await browser.visit();
    await page.goto('/console/transactions?status=REJECTED');
  });
  afterEach(() => page.context().close());

  const enter = async (token: string): Promise<void> => {
    await page.getByLabel('Access token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };

  test('with the bootstrap token opens the page that was asked for, its filter kept', async () => {
    await enter(ADMIN_TOKEN);
    await page.getByRole('heading', { name: 'Transactions' }).waitFor();
    expect(await page.getByRole('combobox', { name: 'Status' }).inputValue()).toBe('Rejected');
    await until(async () => (await page.title()) === 'Transactions · DCI gateway', { seen: () => page.url() });
    expect(page.problems).toEqual([]);
  });

  test('lasts over a reload, and ends with the button', async () => {
    await enter(ADMIN_TOKEN);
    await page.getByText('bootstrap-admin').waitFor();
    await page.reload();
    await page.getByText('bootstrap-admin').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Access token').waitFor();
    expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual([]);
  });

  test('with another token is refused, and nothing is kept', async () => {
    await enter('wrong-token');
    await page.getByRole('alert').getByText('The gateway does not accept this token.').waitFor();
    expect(JSON.stringify(await page.context().storageState())).not.toContain('wrong-token');
    expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual([]);
  });

  test('with the token of a sender is refused', async () => {
    const { token } = await createPartner(gateway);
    await enter(token);
    await expectShown(page.getByRole('alert').getByText('This token may not use the console'));
  });

  test('speaks the language of the browser, and the one chosen', async () => {
    const french = await browser.visit({ locale: 'fr-FR' });
    await french.goto('/console/');
    await french.getByRole('button', { name: 'Se connecter' }).waitFor();
    await expectShown(french.locator('html[lang=fr]'));
    await french.getByRole('button', { name: 'Langue' }).click();
    await french.getByRole('menuitem', { name: 'English' }).click();
    await french.getByRole('button', { name: 'Sign in' }).waitFor();
    await french.context().close();
  });
});
