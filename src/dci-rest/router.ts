/** The facade as an Express router: the endpoint tables, the checks in their order, the answer or the refusal. */
import express, { Router, type ErrorRequestHandler, type Request, type Response } from 'express';
import { BodyTooLarge, HeaderRejected, NotFound, RequestInvalid, type ProtocolError } from '../protocol/errors.js';
import type { Operation } from '../protocol/vocabulary.js';
import { acceptLater } from './async.handler.js';
import { pass } from './checks/check.js';
import { certificateOf } from './client-certificate.header.js';
import { STANDARD } from './doors.js';
import { endpointsOf, type Endpoint } from '../messages/endpoints.js';
import { refusalEnvelope, type ReadMessage, type WireMessage } from '../messages/message-kind.js';
import { SHORT_ENDPOINTS } from '../messages/short-form/short-endpoints.js';
import type { ShortMessage } from '../messages/short-form/short-kind.js';
import { Exchange, type Reply } from './exchange.js';
import { onlyTakes } from './only-takes.js';
import { receiveNow } from './receive.handler.js';
import { refuse } from './refusals.js';
import { rateLimitHeaders } from './rate-limit.headers.js';
import type { FacadeServices } from './services.js';
import { answerShortForm } from './short-form.handler.js';
import { signedReply } from './signing.js';
import { answerNow } from './sync.handler.js';
import type { UploadedMessage } from './checks/upload.check.js';
import { JsonBudget } from './upload/json-budget.js';
import { acceptUpload } from './upload/upload.handler.js';
import { countReply } from './traffic.js';

/** When a message is worked on: at once, later by a job, or at once as one that was sent to us. */
const HANDLERS = { SYNC: answerNow, ASYNC: acceptLater, INBOUND: receiveNow };

export function dciRouter(services: FacadeServices): Router {
  const router = Router();
  mountUploads(router, services);
  router.use(express.raw({ type: () => true, limit: services.maxBodyBytes }));
  for (const endpoint of SHORT_ENDPOINTS)
    router.post(endpoint.path, async (request, response) => {
      const exchange = newExchange<ShortMessage>(services, request, undefined, endpoint);
      const reply = answerShortForm(endpoint, exchange, services);
      const answered = await reply.catch((error: unknown) => refuse(error, exchange, services, 'SHORT'));
      countReply(services, exchange, answered);
      send(response, answered, exchange);
    });
  for (const definition of services.registries.all)
    for (const endpoint of endpointsOf(definition).filter(({ upload }) => upload !== true))
      router.post(
        definition.paths.map((path) => `/${path}/registry${endpoint.path}`),
        async (request, response) => {
          const exchange = newExchange<ReadMessage>(services, request, definition, endpoint.kind);
          const answered = await answerEndpoint(endpoint, exchange, services);
          countReply(services, exchange, answered);
          send(response, answered, exchange);
        },
      );
  const refuseMethod = async (error: ProtocolError, request: Request, response: Response): Promise<void> =>
    send(response, await refuse(error, newExchange(services, request, undefined, {}), services, 'SYNC'));
  router.all(pathsOf(services), onlyTakes('POST', refuseMethod));
  router.all(['/openapi.json', '/docs', '/docs/*file'], onlyTakes('GET, HEAD', refuseMethod));
  router.use(async (request, response) => {
    const exchange = newExchange(services, request, undefined, {});
    const error = new NotFound(`${request.method} ${request.path}: no such endpoint; see /dci/v1/docs`);
    send(response, await refuse(error, exchange, services, 'SYNC'));
  });
  router.use(bodyRefused(services));
  return router;
}

const pathsOf = ({ registries }: FacadeServices): string[] => [
  ...SHORT_ENDPOINTS.map(({ path }) => path),
  ...registries.all.flatMap((definition) =>
    definition.paths.flatMap((segment) => endpointsOf(definition).map(({ path }) => `/${segment}/registry${path}`)),
  ),
];

/** Before anything reads the body: a file streams past the limit that other bodies have. */
function mountUploads(router: Router, services: FacadeServices): void {
  const budget = new JsonBudget(2 * services.maxUploadBytes);
  for (const definition of services.registries.all)
    for (const { path, kind } of endpointsOf(definition).filter(({ upload }) => upload === true))
      router.post(
        definition.paths.map((segment) => `/${segment}/registry${path}`),
        async (request, response) => {
          const exchange = newExchange<UploadedMessage>(services, request, definition, kind);
          const reply = acceptUpload(kind, exchange, request, services, budget);
          send(response, await reply.catch((error: unknown) => refuse(error, exchange, services, 'BULK')), exchange);
          request.resume();
        },
      );
}

async function answerEndpoint(
  endpoint: Endpoint,
  exchange: Exchange<ReadMessage>,
  services: FacadeServices,
): Promise<Reply> {
  try {
    await pass(STANDARD, exchange, services, { ...endpoint, ...endpoint.kind });
    return await HANDLERS[endpoint.mode](endpoint.kind, exchange, services);
  } catch (error) {
    const refusal = await refuse(error, exchange, services, endpoint.mode);
    if (error instanceof HeaderRejected && endpoint.mode === 'SYNC')
      return rejectedReply(endpoint, exchange, services, error);
    return refusal;
  }
}

/** On a synchronous endpoint what the header has a code for is a business outcome, told in an envelope (protocol 2.7). */
function rejectedReply(
  { kind }: Endpoint,
  exchange: Exchange<ReadMessage>,
  services: FacadeServices,
  error: HeaderRejected,
): Promise<Reply> {
  const { requestHeader: header, knownSender, correlationId } = exchange;
  const ids = { transaction_id: exchange.read?.transactionId ?? '', correlation_id: correlationId };
  const reason = { reasonCode: error.reason, reasonMessage: error.message };
  const { serverId } = services.settings;
  const envelope = refusalEnvelope(kind, ids, reason, { header }, serverId, services.clock());
  return signedReply(services, knownSender, envelope, exchange.registry);
}

function newExchange<Message extends WireMessage>(
  services: FacadeServices,
  request: Request,
  definition: Exchange['definition'],
  { operation }: { operation?: Operation },
): Exchange<Message> {
  const { method, originalUrl: url, headers, ip: remoteAddress } = request;
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const certificate = certificateOf(request, services.mtlsHeader);
  return new Exchange(
    { method, url, headers, body, remoteAddress, certificate },
    definition,
    operation,
    services.clock(),
  );
}

/** What `express.raw` refuses: too large, cut off, or in an encoding it does not know. */
function bodyRefused(services: FacadeServices): ErrorRequestHandler {
  return async (error: { status?: number }, request, response, _next) => {
    const exchange = newExchange(services, request, undefined, {});
    const { status = 500 } = error;
    const refusal =
      status === 413
        ? new BodyTooLarge(`body: at most ${services.maxBodyBytes} bytes; use bulk upload for more`)
        : new RequestInvalid('body: could not be read; send it whole, and without an unusual Content-Encoding');
    send(response, await refuse(status < 500 ? refusal : error, exchange, services, 'SYNC'));
  };
}

function send(response: Response, { status, body, headers }: Reply, exchange: Partial<Exchange> = {}): void {
  const { quotas = [], definition } = exchange;
  response.locals['registry'] = definition?.registry;
  response
    .status(status)
    .set({ ...rateLimitHeaders(quotas), ...headers })
    .type('application/json')
    .send(JSON.stringify(body));
}
