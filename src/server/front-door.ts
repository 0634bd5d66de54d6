/**
 * The HTTP server, from its first moment to its last: it listens before there is anything to serve and says so, and closes
 * without cutting an answer off. A kept-alive connection learns with its next answer that it is the last one.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Slots } from '../platform/slots.js';
import { within } from '../platform/within.js';
import { ServiceUnavailable } from '../protocol/errors.js';
import { errorBody } from '../protocol/envelope/reply.js';

/** Longer than a proxy keeps a connection that nobody uses (a minute, mostly): one that we close as it sends is a 502. */
const KEEP_MS = 75_000;
/** What is under way when we stop has so long to be answered. */
const ANSWER_MS = 8000;

export class FrontDoor {
  readonly server: Server = createServer(
    { keepAliveTimeout: KEEP_MS, shouldUpgradeCallback: (request) => this.#upgrades(request) },
    (request, response) => this.#answer(request, response),
  );
  #serve: RequestListener = notYet('the gateway is starting: try again in a moment');
  readonly #underWay = new Slots<ServerResponse>();
  #stopping = false;

  private constructor(private readonly host: string) {}

  static async open({ port, host }: { port: number; host: string }): Promise<FrontDoor> {
    const door = new FrontDoor(host);
    door.server.listen(port, host);
    await once(door.server, 'listening');
    return door;
  }

  get address(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://${this.host.includes(':') ? `[${this.host}]` : this.host}:${port}`;
  }

  serve(app: RequestListener): void {
    this.#serve = app;
  }

  /** @param graceMs how long connections that stand may still bring a request, which is answered */
  async close(graceMs = 0): Promise<void> {
    this.#stopping = true;
    for (const response of this.#underWay.taken()) response.shouldKeepAlive = false;
    const { server } = this;
    for (const end = performance.now() + graceMs; performance.now() < end && (await connections(server)) > 0;)
      await sleep(20);
    const closed = once(server, 'close');
    server.close();
    await within(ANSWER_MS, closed).catch(() => server.closeAllConnections());
  }

  /** Java's client offers HTTP/2 with its first request, which is answered as it came (RFC 9110, 7.8). */
  #upgrades({ headers }: IncomingMessage): boolean {
    return headers.upgrade?.toLowerCase() === 'websocket' && this.server.listenerCount('upgrade') > 0;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    response.once('close', this.#underWay.take(response));
    if (this.#stopping) response.shouldKeepAlive = false;
    const serve = this.#stopping && request.url === '/readyz' ? stopping : this.#serve;
    serve(request, response);
  }
}

const connections = (server: Server): Promise<number> =>
  new Promise((resolve) => server.getConnections((_error, count) => resolve(count ?? 0)));

/** Alive, and not able to serve. */
function notYet(message: string): RequestListener {
  return ({ url }, response) => {
    const alive = url === '/healthz';
    const refusal = new ServiceUnavailable(message);
    const body = alive ? { status: 'ok' } : errorBody(refusal, new Date());
    const headers = alive ? {} : { 'Retry-After': String(refusal.retryAfter) };
    response.writeHead(alive ? 200 : refusal.status, { 'Content-Type': 'application/json; charset=utf-8', ...headers });
    response.end(JSON.stringify(body));
  };
}

const stopping = notYet('the gateway is stopping');
