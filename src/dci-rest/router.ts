/** The facade as an Express router: uploads, the posts in any form that HTTP allows, and the refusal of everything else. */
import express, { Router, type ErrorRequestHandler, type Request, type Response } from 'express';
import { Turns } from '../access/turns.js';
import { digestCoded } from '../platform/coded-body.js';
import { NotFound, type ProtocolError } from '../protocol/errors.js';
import { endpointsOf } from '../messages/endpoints.js';
import { SHORT_ENDPOINTS } from '../messages/short-form/short-endpoints.js';
import { bodyRefused } from './body-refused.js';
import type { UploadedMessage } from './checks/upload.check.js';
import { Exchange } from './exchange.js';
import { mayBeHeld, NOTHING } from './held-body.js';
import { onlyTakes } from './only-takes.js';
import type { Post } from './posts.js';
import { receivedOf } from './received.js';
import { refuse } from './refusals.js';
import { send } from './send.js';
import type { FacadeServices } from './services.js';
import { JsonBudget } from './upload/json-budget.js';
import { acceptUpload } from './upload/upload.handler.js';

export function dciRouter(posts: ReadonlyMap<string, Post>, services: FacadeServices): Router {
  const router = Router();
  mountUploads(router, services);
  const read = express.raw({ type: () => true, limit: services.maxBodyBytes });
  router.use(async (request, response, next) => {
    if (await mayBeHeld(request, services)) digestCoded(request, response, () => read(request, response, next));
    else next();
  });
  for (const [path, post] of posts)
    router.post(path, async (request, response) =>
      send(response, await post(receivedOf(request, bodyOf(request), services))),
    );
  const refuseAny = async (error: ProtocolError, request: Request, response: Response): Promise<void> => {
    const received = receivedOf(request, bodyOf(request), services);
    const exchange = new Exchange(received, undefined, undefined, services.clock());
    send(response, { exchange, reply: await refuse(error, exchange, services, 'SYNC') });
  };
  router.all(pathsOf(services), onlyTakes('POST', refuseAny));
  router.all(['/openapi.json', '/docs', '/docs/*file'], onlyTakes('GET, HEAD', refuseAny));
  router.use((request, response) =>
    refuseAny(
      new NotFound(`${request.method} ${request.baseUrl}${request.path}: no such endpoint; see /dci/v1/docs`),
      request,
      response,
    ),
  );
  router.use(refuseUnread(services));
  return router;
}

const bodyOf = ({ body }: Request): Buffer => (Buffer.isBuffer(body) ? body : NOTHING);

const pathsOf = ({ registries }: FacadeServices): string[] => [
  ...SHORT_ENDPOINTS.map(({ path }) => path),
  ...registries.all.flatMap((definition) =>
    definition.paths.flatMap((segment) => endpointsOf(definition).map(({ path }) => `/${segment}/registry${path}`)),
  ),
];

/** Reading rows is work of the one event loop; what waits for its turn is not read from its connection. */
const CSV_FILES = { alone: 8, beside: 4 };

/** Before anything reads the body: a file streams past the limit that other bodies have. */
function mountUploads(router: Router, services: FacadeServices): void {
  const room = {
    json: new JsonBudget(2 * services.maxUploadBytes, services.maxUploadBytes),
    csv: new Turns(services.recentCallers, CSV_FILES),
  };
  for (const definition of services.registries.all)
    for (const { path, kind } of endpointsOf(definition).filter(({ upload }) => upload === true))
      router.post(
        definition.paths.map((segment) => `/${segment}/registry${path}`),
        async (request, response) => {
          const received = receivedOf(request, NOTHING, services);
          const exchange = new Exchange<UploadedMessage>(received, definition, kind.operation, services.clock());
          const uploading = acceptUpload(kind, exchange, request, services, room);
          const reply = await uploading.catch((error: unknown) => refuse(error, exchange, services, 'BULK'));
          send(response, { exchange, reply });
          request.resume();
        },
      );
}

/** What `express.raw` refuses. */
const refuseUnread =
  (services: FacadeServices): ErrorRequestHandler =>
  async (error: { status?: number }, request, response, _next) =>
    send(response, await bodyRefused(error, request, services));
