/** For whoever reads: by keyboard alone, in their own zone, on a small screen, page by page through a long list. */
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById } from '../support/partner.js';
import { expectShown, hasChromium, startBrowser, type ConsoleBrowser } from './browser.js';

const CALLS = 60;

(hasChromium() ? describe : describe.skip)('reading the console', () => {
  let gateway: TestGateway;
  let browser: ConsoleBrowser;

  beforeAll(async () => {
    gateway = await startTestGateway();
    browser = await startBrowser(gateway.url);
    const partner = await createPartner(gateway, { senderId: 'busy', sender: { rateLimitPerMinute: 10_000 } });
    for (let call = 0; call < CALLS; call++)
      await partner.send('social/registry/sync/search', 'search', searchById('4711'));
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await gateway.close();
  });

  test('needs no mouse: past the menu, into a row, and a dialog that Escape closes', async () => {
    const page = await browser.signedIn('/transactions');
    await page.getByRole('row', { name: /busy/ }).first().waitFor();
    await page.keyboard.press('Tab');
    await expectShown(page.locator(':focus', { hasText: 'Skip to content' }));
    await page.keyboard.press('Enter');
    expect(await page.locator(':focus').getAttribute('id')).toBe('main');
    await page.getByRole('row', { name: /busy/ }).first().getByRole('link').focus();
    await page.keyboard.press('Enter');
    await expectShown(page.getByRole('heading', { name: 'Outcome' }));
    await page.goto('/console/deliveries');
    await page.getByRole('button', { name: 'Replay' }).focus();
    await page.keyboard.press('Enter');
    await expectShown(page.getByRole('dialog'));
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    // The dialog gives it back behind its end.
    await expectShown(page.locator(':focus').and(page.getByRole('button', { name: 'Replay' })));
    await page.context().close();
  });

  test('a button that has done its work has the focus still', async () => {
    const page = await browser.signedIn('/jobs');
    const button = page.getByRole('row', { name: /^housekeeping/ }).getByRole('button', { name: 'Run now' });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.getByText('housekeeping is due').waitFor();
    await expectShown(page.locator(':focus').and(button));
    await page.context().close();
  });

  test('tells a refusal of the gateway in the language of the reader, at its field', async () => {
    const page = await browser.signedIn('/senders/new', undefined, { locale: 'fr-FR' });
    await page.getByLabel('Id d’émetteur').fill('busy');
    await page.getByLabel(/^Nom/).first().fill('Autre');
    await page.getByRole('button', { name: 'Créer l’émetteur' }).click();
    await expectShown(page.getByText('Id d’émetteur : un émetteur avec cet id existe déjà').first());
    expect(await page.getByLabel('Id d’émetteur').getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByText('a sender with this id exists').count()).toBe(0);
    await page.context().close();
  });

  test('a list that is not answered says so, and can be asked for again', async () => {
    const page = await browser.signedIn('/senders');
    const failed = {
      data: null,
      errors: [{ message: 'internal error 1', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    };
    // However often it is asked again by itself, until somebody asks for it.
    await page.route('**/graphql', async (route) =>
      route.request().postData()?.includes('query Transactions') === true && !(await page.evaluate('window.asked'))
        ? route.fulfill({ json: failed })
        : route.continue(),
    );
    await page.getByRole('link', { name: 'Transactions' }).click();
    await expectShown(page.getByRole('alert').getByText('internal error 1'));
    await page.evaluate(`addEventListener('click', () => (window.asked = true), { capture: true })`);
    await page.getByRole('button', { name: 'Try again' }).click();
    await expectShown(page.getByRole('row', { name: /busy/ }).first());
    expect(page.problems).toEqual([]);
    await page.context().close();
  });

  test('a text filter shows what the list is filtered by, however that came', async () => {
    const page = await browser.signedIn('/transactions?transactionId=no-such-call');
    await page.getByText('No transactions match').waitFor();
    await page.getByRole('link', { name: 'Transactions' }).click();
    await page.getByRole('row', { name: /busy/ }).first().waitFor();
    expect(await page.getByLabel('Transaction id').inputValue()).toBe('');
    await page.context().close();
  });

  test('a name that is one long word leaves the other columns on the screen', async () => {
    await createPartner(gateway, { senderId: 'long', sender: { name: 'x'.repeat(200) } });
    const page = await browser.signedIn('/senders');
    const table = page.getByRole('region', { name: 'Senders' });
    await table.getByRole('row', { name: /xxx/ }).waitFor();
    const [shown, whole] = await table.evaluate(({ clientWidth, scrollWidth }) => [clientWidth, scrollWidth]);
    expect(whole).toBe(shown);
    await page.context().close();
  });

  test('shows times in the zone of the reader', async () => {
    const { transactions } = await gateway.admin<{ transactions: { nodes: { receivedAt: string }[] } }>(
      '{ transactions(first: 1) { nodes { receivedAt } } }',
    );
    const receivedAt = transactions.nodes[0]?.receivedAt ?? '';
    for (const timezoneId of ['Africa/Lagos', 'Asia/Kathmandu']) {
      const page = await browser.signedIn('/transactions', undefined, { timezoneId });
      const time = page.locator(`time[datetime="${receivedAt}"]`).first();
      const local = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: timezoneId }).format(
        new Date(receivedAt),
      );
      expect(await time.innerText()).toContain(local);
      await page.context().close();
    }
  });

  test('goes through a long list page by page and back, each row once, and a page can be reloaded', async () => {
    const page = await browser.signedIn('/transactions');
    await page.getByRole('switch', { name: 'Follow live' }).uncheck();
    const links = page.getByRole('row').getByRole('link');
    const rows = async (): Promise<string[]> => {
      await links.first().waitFor();
      return links.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
    };
    const turn = async (name: 'Next' | 'Previous'): Promise<string[]> => {
      const [first] = await rows();
      await page.getByRole('button', { name }).click();
      await page.locator(`a[href="${first}"]`).waitFor({ state: 'detached' });
      return rows();
    };
    const pages = [await rows(), await turn('Next'), await turn('Next')];
    expect(pages.map(({ length }) => length)).toEqual([25, 25, 10]);
    expect(new Set(pages.flat()).size).toBe(CALLS);
    expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
    // Nor does the keyboard lose its place where there is no further page.
    await expectShown(page.locator(':focus').and(page.getByRole('button', { name: 'Next' })));
    await page.reload();
    expect(await rows()).toEqual(pages[2]);
    expect(await turn('Previous')).toEqual(pages[1]);
    await page.goBack();
    await page.locator(`a[href="${pages[2]?.[0]}"]`).waitFor();
    expect(await rows()).toEqual(pages[2]);
    await page.context().close();
  });

  test('fits a telephone: the menu opens, nothing but tables is wider than the screen', async () => {
    const page = await browser.signedIn('/transactions', undefined, { viewport: { width: 390, height: 780 } });
    await page.getByRole('row', { name: /busy/ }).first().waitFor();
    const width = await page.locator('html').evaluate((html) => html.scrollWidth);
    expect(width).toBeLessThanOrEqual(390);
    // Folded, it is no way for the keyboard, which nobody would see there.
    for (let stops = 0; stops < 8; stops++) {
      await page.keyboard.press('Tab');
      expect(await page.getByRole('navigation').locator(':focus').count()).toBe(0);
    }
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('link', { name: 'Senders' }).click();
    await expectShown(page.getByRole('heading', { name: 'Senders' }));
    // The name of an agency may be a sentence.
    const name = 'Ministère de la Santé, de la Population et de l’Action sociale, Direction générale de l’État civil';
    const rename = 'mutation ($name: String!) { updateSender(senderId: "busy", input: { name: $name }) { id } }';
    await gateway.admin(rename, { name });
    await page.goto('/console/senders/busy');
    await page.getByRole('heading', { name }).waitFor();
    expect(await page.locator('html').evaluate((html) => html.scrollWidth)).toBeLessThanOrEqual(390);
    await page.context().close();
  });
});
