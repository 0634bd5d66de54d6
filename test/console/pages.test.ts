/**
 * Every page, filled: in light and in dark held against axe, then on a telephone in French. `CONSOLE_SCREENSHOTS=FOLDER`
 * writes pictures of six of them; otherwise the tree stays as it is.
 */
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { makeAccount } from '../support/local-admin.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { until } from '../support/until.js';
import {
  atRest,
  hasChromium,
  seriousViolations,
  startBrowser,
  type ConsoleBrowser,
  type ConsolePage,
} from './browser.js';
import { fillGateway, type Filled } from './demo-traffic.js';
import { inFrench, listen, untranslated, type Answered } from './french.js';

const FOLDER = process.env.CONSOLE_SCREENSHOTS;

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };

/** A page, a table, a badge or a text of a card that is wider than the screen has room for. */
const CUT = `[...document.querySelectorAll('html, .table-scroll .mantine-ScrollArea-viewport, .mantine-Badge-label, .cards [data-truncate]')]
  .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1)
  .map((element) => element.className || element.tagName)`;

interface Visit {
  name: string;
  path: (filled: Filled) => string;
  /** What the page shows once its data is there. */
  shows: string | RegExp;
  /** What else is opened before the look. */
  act?: (page: ConsolePage) => Promise<void>;
  picture?: boolean;
}

const open = (role: 'tab' | 'button', name: string | RegExp) => async (page: ConsolePage) => {
  await page.getByRole(role, { name }).first().click();
  await page.getByRole('dialog').or(page.getByRole('tabpanel')).first().waitFor();
};

const VISITS: Visit[] = [
  { name: 'overview', path: () => '/', shows: 'Traffic by', picture: true },
  { name: 'transactions', path: () => '/transactions', shows: 'ministry-of-health', picture: true },
  { name: 'transaction', path: ({ transaction }) => `/transactions/${transaction}`, shows: 'Callbacks' },
  {
    name: 'payload',
    path: ({ transaction }) => `/transactions/${transaction}`,
    shows: 'Payloads',
    act: async (page) => {
      await page.getByLabel('Why do you need to see personal data?').fill('complaint 42');
      await page.getByRole('button', { name: 'Show payloads' }).click();
      await page.getByRole('tab', { name: 'Request' }).waitFor();
    },
  },
  { name: 'deliveries', path: () => '/deliveries', shows: 'on-search', picture: true },
  { name: 'delivery', path: ({ delivery }) => `/deliveries/${delivery}`, shows: 'Attempts' },
  { name: 'replay', path: () => '/deliveries', shows: 'on-search', act: open('button', 'Replay') },
  { name: 'subscriptions', path: () => '/subscriptions', shows: 'LiveBirth' },
  {
    name: 'subscription',
    path: () => '/subscriptions',
    shows: 'LiveBirth',
    act: open('button', /^[0-9a-f-]{36}$|^SUB/),
  },
  { name: 'senders', path: () => '/senders', shows: 'Ministry of Health' },
  { name: 'sender', path: () => '/senders/ministry-of-health', shows: 'the receiver answered 500', picture: true },
  {
    name: 'sender-edit',
    path: () => '/senders/ministry-of-health',
    shows: 'Fingerprint (SHA-256)',
    act: async (page) => {
      await open('button', 'Edit')(page);
      await page.getByRole('button', { name: /Rarely needed/ }).click();
      await page.getByLabel('TLS client subject').waitFor();
    },
  },
  {
    name: 'sender-outbound',
    path: () => '/senders/ministry-of-health',
    shows: 'Our access to its endpoint',
    act: open('button', 'Set credentials'),
  },
  {
    name: 'onboarding',
    path: () => '/senders/new',
    shows: 'Create sender',
    act: onboardWithoutAnything,
  },
  { name: 'agreements', path: () => '/agreements', shows: 'Ministry of Health' },
  {
    name: 'agreement',
    path: () => '/agreements',
    shows: 'Ministry of Health',
    act: open('button', /Ministry of Health/),
  },
  {
    name: 'agreement-new',
    path: () => '/agreements/new',
    shows: 'Fields that may be released',
    picture: true,
    act: explainAccess,
  },
  { name: 'consents', path: () => '/consents', shows: 'Active' },
  { name: 'consent-new', path: () => '/consents', shows: 'Active', act: open('button', 'Record a consent') },
  { name: 'consent-controllers', path: () => '/consent-controllers', shows: 'Active' },
  {
    name: 'consent-controller-new',
    path: () => '/consent-controllers',
    shows: 'Active',
    act: open('button', 'Register a controller'),
  },
  { name: 'access-report', path: () => '/access-report', shows: 'Make report', act: makeReport },
  { name: 'records', path: () => '/records', shows: 'SRPerson' },
  { name: 'record', path: () => '/records', shows: 'SRPerson', act: open('button', /^UIN/) },
  { name: 'accounts', path: () => '/accounts', shows: 'audrey' },
  { name: 'server-keys', path: () => '/server-keys', shows: 'ed25519' },
  { name: 'jobs', path: () => '/jobs', shows: 'housekeeping' },
  { name: 'audit', path: () => '/audit', shows: 'createAgreement' },
  { name: 'audit-chain', path: () => '/audit?tab=chain', shows: 'Check the newest', act: checkChain, picture: true },
  { name: 'audit-holds', path: () => '/audit?tab=holds', shows: 'school-meals' },
  { name: 'hold-new', path: () => '/audit?tab=holds', shows: 'school-meals', act: open('button', 'Place a hold') },
  { name: 'sessions', path: () => '/audit', shows: 'createAgreement', act: open('button', 'End sessions') },
  { name: 'not-found', path: () => '/nowhere', shows: 'There is no such page' },
];

/** To its last step, which says what is missing. */
async function onboardWithoutAnything(page: ConsolePage): Promise<void> {
  await page.getByLabel('Sender id').fill('newcomer');
  await page.getByLabel('Name', { exact: false }).first().fill('Newcomer');
  await page.getByRole('button', { name: 'Create sender' }).click();
  await page.getByText('No keys yet').waitFor();
  await page.getByRole('button', { name: 'Skip', exact: true }).click();
  await page.getByText('Agreement 1 of 1').waitFor();
  await page.getByRole('button', { name: 'Skip', exact: true }).click();
  await page.getByText('No agreement: Social').waitFor();
  await page.getByText('It has no signing key').waitFor();
}

async function explainAccess(page: ConsolePage): Promise<void> {
  await page.getByRole('combobox', { name: 'Sender' }).click();
  await page.getByRole('option', { name: /Ministry of Health/ }).click();
  for (const field of ['identifier', 'name', 'sex'])
    await page.getByRole('checkbox', { name: field, exact: true }).check();
  const form = page.getByRole('form', { name: 'Explain access' });
  await form.getByRole('textbox', { name: 'Identifier' }).fill('4711');
  await form.getByRole('button', { name: 'Explain' }).click();
  await page.getByText('Something would be released').waitFor();
}

async function makeReport(page: ConsolePage): Promise<void> {
  await page.getByRole('textbox', { name: 'Identifier' }).fill('4711');
  await page.getByLabel('Reason').fill('the person asked');
  await page.getByRole('button', { name: 'Make report' }).click();
  await page
    .getByRole('row', { name: /National Pension Fund/ })
    .first()
    .waitFor();
}

async function checkChain(page: ConsolePage): Promise<void> {
  await page.getByRole('button', { name: /Check the newest/ }).click();
  await page.getByText('The chain is whole').waitFor();
}

(hasChromium() ? describe : describe.skip)('every page', () => {
  let gateway: TestGateway;
  let browser: ConsoleBrowser;
  let inbox: Inbox;
  let filled: Filled;

  beforeAll(async () => {
    gateway = await startTestGateway({ env: { DELIVERY_RETRY_SECONDS: '3600,3600' } });
    inbox = await startInbox(gateway.url);
    browser = await startBrowser(gateway.url);
    filled = await fillGateway(gateway, inbox);
    await makeAccount(gateway, 'audrey', 'AUDITOR');
  }, 90_000);
  afterAll(async () => {
    await browser.close();
    await inbox.close();
    await gateway.close();
  });

  /** In dark only the colours differ. */
  const serious = async (page: ConsolePage, colorScheme: 'light' | 'dark') => {
    await page.emulateMedia({ colorScheme });
    // The page follows in its own time, and half dark nothing has its contrast.
    await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor({ state: 'attached' });
    await atRest(page);
    const found = await seriousViolations(page, colorScheme === 'dark' ? ['color-contrast'] : undefined);
    return found.map((violation) => `${colorScheme} ${violation}`);
  };
  const picture = async (page: ConsolePage, name: string) => {
    if (FOLDER !== undefined) await page.screenshot({ path: `${FOLDER}/console-${name}.png` });
  };

  test('signing in is accessible', async () => {
    const page = await browser.visit();
    await page.goto('/console/');
    await page.getByLabel(/^Password/).waitFor();
    for (const scheme of ['light', 'dark'] as const) expect(await serious(page, scheme)).toEqual([]);
    await page.getByText('Access token').click();
    await page.getByRole('button', { name: 'Show or hide the token' }).waitFor();
    for (const scheme of ['light', 'dark'] as const) expect(await serious(page, scheme)).toEqual([]);
    await page.context().close();
  });

  describe('once signed in', () => {
    let page: ConsolePage;
    let answered: Answered;
    beforeAll(async () => {
      page = await browser.signedIn('/');
      answered = listen(page);
    });
    afterAll(() => page.context().close());

    test('what failed is drawn from the ground up, and one call in an hour is not none', async () => {
      await page.goto('/console/');
      await page.getByRole('row', { name: /^Farmer 1 <0\.1\/min/ }).waitFor();
      const top = (colour: string): Promise<number> => {
        const curve = page.locator(`path.recharts-area-curve[stroke*="${colour}"]`).first();
        // While it is drawn anew it has no place.
        return until(async () => (await curve.boundingBox())?.y);
      };
      expect(await top('red')).toBeGreaterThan(await top('petrol'));
    });

    test.each(VISITS)(
      'is accessible in light, dark, French and narrow: $name',
      async ({ name, path, shows, act, ...visit }) => {
        await page.setViewportSize(WIDE);
        await page.evaluate(`localStorage.setItem('dci.console.language', 'en')`);
        await page.goto(`/console${path(filled)}`);
        await page.getByText(shows).first().waitFor();
        await act?.(page);
        const light = await serious(page, 'light');
        if (visit.picture) await picture(page, name);
        const dark = await serious(page, 'dark');
        await inFrench(page);
        await page.setViewportSize(NARROW);
        await atRest(page);
        if (visit.picture) await picture(page, `${name}-narrow`);
        const english = await untranslated(page, answered);
        const cut = await page.evaluate<string[]>(CUT);
        expect({ light, dark, english, cut }).toEqual({ light: [], dark: [], english: [], cut: [] });
        expect(page.problems.splice(0)).toEqual([]);
      },
      120_000,
    );
  });
});
