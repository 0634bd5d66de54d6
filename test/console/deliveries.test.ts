/** Deliveries as an operator works on them: a failed one brought again, several at once, and live throughout. */
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { answer, startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { subscribed } from '../subscriptions/subscriptions.js';
import { expectShown, hasChromium, startBrowser, type ConsoleBrowser, type ConsolePage } from './browser.js';

(hasChromium() ? describe : describe.skip)('the deliveries page', () => {
  let gateway: TestGateway;
  let browser: ConsoleBrowser;
  let partner: Partner;
  let inbox: Inbox;
  let page: ConsolePage;

  beforeAll(async () => {
    gateway = await startTestGateway({ env: { DELIVERY_RETRY_SECONDS: '0' } });
    browser = await startBrowser(gateway.url);
    partner = await createPartner(gateway);
    inbox = await startInbox(gateway.url);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await inbox.close();
    await gateway.close();
  });
  beforeEach(async () => {
    page = await browser.signedIn('/deliveries');
    await page.getByText('Live', { exact: true }).waitFor();
  });
  afterEach(() => page.context().close());

  const owe = async () => {
    const { status } = await partner.send('social/registry/search', 'search', searchById('4711'), {
      sender_uri: `${inbox.url}/on-search`,
    });
    expect(status).toBe(202);
  };

  test('shows a delivery fail as it happens; Retry now brings it, and the page tells', async () => {
    inbox.behave(answer(500));
    await owe();
    await page
      .getByRole('row', { name: /on-search.*Failed.*the receiver answered 500/ })
      .first()
      .waitFor();
    await page
      .getByRole('row', { name: /on-search.*Failed.*the receiver answered 500/ })
      .first()
      .getByRole('link')
      .click();
    await page.getByRole('heading', { name: `on-search → ${partner.senderId}` }).waitFor();
    const attempts = page.getByRole('region', { name: 'Attempts' }).getByRole('row', { name: /Failed/ });
    await attempts.nth(1).waitFor();
    expect(await attempts.count()).toBe(2);

    await page.getByLabel('Why do you need to see personal data?').first().fill('the partner asked');
    await page.getByRole('button', { name: 'Show message' }).click();
    await page.getByRole('group', { name: 'The message' }).getByText('"action": "on-search"').waitFor();

    inbox.behave(undefined);
    await page.getByRole('button', { name: 'Retry now' }).click();
    await page
      .getByRole('region', { name: 'Attempts' })
      .getByRole('row', { name: /Delivered/ })
      .waitFor();
    await page.getByRole('button', { name: 'Retry now' }).waitFor({ state: 'detached' });
    // What was opened for a reason was read that once, whatever was done since.
    const { adminActions } = await gateway.admin<{ adminActions: { nodes: unknown[] } }>(
      '{ adminActions(filter: { action: "readPayload" }) { nodes { id } } }',
    );
    expect(adminActions.nodes).toHaveLength(1);
    expect(page.problems).toEqual([]);
  });

  test('a delivery that leaves the state of the filter says so where it stands', async () => {
    inbox.behave(answer(429, {}, { 'retry-after': '120' }));
    await owe();
    await page.goto('/console/deliveries?state=PENDING');
    await page.getByText('Live', { exact: true }).waitFor();
    const link = await page
      .getByRole('row', { name: /on-search.*Pending/ })
      .getByRole('link')
      .getAttribute('href');
    inbox.behave(undefined);
    await gateway.admin('mutation ($id: ID!) { retryDelivery(id: $id) { id } }', { id: link?.split('/').at(-1) });
    await expectShown(page.getByRole('row', { name: /on-search.*Delivered/ }));
    expect(await page.getByRole('row', { name: /on-search.*Pending/ }).count()).toBe(0);
  });

  test('says that an endpoint rests and how many wait for it, and Retry now does not wait', async () => {
    inbox.behave(answer(429, {}, { 'retry-after': '120' }));
    await owe();
    const waiting = page.getByRole('row', {
      name: /Pending.*The endpoint rests until .*; 1 waiting for it.*the receiver answered 429/,
    });
    await waiting.getByRole('link').click();
    await page.getByText(/^The endpoint rests until/).waitFor();
    inbox.behave(undefined);
    await page.getByRole('button', { name: 'Retry now' }).click();
    await page.getByText('It is being tried now').waitFor();
    await page.getByRole('button', { name: 'Retry now' }).waitFor({ state: 'detached' });
    expect(page.problems).toEqual([]);
  });

  test('retries a selection with progress', async () => {
    inbox.behave(answer(410));
    for (let count = 0; count < 3; count++) await owe();
    await page.goto('/console/deliveries?state=FAILED');
    await page.getByText('3 rows on this page').waitFor();
    inbox.behave(undefined);
    const all = page.getByRole('checkbox', { name: 'Select all rows' });
    await all.check();
    // Those that another filter shows are chosen beside them, and let go without them.
    const show = async (state: string): Promise<void> => {
      await page.getByRole('combobox', { name: 'State' }).click();
      await page.getByRole('option', { name: state, exact: true }).click();
      await page
        .getByRole('row', { name: new RegExp(state) })
        .first()
        .waitFor();
    };
    await show('Delivered');
    await all.check();
    await page.getByText('6 chosen').waitFor();
    await all.uncheck();
    await page.getByText('3 chosen').waitFor();
    await show('Failed');
    expect(await all.isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Retry chosen' }).click();
    await page.getByText('3 of 3 made due; 0 refused').waitFor();
    await page.goto('/console/deliveries?state=DELIVERED');
    await expectShown(page.getByText('6 rows on this page'));
  });

  test('replays a time range, and counts what arrives', async () => {
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByRole('switch', { name: 'Only what has not been delivered' }).uncheck();
    await page.getByRole('button', { name: 'Start replay' }).click();
    await page.getByText('Name a receiver, a subscription or a time range').waitFor();
    await page.getByRole('dialog').getByLabel('From').fill('2020-01-01T00:00');
    await page.getByRole('button', { name: 'Start replay' }).click();
    await expectShown(page.getByText(/6 due again: 6 delivered, 0 not/));
  });

  test('a test of a subscription shows how it went', async () => {
    const subscriber = await createPartner(gateway, {
      agreements: [{ registry: 'CRVS' }],
      sender: { autoApproveSubscriptions: true },
    });
    const { code } = await subscribed(subscriber, inbox, { event: 'Death' });
    await page.goto(`/console/subscriptions?code=${code}`);
    await page.getByRole('button', { name: code }).click();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByRole('dialog', { name: 'Send a test' }).getByRole('button', { name: 'Send a test' }).click();
    await page.getByRole('heading', { name: `notify → ${subscriber.senderId}` }).waitFor();
    await page
      .getByRole('region', { name: 'Attempts' })
      .getByRole('row', { name: /Delivered/ })
      .waitFor();
    await expectShown(page.getByText('Test', { exact: true }));
    expect(page.problems).toEqual([]);
  });
});
