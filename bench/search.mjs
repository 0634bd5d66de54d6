/**
 * `npm run bench`: signed sync searches by identifier, over 1, 16 and 64 connections, against the gateway (A) and a bare
 * floor (B) on the same data, A B A B in one run, and how they compare. CPU is that of the server alone.
 *
 *   npm run bench -- [--persons 100000] [--requests 5000] [--rounds 2] [--connections 1,16,64] [--json]
 *                    [--data-dir DIR: the database is kept there for the next run] [--cpu-prof DIR: of both servers]
 */
import { spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { seedRecords } from '../dist/server/prepare.js';
import { connectDatabase } from '../dist/entities/schema/connect.js';
import { migrate } from '../dist/entities/schema/migrate.js';
import { startEmbeddedPostgres } from '../dist/platform/embedded-postgres.js';
import { createLog } from '../dist/platform/log.js';
import { SOCIAL } from '../dist/protocol/registries/social/social.registry.js';
import { signEnvelope } from '../dist/protocol/signature/signature.js';

import { demoRecords } from '../dist/sources/demo-data.js';

const { values: options } = parseArgs({
  options: {
    persons: { type: 'string', default: '100000' },
    requests: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '1,16,64' },
    'data-dir': { type: 'string' },
    'cpu-prof': { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const PERSONS = Number(options.persons);
const REQUESTS = Number(options.requests);
const ROUNDS = Number(options.rounds);
const CONNECTIONS = options.connections.split(',').map(Number);
/** Compiled code and prepared statements on both sides, before anything is measured. */
const WARM_UP = 6000;
/** Another one each time, where the database is kept. */
const SENDER = `bench-${randomUUID().slice(0, 8)}`;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const say = (text) => options.json || process.stderr.write(`${text}\n`);

const dataDir = options['data-dir'] ?? (await mkdtemp(join(tmpdir(), 'dci-bench-')));
const log = createLog('silent');
const postgres = await startEmbeddedPostgres({ dataDir, log });
const children = [];
try {
  const uins = await seed(postgres.url);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = { kid: 'bench', algorithm: 'ed25519', privateKey };
  const targets = {
    gateway: await startGateway(postgres.url, publicKey),
    floor: await startFloor(postgres.url, publicKey),
  };
  for (const target of Object.values(targets)) await round(target, await prepare(uins, key, WARM_UP), 16);
  const compared = [];
  for (const connections of CONNECTIONS) {
    const results = { gateway: [], floor: [] };
    for (let index = 0; index < ROUNDS; index++)
      for (const name of ['gateway', 'floor']) {
        const bodies = await prepare(uins, key, connections === 1 ? REQUESTS / 4 : REQUESTS);
        results[name].push(await round(targets[name], bodies, connections));
        sayRound(name, connections, results[name].at(-1));
      }
    compared.push(compare(connections, results));
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ persons: PERSONS, compared })}\n`);
} finally {
  for (const child of children) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await postgres.close();
  if (options['data-dir'] === undefined) await rm(dataDir, { recursive: true, force: true });
}

function sayRound(name, connections, { perSecond, p50, p99, cpu, loop }) {
  const speed = `${perSecond.toFixed(0).padStart(6)} searches/s   p50 ${p50.toFixed(2)} ms   p99 ${p99.toFixed(2)} ms`;
  say(
    `${String(connections).padStart(3)} connections  ${name.padEnd(8)} ${speed}   CPU ${cpu.toFixed(2)} ms, ${loop.toFixed(2)} of them in the event loop`,
  );
}

/** Throughput above 1 is better than the floor, latency and CPU below 1 are. */
function compare(connections, results) {
  const mean = (name, what) => results[name].reduce((sum, result) => sum + result[what], 0) / ROUNDS;
  const ratio = (what) => mean('gateway', what) / mean('floor', what);
  const ratios = {
    throughput: ratio('perSecond'),
    p50: ratio('p50'),
    p99: ratio('p99'),
    cpu: ratio('cpu'),
    loop: ratio('loop'),
  };
  const told = Object.entries(ratios).map(([what, value]) => `${what} ${value.toFixed(2)}`);
  say(`${String(connections).padStart(3)} connections  gateway / floor: ${told.join(', ')}`);
  return { connections, ...ratios, results };
}

async function seed(url) {
  say(`seeding ${PERSONS} persons …`);
  await migrate(url);
  const database = await connectDatabase(url, { poolSize: 2 });
  const [kept] = await database.query('select 1 from registry_record limit 1');
  let told = 0;
  const tell = (records) => records - told >= 50_000 && say(`  ${(told = records)} records`);
  if (kept === undefined) await seedRecords(database, demoRecords(PERSONS, [SOCIAL]), tell);
  await database.close();
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('vacuum analyze registry_record');
  const { rows } = await client.query(
    `select value from record_identifier where registry = 'SOCIAL' and record_type = 'SRPerson' and type = 'UIN' order by record_id limit 20000`,
  );
  await client.end();
  return rows.map(({ value }) => value);
}

async function startGateway(databaseUrl, publicKey) {
  const adminToken = randomBytes(24).toString('base64url');
  const { pid, url } = await start('../dist/main.js', /(http:\/\/\S+)\/graphql/, {
    DATABASE_URL: databaseUrl,
    MASTER_KEY: createHash('sha256').update(dataDir).digest('base64'),
    ADMIN_TOKEN: adminToken,
    SEED: 'none',
    PORT: '0',
    LOG_LEVEL: 'warn',
  });
  const graphql = async (query, input) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${adminToken}` },
      body: JSON.stringify({ query, variables: { input } }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
  const { createSender } = await graphql(
    'mutation ($input: CreateSenderInput!) { createSender(input: $input) { clientId clientSecret } }',
    {
      senderId: SENDER,
      name: SENDER,
      allowedOperations: ['SEARCH'],
      registries: ['SOCIAL'],
      rateLimitPerMinute: 100_000_000,
    },
  );
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  await graphql(`mutation ($input: SenderKeyInput!) { addSenderKey(senderId: "${SENDER}", input: $input) { kid } }`, {
    kid: 'bench',
    publicKeyPem: pem,
  });
  await graphql('mutation ($input: CreateAgreementInput!) { createAgreement(input: $input) { id } }', {
    senderId: SENDER,
    registry: 'SOCIAL',
    operations: ['SEARCH'],
    fields: ['*'],
    legalBasis: 'PUBLIC_TASK',
  });
  const form = {
    grant_type: 'client_credentials',
    client_id: createSender.clientId,
    client_secret: createSender.clientSecret,
  };
  const token = await (await fetch(`${url}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) })).json();
  return { pid, url: `${url}/dci/v1/social/registry/sync/search`, token: token.access_token };
}

async function startFloor(databaseUrl, publicKey) {
  const { pid, url } = await start('./floor.mjs', /(http:\/\/\S+)/, {
    DATABASE_URL: databaseUrl,
    PARTNER_JWK: JSON.stringify(publicKey.export({ format: 'jwk' })),
  });
  return { pid, url, token: 'none' };
}

/** Starts a server in a process of its own and waits for the line that tells its address. */
async function start(script, address, env) {
  const profile = options['cpu-prof'];
  const flags = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile];
  const child = spawn(process.execPath, [...flags, here(script)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const found = address.exec(line);
    if (!found) continue;
    child.stdout.resume();
    return { pid: child.pid, url: found[1] };
  }
  throw new Error(`${script} did not start`);
}

/** Signed beforehand, so that the client costs the two servers alike and as little as it can. */
async function prepare(uins, key, count) {
  const bodies = [];
  for (let index = 0; index < count; index++) {
    const now = new Date();
    const header = {
      version: '1.0.0',
      message_id: randomUUID(),
      message_ts: now.toISOString(),
      action: 'search',
      sender_id: SENDER,
      receiver_id: 'dci-gateway',
      total_count: 1,
    };
    const message = {
      transaction_id: randomUUID(),
      search_request: [
        {
          reference_id: '1',
          timestamp: now.toISOString(),
          search_criteria: {
            query_type: 'idtype-value',
            query: { type: 'UIN', value: uins[Math.floor(Math.random() * uins.length)] },
          },
        },
      ],
    };
    const signature = await signEnvelope('DCI', { header, message }, key, { senderId: SENDER, now });
    bodies.push(Buffer.from(JSON.stringify({ signature, header, message })));
  }
  return bodies;
}

async function round({ pid, url, token }, bodies, connections) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies = [];
  const queue = bodies.values();
  const worker = async () => {
    for (const body of queue) {
      const started = performance.now();
      await post(agent, url, token, body);
      latencies.push(performance.now() - started);
    }
  };
  const spent = cpuOf(pid);
  const started = performance.now();
  await Promise.all(Array.from({ length: connections }, worker));
  const seconds = (performance.now() - started) / 1000;
  const [cpu, loop] = cpuOf(pid).map((now, index) => (now - spent[index]) / bodies.length);
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.floor(latencies.length * share)] ?? 0;
  return { perSecond: bodies.length / seconds, p50: at(0.5), p99: at(0.99), cpu, loop };
}

/** Milliseconds of a process with its threads, and of its event loop alone; nothing where there is no /proc. */
function cpuOf(pid) {
  return [`/proc/${pid}/stat`, `/proc/${pid}/task/${pid}/stat`].map((path) => {
    if (!existsSync(path)) return Number.NaN;
    const stat = readFileSync(path, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // User and system, in clock ticks, of which Linux has a hundred a second.
    return (Number(fields[11]) + Number(fields[12])) * 10;
  });
}

function post(agent, url, token, body) {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'content-length': body.length,
    };
    const request = httpRequest(url, { method: 'POST', agent, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200 && text.includes('"identifier_value"')) resolve(text);
        else reject(new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 200)}`));
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
