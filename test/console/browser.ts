/**
 * Debian's Chromium on a console of its own. Whatever the browser complains of (a script error, a breach of the content
 * policy, a failed request) fails the test that asks for `problems`.
 */
import { existsSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';
import { ADMIN_TOKEN } from '../support/gateway.js';
import { until } from '../support/until.js';
import { ensureConsole } from './console-build.js';

/** The first without the windows that nobody sees, for half of the processor. */
const CHROMIUM = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => existsSync(path));
const ARGUMENTS = ['--no-sandbox', '--headless', '--disable-background-networking', '--disable-dev-shm-usage'];

/** Whether the browser suites can run here. @throws in CI where they cannot */
export function hasChromium(): boolean {
  if (CHROMIUM !== undefined) return true;
  if (process.env.CI) throw new Error('Chromium is missing, which the tests of the console need');
  console.warn('skipped: the tests of the console need Chromium (apt-get install chromium-headless-shell)');
  return false;
}

/** Fails the test unless it shows within half a minute. */
export const expectShown = (locator: Locator): Promise<void> => locator.waitFor();

/** Answers to this operation, or to what else is asked at this address, wait until they are let through. */
export async function hold(page: Page, operation: string, address = '**/graphql'): Promise<() => void> {
  const opened = Promise.withResolvers<void>();
  await page.route(address, async (route) => {
    if (route.request().postData()?.includes(operation) === true) await opened.promise;
    await route.fallback();
  });
  return opened.resolve;
}

/** Nothing is being loaded and nothing moves: what is measured now is what a reader sees. */
export async function atRest(page: Page): Promise<void> {
  const waiting = page.locator('[aria-busy=true], .mantine-Skeleton-root, .mantine-Loader-root');
  const still = `document.getAnimations().every(({ playState }) => playState !== 'running')`;
  await until(async () => (await waiting.count()) === 0 && (await page.evaluate<boolean>(still)));
}

/**
 * What axe calls serious or critical, of all its rules or of some. Run in the page itself, which has no frames, and
 * without the nodes that pass: handing those over takes seconds on a full page.
 */
export async function seriousViolations(page: Page, rules?: string[]): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  const { violations } = await (rules === undefined ? axe : axe.withRules(rules)).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join('\n  ')}`);
}

export interface ConsolePage extends Page {
  problems: string[];
}

export interface ConsoleBrowser {
  /** A fresh reader, not signed in. */
  visit(options?: BrowserContextOptions): Promise<ConsolePage>;
  /** A fresh reader who has signed in and stands at `path`. */
  signedIn(path: string, token?: string, options?: BrowserContextOptions): Promise<ConsolePage>;
  close(): Promise<void>;
}

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM ?? '', args: ARGUMENTS });

export async function startBrowser(gatewayUrl: string): Promise<ConsoleBrowser> {
  await ensureConsole();
  const browser = await launchChromium();
  const visit = (options?: BrowserContextOptions) => open(browser, gatewayUrl, options);
  return {
    visit,
    signedIn: async (path, token = ADMIN_TOKEN, options) => {
      const page = await visit(options);
      // Of the same origin, and nothing runs there yet.
      await page.goto('/console/icon.svg');
      await page.evaluate((bearer) => sessionStorage.setItem('dci.console.token', bearer), token);
      await page.goto(`/console${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      return page;
    },
    close: () => browser.close(),
  };
}

async function open(browser: Browser, baseURL: string, options: BrowserContextOptions = {}): Promise<ConsolePage> {
  const context = await browser.newContext({
    baseURL,
    locale: 'en-GB',
    timezoneId: 'Africa/Lagos',
    viewport: { width: 1360, height: 850 },
    // What fades in is half transparent for a while.
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    // Pages of others, such as an issuer's, are their own business.
    if (message.type() === 'error' && message.location().url.startsWith(baseURL)) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  return Object.assign(page, { problems });
}
