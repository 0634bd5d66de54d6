/** A partner's receivers, in a process of their own: each port acknowledges every message after a delay, or never. */
import { createServer } from 'node:http';

const PORTS = Number(process.env.RECEIVER_PORTS ?? 1);
/** Below 0: never. */
const DELAY_MS = Number(process.env.RECEIVER_DELAY_MS ?? 0);
const ACK = JSON.stringify({ message: { ack_status: 'ACK' } });

let received = 0;
const waits = [];

const server = () =>
  createServer((request, response) => {
    if (request.method === 'GET') {
      response.end(JSON.stringify({ received, waits }));
      return;
    }
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      received += 1;
      // How long it was on its way is said by whoever asked for it, in the transaction's id.
      const sentAt = /"transaction_id":"at-(\d+)"/.exec(Buffer.concat(chunks).toString())?.[1];
      if (sentAt !== undefined) waits.push(Date.now() - Number(sentAt));
      const answer = () => response.writeHead(200, { 'content-type': 'application/json' }).end(ACK);
      if (DELAY_MS === 0) answer();
      else if (DELAY_MS > 0) setTimeout(answer, DELAY_MS);
    });
  });

const ports = await Promise.all(
  Array.from({ length: PORTS }, async () => {
    const one = server();
    await new Promise((resolve) => one.listen(0, '127.0.0.1', resolve));
    return one.address().port;
  }),
);
process.stdout.write(`receiving on ${ports.join(',')}\n`);
