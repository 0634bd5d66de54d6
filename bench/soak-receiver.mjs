/** A partner's receiver in a soak: answers at once, or slowly, or drops the connection now and then; remembers what came. */
import { createServer } from 'node:http';

const EVERY = 20;

export async function startReceiver() {
  /** Of each record the numbers in the order in which they came first. */
  const changes = new Map();
  const receiver = { changes, received: 0, dropped: 0, slowMs: 0 };
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { header, message } = JSON.parse(Buffer.concat(chunks).toString());
      receiver.received += 1;
      if (header.action === 'notify') remember(message.notify_event[0].data.reg_records);
      // What was dropped after it was read comes again: it must not be told as new.
      if (receiver.received % EVERY === 0) {
        receiver.dropped += 1;
        request.socket.destroy();
        return;
      }
      const ack = { ack_status: 'ACK', timestamp: new Date().toISOString(), correlation_id: 'c' };
      const answer = () =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ message: ack }));
      setTimeout(answer, receiver.slowMs);
    });
  });
  const remember = ({ identifier, name }) => {
    const [{ identifier_value: record }] = identifier;
    const number = Number(name.given_name);
    if (!changes.has(record)) changes.set(record, []);
    if (!changes.get(record).includes(number)) changes.get(record).push(number);
  };
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${server.address().port}`;
  receiver.close = () => {
    server.close();
    server.closeAllConnections();
  };
  return receiver;
}
