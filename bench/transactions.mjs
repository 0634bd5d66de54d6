/**
 * `transactions(first: 50)` of an administrator over a million of them, eight connections, against the same fields and
 * filter by bare SQL and JSON; and what one such list costs the gateway's process.
 */
import { randomUUID } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { alone, onGround, row } from './ground.mjs';
import { cpuOf, percentile } from './process.mjs';

export const title = 'Lists of transactions';

const CONNECTIONS = 8;
const QUERY = `query ($registry: Registry) { transactions(first: 50, filter: { registry: $registry }) {
  nodes { id transactionId correlationId channel operation registry status receivedAt durationMs recordCount }
  pageInfo { hasNextPage endCursor } } }`;
const BODY = Buffer.from(JSON.stringify({ query: QUERY, variables: { registry: 'SOCIAL' } }));

export function run({ progress, quick = false }) {
  return onGround(async (ground) => {
    const databaseUrl = await ground.database('transactions');
    const gateway = await ground.gateway(databaseUrl, { ROLE: 'api' });
    const client = await ground.client(databaseUrl);
    const count = quick ? 50_000 : 1_000_000;
    progress(`writing ${count} transactions`);
    await fill(client, count);
    const floor = await ground.start('./transactions-floor.mjs', /(http:\/\/\S+)/, { DATABASE_URL: databaseUrl });
    const headers = { authorization: `Bearer ${gateway.env.ADMIN_TOKEN}` };
    const sides = {
      ours: { url: `${gateway.url}/graphql`, headers, pid: gateway.child.pid },
      theirs: { url: floor.url, headers: {}, pid: floor.child.pid },
    };
    const requests = quick ? 300 : 3000;
    const results = { ours: [], theirs: [] };
    for (const side of Object.values(sides)) await measure(side, 300, CONNECTIONS);
    for (let turn = 0; turn < 2; turn += 1)
      for (const [name, side] of Object.entries(sides)) {
        const result = await measure(side, requests, CONNECTIONS);
        results[name].push(result);
        progress(`${name.padEnd(6)} ${result.perSecond.toFixed(0)}/s, ${result.cpuMs.toFixed(2)} ms of CPU each`);
      }
    const alike = (pick) => Object.values(results).map((list) => percentile(list.map(pick), 0.5));
    const [single, bare] = [await measure(sides.ours, requests / 3, 1), await measure(sides.theirs, requests / 3, 1)];
    progress(`one connection: ours ${single.cpuMs.toFixed(2)} ms of CPU each, theirs ${bare.cpuMs.toFixed(2)}`);
    const against = 'its own SQL through pg and JSON';
    return [
      row('transactions(first: 50), 8 connections', against, 'lists/s', ...alike(({ perSecond }) => perSecond), 0.5),
      {
        ...row('one such list, CPU of the process', against, 'ms', single.cpuMs, bare.cpuMs, '≤ 2 ms'),
        met: single.cpuMs <= 2,
      },
    ];
  });
}

/** Of three registries, as months of traffic leave them. */
async function fill(client, count) {
  const each = 50_000;
  for (let written = 0; written < count; written += each)
    await client.query(
      `insert into transaction (id, sender_id, transaction_id, message_id, correlation_id, action, channel, operation, registry,
         status, content_hash, received_at, processed_at, duration_ms, record_count)
       select ids.id, 'partner-' || n % 20, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'search', 'SYNC', 'SEARCH',
         (array['SOCIAL', 'CRVS', 'FR'])[1 + n % 3], 'SUCCEEDED', sha256(n::text::bytea), now(), now(), 2.5, 1
       from unnest($1::uuid[]) with ordinality ids (id, n)`,
      [Array.from({ length: each }, idNow)],
    );
  await client.query('vacuum analyze transaction');
}

let last = Date.now();
/** UUID version 7, in order. */
function idNow() {
  last = Math.max(last, Date.now());
  const time = last.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

async function measure({ url, headers, pid }, requests, connections) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let left = requests;
  const asker = async () => {
    while (left-- > 0) await post(agent, url, headers);
  };
  const [started, cpu] = [performance.now(), cpuOf(pid)];
  await Promise.all(Array.from({ length: connections }, asker));
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  return { perSecond: requests / seconds, cpuMs: ((cpuOf(pid) - cpu) * 1000) / requests };
}

function post(agent, url, headers) {
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', 'content-length': BODY.length, ...headers },
    };
    const request = httpRequest(url, options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200 && text.includes('"transactionId"')) resolve(text);
        else reject(new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 300)}`));
      });
    });
    request.on('error', reject);
    request.end(BODY);
  });
}

await alone(import.meta, { title, run });
