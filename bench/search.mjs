/**
 * `npm run bench`: signed sync searches by identifier, 16 at a time, against the gateway (A) and a bare floor (B) on the
 * same data, A B A B in one run, and the ratio of their throughput.
 *
 *   npm run bench -- [--persons 100000] [--requests 5000] [--rounds 2] [--json]
 */
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
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
    json: { type: 'boolean', default: false },
  },
});
const PERSONS = Number(options.persons);
const REQUESTS = Number(options.requests);
const ROUNDS = Number(options.rounds);
const CONCURRENCY = 16;
/** Compiled code and prepared statements on both sides, before anything is measured. */
const WARM_UP = 3000;
const SENDER = 'bench-partner';
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const say = (text) => options.json || process.stderr.write(`${text}\n`);

const dataDir = await mkdtemp(join(tmpdir(), 'dci-bench-'));
const log = createLog('silent');
const postgres = await startEmbeddedPostgres({ dataDir, log });
const children = [];
try {
  const uins = await seed(postgres.url);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = { kid: 'bench', algorithm: 'ed25519', privateKey };
  const gateway = await startGateway(postgres.url, publicKey);
  const floor = await startFloor(postgres.url, publicKey);
  const targets = { gateway, floor };
  await round(targets.gateway, await prepare(uins, key, WARM_UP));
  await round(targets.floor, await prepare(uins, key, WARM_UP));
  const results = { gateway: [], floor: [] };
  for (let index = 0; index < ROUNDS; index++)
    for (const name of ['gateway', 'floor']) {
      const result = await round(targets[name], await prepare(uins, key, REQUESTS));
      results[name].push(result);
      say(
        `${name.padEnd(8)} ${result.perSecond.toFixed(0).padStart(6)} searches/s   p50 ${result.p50.toFixed(1)} ms   p99 ${result.p99.toFixed(1)} ms`,
      );
    }
  const mean = (name) => results[name].reduce((sum, { perSecond }) => sum + perSecond, 0) / ROUNDS;
  const ratio = mean('gateway') / mean('floor');
  if (options.json) process.stdout.write(`${JSON.stringify({ persons: PERSONS, ratio, ...results })}\n`);
  else say(`ratio gateway / floor: ${ratio.toFixed(2)}`);
} finally {
  for (const child of children) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await postgres.close();
  await rm(dataDir, { recursive: true, force: true });
}

async function seed(url) {
  say(`seeding ${PERSONS} persons …`);
  await migrate(url);
  const database = await connectDatabase(url, { poolSize: 2 });
  let told = 0;
  await seedRecords(database, demoRecords(PERSONS, [SOCIAL]), (records) => {
    if (records - told >= 50_000) say(`  ${(told = records)} records`);
  });
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
  const url = await start('../dist/main.js', /(http:\/\/\S+)\/graphql/, {
    DATABASE_URL: databaseUrl,
    MASTER_KEY: randomBytes(32).toString('base64'),
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
  return { url: `${url}/dci/v1/social/registry/sync/search`, token: token.access_token };
}

async function startFloor(databaseUrl, publicKey) {
  const url = await start('./floor.mjs', /(http:\/\/\S+)/, {
    DATABASE_URL: databaseUrl,
    PARTNER_JWK: JSON.stringify(publicKey.export({ format: 'jwk' })),
  });
  return { url, token: 'none' };
}

/** Starts a server in a process of its own and waits for the line that tells its address. */
async function start(script, address, env) {
  const child = spawn(process.execPath, [here(script)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const found = address.exec(line);
    if (!found) continue;
    child.stdout.resume();
    return found[1];
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

async function round({ url, token }, bodies) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  const latencies = [];
  const queue = bodies.values();
  const worker = async () => {
    for (const body of queue) {
      const started = performance.now();
      await post(agent, url, token, body);
      latencies.push(performance.now() - started);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.floor(latencies.length * share)] ?? 0;
  return { perSecond: bodies.length / seconds, p50: at(0.5), p99: at(0.99) };
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
