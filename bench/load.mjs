/** What a noisy caller does, in a thread of its own: the same requests again and again, so many at once. */
import { Agent, request } from 'node:http';
import { workerData } from 'node:worker_threads';

const { url, headers, bodies, atOnce } = workerData;
const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
let next = 0;

const send = () =>
  new Promise((resolve) => {
    const body = bodies[next++ % bodies.length];
    const sent = request(
      url,
      { method: 'POST', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (response) => response.resume().on('end', resolve),
    );
    sent.on('error', resolve).end(body);
  });

const sendAgain = async () => {
  for (;;) await send();
};
await Promise.all(Array.from({ length: atOnce }, sendAgain));
