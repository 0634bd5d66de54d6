/** GraphiQL for a browser at `/graphql`: everything from here, nothing inline, nothing foreign. It holds no secret and opens none. */
import { Router, type Request, type Response } from 'express';
import { BOOT_SCRIPT } from './graphiql.boot.js';

/** Path of an asset, as the page and the editor's workers ask for it → content type and text. */
type Assets = Map<string, [type: string, text: string]>;

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>DCI gateway: GraphiQL</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="graphql/graphiql/graphiql.css" />
  </head>
  <body id="body" class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript.</noscript>
    <main id="root"></main>
    <script src="graphql/graphiql/graphiql.js"></script>
    <script src="graphql/graphiql/boot.js"></script>
  </body>
</html>
`;

let assets: Promise<Assets> | undefined;

export function graphiqlRouter(): Router {
  const router = Router();
  router.get('/', (request, response, next) => {
    if (wantsPage(request)) secured(request, response).type('html').send(PAGE);
    else next();
  });
  router.get('/graphiql/:name', async (request, response, next) => {
    assets ??= loadAssets();
    const asset = (await assets).get(request.params.name);
    if (asset === undefined) return next();
    const [type, text] = asset;
    secured(request, response).set('Cache-Control', 'public, max-age=3600').type(type).send(text);
  });
  return router;
}

/** An operation in the query string is never answered with a page. */
function wantsPage({ headers: { accept = '' }, query }: Request): boolean {
  return accept.includes('text/html') && query['query'] === undefined && query['extensions'] === undefined;
}

/** Nine megabytes, read when the first browser comes. */
async function loadAssets(): Promise<Assets> {
  const { js, css, editorWorkerService, jsonWorker, graphqlWorker } =
    await import('@graphql-yoga/render-graphiql/graphiql');
  return new Map([
    ['graphiql.css', ['css', css]],
    ['graphiql.js', ['js', js]],
    ['boot.js', ['js', BOOT_SCRIPT]],
    ['editorWorkerService.js', ['js', editorWorkerService]],
    ['json.js', ['js', jsonWorker]],
    ['graphql.js', ['js', graphqlWorker]],
  ]);
}

/** The editor writes its colours into style elements, so styles may stand inline; scripts may not. */
function secured({ host }: Request, response: Response): Response {
  const sockets = /^[\w.:[\]-]+$/.test(host ?? '') ? ` ws://${host} wss://${host}` : '';
  return response.set({
    'Content-Security-Policy': [
      "default-src 'none'",
      "script-src 'self'",
      "worker-src 'self'",
      "style-src 'self' 'unsafe-inline'",
      "font-src 'self' data:",
      "img-src 'self' data:",
      `connect-src 'self'${sockets}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'Referrer-Policy': 'no-referrer',
  });
}
