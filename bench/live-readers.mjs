/**
 * Readers of live changes, in a process of their own: each socket subscribes once with the same text and filter. Told by
 * messages of its parent; a change carries the time at which it was made, so nothing has to be kept of it.
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';

const OPENING_AT_ONCE = 50;
const STAMP = Buffer.from('"transactionId":"');
const now = () => performance.timeOrigin + performance.now();

let sockets = [];
let latencies = [];
/** Of each change, by how many it was received. */
let received = new Map();

const answers = {
  open: async ({ url, tokens, count, query, variables }) => {
    for (let at = 0; at < count; at += OPENING_AT_ONCE)
      await Promise.all(
        Array.from({ length: Math.min(OPENING_AT_ONCE, count - at) }, (_, index) =>
          open(url, tokens[(at + index) % tokens.length], query, variables),
        ),
      );
    return sockets.length;
  },
  measure: () => {
    const taken = latencies.toSorted((a, b) => a - b);
    latencies = [];
    received = new Map();
    return { messages: taken.length, p50: at(taken, 0.5), p99: at(taken, 0.99), max: taken.at(-1) ?? 0 };
  },
  close: async () => {
    const closing = sockets.map((socket) => once(socket, 'close'));
    for (const socket of sockets) socket.close();
    sockets = [];
    await Promise.all(closing);
  },
};

async function open(url, token, query, variables) {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  await once(socket, 'open');
  const acknowledged = once(socket, 'message');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await acknowledged;
  socket.on('message', receive);
  socket.on('close', (code, reason) => {
    if (sockets.includes(socket)) process.send({ failed: `a socket was closed: ${code} ${reason.toString()}` });
  });
  socket.send(JSON.stringify({ id: String(sockets.length), type: 'subscribe', payload: { query, variables } }));
  sockets.push(socket);
}

/** Reading the stamp out of the bytes costs the readers as little as it can, and both servers alike. */
function receive(data) {
  const begin = data.indexOf(STAMP) + STAMP.length;
  if (begin < STAMP.length) {
    process.send({ failed: data.toString().slice(0, 300) });
    return;
  }
  const stamp = data.toString('latin1', begin, data.indexOf(0x22, begin));
  latencies.push(now() - Number(stamp));
  const count = (received.get(stamp) ?? 0) + 1;
  received.set(stamp, count);
  if (count === sockets.length) process.send({ complete: stamp });
}

const at = (sorted, share) => sorted[Math.floor(sorted.length * share)] ?? 0;

process.on('message', ({ ask, id, ...given }) => {
  void (async () => process.send({ id, answer: await answers[ask](given) }))();
});
process.on('disconnect', () => process.exit(0));
