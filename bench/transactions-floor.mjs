/** The list of transactions by its own SQL: node:http, pg and JSON, and nothing else. No GraphQL, no token, no limits. */
import { createServer } from 'node:http';
import { Pool } from 'pg';

const LIST = `select id, transaction_id as "transactionId", correlation_id as "correlationId", channel, operation, registry,
    status, received_at as "receivedAt", duration_ms as "durationMs", record_count as "recordCount"
  from transaction where registry = $1 order by id desc limit 51`;

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    answer(JSON.parse(Buffer.concat(chunks).toString()).variables).then(
      (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(body),
      () => response.writeHead(500).end(),
    );
  });
});

async function answer({ registry }) {
  const { rows } = await pool.query({ name: 'list', text: LIST, values: [registry] });
  const nodes = rows.slice(0, 50);
  const pageInfo = { hasNextPage: rows.length > 50, endCursor: nodes.at(-1)?.id ?? null };
  return JSON.stringify({ data: { transactions: { nodes, pageInfo } } });
}

server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}\n`));
process.on('SIGTERM', () => process.exit(0));
