/** What the benchmarks stand on: a database server of their own, gateways and other processes, and partners that sign. */
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { migrate } from '../dist/entities/schema/migrate.js';
import { startEmbeddedPostgres } from '../dist/platform/embedded-postgres.js';
import { createLog } from '../dist/platform/log.js';
import { signHttpRequest } from '../dist/protocol/signature/http.profile.js';
import { signEnvelope } from '../dist/protocol/signature/signature.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Runs `work` on a fresh server, and leaves nothing behind. */
export async function onGround(work, settings = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'dci-bench-'));
  const postgres = await startEmbeddedPostgres({ dataDir, log: createLog('silent'), settings });
  const ground = new Ground(postgres.url, dataDir);
  try {
    return await work(ground);
  } finally {
    await ground.close();
    await postgres.close();
    // As root the server's part may stand elsewhere, and a link leads there.
    const server = await realpath(join(dataDir, 'postgres'));
    for (const folder of [server, dataDir]) await rm(folder, { recursive: true, force: true });
  }
}

class Ground {
  #children = [];
  #clients = [];

  constructor(url, folder) {
    this.url = url;
    this.folder = folder;
  }

  /** A database of the gateway's schema. */
  async database(name) {
    const admin = await this.client(this.url);
    await admin.query(`create database ${name}`);
    const url = new URL(this.url);
    url.pathname = `/${name}`;
    await migrate(url.href);
    return url.href;
  }

  async client(url) {
    const client = new Client({ connectionString: url });
    // Its next statement fails by itself.
    client.on('error', () => undefined);
    await client.connect();
    this.#clients.push(client);
    return client;
  }

  /** Starts a program and waits for the line that tells its address. */
  async start(script, address, env) {
    const child = this.spawn(script, [], env);
    for await (const line of createInterface({ input: child.stdout })) {
      const found = address.exec(line);
      if (!found) continue;
      child.stdout.resume();
      return { url: found[1], child };
    }
    throw new Error(`${script} did not start`);
  }

  /** Receivers of a partner, each on a port of its own; `delayMs` below 0: they never answer. */
  async receivers(count, { delayMs = 0 } = {}) {
    const env = { RECEIVER_PORTS: String(count), RECEIVER_DELAY_MS: String(delayMs) };
    const { url: ports, child } = await this.start('./receiver.mjs', /receiving on (\S+)/, env);
    const urls = ports.split(',').map((port) => `http://127.0.0.1:${port}`);
    const read = async () => (await fetch(urls[0])).json();
    return { urls, child, read, received: async () => (await read()).received };
  }

  spawn(script, args, env) {
    const options = { env: { ...process.env, NODE_ENV: 'production', ...env }, stdio: ['pipe', 'pipe', 'inherit'] };
    const child = spawn(process.execPath, [here(script), ...args], options);
    this.#children.push(child);
    return child;
  }

  /** A gateway process on a database, with the settings that commands on the same database need too. */
  async gateway(databaseUrl, settings = {}) {
    const env = {
      DATABASE_URL: databaseUrl,
      MASTER_KEY: randomBytes(32).toString('base64'),
      ADMIN_TOKEN: randomBytes(24).toString('base64url'),
      DATA_DIR: join(this.folder, randomUUID()),
      SEED: 'none',
      PORT: '0',
      LOG_LEVEL: 'error',
      ...settings,
    };
    const { url, child } = await this.start('../dist/bin/main.js', /(http:\/\/\S+)\/graphql/, env);
    return new Gateway(url, env, child);
  }

  async close() {
    for (const client of this.#clients) await client.end().catch(() => undefined);
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  }
}

class Gateway {
  constructor(url, env, child) {
    Object.assign(this, { url, env, child });
  }

  async graphql(query, variables) {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.env.ADMIN_TOKEN}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  async stop() {
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
  }

  /** A sender with a key, a token and an agreement over all fields of a registry. */
  async partner(senderId, { registry = 'SOCIAL', operations = ['SEARCH'], ...sender } = {}) {
    const { createSender } = await this.graphql(
      'mutation ($input: CreateSenderInput!) { createSender(input: $input) { clientId clientSecret } }',
      {
        input: {
          senderId,
          name: senderId,
          allowedOperations: operations,
          registries: [registry],
          rateLimitPerMinute: 100_000_000,
          ...sender,
        },
      },
    );
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    await this.graphql(
      `mutation ($senderId: String!, $input: SenderKeyInput!) { addSenderKey(senderId: $senderId, input: $input) { kid } }`,
      { senderId, input: { kid: senderId, publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }) } },
    );
    await this.graphql('mutation ($input: CreateAgreementInput!) { createAgreement(input: $input) { id } }', {
      input: { senderId, registry, operations, fields: ['*'], legalBasis: 'PUBLIC_TASK' },
    });
    const form = {
      grant_type: 'client_credentials',
      client_id: createSender.clientId,
      client_secret: createSender.clientSecret,
    };
    const response = await fetch(`${this.url}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
    const { access_token: token } = await response.json();
    return new Partner(this.url, senderId, token, { kid: senderId, algorithm: 'ed25519', privateKey });
  }
}

class Partner {
  constructor(url, senderId, token, key) {
    Object.assign(this, { url, senderId, token, key });
  }

  /** A signed message, ready to be sent. */
  async sign(action, message, { items = 1, senderUri } = {}) {
    const now = new Date();
    const header = {
      version: '1.0.0',
      message_id: randomUUID(),
      message_ts: now.toISOString(),
      action,
      sender_id: this.senderId,
      ...(senderUri === undefined ? {} : { sender_uri: senderUri }),
      receiver_id: 'dci-gateway',
      total_count: items,
    };
    const signature = await signEnvelope('DCI', { header, message }, this.key, { senderId: this.senderId, now });
    return { signature, header, message };
  }

  headers(type = 'application/json') {
    return { authorization: `Bearer ${this.token}`, ...(type === undefined ? {} : { 'content-type': type }) };
  }

  /** A CSV, signed as an HTTP request. */
  async upload(action, file, url) {
    const boundary = randomUUID();
    const fields = { action, sender_uri: `${url}/registry/on-${action}` };
    const parts = Object.entries(fields).map(
      ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const head = 'Content-Disposition: form-data; name="fileName"; filename="persons.csv"\r\nContent-Type: text/csv';
    const body = Buffer.from(`${parts.join('')}--${boundary}\r\n${head}\r\n\r\n${file}\r\n--${boundary}--\r\n`);
    const targetUri = `${this.url}/dci/v1/social/registry/upload/${action}`;
    const message = { method: 'POST', targetUri, headers: this.headers(undefined), body };
    const signing = { senderId: this.senderId, now: new Date(), nonce: randomUUID() };
    const headers = {
      ...this.headers(`multipart/form-data; boundary=${boundary}`),
      ...signHttpRequest(message, this.key, signing),
    };
    const response = await fetch(targetUri, { method: 'POST', headers, body });
    if (response.status !== 202) throw new Error(await response.text());
  }

  /** Sends it and gives the parsed answer. */
  async post(path, body) {
    const response = await fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: this.headers(),
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  }
}

/** Seconds that `work` takes. */
export async function seconds(work) {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** One row of the table. */
export const row = (work, against, unit, ours, theirs, atLeast) => ({
  work,
  against,
  unit,
  ours,
  theirs,
  ratio: ours / theirs,
  atLeast,
});

/** Runs one benchmark by itself: `node bench/write.mjs [--quick] [--json]`. */
export async function alone(meta, { title, run }) {
  if (process.argv[1] !== fileURLToPath(meta.url)) return;
  const json = process.argv.includes('--json');
  const progress = (text) => json || process.stderr.write(`${text}\n`);
  progress(title);
  const rows = await run({ progress, quick: process.argv.includes('--quick') });
  if (json) process.stdout.write(`${JSON.stringify(rows)}\n`);
  else
    for (const { work, against, ours, theirs, unit, ratio, atLeast } of rows)
      process.stdout.write(
        `${work}: ${ours.toFixed(1)} ${unit}; ${against}: ${theirs.toFixed(1)}; ratio ${ratio.toFixed(2)} (wanted: ${atLeast})\n`,
      );
}
