/**
 * Live changes to many sockets with one filter, from the commit in PostgreSQL to the client, against bare graphql-ws with
 * an in-memory pubsub. As fast as it goes (some changes under way at once), and at eight changes a second.
 */
import { fork } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { exportJWK, SignJWT } from 'jose';
import { uuidv7 } from '../dist/platform/uuid.js';
import { alone, onGround, row } from './ground.mjs';
import { cpuOf, memoryOf } from './process.mjs';

export const title = 'Live changes to many sockets';

const QUERY = `subscription ($filter: TransactionFilter) { transactionChanged(filter: $filter) { cursor transaction {
  id transactionId messageId correlationId operation registry status receivedAt durationMs recordCount sender { senderId name } } } }`;
const SENDER = 'bench-partner';
const VARIABLES = { filter: { senderId: SENDER } };
/** A gateway takes twenty sockets of one administrator. */
const ADMINS = 50;
const UNDER_WAY = 16;
const PACE_MS = 125;
const AUDIENCE = 'bench';
const now = () => performance.timeOrigin + performance.now();

export function run({ progress, quick = false }) {
  return onGround(async (ground) => {
    const issuer = await startIssuer();
    try {
      const ours = await startOurs(ground, issuer);
      const theirs = await startTheirs(ground);
      const changes = quick ? 100 : 400;
      const paced = quick ? 40 : 160;
      const rows = [];
      const idle = memoryOf(ours.pid);
      for (const sockets of [100, 1000]) {
        const results = { ours: [], theirs: [] };
        for (let turn = 0; turn < 2; turn += 1)
          for (const [name, side] of Object.entries({ ours, theirs })) {
            const result = await measure(side, sockets, changes, paced);
            results[name].push(result);
            progress(line(name, sockets, result));
          }
        rows.push(...rowsOf(sockets, results));
      }
      rows.push(await memoryRow(ours.pid, idle, progress));
      return rows;
    } finally {
      issuer.close();
    }
  });
}

function rowsOf(sockets, { ours, theirs }) {
  const against = 'bare graphql-ws with in-memory pubsub';
  const median = (list, pick) => list.map(pick).toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
  const compare = (work, unit, pick, atLeast) =>
    row(work, against, unit, median(ours, pick), median(theirs, pick), atLeast);
  const within = (work, most, pick) => {
    const compared = compare(work, 'ms', pick, `≤ ${most} ms`);
    return { ...compared, met: compared.ours <= most };
  };
  if (sockets === 100) return [within('live, 100 sockets, 8 changes/s, p50', 30, ({ paced }) => paced.p50)];
  return [
    compare('live, 1 000 sockets, one filter', 'messages/s', ({ perSecond }) => perSecond, 0.8),
    within('live, 1 000 sockets, 8 changes/s, p99', 500, ({ paced }) => paced.p99),
  ];
}

/** Some seconds after all have gone, against what it was before the first came. */
async function memoryRow(pid, idle, progress) {
  const peak = memoryOf(pid, 'VmHWM');
  await sleep(20_000);
  const after = memoryOf(pid);
  progress(`memory: ${idle} MB before, ${peak} MB at most, ${after} MB after`);
  return {
    ...row('live, memory after 1 000 sockets', 'itself before', 'MB', after, idle, '≤ 1.2'),
    met: after <= 1.2 * idle,
  };
}

const line = (name, sockets, { perSecond, full, cpu, paced, memory }) =>
  `${name.padEnd(6)} ${sockets} sockets: ${perSecond.toFixed(0)} messages/s (p50 ${full.p50.toFixed(0)} ms, ${cpu.toFixed(0)} µs of CPU each); ` +
  `8 changes/s: p50 ${paced.p50.toFixed(1)} ms, p99 ${paced.p99.toFixed(1)} ms; ${memory} MB`;

async function measure(side, count, changes, paced) {
  const readers = new Readers();
  try {
    await readers.ask('open', { ...side.at, count, query: QUERY, variables: VARIABLES });
    // Whoever is not told this one has not begun.
    await side.ready(count);
    await readers.complete(await side.change());
    await burst(side, readers, 20);
    await readers.ask('measure');
    const [started, cpuBefore] = [performance.now(), cpuOf(side.pid)];
    await burst(side, readers, changes);
    const perSecond = (changes * count) / ((performance.now() - started) / 1000);
    const cpu = ((cpuOf(side.pid) - cpuBefore) * 1e6) / (changes * count);
    const full = await readers.ask('measure');
    for (let change = 0; change < paced; change += 1) {
      await Promise.all([side.change().then((stamp) => readers.complete(stamp)), sleep(PACE_MS)]);
    }
    const result = { perSecond, cpu, full, paced: await readers.ask('measure'), memory: memoryOf(side.pid) };
    await readers.ask('close');
    return result;
  } finally {
    readers.end();
  }
}

/** Always some under way: a change is made when one has reached everybody. */
async function burst(side, readers, changes) {
  let left = changes;
  const maker = async () => {
    while (left-- > 0) await readers.complete(await side.change());
  };
  await Promise.all(Array.from({ length: UNDER_WAY }, maker));
}

class Readers {
  #child = fork(fileURLToPath(new URL('./live-readers.mjs', import.meta.url)));
  #asked = new Map();
  #complete = new Set();
  #waiting = new Map();
  #failed = new Promise((_, reject) => {
    this.#child.on('message', ({ id, answer, complete, failed }) => {
      if (failed !== undefined) reject(new Error(failed));
      else if (complete === undefined) this.#asked.get(id)?.(answer);
      else {
        this.#complete.add(complete);
        this.#waiting.get(complete)?.();
      }
    });
  });

  constructor() {
    this.#failed.catch(() => undefined);
  }

  ask(ask, given = {}) {
    const id = randomUUID();
    this.#child.send({ ask, id, ...given });
    return Promise.race([new Promise((resolve) => this.#asked.set(id, resolve)), this.#failed]);
  }

  /** Once everybody has been told the change. */
  complete(stamp) {
    const reached = new Promise((resolve) => this.#waiting.set(stamp, resolve));
    return this.#complete.has(stamp) ? undefined : Promise.race([reached, this.#failed]);
  }

  end() {
    this.#child.disconnect();
  }
}

let last = 0;
/** Of a change: when it was made, and nothing else has the same. */
function stampNow() {
  last = Math.max(now(), last + 0.001);
  return last.toFixed(3);
}

const columns = (stamp) => ({
  id: uuidv7(),
  transactionId: stamp,
  messageId: randomUUID(),
  correlationId: randomUUID(),
  operation: 'SEARCH',
  registry: 'SOCIAL',
  status: 'SUCCEEDED',
  receivedAt: new Date().toISOString(),
  durationMs: 2.5,
  recordCount: 1,
});

async function startOurs(ground, issuer) {
  const databaseUrl = await ground.database('live');
  const gateway = await ground.gateway(databaseUrl, { ROLE: 'api', ...issuer.env });
  await gateway.partner(SENDER);
  const { url, child } = gateway;
  const clients = await Promise.all(Array.from({ length: UNDER_WAY }, () => ground.client(databaseUrl)));
  let turn = 0;
  return {
    pid: child.pid,
    at: { url: `${url}/graphql`, tokens: issuer.tokens },
    ready: () => sleep(500),
    change: async () => {
      const stamp = stampNow();
      await commit(clients[turn++ % UNDER_WAY], columns(stamp));
      return stamp;
    },
  };
}

/** As another process of the gateway commits one, and wakes the others. */
async function commit(client, change) {
  await client.query({
    name: 'change',
    text: `with written as (
        insert into transaction (id, sender_id, transaction_id, message_id, correlation_id, action, channel, operation,
          registry, status, content_hash, received_at, duration_ms, record_count)
        values ($1, $2, $3, $4, $5, 'search', 'SYNC', $6, $7, $8, '\\x00', $9, $10, $11) returning id)
      insert into outbox_event (id, topic, subject, detail)
      select id, 'transaction', id, jsonb_build_object('senderId', $2::text, 'registry', $7::text) from written`,
    values: [
      change.id,
      SENDER,
      change.transactionId,
      change.messageId,
      change.correlationId,
      change.operation,
      change.registry,
      change.status,
      change.receivedAt,
      change.durationMs,
      change.recordCount,
    ],
  });
  await client.query({ name: 'wake', text: `select pg_notify('dci_wake', 'bench tail')` });
}

async function startTheirs(ground) {
  const { url, child } = await ground.start('./live-floor.mjs', /(http:\/\/\S+)/, {});
  return {
    pid: child.pid,
    at: { url, tokens: ['none'] },
    ready: () => sleep(500),
    change: async () => {
      const stamp = stampNow();
      const transaction = { ...columns(stamp), sender: { senderId: SENDER, name: SENDER } };
      child.stdin.write(`${JSON.stringify({ cursor: randomUUID(), transaction })}\n`);
      return stamp;
    },
  };
}

/** OpenID Connect as far as the gateway asks for it: metadata and keys. */
async function startIssuer() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'EdDSA', use: 'sig', kid: 'bench' }] };
  const server = createServer((request, response) => {
    const body = request.url === '/jwks' ? jwks : { issuer, jwks_uri: `${issuer}/jwks` };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const token = (name) =>
    new SignJWT({ roles: ['MONITOR'] })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'bench' })
      .setIssuer(issuer)
      .setAudience(AUDIENCE)
      .setSubject(name)
      .setIssuedAt()
      .setExpirationTime('2h')
      .sign(privateKey);
  return {
    env: { ADMIN_OIDC_ISSUER: issuer, ADMIN_OIDC_AUDIENCE: AUDIENCE },
    tokens: await Promise.all(Array.from({ length: ADMINS }, (_, index) => token(`admin-${index}`))),
    close: () => server.close(),
  };
}

await alone(import.meta, { title, run });
