/** A connection to a partner over HTTP/1.1, opened by the request that needs it first. */
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { Client, Dispatcher } from 'undici';

/** Shorter than servers keep theirs. */
const KEEP_MS = 4000;
/** The clock of the request ends it. */
const NO_CLOCKS = { headersTimeout: 0, bodyTimeout: 0 };

export interface Message {
  method: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface Answer {
  /** A redirect is an answer like any other. */
  status: number;
  /** Of one that is there twice, the first. */
  headers: Record<string, string | undefined>;
  body: Buffer;
  /** The body was longer than allowed, and is cut there. */
  truncated: boolean;
}

export interface Opening {
  open: () => Promise<Socket>;
  /** Told of the connection that the request goes over. */
  connected: (socket: Socket) => void;
}

/** It broke before any answer, and stood before the request: its other end may have been closing it at that moment. */
export class BrokenWhenUsed extends Error {}

export class Connection {
  readonly #client: Client;
  #socket: Socket | undefined;
  #opening: Opening | undefined;
  /** What it broke of: the client tells of a later one, that its other end was closed. */
  #fault: Error | undefined;

  /** @param closed told when one that stood is gone */
  constructor(origin: string, closed: () => void) {
    const connect = (_asked: unknown, done: Opened): void => void this.#connect(done);
    const keep = { keepAliveTimeout: KEEP_MS, keepAliveMaxTimeout: KEEP_MS };
    this.#client = new (loadClient())(origin, { ...NO_CLOCKS, ...keep, connect });
    this.#client.on('disconnect', () => {
      this.#socket = undefined;
      closed();
    });
  }

  get isOpen(): boolean {
    return this.#socket !== undefined && !this.#socket.destroyed;
  }

  /** @throws BrokenWhenUsed where it may be sent again, over a new one */
  send(
    { method, headers, body }: Message & { headers: Record<string, string> },
    path: string,
    opening: Opening,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<Answer> {
    const wasKept = this.isOpen;
    this.#opening = opening;
    if (this.#socket !== undefined) opening.connected(this.#socket);
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => this.close(signal.reason as Error), { once: true });
      const broke = (error: Error, isAnswered: boolean): void => {
        this.close();
        const mayGoAgain = wasKept && this.#opening !== undefined && !isAnswered && !signal.aborted;
        reject(mayGoAgain ? new BrokenWhenUsed('', { cause: error }) : (this.#fault ?? error));
      };
      const receiving = new Receiving(maxBytes, resolve, broke);
      this.#client.dispatch({ path, method, headers, body: body ?? null }, receiving);
    });
  }

  close(reason?: Error): void {
    void this.#client.destroy(reason ?? null);
  }

  async #connect(done: Opened): Promise<void> {
    const { open, connected } = this.#opening as Opening;
    // One that is opened now did not stand before.
    this.#opening = undefined;
    let socket: Socket;
    try {
      socket = await open();
    } catch (error) {
      done(error as Error, null);
      return;
    }
    socket.once('error', (fault) => (this.#fault = fault));
    this.#socket = socket;
    connected(socket);
    done(null, socket);
  }
}

type Opened = (...opened: [error: null, socket: Socket] | [error: Error, socket: null]) => void;

/** Told of an answer by its parts. */
class Receiving implements Dispatcher.DispatchHandler {
  #status = 0;
  #headers: Answer['headers'] = {};
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly received: (answer: Answer) => void,
    private readonly broke: (error: Error, isAnswered: boolean) => void,
  ) {}

  onRequestStart(): void {}

  onResponseStart(_controller: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    this.#status = status;
    for (const name in headers) this.#headers[name] = first(headers[name]);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size <= this.maxBytes) return;
    this.onResponseEnd();
    controller.abort(new Error('the answer is too long'));
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.#chunks).subarray(0, this.maxBytes);
    this.received({ status: this.#status, headers: this.#headers, body, truncated: this.#size > this.maxBytes });
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.broke(error, this.#status !== 0);
  }
}

const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

let loaded: typeof Client | undefined;

/** When first needed, and alone: with it the package would load fetch, caches and web sockets, of four times its size. */
function loadClient(): typeof Client {
  loaded ??= createRequire(import.meta.url)('undici/lib/dispatcher/client.js') as typeof Client;
  return loaded;
}
