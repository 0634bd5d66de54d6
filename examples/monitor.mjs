/** A monitor: node examples/monitor.mjs http://127.0.0.1:4000 $ADMIN_TOKEN. Prints each transaction once, whatever breaks. */
import { createClient } from 'graphql-ws';
import { WebSocket as webSocketImpl } from 'ws'; // Node 20 has none of its own
const [url = 'http://127.0.0.1:4000', token = process.env.ADMIN_TOKEN, from] = process.argv.slice(2);
const connectionParams = { authorization: `Bearer ${token}` };
const socket = url.replace('http', 'ws');
const client = createClient({ url: `${socket}/graphql`, connectionParams, retryAttempts: 0, webSocketImpl });
const query = `subscription ($after: String) {
  transactionChanged(after: $after) { cursor transaction { receivedAt sender { name } operation registry status durationMs } }
}`;
for (let after = from; ; await new Promise((resolve) => setTimeout(resolve, 1000)))
  try {
    for await (const { data } of client.iterate({ query, variables: { after } })) {
      const { cursor, transaction } = data.transactionChanged;
      console.log(JSON.stringify(transaction));
      after = cursor;
    }
  } catch (error) {
    console.error('interrupted, going on where it stopped:', error.reason ?? error[0]?.message ?? error.message);
  }
