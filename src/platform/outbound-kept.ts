/**
 * Connections that stand for a few seconds after an answer. One is used again only by a request to the same name that
 * resolves to the same checked addresses, with the same certificates of ours.
 */
import { createHash } from 'node:crypto';
import { Agent, type ClientRequestArgs } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import type { Address, ClientTls } from './outbound-connect.js';

/** Shorter than servers keep theirs. */
const KEEP_MS = 4000;
const KEPT_PER_PLACE = 8;
const MOST_PLACES = 1000;

/** How a request opens the connection that it needs where none is kept. */
export interface Opening extends ClientRequestArgs {
  open: () => Promise<Socket>;
}

class KeptAgent extends Agent {
  constructor() {
    super({ keepAlive: true, timeout: KEEP_MS, maxFreeSockets: KEPT_PER_PLACE });
  }

  override createConnection(
    options: ClientRequestArgs,
    done: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    void this.#connect(options as Opening, done as (error: unknown, socket?: Socket) => void);
  }

  async #connect({ open }: Opening, done: (error: unknown, socket?: Socket) => void): Promise<void> {
    let socket: Socket;
    try {
      socket = await open();
    } catch (error) {
      done(error);
      return;
    }
    done(null, socket);
  }
}

export class KeptConnections {
  readonly #agents = new Map<string, Agent>();

  agentFor({ origin }: URL, addresses: readonly Address[], tls: ClientTls | undefined): Agent {
    const checked = addresses.map(({ address }) => address).toSorted();
    const key = JSON.stringify([origin, checked, tls === undefined ? '' : digest(tls)]);
    const agent = this.#agents.get(key) ?? new KeptAgent();
    // The one that was used last is the last to go.
    this.#agents.delete(key);
    this.#agents.set(key, agent);
    const [oldest] = this.#agents;
    if (oldest !== undefined && this.#agents.size > MOST_PLACES) this.#forget(...oldest);
    return agent;
  }

  /** What it has under way goes on. */
  #forget(key: string, agent: Agent): void {
    this.#agents.delete(key);
    for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  }
}

const digest = (tls: ClientTls): string => createHash('sha256').update(JSON.stringify(tls)).digest('base64');
