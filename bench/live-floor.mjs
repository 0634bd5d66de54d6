/**
 * The bare floor of live updates: graphql-ws and graphql-js with an in-memory pubsub, and nothing else. No database, no
 * token, no resuming, no bound for slow readers. Changes are published by lines on stdin.
 */
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

const schema = buildSchema(`
  type Sender { senderId: String! name: String! }
  type Transaction {
    id: ID! transactionId: String messageId: String correlationId: String! operation: String registry: String
    status: String! receivedAt: String! durationMs: Float recordCount: Int! sender: Sender
  }
  type TransactionChange { cursor: String! transaction: Transaction! }
  input TransactionFilter { senderId: String registry: String }
  type Query { none: String }
  type Subscription { transactionChanged(filter: TransactionFilter, after: String): TransactionChange! }
`);

/** Each reader has its queue, as in graphql-subscriptions. */
const readers = new Set();
function publish(change) {
  for (const reader of readers) reader(change);
}

async function* changes({ senderId }) {
  let queue = [];
  let wake = () => {};
  const reader = (change) => {
    if (senderId != null && change.transaction.sender.senderId !== senderId) return;
    queue.push(change);
    wake();
  };
  readers.add(reader);
  try {
    for (;;) {
      if (queue.length === 0) await new Promise((resolve) => (wake = resolve));
      for (const change of queue.splice(0)) yield { transactionChanged: change };
    }
  } finally {
    readers.delete(reader);
  }
}

schema.getSubscriptionType().getFields().transactionChanged.subscribe = (_root, { filter }) => changes(filter ?? {});

const http = createServer();
const server = new WebSocketServer({ server: http, path: '/graphql' });
useServer({ schema }, server);
http.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${http.address().port}/graphql\n`));
createInterface({ input: process.stdin }).on('line', (line) => publish(JSON.parse(line)));
process.on('SIGTERM', () => process.exit(0));
