/** What an auditor and an administrator oversee: who got what of a person, what must be kept, whose sessions end. */
import { addRecords, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startOidcIssuer, type OidcIssuer } from '../support/oidc-issuer.js';
import { createPartner, searchById } from '../support/partner.js';
import { expectShown, hasChromium, startBrowser, type ConsoleBrowser, type ConsolePage } from './browser.js';

const ROLES = { ada: ['ADMIN'], audrey: ['AUDITOR'], olga: ['OPERATOR'] };

(hasChromium() ? describe : describe.skip)('oversight', () => {
  let issuer: OidcIssuer;
  let gateway: TestGateway;
  let browser: ConsoleBrowser;
  let page: ConsolePage;

  beforeAll(async () => {
    issuer = await startOidcIssuer(ROLES);
    gateway = await startTestGateway({ env: issuer.env });
    browser = await startBrowser(gateway.url);
    await addRecords(gateway, [person('4711'), person('4712')]);
    const partner = await createPartner(gateway, {
      senderId: 'health',
      sender: { name: 'Ministry of Health' },
      agreements: [{ fields: ['identifier', 'sex'], legalBasis: 'VITAL_INTEREST' }],
    });
    await partner.send('social/registry/sync/search', 'search', searchById('4711'));
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await gateway.close();
    await issuer.close();
  });
  const open = async (name: keyof typeof ROLES, path: string): Promise<void> => {
    page = await browser.signedIn(path, await issuer.token(name));
  };
  afterEach(async () => {
    expect(page.problems.splice(0)).toEqual([]);
    await page.context().close();
  });

  describe('an access report', () => {
    const ask = async (uin: string): Promise<void> => {
      await page.getByRole('textbox', { name: 'Identifier' }).fill(uin);
      await page.getByLabel('Reason').fill('the person asked');
      await page.getByRole('button', { name: 'Make report' }).click();
    };

    test('tells an auditor who got what on what ground, and leads to the call', async () => {
      await open('audrey', '/');
      await page.getByRole('link', { name: 'Access report' }).click();
      await ask('4711');
      const row = page.getByRole('row', { name: /Ministry of Health Search Vital interest/ });
      await expectShown(row.getByText('identifier, sex'));
      expect(page.url()).not.toContain('4711');
      await row.getByRole('link').click();
      await expectShown(page.getByText('Access decision'));
      expect(page.url()).toContain('/transactions/');
    });

    test('of somebody nobody asked about says so, and each look is on record', async () => {
      await open('audrey', '/access-report');
      await ask('4712');
      await expectShown(page.getByText('Nobody got anything of this person'));
      await page.goto('/console/audit?action=accessReport');
      await expectShown(page.getByRole('row', { name: /audrey accessReport Record .* the person asked/ }).first());
    });

    test('is not made without a person and a reason', async () => {
      await open('audrey', '/access-report');
      for (const name of ['Identifier', 'Reason']) await page.getByRole('textbox', { name }).fill(' ');
      await page.getByRole('button', { name: 'Make report' }).click();
      await expectShown(page.getByText('Please fill this in').nth(1));
      expect(await page.getByRole('table').count()).toBe(0);
    });

    test('that fails says why, and can be tried again', async () => {
      await open('audrey', '/access-report');
      await page.route('**/graphql', (route) =>
        route.fulfill({ json: { errors: [{ message: 'the database is away', extensions: { code: 'INTERNAL' } }] } }),
      );
      await ask('4711');
      await expectShown(page.getByRole('alert').getByText('the database is away'));
      await page.unroute('**/graphql');
      await page.getByRole('button', { name: 'Try again' }).click();
      await expectShown(page.getByRole('row', { name: /Ministry of Health/ }));
    });

    test('is not for an operator', async () => {
      await open('olga', '/access-report');
      await expectShown(page.getByText('Your role does not see access reports.'));
      expect(await page.getByRole('button', { name: 'Make report' }).count()).toBe(0);
    });
  });
});
