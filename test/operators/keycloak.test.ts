/** Signing in with Keycloak itself, by the realm that deploy/keycloak has for operators. */
import { expectShown, hasChromium, startBrowser, type ConsoleBrowser, type ConsolePage } from '../console/browser.js';
import { freePort } from '../../src/platform/free-port.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { hasKeycloak, startKeycloak, type Keycloak } from '../support/keycloak.js';
import { until } from '../support/until.js';

const PASSWORD = 'violet ink and rain';

(hasKeycloak() && hasChromium() ? describe : describe.skip)('administrators of Keycloak', () => {
  let keycloak: Keycloak;
  let gateway: TestGateway;
  let browser: ConsoleBrowser;

  beforeAll(async () => {
    const port = await freePort();
    keycloak = await startKeycloak(`http://127.0.0.1:${port}`);
    const env = { ADMIN_OIDC_ISSUER: keycloak.issuer, ADMIN_OIDC_AUDIENCE: 'dci-gateway' };
    gateway = await startTestGateway({ env: { ...env, ADMIN_OIDC_CLIENT_ID: 'dci-console', PORT: String(port) } });
    browser = await startBrowser(gateway.url);
    await keycloak.createUser('audrey', PASSWORD, 'AUDITOR');
    await keycloak.createUser('clerk', PASSWORD);
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
    await keycloak?.close();
  });

  const toSignIn = (page: ConsolePage) => page.getByRole('button', { name: /^Sign in with/ });
  const enter = async (page: ConsolePage, username: string) => {
    await toSignIn(page).click();
    await page.locator('#username').fill(username);
    await page.locator('#password').fill(PASSWORD);
    await page.locator('#kc-login').click();
  };
  const asAuditor = async (): Promise<ConsolePage> => {
    const page = await browser.visit();
    await page.goto('/console/transactions?status=REJECTED');
    await enter(page, 'audrey');
    await expectShown(page.getByText('· Auditor'));
    return page;
  };
  const tokenOf = async (page: ConsolePage): Promise<string> =>
    (await page.evaluate(() => sessionStorage.getItem('dci.console.token'))) ?? '';
  const codeOf = async (token: string, query = '{ me { subject role } }'): Promise<string | undefined> =>
    (await gateway.graphql(query, {}, token)).errors?.[0]?.extensions.code;

  test('come back to the page they asked for, in the role of the realm; their token is one for GraphQL', async () => {
    const page = await asAuditor();
    expect(page.url()).toBe(`${gateway.url}/console/transactions?status=REJECTED`);
    const token = await tokenOf(page);
    const asked = await gateway.graphql('{ me { subject role } }', {}, token);
    expect(asked).toEqual({ data: { me: { subject: expect.stringMatching(/^[\da-f-]{36}$/), role: 'AUDITOR' } } });
    expect(await codeOf(token, 'mutation { runJob(name: "seal-audit") { name } }')).toBe('FORBIDDEN');
    expect(await codeOf(`${token.slice(0, -4)}AAAA`)).toBe('UNAUTHENTICATED');
    expect(page.problems).toEqual([]);
    // Out is out at Keycloak too: whoever sits down next is asked who they are.
    await page.getByRole('button', { name: 'Sign out' }).click();
    await toSignIn(page).click();
    await expectShown(page.locator('#username'));
    await until(async () => (await codeOf(token)) === 'UNAUTHENTICATED');
    await page.context().close();
  });

  test('have no session without a role, and may then sign in as somebody else', async () => {
    const page = await browser.visit();
    await page.goto('/console/');
    await enter(page, 'clerk');
    await expectShown(page.getByRole('alert').getByText('you have no role at this gateway'));
    expect(await tokenOf(page)).toBe('');
    await toSignIn(page).click();
    await page.locator('#reset-login').click();
    await page.locator('#username').fill('audrey');
    await page.locator('#password').fill(PASSWORD);
    await page.locator('#kc-login').click();
    await expectShown(page.getByText('· Auditor'));
    await page.context().close();
  });

  test('are out at once when Keycloak ends their session, and not those of others', async () => {
    const [page, other] = [await asAuditor(), await browser.signedIn('/senders')];
    const token = await tokenOf(page);
    expect(await codeOf(token)).toBeUndefined();
    await keycloak.signOut('audrey');
    expect(await codeOf(token)).toBe('UNAUTHENTICATED');
    await page.getByRole('link', { name: 'Senders' }).click();
    await expectShown(page.getByText('Your session has ended'));
    await other.reload();
    await expectShown(other.getByText('bootstrap-admin'));
    await Promise.all([page.context().close(), other.context().close()]);
  });

  test('are known by the realm’s next key, and still by the one before', async () => {
    const before = await asAuditor();
    await keycloak.rotateKey();
    const after = await asAuditor();
    const tokens = [await tokenOf(before), await tokenOf(after)];
    const [one, two] = tokens.map((token) => Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
    expect(one).not.toBe(two);
    expect(await Promise.all(tokens.map((token) => codeOf(token)))).toEqual([undefined, undefined]);
    await Promise.all([before.context().close(), after.context().close()]);
  });
});
