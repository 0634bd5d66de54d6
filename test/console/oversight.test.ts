/** What an auditor and an administrator oversee: who got what of a person, what must be kept, whose sessions end. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
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
    await partner.postHttpSigned('/dci/v1/verify', {
      transaction_id: randomUUID(),
      sender_id: partner.senderId,
      verify: { national_id: '4711', sex: 'male' },
    });
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

  describe('a consent controller', () => {
    const jwks = (kid: string) =>
      JSON.stringify({ keys: [{ ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }), kid }] });
    const stored = async () => {
      const { consentControllers } = await gateway.admin<{
        consentControllers: { name: string; issuer: string; presenter: string | null; revokedAt: string | null }[];
      }>(`{ consentControllers { name issuer presenter revokedAt } }`);
      return consentControllers;
    };

    test('is registered with its keys, or refused at its field', async () => {
      await open('ada', '/');
      await page.getByRole('link', { name: 'Consent controllers' }).click();
      await page.getByRole('button', { name: 'Register a controller' }).click();
      const form = page.getByRole('dialog', { name: 'Register a controller' });
      await form.getByRole('textbox', { name: 'Name' }).fill('Exchange');
      await form.getByRole('textbox', { name: 'Issuer' }).fill('exchange-cm');
      await form.getByRole('button', { name: 'Save' }).click();
      await expectShown(form.getByText('Give the address or the key set, one of the two'));
      await form.getByRole('combobox', { name: 'Registries' }).click({ force: true });
      await page.getByRole('option', { name: 'Civil', exact: true }).click();
      await page.keyboard.press('Tab');
      await form.getByRole('textbox', { name: 'Its key set', exact: true }).fill('{"keys": []}');
      await form.getByRole('button', { name: 'Save' }).click();
      await expectShown(form.getByText('jwks: holds no key that signatures are verified with'));
      await form.getByRole('textbox', { name: 'Its key set', exact: true }).fill(jwks('cm-1'));
      await form.getByRole('button', { name: 'Save' }).click();
      await expectShown(page.getByRole('row', { name: /Exchange exchange-cm Civil/ }));
      expect(await stored()).toMatchObject([{ name: 'Exchange', issuer: 'exchange-cm', revokedAt: null }]);
    });

    test('is changed, one of its consents is revoked by an operator, and at last it is', async () => {
      await open('ada', '/consent-controllers');
      await page.getByRole('button', { name: 'Edit' }).click();
      const form = page.getByRole('dialog', { name: 'Edit controller' });
      await form.getByRole('textbox', { name: 'Name' }).fill('Exchange of the ministry');
      await form.getByRole('button', { name: 'Save' }).click();
      await expectShown(page.getByRole('row', { name: /Exchange of the ministry/ }));
      await page.context().close();

      await open('olga', '/consent-controllers');
      await page.getByRole('button', { name: 'Revoke a consent' }).click();
      const one = page.getByRole('dialog', { name: 'Revoke a consent' });
      await one.getByRole('textbox', { name: 'Number of the consent (jti)' }).fill('jti-1');
      await one.getByRole('button', { name: 'Revoke', exact: true }).click();
      await expectShown(page.getByText('Consent revoked'));
      expect(await page.getByRole('button', { name: 'Register a controller' }).count()).toBe(0);
      expect(await page.getByRole('button', { name: 'Revoke', exact: true }).count()).toBe(0);
      await page.context().close();

      await open('ada', '/consent-controllers');
      await page.getByRole('button', { name: 'Revoke', exact: true }).click();
      const question = page.getByRole('dialog', { name: 'Revoke controller' });
      await question.getByRole('button', { name: 'Revoke', exact: true }).click();
      await expectShown(page.getByRole('row', { name: /Revoked/ }));
      expect((await stored())[0]?.revokedAt).not.toBeNull();
    });
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
      const row = page.getByRole('row', { name: /Ministry of Health Looked the person up Social .* Vital interest/ });
      await expectShown(row.getByText('Identifiers, Sex'));
      const checked = page.getByRole('row', { name: /Ministry of Health Checked details it already had/ });
      await expectShown(checked.getByText('Asked whether what it had as “Sex” is right; answered: no'));
      await expectShown(page.getByRole('row', { name: /audrey Auditor Made an access report the person asked/ }));
      expect(page.url()).not.toContain('4711');
      await row.getByRole('link').click();
      await expectShown(page.getByText('Access decision'));
      expect(page.url()).toContain('/transactions/');
    });

    test('is printed whole without what is for the hand, and saved as a file, which is on record too', async () => {
      await open('audrey', '/access-report');
      await ask('4711');
      await expectShown(page.getByText('UIN 4711'));
      await page.emulateMedia({ media: 'print' });
      for (const hidden of [page.getByRole('navigation'), page.getByRole('button'), page.getByLabel('Reason')])
        expect(await hidden.filter({ visible: true }).count()).toBe(0);
      const clipped = `[...document.querySelectorAll('main .mantine-ScrollArea-viewport')]
        .filter((one) => getComputedStyle(one).overflow !== 'visible').length`;
      expect(await page.evaluate(clipped)).toBe(0);
      await page.emulateMedia({ media: 'screen' });
      await page.getByRole('button', { name: 'Export' }).click();
      const coming = page.waitForEvent('download');
      await page.getByRole('menuitem', { name: 'Table (CSV)' }).click();
      const download = await coming;
      expect(download.suggestedFilename()).toBe('access-report.csv');
      const text = readFileSync(await download.path(), 'utf8');
      expect(text).toMatch(/DISCLOSURE,.*,health,Ministry of Health,,VERIFY,SOCIAL,.*,sex: NO,/);
      await ask('4711');
      await expectShown(page.getByRole('row', { name: /audrey Auditor Saved an access report as a file/ }));
    });

    test('of somebody nobody asked about says so, and each look is on record', async () => {
      await open('audrey', '/access-report');
      await ask('4712');
      await expectShown(page.getByText('No organisation was told anything about this person'));
      await page.goto('/console/audit');
      await page.getByRole('combobox', { name: 'Action' }).fill('accessR');
      await page.getByRole('option', { name: 'accessReport', exact: true }).click();
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
      await expectShown(page.getByRole('row', { name: /Ministry of Health/ }).first());
    });

    test('is not for an operator', async () => {
      await open('olga', '/access-report');
      await expectShown(page.getByText('Your role does not see access reports.'));
      expect(await page.getByRole('button', { name: 'Make report' }).count()).toBe(0);
    });
  });

  describe('a legal hold', () => {
    const month = new Date().toISOString().slice(0, 7);
    const holds = async () =>
      (await gateway.admin<{ legalHolds: { owner: string; month: string }[] }>('{ legalHolds { owner month } }'))
        .legalHolds;

    test('is placed by an administrator for a reason, and lifted for another', async () => {
      await open('ada', '/audit');
      await page.getByRole('tab', { name: 'Legal holds' }).click();
      await expectShown(page.getByText('Nothing is on hold'));
      await page.getByRole('button', { name: 'Place a hold' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('combobox', { name: 'Sender' }).click();
      await page.getByRole('option', { name: 'Ministry of Health (health)' }).click();
      await dialog.getByLabel('Month').fill(month);
      await dialog.getByLabel('Reason').fill('case 12');
      await dialog.getByRole('button', { name: 'Place a hold' }).click();
      const row = page.getByRole('row', { name: new RegExp(`health ${month}`) });
      await row.waitFor();
      expect(await holds()).toEqual([{ owner: 'health', month }]);
      await row.getByRole('link', { name: 'Who, when and why' }).click();
      await expectShown(page.getByRole('row', { name: /ada placeLegalHold .* case 12/ }));
      await page.getByRole('tab', { name: 'Legal holds' }).click();
      await row.getByRole('button', { name: 'Lift' }).click();
      const lift = page.getByRole('dialog').getByRole('button', { name: 'Lift' });
      expect(await lift.isDisabled()).toBe(true);
      await page.getByLabel('Reason').fill('case closed');
      await lift.click();
      await expectShown(page.getByText('Nothing is on hold'));
      expect(await holds()).toEqual([]);
    });

    test('on what belongs to no sender needs none; without a month it is not placed', async () => {
      await open('ada', '/audit?tab=holds');
      await page.getByRole('button', { name: 'Place a hold' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('checkbox', { name: /What belongs to no sender/ }).check();
      await dialog.getByLabel('Reason').fill('case 13');
      await dialog.getByRole('button', { name: 'Place a hold' }).click();
      expect(await dialog.locator('input[type=month]:invalid').count()).toBe(1);
      expect(await holds()).toEqual([]);
      await dialog.getByLabel('Month').fill(month);
      await dialog.getByRole('button', { name: 'Place a hold' }).click();
      await expectShown(page.getByRole('row', { name: /Gateway \(what belongs to no sender\)/ }));
      expect(await holds()).toEqual([{ owner: '(gateway)', month }]);
    });

    test('is seen by an auditor, who may not change it', async () => {
      await open('audrey', '/audit?tab=holds');
      await expectShown(page.getByRole('row', { name: /Gateway/ }));
      for (const name of ['Place a hold', 'Lift']) expect(await page.getByRole('button', { name }).count()).toBe(0);
    });
  });

  describe('the sessions of an administrator', () => {
    const me = async (token: string) => (await gateway.graphql<unknown>('{ me { subject } }', {}, token)).errors;
    const end = async (subject: string): Promise<void> => {
      await page.getByRole('button', { name: 'End sessions' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Administrator').fill(subject);
      await dialog.getByLabel('Reason').fill('laptop lost');
      await dialog.getByRole('button', { name: 'End sessions' }).click();
    };

    test('end within seconds: the token is refused, and the reason is on record', async () => {
      const token = await issuer.token('olga');
      expect(await me(token)).toBeUndefined();
      await open('ada', '/audit');
      await end('olga');
      await expectShown(page.getByText('Sessions of olga ended'));
      await expectShown(page.getByRole('row', { name: /ada revokeAdminSessions Admin olga laptop lost/ }));
      // Revocations are read anew each second.
      for (let tries = 0; tries < 40 && (await me(token)) === undefined; tries += 1) await wait(250);
      expect(await me(token)).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    });

    test('of the bootstrap token cannot be ended; one’s own only with a warning', async () => {
      await open('ada', '/audit?actor=ada');
      await page.getByRole('button', { name: 'End sessions' }).click();
      await expectShown(page.getByText('This is you: you will have to sign in again.'));
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await end('bootstrap-admin');
      await expectShown(page.getByRole('dialog').getByText(/to end the bootstrap token, set another/));
    });

    test('are not for an auditor to end', async () => {
      await open('audrey', '/audit');
      await page.getByRole('row', { name: /revokeAdminSessions/ }).waitFor();
      expect(await page.getByRole('button', { name: 'End sessions' }).count()).toBe(0);
    });
  });
});
