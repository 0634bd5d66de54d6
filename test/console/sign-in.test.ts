import { Secret, TOTP } from 'otpauth';
import { makeAccount } from '../support/local-admin.js';
import { ADMIN_TOKEN, startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner } from '../support/partner.js';
import { until } from '../support/until.js';
import { expectShown, hasChromium, startBrowser, type ConsoleBrowser, type ConsolePage } from './browser.js';

(hasChromium() ? describe : describe.skip)('signing in', () => {
  let gateway: TestGateway;
  let browser: ConsoleBrowser;
  let page: ConsolePage;

  beforeAll(async () => {
    gateway = await startTestGateway({ env: { ADMIN_SECOND_FACTOR: 'required' } });
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

  test('with an account asks for a password of one’s own, takes a second factor, and ends everywhere', async () => {
    const given = await makeAccount(gateway, 'audrey', 'AUDITOR');
    await page.reload();
    const form = async (values: Record<string, string>) => {
      for (const [label, value] of Object.entries(values)) await field(label).fill(value);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    await form({ Name: 'audrey', Password: 'wrong' });
    await expectShown(page.getByRole('alert').getByText('one of them is not right'));
    // Whoever is locked out, or reaches nobody, is not told that the password is wrong.
    await page.route('**/admin/session', (route) => route.fulfill({ status: 429, json: { error: 'LOCKED' } }));
    await form({});
    await expectShown(page.getByRole('alert').getByText('Too many refused sign ins'));
    await page.route('**/admin/session', (route) => route.abort());
    await form({});
    await expectShown(page.getByRole('alert').getByText('The gateway cannot be reached'));
    await page.unroute('**/admin/session');
    await form({ Password: given });
    await form({ 'New password': 'short' });
    await expectShown(page.getByText('use 12 to 128 characters'));
    await form({ 'New password': 'violet ink and rain' });
    // One is asked of everybody here: nothing else is there before it.
    await expectShown(page.getByRole('heading', { name: 'Second factor' }));
    const early = await page.evaluate(() => sessionStorage.getItem('dci.console.token'));
    const refused = await gateway.graphql('{ transactions { nodes { id } } }', {}, early ?? '');
    expect(refused.errors?.[0]).toMatchObject({
      message: expect.stringContaining('set yours up first'),
      extensions: { code: 'FORBIDDEN' },
    });
    const { codes, used } = await addSecondFactor('violet ink and rain');
    expect(codes).toHaveLength(10);
    await page.getByRole('link', { name: 'local:audrey · Auditor' }).click();
    await expectShown(page.getByRole('heading', { name: 'Your account' }));
    await expectShown(page.getByText('Yes; 10 recovery codes left'));
    const token = await page.evaluate(() => sessionStorage.getItem('dci.console.token'));
    // A tab that was opened from this one has the same session, and does not show on what it shows.
    const beside = await page.context().newPage();
    await beside.goto('/console/');
    await beside.evaluate((bearer) => sessionStorage.setItem('dci.console.token', bearer), token ?? '');
    await beside.goto('/console/transactions');
    await beside.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expectShown(beside.getByText('Your session has ended. Sign in again.'));
    await field('Name').waitFor();
    // Told to the gateway beside: whoever leaves waits for no line.
    const code = async () =>
      (await gateway.graphql('{ me { subject } }', {}, token ?? '')).errors?.[0]?.extensions.code;
    await until(async () => (await code()) === 'UNAUTHENTICATED');
    // The code that confirmed the app was used; one that was written down was not.
    await form({ Name: 'audrey', Password: 'violet ink and rain', Code: used });
    await expectShown(page.getByRole('alert').getByText('one of them is not right'));
    await form({ Code: codes[0] ?? '' });
    await expectShown(page.getByRole('link', { name: 'local:audrey · Auditor' }));
    expect(page.problems.filter((problem) => !/ 4(00|01|09|29) |ERR_FAILED/.test(problem))).toEqual([]);
  });

  /** A field that must be filled has a star behind its name. */
  const field = (label: string) => page.getByLabel(new RegExp(`^${label}( \\*)?$`));

  /** Its recovery codes, and the code that confirmed it. */
  async function addSecondFactor(password: string): Promise<{ codes: string[]; used: string }> {
    await page.getByRole('button', { name: 'Add second factor' }).click();
    await field('Password').fill(password);
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Next' }).click();
    const secret = (await dialog.getByRole('group', { name: 'Key', exact: true }).textContent()) ?? '';
    await expectShown(page.getByRole('img', { name: 'QR code with the key for the app' }));
    const used = TOTP.generate({ secret: Secret.fromBase32(secret) });
    await page.getByLabel('Code that the app shows').fill(used);
    await page.getByRole('button', { name: 'Confirm' }).click();
    const codes = (await dialog.getByRole('group', { name: 'Recovery codes' }).textContent()) ?? '';
    await page.getByRole('button', { name: 'I have kept them' }).click();
    return { codes: codes.split('\n'), used };
  }

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
