/** A slow line, and one that is cut: what is shown answers what is asked now, and what is read for a reason is read once. */
import { addRecords, person } from '../support/consent.js';
import { ADMIN_TOKEN, startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';
import { expectShown, hasChromium, hold, startBrowser, type ConsoleBrowser, type ConsolePage } from './browser.js';

const REASON = 'Why do you need to see personal data?';
/** More than a page of an export. */
const ROWS = 120;
/** So many as a list of senders offers at once, and more. */
const DISTRICTS = Array.from({ length: 25 }, (_, index) => `district-${index + 10}-moh`);

(hasChromium() ? describe : describe.skip)('over a slow line', () => {
  let gateway: TestGateway;
  let browser: ConsoleBrowser;
  let partner: Partner;
  let page: ConsolePage;

  beforeAll(async () => {
    gateway = await startTestGateway();
    browser = await startBrowser(gateway.url);
    partner = await createPartner(gateway, { senderId: 'moh', agreements: [{ registry: 'SOCIAL' }] });
    for (const senderId of DISTRICTS)
      await gateway.admin('mutation ($input: CreateSenderInput!) { createSender(input: $input) { clientId } }', {
        input: { senderId, name: senderId, registries: ['SOCIAL'], allowedOperations: ['SEARCH'] },
      });
    await addRecords(
      gateway,
      Array.from({ length: ROWS }, (_, index) => person(String(4711 + index))),
    );
    for (const uin of ['4711', '9999']) await partner.send('social/registry/sync/search', 'search', searchById(uin));
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await gateway.close();
  });
  afterEach(() => page.context().close());

  const readings = async (action: string): Promise<number> => {
    const { adminActions } = await gateway.admin<{ adminActions: { nodes: unknown[] } }>(
      'query ($filter: AdminActionFilter) { adminActions(filter: $filter, first: 100) { nodes { id } } }',
      { filter: { action } },
    );
    return adminActions.nodes.length;
  };

  describe('what is shown', () => {
    test('of a person is not the answer about another', async () => {
      page = await browser.signedIn('/agreements?senderId=moh');
      await page.getByRole('row', { name: /moh/ }).getByRole('button').click();
      await page.getByRole('tab', { name: 'Explain access' }).click();
      const form = page.getByRole('form', { name: 'Explain access' });
      const ask = async (uin: string) => {
        await form.getByLabel('Identifier', { exact: false }).last().fill(uin);
        await form.getByRole('button', { name: 'Explain' }).click();
      };
      await ask('4711');
      await page.getByText('Something would be released').waitFor();
      const release = await hold(page, 'query ExplainAccess');
      await ask('9999');
      await page.getByText('Something would be released').waitFor({ state: 'detached' });
      release();
      await expectShown(page.getByText('There is no such record.'));
    });

    test('of a sender is not the answer about another', async () => {
      page = await browser.signedIn('/agreements/new?senderId=moh');
      const form = page.getByRole('form', { name: 'Explain access' });
      await form.getByLabel('Identifier', { exact: false }).last().fill('4711');
      await form.getByRole('button', { name: 'Explain' }).click();
      await page.getByText('Something would be released').waitFor();
      const sender = page.getByRole('combobox', { name: 'Sender' });
      await sender.fill('district-30-moh');
      await page.getByRole('option', { name: 'district-30-moh (district-30-moh)' }).click();
      await page.getByText('What district-30-moh would see of a person now').waitFor();
      expect(await page.getByText('Something would be released').count()).toBe(0);
    });

    test('of a week is not what there was of an hour', async () => {
      page = await browser.visit();
      await page.routeWebSocket('**/graphql', () => undefined);
      await page.goto('/console/icon.svg');
      await page.evaluate((bearer) => sessionStorage.setItem('dci.console.token', bearer), ADMIN_TOKEN);
      await page.goto('/console/');
      const tile = page.getByRole('region', { name: 'Error rate' });
      await tile.waitFor();
      const release = await hold(page, 'query Overview');
      await page.getByText('7 days').click();
      await tile.waitFor({ state: 'detached' });
      release();
      await expectShown(tile);
    });
  });

  describe('a sender', () => {
    test('is found by its id, however many have it in theirs, and another can be chosen in its place', async () => {
      page = await browser.signedIn('/agreements/new');
      const sender = page.getByRole('combobox', { name: 'Sender' });
      await sender.click();
      await page.getByRole('option', { name: /^There are more/ }).waitFor();
      await sender.fill('moh');
      await page.getByRole('option', { name: 'moh (moh)', exact: true }).click();
      expect(await sender.inputValue()).toBe('moh (moh)');
      await sender.fill('district-30');
      await page.getByRole('option', { name: 'district-30-moh (district-30-moh)' }).click();
      expect(await sender.inputValue()).toBe('district-30-moh (district-30-moh)');
    });

    test('that was asked for before is not offered under what is typed now', async () => {
      page = await browser.signedIn('/agreements/new');
      const sender = page.getByRole('combobox', { name: 'Sender' });
      await sender.click();
      await page.getByRole('option', { name: 'district-10-moh (district-10-moh)' }).waitFor();
      const release = await hold(page, 'query SenderChoices');
      await sender.fill('district-34');
      await page.getByRole('listbox').getByText('Loading').waitFor();
      expect(await page.getByRole('option').count()).toBe(0);
      release();
      await expectShown(page.getByRole('option', { name: 'district-34-moh (district-34-moh)' }));
    });
  });

  describe('what is read for a reason', () => {
    const open = async (reason: string): Promise<void> => {
      await page.getByLabel(REASON).fill(reason);
      await page.getByRole('button', { name: 'Show payloads' }).click();
      await page.getByRole('group', { name: 'Request' }).waitFor();
    };

    test('is open on its page alone: the next asks for a reason of its own', async () => {
      page = await browser.signedIn('/transactions?senderId=moh');
      const calls = page.getByRole('row', { name: /moh/ }).getByRole('link');
      await calls.nth(1).click();
      await page.getByLabel(REASON).waitFor();
      await page.getByRole('navigation').getByRole('link', { name: 'Transactions' }).click();
      await calls.nth(0).click();
      await open('complaint 7');
      const before = await readings('readPayload');
      // From one to the other, past the list.
      await page.evaluate('history.go(-2)');
      await page.getByLabel(REASON).waitFor();
      expect(await page.getByRole('group', { name: 'Request' }).count()).toBe(0);
      expect(await readings('readPayload')).toBe(before);
    });
  });

  describe('where the line is cut', () => {
    test('what was being changed stays open, and is saved when it is back', async () => {
      page = await browser.signedIn('/senders/moh');
      await page.getByRole('button', { name: 'Edit', exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel(/^Name/).fill('Ministry of Health');
      await page.context().setOffline(true);
      await dialog.getByRole('button', { name: 'Save' }).click();
      await page.getByText('This device has no connection').first().waitFor();
      expect(await dialog.getByLabel(/^Name/).inputValue()).toBe('Ministry of Health');
      await page.context().setOffline(false);
      await dialog.getByRole('button', { name: 'Save' }).click();
      await expectShown(page.getByRole('heading', { name: 'Ministry of Health' }));
    });

    test('a list says after a while that no answer comes, and can be asked for again', async () => {
      page = await browser.visit();
      await page.clock.install();
      await page.goto('/console/icon.svg');
      await page.evaluate((bearer) => sessionStorage.setItem('dci.console.token', bearer), ADMIN_TOKEN);
      await page.goto('/console/jobs');
      await page.getByRole('heading', { name: 'Jobs' }).waitFor();
      await page
        .getByText(/ waiting/)
        .first()
        .waitFor();
      // Queues are read again with the jobs.
      const again = page.waitForRequest((request) => request.postData()?.includes('query Queues') === true);
      await page.clock.fastForward(5000);
      await again;
      const release = await hold(page, 'query Senders');
      const asked = page.waitForRequest((request) => request.postData()?.includes('query Senders') === true);
      await page.getByRole('link', { name: 'Senders' }).click();
      await asked;
      await page.clock.fastForward(60_000);
      await page.getByRole('alert').getByText('No answer').waitFor();
      release();
      await page.getByRole('button', { name: 'Try again' }).click();
      await expectShown(page.getByRole('row', { name: /district-10-moh/ }));
    });
  });

  describe('a file', () => {
    const making = () => page.getByRole('status').filter({ hasText: 'so far' });
    const downloads: string[] = [];
    beforeEach(() => downloads.splice(0));
    const open = async (): Promise<void> => {
      page = await browser.signedIn('/records');
      page.on('download', (download) => downloads.push(download.suggestedFilename()));
      await page
        .getByRole('row', { name: /^UIN 47/ })
        .first()
        .waitFor();
    };
    const begin = async (): Promise<void> => {
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      await page.getByRole('menuitem', { name: 'Table (CSV)' }).click();
    };

    test('of a list says how many rows there are so far, and can be stopped on another page', async () => {
      await open();
      const release = await hold(page, '"after":"');
      await begin();
      await expectShown(making().getByText('100 rows so far'));
      await page.getByRole('link', { name: 'Jobs' }).click();
      await page.getByRole('heading', { name: 'Jobs' }).waitFor();
      await page.getByRole('button', { name: 'Stop' }).click();
      await expectShown(page.getByText('Stopped: no file was saved'));
      await making().waitFor({ state: 'detached' });
      release();
      await page.goBack();
      await begin();
      await expectShown(page.getByText(`${ROWS} rows exported`));
      expect(downloads).toEqual(['records-social.csv']);
    });

    test('of a registry can be stopped before it begins, and then leaves its form open', async () => {
      await open();
      const release = await hold(page, 'statistics', '**/files/exports');
      await page.getByRole('button', { name: 'Export registry' }).click();
      const form = page.getByRole('dialog');
      await form.getByLabel('Reason').fill('statistics');
      await form.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('status').getByText('The file is being made').waitFor();
      await page.getByRole('button', { name: 'Stop' }).click();
      await expectShown(page.getByText('Stopped: no file was saved'));
      release();
      await form.getByRole('button', { name: 'Export' }).click();
      await form.waitFor({ state: 'detached' });
      await until(async () => downloads.length > 0);
      expect(downloads).toEqual(['social.csv']);
    });
  });

  test('what is asked for again and again comes, though each answer takes longer than the pause between', async () => {
    page = await browser.signedIn('/jobs');
    const asked: number[] = [];
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('query Sources') === true) {
        asked.push(Date.now());
        await new Promise((resolve) => setTimeout(resolve, 5000));
      }
      await route.fallback();
    });
    await page.getByRole('link', { name: 'Sources' }).click();
    await expectShown(page.getByText('No sources'));
    await until(async () => asked.length > 1);
  });
});
