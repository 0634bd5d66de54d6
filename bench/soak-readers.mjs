/** Live readers of a soak: each remembers every event it was told, and goes on behind the last one however it was cut off. */
import { WebSocket } from 'ws';

const QUERY = `subscription ($after: String) { registryEventOccurred(registry: CRVS, after: $after) { cursor event { id } } }`;
const AGAIN_MS = 300;

export class LiveReader {
  told = [];
  cuts = 0;
  #socket;
  #closed = false;

  constructor(url, token, after) {
    Object.assign(this, { url: `${url.replace('http', 'ws')}/graphql`, token, after });
    this.#connect();
  }

  /** As a network that goes away. */
  cut() {
    this.#socket?.terminate();
  }

  /** As a page that hangs. */
  pause(ms) {
    const socket = this.#socket;
    socket?.pause();
    setTimeout(() => socket?.resume(), ms);
  }

  close() {
    this.#closed = true;
    this.#socket?.terminate();
  }

  #connect() {
    if (this.#closed) return;
    const socket = new WebSocket(this.url, 'graphql-transport-ws');
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.cuts += 1;
      setTimeout(() => this.#connect(), AGAIN_MS);
    });
    socket.on('open', () => send(socket, 'connection_init', { payload: { authorization: `Bearer ${this.token}` } }));
    socket.on('message', (data) => this.#hear(socket, JSON.parse(Buffer.from(data).toString())));
  }

  #hear(socket, { type, payload }) {
    if (type === 'connection_ack') this.#subscribe(socket);
    else if (type === 'next' && payload.data != null) {
      const { cursor, event } = payload.data.registryEventOccurred;
      this.after = cursor;
      this.told.push(event.id);
    } else if (type === 'error' || type === 'next' || type === 'complete') {
      // Too slow, or the database was away: from the last one on, which is where the server stopped too.
      this.cuts += 1;
      setTimeout(() => this.#subscribe(socket), AGAIN_MS);
    }
  }

  #subscribe(socket) {
    if (socket.readyState === WebSocket.OPEN)
      send(socket, 'subscribe', {
        id: `${(this.next = (this.next ?? 0) + 1)}`,
        payload: { query: QUERY, variables: { after: this.after } },
      });
  }
}

const send = (socket, type, more) => socket.send(JSON.stringify({ type, ...more }));
