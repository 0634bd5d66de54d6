/** Signing in with an OpenID Connect issuer, from its own page back to the page that was asked for. */
import { freePort } from '../../src/platform/free-port.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { expectShown, hasChromium, startBrowser, type ConsoleBrowser } from './browser.js';
import { startSignInIssuer, type SignInIssuer } from './issuer.js';

(hasChromium() ? describe : describe.skip)('signing in with an issuer', () => {
  let issuer: SignInIssuer;
  let gateway: TestGateway;
  let browser: ConsoleBrowser;

  beforeAll(async () => {
    // The issuer knows the console's address and the gateway the issuer's, so one of them is chosen beforehand.
    const port = await freePort();
    issuer = await startSignInIssuer(`http://127.0.0.1:${port}`, ['AUDITOR']);
    gateway = await startTestGateway({ env: { ...issuer.env, PORT: String(port) } });
    browser = await startBrowser(gateway.url);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await gateway.close();
    await issuer.close();
  });

  test('comes back to the page that was asked for, with the role that the issuer says', async () => {
    const page = await browser.visit();
    await page.goto('/console/transactions?status=REJECTED');
    await page.getByRole('button', { name: `Sign in with ${new URL(issuer.issuer).host}` }).click();
    await page.locator('[name=login]').fill('audrey');
    await page.locator('[name=password]').fill('any');
    await page.getByRole('button', { name: /sign-in/i }).click();
    await page.getByRole('button', { name: /continue/i }).click();
    await expectShown(page.getByText('audrey · Auditor'));
    expect(page.url()).toBe(`${gateway.url}/console/transactions?status=REJECTED`);
    await page.reload();
    await expectShown(page.getByText('audrey · Auditor'));
    expect(page.problems).toEqual([]);
    await page.context().close();
  });

  test('that the issuer refuses leads back with a line, and no session', async () => {
    const page = await browser.visit();
    await page.goto('/console/signed-in?error=access_denied&state=nobody');
    await expectShown(page.getByRole('alert').getByText('Your identity provider did not sign you in'));
    expect(new URL(page.url()).pathname).toBe('/console/');
    await page.context().close();
  });
});
