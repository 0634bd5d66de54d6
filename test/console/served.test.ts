/** How `/console` is served: cached where it may be, under a policy that lets nothing foreign in. */
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express from 'express';
import { consoleRouter } from '../../src/server/console.router.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { ensureConsole } from './console-build.js';

describe('the console as it is served', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    await ensureConsole();
    gateway = await startTestGateway();
  }, 60_000);
  afterAll(() => gateway.close());

  test('is one page for every path, never cached, with a new nonce each time', async () => {
    const pages = [];
    for (const path of ['', '/', '/transactions', '/senders/some.sender'])
      pages.push(await fetch(`${gateway.url}/console${path}`));
    const nonces = pages.map(({ status, headers }) => {
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
      return /'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '')?.[1] ?? '';
    });
    expect(new Set(nonces).size).toBe(pages.length);
    expect(await pages[0]?.text()).toContain(`nonce="${nonces[0]}"`);
  });

  test('lets in no foreign and no inline script, and stands in no frame', async () => {
    const { headers } = await fetch(`${gateway.url}/console/`);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toMatch(/unsafe|script-src|https:/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('has its files cached for good, and says 404 to what is no file', async () => {
    const page = await (await fetch(`${gateway.url}/console/`)).text();
    const [script = ''] = /\/console\/assets\/[^"]+\.js/.exec(page) ?? [];
    const { status, headers } = await fetch(gateway.url + script);
    const plain = await (await fetch(gateway.url + script, { headers: { 'accept-encoding': 'identity' } })).text();
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await fetch(`${gateway.url}/console/assets/missing.js`)).status).toBe(404);
    for (const encoding of ['br', 'gzip', 'identity']) {
      const file = await fetch(gateway.url + script, { headers: { 'accept-encoding': encoding } });
      expect(file.headers.get('content-encoding')).toBe(encoding === 'identity' ? null : encoding);
      expect(file.headers.get('content-type')).toMatch(/^text\/javascript/);
      expect(file.headers.get('vary')).toBe('Accept-Encoding');
      expect(file.headers.get('x-frame-options')).toBe('DENY');
      expect(await file.text()).toBe(plain);
    }
  });

  test('names no issuer where none is set', async () => {
    expect(await (await fetch(`${gateway.url}/console/config.json`)).json()).toEqual({
      accounts: false,
      oidc: null,
      answersWithinMs: 30_000,
    });
  });

  test('says what to do where it was not built', async () => {
    const server = express()
      .use(consoleRouter({ graphqlTimeoutMs: 30_000 }, async () => false, join(temporaryFolder(), '/')))
      .listen(0);
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/console`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toBe('the console is not built: run npm run build\n');
    server.close();
  });
});
