/**
 * `transactions(first: 50)` of an administrator over a million of them, eight connections, against the same fields and
 * filter by bare SQL and JSON, and as PostGraphile serves them; and what one such list costs the gateway's process.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { fileURLToPath } from 'node:url';
import { alone, onGround, row } from './ground.mjs';
import { cpuOf, percentile } from './process.mjs';

export const title = 'Lists of transactions';

const CONNECTIONS = 8;
const FIELDS = 'transactionId correlationId channel operation registry status receivedAt durationMs recordCount';
const bodyOf = (query) => Buffer.from(JSON.stringify({ query, variables: { registry: 'SOCIAL' } }));
const BODY = bodyOf(`query ($registry: Registry) { transactions(first: 50, filter: { registry: $registry }) {
  nodes { id ${FIELDS} } pageInfo { hasNextPage endCursor } } }`);
const POSTGRAPHILE_BODY = bodyOf(`query ($registry: String) {
  allTransactions(first: 50, orderBy: PRIMARY_KEY_DESC, condition: { registry: $registry }) {
    nodes { rowId ${FIELDS} } pageInfo { hasNextPage endCursor } } }`);

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
      ours: { url: `${gateway.url}/graphql`, headers, body: BODY, pid: gateway.child.pid },
      theirs: { url: floor.url, headers: {}, body: BODY, pid: floor.child.pid },
      ...(await postgraphile(ground, client, databaseUrl, progress)),
    };
    const requests = quick ? 300 : 3000;
    const results = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
    for (const side of Object.values(sides)) await measure(side, 300, CONNECTIONS);
    for (let turn = 0; turn < 2; turn += 1)
      for (const [name, side] of Object.entries(sides)) {
        const result = await measure(side, requests, CONNECTIONS);
        results[name].push(result);
        progress(`${name.padEnd(12)} ${result.perSecond.toFixed(0)}/s, ${result.cpuMs.toFixed(2)} ms of CPU each`);
      }
    const perSecond = (name) =>
      percentile(
        results[name].map((result) => result.perSecond),
        0.5,
      );
    const [single, bare] = [await measure(sides.ours, requests / 3, 1), await measure(sides.theirs, requests / 3, 1)];
    progress(`one connection: ours ${single.cpuMs.toFixed(2)} ms of CPU each, theirs ${bare.cpuMs.toFixed(2)}`);
    const against = 'its own SQL through pg and JSON';
    const work = 'transactions(first: 50), 8 connections';
    const others = { theirs: [against, 0.5], postgraphile: ['PostGraphile 5', 1] };
    return [
      ...Object.entries(others)
        .filter(([name]) => name in sides)
        .map(([name, [who, atLeast]]) => row(work, who, 'lists/s', perSecond('ours'), perSecond(name), atLeast)),
      {
        ...row('one such list, CPU of the process', against, 'ms', single.cpuMs, bare.cpuMs, '≤ 2 ms'),
        met: single.cpuMs <= 2,
      },
    ];
  });
}

/** The same table, shown alone; its packages are no part of ours and are installed when they are first needed. */
async function postgraphile(ground, client, databaseUrl, progress) {
  const folder = fileURLToPath(new URL('./postgraphile/', import.meta.url));
  try {
    if (!existsSync(`${folder}node_modules`)) {
      progress('installing PostGraphile');
      execFileSync('npm', ['install', '--no-package-lock', '--ignore-scripts', '--no-audit'], { cwd: folder });
    }
  } catch (error) {
    progress(`PostGraphile is left out: ${error.message}`);
    return {};
  }
  await client.query(`create schema listed`);
  await client.query(`create view listed.transaction as
    select id, transaction_id, correlation_id, channel, operation, registry, status, received_at, duration_ms, record_count
    from public.transaction`);
  await client.query(`comment on view listed.transaction is '@primaryKey id'`);
  const { url, child } = await ground.start('./postgraphile/server.mjs', /(http:\/\/\S+)/, {
    DATABASE_URL: databaseUrl,
    GRAPHILE_ENV: 'production',
  });
  return { postgraphile: { url, headers: {}, body: POSTGRAPHILE_BODY, pid: child.pid } };
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

async function measure({ url, headers, body, pid }, requests, connections) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let left = requests;
  const asker = async () => {
    while (left-- > 0) await post(agent, url, headers, body);
  };
  const [started, cpu] = [performance.now(), cpuOf(pid)];
  await Promise.all(Array.from({ length: connections }, asker));
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  return { perSecond: requests / seconds, cpuMs: ((cpuOf(pid) - cpu) * 1000) / requests };
}

function post(agent, url, headers, body) {
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', 'content-length': body.length, ...headers },
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
    request.end(body);
  });
}

await alone(import.meta, { title, run });
