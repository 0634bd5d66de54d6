/** `/console`: the built admin console, hashed assets compressed and cached for good, and a policy that lets nothing foreign in. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Router, type Request, type Response } from 'express';
import compressedStatic from 'express-static-gzip';
import type { Config } from '../platform/config.js';
import { PACKAGE_FOLDER } from '../platform/package-folder.js';

const BUILT = fileURLToPath(new URL('dist/console/', PACKAGE_FOLDER));
const MISSING = 'the console is not built: run npm run build';
const NONCE = '{{nonce}}';

/** @param hasAccounts whether the sign-in page has something to ask a name and a password for */
export function consoleRouter(
  { oidc, graphqlTimeoutMs: answersWithinMs }: Pick<Config, 'oidc' | 'graphqlTimeoutMs'>,
  hasAccounts: () => Promise<boolean>,
  folder = BUILT,
): Router {
  const router = Router();
  router.use(
    '/console/assets',
    compressedStatic(`${folder}assets`, {
      enableBrotli: true,
      orderPreference: ['br', 'gzip'],
      index: false,
      serveStatic: { immutable: true, maxAge: '1y', setHeaders },
    }),
  );
  // No page stands for a file that is not there.
  router.get('/console/assets/*path', (_request, _response, next) => next('router'));
  router.get('/console/config.json', async (_request, response) => {
    const { issuer, clientId, audience } = oidc ?? {};
    const accounts = await hasAccounts();
    response
      .set('Cache-Control', 'no-cache')
      .json({ accounts, oidc: oidc === undefined ? null : { issuer, clientId, audience }, answersWithinMs });
  });
  // Every other path is a page that the console draws itself.
  router.get(['/console', '/console/*path'], async (request, response) => {
    const page = await readFile(`${folder}index.html`, 'utf8').catch(() => undefined);
    if (page === undefined) response.status(404).type('text').send(`${MISSING}\n`);
    else sendPage(request, response, page, oidc?.issuer);
  });
  return router;
}

function sendPage(request: Request, response: Response, page: string, issuer: string | undefined): void {
  const nonce = randomBytes(16).toString('base64');
  setHeaders(response);
  response.set('Content-Security-Policy', contentPolicy(request.host ?? '', nonce, issuer));
  response.set('Cache-Control', 'no-store').type('html').send(page.replaceAll(NONCE, nonce));
}

/** Styles that components make at run time carry the nonce; scripts come from our own files only. */
function contentPolicy(host: string, nonce: string, issuer: string | undefined): string {
  const identityProvider = issuer === undefined ? [] : [new URL(issuer).origin];
  return [
    "default-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    ['connect-src', "'self'", ...socketsOf(host), ...identityProvider].join(' '),
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Not every browser counts WebSockets of the same host as 'self'. */
const socketsOf = (host: string): string[] => (/^[\w.:[\]-]+$/.test(host) ? [`ws://${host}`, `wss://${host}`] : []);

function setHeaders(response: ServerResponse): void {
  response.setHeaders(HEADERS);
}

const HEADERS = new Map([
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Permissions-Policy', 'camera=(), microphone=(), geolocation=()'],
]);
