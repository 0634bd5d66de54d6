/**
 * Signed sync searches by identifier, over 1, 16 and 64 connections, against the gateway (A) and a bare floor (B) on the same
 * data, A B A B: throughput, latency, and the computing time of the server's event loop, which tells more on a busy machine.
 */
import { createPublicKey, randomUUID } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { seedRecords } from '../dist/server/prepare.js';
import { connectDatabase } from '../dist/entities/schema/connect.js';
import { SOCIAL } from '../dist/protocol/registries/social/social.registry.js';
import { demoRecords } from '../dist/sources/demo-data.js';
import { alone, onGround, row } from './ground.mjs';
import { cpuOf, loopOf, percentile } from './process.mjs';

export const title = 'Signed search by identifier, against the floor';

const PATH = '/dci/v1/social/registry/sync/search';
const ROUNDS = 2;
/**
 * Compiled code and prepared statements on both sides, before anything is measured: after 6 000 searches a process still
 * compiles, which takes a tenth of what it computes, and it answers for weeks.
 */
const WARM_UP = 24_000;
const FLOOR = 'bare node:http + pg';

export function run({ progress, quick = false }) {
  return onGround(async (ground) => {
    const databaseUrl = await ground.database('search');
    await seed(databaseUrl, quick ? 5_000 : 100_000, progress);
    const identifiers = await identifiersIn(await ground.client(databaseUrl));
    const gateway = await ground.gateway(databaseUrl);
    const partner = await gateway.partner('bench-partner');
    const key = JSON.stringify(createPublicKey(partner.key.privateKey).export({ format: 'jwk' }));
    const floor = await ground.start('./floor.mjs', /(http:\/\/\S+)/, { DATABASE_URL: databaseUrl, PARTNER_JWK: key });
    const targets = { gateway: { ...gateway, url: `${gateway.url}${PATH}` }, floor };
    const send = async (target, count, connections) =>
      searching(target, partner, await messages(partner, identifiers, count), connections);
    for (const target of Object.values(targets)) await send(target, quick ? WARM_UP / 8 : WARM_UP, 16);
    const rows = [];
    for (const connections of [1, 16, 64]) {
      const results = { gateway: [], floor: [] };
      const count = (quick ? 500 : 6000) / (connections === 1 ? 4 : 1);
      for (let index = 0; index < ROUNDS; index += 1)
        for (const name of ['gateway', 'floor']) {
          results[name].push(await send(targets[name], count, connections));
          progress(line(name, connections, results[name].at(-1)));
        }
      rows.push(...rowsOf(connections, results));
    }
    return rows;
  });
}

async function seed(databaseUrl, persons, progress) {
  const database = await connectDatabase(databaseUrl, { poolSize: 2 });
  let told = 0;
  await seedRecords(database, demoRecords(persons, [SOCIAL]), (records) => {
    if (records - told >= 50_000) progress(`  ${(told = records)} records`);
  });
  await database.close();
}

async function identifiersIn(client) {
  await client.query('vacuum analyze');
  const { rows } = await client.query(
    `select value from record_identifier where registry = 'SOCIAL' and record_type = 'SRPerson' and type = 'UIN'
     order by record_id limit 20000`,
  );
  return rows.map(({ value }) => value);
}

const line = (name, connections, { perSecond, p50, p99, loop, cpu }) =>
  `${String(connections).padStart(3)} connections  ${name.padEnd(8)} ${perSecond.toFixed(0).padStart(6)}/s   ` +
  `p50 ${p50.toFixed(2)} ms   p99 ${p99.toFixed(2)} ms   CPU ${cpu.toFixed(2)} ms, its event loop ${loop.toFixed(2)}`;

function rowsOf(connections, { gateway, floor }) {
  const over = connections === 1 ? 'over one connection' : `over ${connections} connections`;
  const mean = (results, what) => results.reduce((sum, result) => sum + result[what], 0) / results.length;
  const told = (work, unit, what, wanted) => row(work, FLOOR, unit, mean(gateway, what), mean(floor, what), wanted);
  const atMost = (work, what, most) => {
    const one = told(`${work}, ${over}`, 'ms', what, `≤ ${most} ×`);
    return { ...one, met: one.ratio <= most };
  };
  return [
    connections === 1 ? atMost('p50', 'p50', 1.5) : told(`searches, ${over}`, '/s', 'perSecond', 1),
    atMost('p99', 'p99', 1.5),
    atMost('event loop for one search', 'loop', 1),
  ];
}

/** Signed beforehand, so that the client costs the two servers alike and as little as it can. */
async function messages(partner, identifiers, count) {
  const bodies = [];
  for (let index = 0; index < count; index += 1) {
    const value = identifiers[Math.floor(Math.random() * identifiers.length)];
    const criteria = { query_type: 'idtype-value', query: { type: 'UIN', value } };
    const item = { reference_id: '1', timestamp: new Date().toISOString(), search_criteria: criteria };
    const envelope = await partner.sign('search', { transaction_id: randomUUID(), search_request: [item] });
    bodies.push(Buffer.from(JSON.stringify(envelope)));
  }
  return bodies;
}

/** Sends signed messages over so many connections. */
export async function searching({ url, child }, partner, bodies, connections) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies = [];
  const queue = bodies.values();
  const searcher = async () => {
    for (const body of queue) {
      const sent = performance.now();
      await post(agent, url, partner, body);
      latencies.push(performance.now() - sent);
    }
  };
  const spent = [cpuOf(child.pid), loopOf(child.pid)];
  const started = performance.now();
  await Promise.all(Array.from({ length: connections }, searcher));
  const seconds = (performance.now() - started) / 1000;
  const [cpu, loop] = [cpuOf(child.pid) - spent[0], loopOf(child.pid) - spent[1]].map(
    (computed) => (computed * 1000) / bodies.length,
  );
  agent.destroy();
  const [p50, p99] = [percentile(latencies, 0.5), percentile(latencies, 0.99)];
  return { perSecond: bodies.length / seconds, p50, p99, cpu, loop };
}

function post(agent, url, partner, body) {
  return new Promise((resolve, reject) => {
    const headers = { ...partner.headers(), 'content-length': body.length };
    const request = httpRequest(url, { method: 'POST', agent, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200 && text.includes('"identifier_value"')) resolve();
        else reject(new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 200)}`));
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

await alone(import.meta, { title, run });
