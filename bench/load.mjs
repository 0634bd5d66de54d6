/** What a noisy caller does, in a thread of its own: the same requests again and again, so many at once. */
import { Agent, request } from 'node:http';
import { workerData } from 'node:worker_threads';

/** `answered` is shared with whoever wants to know: answers of 200, of 503 that say when to come again, and all others. */
const { url, headers, bodies, atOnce, answered = new Int32Array(3) } = workerData;
const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
let next = 0;

const kindOf = ({ statusCode, headers: told }) =>
  statusCode === 200 ? 0 : statusCode === 503 && Number(told['retry-after']) > 0 ? 1 : 2;

const send = () =>
  new Promise((resolve) => {
    const body = bodies[next++ % bodies.length];
    const count = (kind) => {
      answered[kind] += 1;
      resolve();
    };
    const sent = request(
      url,
      { method: 'POST', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (response) => response.resume().on('end', () => count(kindOf(response))),
    );
    sent.on('error', () => count(2)).end(body);
  });

const sendAgain = async () => {
  for (;;) await send();
};
await Promise.all(Array.from({ length: atOnce }, sendAgain));
