/** What comes between: a slow line or none, a session that ends, another administrator. Nothing typed is lost unsaid, nothing shown is another's. */
import { addRecords, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { localAdmin, type LocalAdmin } from '../support/local-admin.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';
import { expectShown, hasChromium, hold, startBrowser, type ConsoleBrowser, type ConsolePage } from './browser.js';

const UINS = Array.from({ length: 30 }, (_, index) => `48${String(index).padStart(2, '0')}`);
const STAYED = /^Your session has ended. Sign in again to go on where you were/;

(hasChromium() ? describe : describe.skip)('interrupted', () => {
  let gateway: TestGateway;
  let browser: ConsoleBrowser;
  let partner: Partner;
  let ruth: LocalAdmin;
  let page: ConsolePage;

  beforeAll(async () => {
    gateway = await startTestGateway();
    browser = await startBrowser(gateway.url);
    partner = await createPartner(gateway, { senderId: 'health', agreements: [{ registry: 'CRVS' }] });
    ruth = await localAdmin(gateway, 'ruth');
    await addRecords(
      gateway,
      UINS.map((uin) => person(uin)),
    );
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await gateway.close();
  });
  afterEach(() => page.context().close());

  const cut = (isCut: boolean) => page.context().setOffline(isCut);
  const search = () => partner.send('social/registry/sync/search', 'search', searchById('4800'));
  const rowsOf = (name: string | RegExp) => page.getByRole('row', { name });
  const find = async (uin: string): Promise<void> => {
    await page.getByRole('search').getByLabel('Identifier', { exact: true }).fill(uin);
    await page.getByRole('button', { name: 'Find' }).click();
  };

  describe('by the line', () => {
    test('a person is found from any page of the list, and the back button does not lose them', async () => {
      page = await browser.signedIn('/records');
      await rowsOf(/^UIN 48/)
        .nth(24)
        .waitFor();
      const first =
        /UIN (\d+)/.exec(
          await rowsOf(/^UIN 48/)
            .first()
            .innerText(),
        )?.[1] ?? '';
      await page.getByRole('button', { name: 'Next' }).click();
      await rowsOf(first).waitFor({ state: 'detached' });
      await find(first);
      await expectShown(rowsOf(`UIN ${first}`));
      await page.goBack();
      await expectShown(rowsOf(`UIN ${first}`));
    });

    test('while a person is looked for, no row of others stands there', async () => {
      page = await browser.signedIn('/records');
      await rowsOf(/^UIN 48/)
        .first()
        .waitFor();
      const release = await hold(page, 'query Records');
      await find('4805');
      await expectShown(page.getByRole('status').getByText('Loading'));
      expect(await rowsOf(/^UIN 48/).count()).toBe(0);
      release();
      await expectShown(rowsOf('UIN 4805'));
      expect(await rowsOf(/^UIN 48/).count()).toBe(1);
    });

    test('a live view knows of a line that was cut without a word, and goes on behind it', async () => {
      page = await browser.visit();
      const line = { isCut: false };
      await page.routeWebSocket('**/graphql', (near) => {
        const far = near.connectToServer();
        const pass = (to: { send: (message: string | Buffer) => void }) => (message: string | Buffer) => {
          if (!line.isCut) to.send(message);
        };
        near.onMessage(pass(far));
        far.onMessage(pass(near));
      });
      await page.goto('/console/transactions');
      await enter(ruth);
      await page.getByText('Live', { exact: true }).waitFor();
      line.isCut = true;
      await search();
      await page.getByText('Live', { exact: true }).waitFor({ state: 'detached' });
      line.isCut = false;
      await page.getByText('Live', { exact: true }).waitFor();
      await expectShown(rowsOf(/health/).first());
    });

    test('a page that could not be fetched comes by itself when the line is back', async () => {
      page = await browser.signedIn('/senders');
      await rowsOf(/health/).waitFor();
      await cut(true);
      await page.getByRole('link', { name: 'Jobs' }).click();
      await expectShown(page.getByRole('heading', { name: 'You are offline' }));
      await cut(false);
      await expectShown(page.getByRole('heading', { name: 'Jobs' }));
    });

    test('a page on its way is told, and read from its heading', async () => {
      page = await browser.signedIn('/senders');
      const gate: { open?: () => void } = {};
      const opened = new Promise<void>((resolve) => (gate.open = resolve));
      await page.route('**/jobs.page*', async (route) => {
        await opened;
        await route.continue();
      });
      await page.getByRole('link', { name: 'Jobs' }).click();
      await page.getByRole('status', { name: 'Loading' }).waitFor();
      gate.open?.();
      await page.getByRole('heading', { name: 'Jobs' }).waitFor();
      await expectShown(page.locator('h1:focus', { hasText: 'Jobs' }));
    });
  });

  describe('by the end of a session', () => {
    const begin = async (): Promise<void> => {
      page = await browser.signedIn('/agreements/new?senderId=health&registry=SOCIAL', ruth.token);
      await page.getByRole('switch', { name: 'All fields' }).check({ force: true });
      await page.getByLabel('Purposes').first().fill('pension');
      await page.keyboard.press('Enter');
      await gateway.admin('mutation { revokeAdminSessions(subject: "local:ruth", reason: "test") }');
      await page.getByRole('button', { name: 'Create agreement' }).click();
      await expectShown(page.getByText(STAYED));
      expect(await page.getByText('pension').isVisible()).toBe(false);
    };

    test('the same reader goes on where they were: what was sent is sent again', async () => {
      await begin();
      await enter(ruth);
      await page.getByRole('heading', { name: 'Agreements', exact: true }).waitFor();
      await expectShown(rowsOf(/health.*Social/i));
      ruth.token = (await page.evaluate(() => sessionStorage.getItem('dci.console.token'))) ?? '';
    });

    test('another reader finds nothing of it', async () => {
      const other = await localAdmin(gateway, 'naomi');
      await begin();
      await enter(other);
      await page.getByRole('heading', { name: 'New agreement' }).waitFor();
      await page.getByLabel('Purposes').first().waitFor();
      expect(await page.getByText('pension').count()).toBe(0);
    });

    /** The session ends while the sender's name is being changed. */
    const beginName = async (name: string): Promise<void> => {
      await enterAnew();
      await page.goto('/console/senders/health');
      await page.getByRole('button', { name: 'Edit', exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel(/^Name/).fill(name);
      // A click beside it takes nothing away.
      await page.mouse.click(20, 600);
      await gateway.admin('mutation { revokeAdminSessions(subject: "local:ruth", reason: "test") }');
      await dialog.getByRole('button', { name: 'Save' }).click();
      await expectShown(page.getByText(STAYED));
      await dialog.waitFor({ state: 'hidden' });
    };

    test('a dialog that is open waits too, out of sight', async () => {
      await beginName('Ministry of Health');
      await enter(ruth);
      await expectShown(page.getByRole('heading', { name: 'Ministry of Health' }));
    });

    test('what was read before a change, and comes after its answer, is read again', async () => {
      await beginName('Department of Health');
      const [read, changed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      await page.route('**/graphql', async (route) => {
        const asked = route.request().postData() ?? '';
        if (asked.includes('mutation UpdateSender')) await read.promise;
        const response = await route.fetch();
        if (asked.includes('query Sender(')) {
          read.resolve();
          await changed.promise;
        }
        await route.fulfill({ response });
        if (asked.includes('mutation UpdateSender')) changed.resolve();
      });
      await enter(ruth);
      await expectShown(page.getByRole('heading', { name: 'Department of Health' }));
    });

    test('signing out waits for no line, and leaves nothing here or in another tab', async () => {
      await enterAnew();
      const beside = await page.context().newPage();
      await beside.goto('/console/');
      const token = (await page.evaluate(() => sessionStorage.getItem('dci.console.token'))) ?? '';
      await beside.evaluate((bearer) => sessionStorage.setItem('dci.console.token', bearer), token);
      await beside.goto('/console/senders/health');
      await beside.getByRole('heading', { level: 1 }).waitFor();
      await page.goto('/console/senders/health');
      await page.getByRole('heading', { level: 1 }).waitFor();
      const release = await hold(page, 'mutation SignOut');
      await page.getByRole('button', { name: 'Sign out' }).click();
      for (const tab of [page, beside]) {
        await tab.getByLabel(/^Password/).waitFor();
        expect(await tab.title()).toBe('DCI gateway');
        expect(await tab.evaluate(() => Object.keys(sessionStorage))).toEqual([]);
        expect(await tab.locator('body').innerHTML()).not.toContain('health');
      }
      release();
      await until(async () => (await gateway.graphql('{ me { subject } }', {}, token)).errors !== undefined);
    });
  });

  describe('by leaving', () => {
    const question = () => page.getByRole('dialog', { name: 'Leave without saving?' });
    const answer = async (name: string): Promise<void> => {
      await question().getByRole('button', { name, exact: true }).click();
      await question().waitFor({ state: 'detached' });
    };
    const heading = (name: string) => page.getByRole('heading', { name, exact: true });

    test('a form in which something was changed is asked for, and no other', async () => {
      page = await browser.signedIn('/agreements');
      await page.getByRole('link', { name: 'New agreement' }).first().click();
      const purposes = page.getByLabel('Purposes').first();
      await purposes.waitFor();
      await page.getByRole('link', { name: 'Jobs' }).click();
      await heading('Jobs').waitFor();
      await page.goBack();
      await purposes.fill('pension');
      await purposes.press('Enter');
      for (const leave of [() => page.getByRole('link', { name: 'Jobs' }).click(), () => page.goBack()]) {
        await leave();
        await answer('Cancel');
        await expectShown(page.getByText('pension'));
      }
      const asked = page.waitForEvent('dialog');
      await page.close({ runBeforeUnload: true });
      expect((await asked).type()).toBe('beforeunload');
      await (await asked).dismiss();
      // Taken back, there is nothing to lose.
      await purposes.press('Backspace');
      await page.getByText('pension').waitFor({ state: 'detached' });
      await page.goBack();
      await heading('Agreements').waitFor();
      await page.goForward();
      await purposes.fill('pension');
      await purposes.press('Enter');
      await page.getByRole('link', { name: 'Jobs' }).click();
      await answer('Leave');
      await expectShown(heading('Jobs'));
    });

    test('Escape answers the question on top, and leaves the form below it', async () => {
      page = await browser.signedIn('/senders');
      await page.getByRole('link', { name: 'Registry records' }).click();
      await page
        .getByRole('button', { name: /^UIN 48/ })
        .first()
        .click();
      const form = page.getByRole('dialog', { name: 'Record', exact: true });
      await form.getByLabel('External id').fill('outside-7');
      await page.goBack();
      await question().waitFor();
      await page.keyboard.press('Escape');
      await question().waitFor({ state: 'detached' });
      await form.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('dialog', { name: 'Delete record' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog', { name: 'Delete record' }).waitFor({ state: 'detached' });
      expect(await form.getByLabel('External id').inputValue()).toBe('outside-7');
    });
  });

  describe('by another administrator', () => {
    test('who ended what is being changed: the form stays, and says so', async () => {
      const [agreement] = (
        await gateway.admin<{ agreements: { nodes: { id: string }[] } }>(
          '{ agreements(filter: { senderId: "health", registry: CRVS }) { nodes { id } } }',
        )
      ).agreements.nodes;
      page = await browser.signedIn('/agreements?state=ACTIVE');
      await rowsOf(/health.*Civil/i)
        .getByRole('button')
        .click();
      await page.getByRole('tab', { name: 'Edit' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Purposes').fill('pension');
      await page.keyboard.press('Enter');
      await gateway.admin(`mutation { endAgreement(id: "${agreement?.id ?? ''}") { id } }`);
      await dialog.getByRole('button', { name: 'Save' }).click();
      await expectShown(page.getByRole('alert').first());
      await rowsOf(/health.*Civil/i).waitFor({ state: 'detached' });
      await expectShown(dialog.getByText('pension'));
      await expectShown(page.getByRole('alert').first());
    });
  });

  const enter = async ({ name, password }: LocalAdmin): Promise<void> => {
    const form = page.getByRole('main');
    await form.getByLabel(/^Name/).fill(name);
    await form.getByLabel(/^Password/).fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  const enterAnew = async (): Promise<void> => {
    page = await browser.visit();
    await page.goto('/console/');
    await enter(ruth);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  };
});
