/** `/dci/v1/openapi.json`, and a reader of it at `/dci/v1/docs` that needs nothing from elsewhere. */
import { fileURLToPath } from 'node:url';
import { Router } from 'express';
import { PACKAGE_FOLDER } from '../../platform/package-folder.js';
import type { FacadeServices } from '../services.js';
import { openApiDocument } from './document.js';

/** `npm run build` fills it. */
const ASSETS = fileURLToPath(new URL('dist/reader/', PACKAGE_FOLDER));
const SCRIPT = 'scalar.js';

/** Nothing of its maker's services: no fonts, no telemetry, no proxy, no assistant. */
const READER = {
  url: 'openapi.json',
  layout: 'modern',
  withDefaultFonts: false,
  telemetry: false,
  showDeveloperTools: 'never',
  hideClientButton: true,
  agent: { disabled: true },
  mcp: { disabled: true },
  documentDownloadType: 'direct',
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  operationTitleSource: 'summary',
};

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>DCI gateway: API</title>
    <link rel="icon" href="data:," />
    <style>
      body {
        overflow-x: clip;
      }
    </style>
  </head>
  <body>
    <script id="api-reference" type="application/json" data-url="openapi.json" data-configuration='${JSON.stringify(READER)}'></script>
    <script src="docs/${SCRIPT}"></script>
  </body>
</html>
`;

/** The reader sets inline styles; scripts come from here alone, and nothing is asked elsewhere. */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

export function openApiRouter({ registries, settings, clock }: FacadeServices): Router {
  const router = Router();
  router.get('/openapi.json', (_request, response) => {
    response.json(openApiDocument(registries.all, settings, clock()));
  });
  router.get('/docs', (request, response) => {
    response.set('Content-Security-Policy', POLICY);
    // The page names its files relative to itself.
    if (request.originalUrl.endsWith('/')) response.redirect(301, '../docs');
    else response.type('html').send(PAGE);
  });
  router.get(`/docs/${SCRIPT}`, (request, response) => {
    const zipped = request.acceptsEncodings('gzip') === 'gzip';
    response.vary('Accept-Encoding').type('js');
    if (zipped) response.set('Content-Encoding', 'gzip');
    response.sendFile(zipped ? `${SCRIPT}.gz` : SCRIPT, { root: ASSETS, maxAge: '1h' });
  });
  return router;
}
