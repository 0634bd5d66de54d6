/**
 * What one partner's load does to another: how long a quiet partner waits for the callback of a search, calm and beside
 * each load. `npm run bench:fairness [-- --quick] [-- --json]`
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { alone, onGround, row } from './ground.mjs';

export const title = 'Fair between partners';

const EVERY_MS = 200;
const OPERATIONS = ['SEARCH', 'SUBSCRIBE', 'BULK_VERIFY'];

export function run({ progress, quick }) {
  const samples = quick ? 40 : 100;
  return onGround(async (ground) => {
    const gateway = await ground.gateway(await ground.database('fairness'), {
      ALLOW_HTTP_CALLBACKS: 'true',
      ALLOW_PRIVATE_CALLBACKS: 'true',
    });
    await fill(gateway);
    const quiet = await partnerOf(gateway, 'quiet');
    await measure(ground, quiet, 10);
    const calm = await measure(ground, quiet, samples);
    progress(`calm: p99 ${calm.toFixed(0)} ms`);
    const rows = [];
    for (const [name, begin] of Object.entries(LOADS)) {
      const noisy = await partnerOf(gateway, name.replaceAll(' ', '-'));
      const end = await begin({ ground, gateway, noisy, quick });
      await sleep(1000);
      const beside = await measure(ground, quiet, samples);
      await end();
      progress(`beside ${name}: p99 ${beside.toFixed(0)} ms, ${(beside / calm).toFixed(1)} times the calm`);
      rows.push({
        ...row(`a quiet partner beside ${name}`, 'its calm p99', 'ms', beside, calm, 1 / 3),
        ratio: calm / beside,
      });
      // What is left of a load must not count for the next.
      await gateway.graphql('mutation ($id: String!) { suspendSender(senderId: $id) { state } }', {
        id: noisy.senderId,
      });
    }
    return rows;
  });
}

/** Each begins a load and gives what ends it. */
const LOADS = {
  uploads: async ({ noisy, quick, ground }) => {
    const { urls } = await ground.receivers(1);
    const file = ['identifier_type,identifier_value,sex'];
    for (let line = 0; line < (quick ? 20_000 : 100_000); line += 1) file.push(`UIN,f${line % 1000},female`);
    const all = Array.from({ length: 6 }, () => noisy.upload('verify', file.join('\n'), urls[0]));
    await Promise.all(all);
    return async () => undefined;
  },
  'silent hosts': async ({ noisy, quick, ground }) =>
    callbacksTo(noisy, await ground.receivers(quick ? 100 : 300, { delayMs: -1 }), quick ? 500 : 1500),
  'slow hosts': async ({ noisy, quick, ground }) =>
    callbacksTo(noisy, await ground.receivers(quick ? 50 : 100, { delayMs: 29_000 }), quick ? 250 : 1000),
  'due deliveries': async ({ noisy, quick, ground }) =>
    callbacksTo(noisy, await ground.receivers(10), quick ? 1000 : 5000),
  'a flood of searches': ({ noisy }) => flood(noisy, 'sync/search', 64),
  'more searches than are let in': ({ noisy }) => flood(noisy, 'sync/search', 512),
  'a heavy GraphQL reader': async ({ gateway }) => {
    const query =
      '{ transactions(first: 100) { nodes { id status sender { senderId } receivedAt recordCount messageId } } }';
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${gateway.env.ADMIN_TOKEN}` };
    return load({ url: `${gateway.url}/graphql`, headers, bodies: [JSON.stringify({ query })], atOnce: 8 });
  },
};

const partnerOf = (gateway, senderId) =>
  gateway.partner(senderId, { operations: OPERATIONS, callbackHosts: ['127.0.0.1'] });

/** The 99th percentile of how long a callback takes from its question. */
async function measure(ground, partner, samples) {
  const receiver = await ground.receivers(1);
  for (let sent = 0; sent < samples; sent += 1) {
    const search = searchFor(`f${sent % 1000}`, `at-${Date.now()}`);
    void ask(partner, search, receiver.urls[0]);
    await sleep(EVERY_MS);
  }
  let waits = [];
  for (let waited = 0; waits.length < samples && waited < 120_000; waited += 100) {
    await sleep(100);
    ({ waits } = await receiver.read());
  }
  receiver.child.kill();
  // What never came took for ever.
  const sorted = [...waits, ...Array.from({ length: samples - waits.length }, () => 120_000)].toSorted((a, b) => a - b);
  return sorted[Math.ceil(samples * 0.99) - 1];
}

const searchFor = (value, transactionId) => ({
  transaction_id: transactionId,
  search_request: [
    {
      reference_id: '1',
      timestamp: new Date().toISOString(),
      search_criteria: { query_type: 'idtype-value', query: { type: 'UIN', value } },
    },
  ],
});

async function ask(partner, message, url) {
  const envelope = await partner.sign('search', message, { senderUri: `${url}/registry/on-search` });
  const { status, body } = await partner.post('/dci/v1/social/registry/search', envelope);
  if (status !== 202) throw new Error(JSON.stringify(body));
}

/** Searches whose callbacks go to all these receivers in turn. */
async function callbacksTo(partner, { urls, child }, count) {
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < count; at = next++)
      await ask(partner, searchFor(`f${at % 1000}`, randomUUID()), urls[at % urls.length]);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  return async () => void child.kill();
}

async function flood(partner, path, atOnce) {
  const envelopes = Array.from({ length: 2000 }, (_, index) =>
    partner.sign('search', searchFor(`f${index % 1000}`, randomUUID())),
  );
  const bodies = (await Promise.all(envelopes)).map((envelope) => JSON.stringify(envelope));
  return load({ url: `${partner.url}/dci/v1/social/registry/${path}`, headers: partner.headers(), bodies, atOnce });
}

function load(workerData) {
  const worker = new Worker(fileURLToPath(new URL('./load.mjs', import.meta.url)), { workerData });
  return () => worker.terminate();
}

async function fill(gateway) {
  const records = Array.from({ length: 1000 }, (_, index) => ({
    recordType: 'SRPerson',
    identifiers: [{ type: 'UIN', value: `f${index}` }],
    data: { sex: 'female' },
  }));
  const query =
    'mutation ($records: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $records) { inserted } }';
  await gateway.graphql(query, { records });
}

await alone(import.meta, { title, run });
