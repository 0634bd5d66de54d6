/** Our credentials at a partner's endpoint: set, shown only as set, replaced, removed. */
import { readFileSync } from 'node:fs';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startOidcIssuer, type OidcIssuer } from '../support/oidc-issuer.js';
import { createPartner } from '../support/partner.js';
import { expectShown, hasChromium, startBrowser, type ConsoleBrowser, type ConsolePage } from './browser.js';

const pem = (name: string): string => readFileSync(new URL(`../support/tls/${name}`, import.meta.url), 'utf8');
const SECRET = 'open sesame';

(hasChromium() ? describe : describe.skip)('our credentials at a partner’s endpoint', () => {
  let issuer: OidcIssuer;
  let gateway: TestGateway;
  let browser: ConsoleBrowser;
  let page: ConsolePage;

  beforeAll(async () => {
    issuer = await startOidcIssuer({ olga: ['OPERATOR'] });
    gateway = await startTestGateway({ env: issuer.env });
    browser = await startBrowser(gateway.url);
    await createPartner(gateway, { senderId: 'health', agreements: [] });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await gateway.close();
    await issuer.close();
  });
  const open = async (token?: string) => {
    page = await browser.signedIn('/senders/health', token);
    return page.getByRole('region', { name: 'Our access to its endpoint' });
  };
  afterEach(async () => {
    expect(page.problems).toEqual([]);
    await page.context().close();
  });

  const stored = async () => {
    const { sender } = await gateway.admin<{ sender: { outbound: unknown } }>(
      `{ sender(senderId: "health") { outbound { tokenUrl clientId scope bearer clientCertificate authority } } }`,
    );
    return sender.outbound;
  };
  const NONE = {
    tokenUrl: null,
    clientId: null,
    scope: null,
    bearer: false,
    clientCertificate: false,
    authority: false,
  };

  test('are checked before they are set, each refusal at its field', async () => {
    const section = await open();
    await expectShown(section.getByText(/Nothing is set/));
    await section.getByRole('button', { name: 'Set credentials' }).click();
    const save = page.getByRole('button', { name: 'Save' });
    await save.click();
    await expectShown(page.getByText('Enter client credentials, a certificate or an authority'));
    await page.getByLabel('Token endpoint').fill('http://169.254.169.254/token');
    await save.click();
    await expectShown(page.getByText('Please fill this in').nth(1));
    await page.getByLabel('Client id').fill('us');
    await page.getByLabel('Client secret').fill(SECRET);
    await save.click();
    await expectShown(page.getByRole('dialog').getByText(/^oauth.tokenUrl: /));
    await page.getByLabel('Token endpoint').fill('https://health.example.org/token');
    await page.getByLabel('Client certificate').fill('none');
    await save.click();
    await expectShown(page.getByText('Certificate and key go together'));
    await page.getByLabel('Private key of the certificate').fill('none');
    await save.click();
    await expectShown(page.getByRole('dialog').getByText('tls.certificate: must be a certificate in PEM'));
    expect(await stored()).toEqual(NONE);
  });

  test('are set, and shown only as set', async () => {
    const section = await open();
    await section.getByRole('button', { name: 'Set credentials' }).click();
    await page.getByLabel('Token endpoint').fill('https://health.example.org/token');
    await page.getByLabel('Client id').fill('us');
    await page.getByLabel('Client secret').fill(SECRET);
    await page.getByLabel('Client certificate').fill(pem('gateway.test.pem'));
    await page.getByLabel('Private key of the certificate').fill(pem('gateway.test.key.pem'));
    await page.getByRole('button', { name: 'Save' }).click();
    await expectShown(section.getByText('https://health.example.org/token'));
    expect(await section.getByText('set, not shown', { exact: true }).count()).toBe(2);
    expect(await page.content()).not.toContain(SECRET);
    expect(await stored()).toMatchObject({ clientId: 'us', clientCertificate: true, authority: false });
  });

  test('are replaced as a whole, as the form says', async () => {
    const section = await open();
    await section.getByRole('button', { name: 'Replace' }).click();
    await expectShown(page.getByText(/This replaces all that is set/));
    expect(await page.getByLabel('Client id').inputValue()).toBe('us');
    expect(await page.getByLabel('Client secret').inputValue()).toBe('');
    await page.getByLabel('Scope').fill('dci:notify');
    await page.getByLabel('Client secret').fill(SECRET);
    await page.getByRole('button', { name: 'Save' }).click();
    await expectShown(section.getByText('dci:notify'));
    expect(await stored()).toMatchObject({ scope: 'dci:notify', clientCertificate: false });
  });

  test('are seen by an operator, who may not change them', async () => {
    const section = await open(await issuer.token('olga'));
    await expectShown(section.getByText('https://health.example.org/token'));
    expect(await section.getByRole('button').count()).toBe(0);
  });

  test('are removed after a question', async () => {
    const section = await open();
    await section.getByRole('button', { name: 'Remove' }).click();
    expect(await stored()).not.toEqual(NONE);
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await expectShown(section.getByText(/Nothing is set/));
    expect(await stored()).toEqual(NONE);
  });
});
