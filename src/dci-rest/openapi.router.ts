/** `/dci/v1/openapi.json`, and a reader of it at `/dci/v1/docs` that needs nothing from elsewhere. */
import { fileURLToPath } from 'node:url';
import { Router } from 'express';
import { openApiDocument } from './openapi.document.js';
import type { FacadeServices } from './services.js';

/** The same folder whether this file runs from `src` or from `dist`; `npm run build` fills it. */
const ASSETS = fileURLToPath(new URL('../../dist/reader/', import.meta.url));

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>DCI gateway: API</title>
    <script type="module" src="docs/rapidoc-min.js"></script>
  </head>
  <body>
    <rapi-doc spec-url="openapi.json" render-style="focused" load-fonts="false" show-header="false"></rapi-doc>
  </body>
</html>
`;
/** The reader sets inline styles; scripts come from here alone. */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

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
  router.get('/docs/rapidoc-min.js', (_request, response) =>
    response.sendFile('rapidoc-min.js', { root: ASSETS, maxAge: '1h' }),
  );
  return router;
}
