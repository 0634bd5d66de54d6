/**
 * Half a minute of 200 connections that search without a pause, and then of more than are served at once: whether the process
 * still says that it is alive, whether its memory stays as it is, and whether whoever is refused is told when to come again.
 */
import { randomUUID } from 'node:crypto';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { alone, onGround, row } from './ground.mjs';
import { memoryOf } from './process.mjs';

export const title = 'Under pressure';

const CONNECTIONS = 200;
/** More than one process takes in (`MAX_REQUESTS_AT_ONCE`) and lets wait. */
const TOO_MANY = 1024;
const PROBE_MS = 50;
const ALIVE_MS = 100;

export function run({ progress, quick = false }) {
  const seconds = quick ? 9 : 30;
  return onGround(async (ground) => {
    const gateway = await ground.gateway(await ground.database('pressure'));
    const partner = await gateway.partner('pressing');
    // A message that comes again is answered from what is stored, and that is another work.
    const bodies = await searches(partner, quick ? 9000 : 45_000);
    const share = (from, to) => bodies.slice(from * bodies.length, to * bodies.length);
    await under(gateway, partner, share(0, 0.2), { connections: CONNECTIONS, seconds: seconds / 3 });
    const held = await under(gateway, partner, share(0.2, 0.8), { connections: CONNECTIONS, seconds });
    progress(`${CONNECTIONS} connections: ${told(held)}`);
    const crowded = await under(gateway, partner, share(0.8, 1), { connections: TOO_MANY, seconds: seconds / 2 });
    progress(`${TOO_MANY} connections: ${told(crowded)}`);
    return [alive(held, CONNECTIONS), flat(held), alive(crowded, TOO_MANY), refused(crowded)];
  });
}

const told = ({ waits, memory, answers }) =>
  `/healthz within ${Math.max(...waits).toFixed(0)} ms, memory ${memory[0]} to ${memory.at(-1)} MB, ${answers[0]} answered, ${answers[1]} refused, ${answers[2]} others`;

const alive = ({ waits }, connections) => {
  const longest = Math.max(...waits);
  const against = `its median of ${waits.length}`;
  const median = waits.toSorted((a, b) => a - b)[waits.length >> 1];
  const one = row(`longest /healthz, ${connections} connections`, against, 'ms', longest, median, `≤ ${ALIVE_MS} ms`);
  return { ...one, met: longest <= ALIVE_MS };
};

/** What it rests on between two collections of garbage. */
function flat({ memory }) {
  const third = Math.floor(memory.length / 3);
  const [middle, last] = [memory.slice(third, 2 * third), memory.slice(2 * third)].map((part) => Math.min(...part));
  const one = row(`memory, ${CONNECTIONS} connections, last third`, 'its second third', 'MB', last, middle, '≤ 1.1');
  return { ...one, met: one.ratio <= 1.1 };
}

/** Answered, or refused with the time to come again; nothing else. */
function refused({ answers: [done, later, others] }) {
  const one = row('refused, and told when to come again', 'answered beside them', '', later, done, 'no other answer');
  return { ...one, met: later > 0 && done > 0 && others === 0 };
}

async function under(gateway, partner, bodies, { connections, seconds }) {
  const answered = new Int32Array(new SharedArrayBuffer(12));
  const workerData = {
    url: `${gateway.url}${PATH}`,
    headers: partner.headers(),
    bodies,
    atOnce: connections,
    answered,
  };
  const worker = new Worker(fileURLToPath(new URL('./load.mjs', import.meta.url)), { workerData });
  const agent = new Agent({ keepAlive: true });
  const [waits, memory] = [[], []];
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(PROBE_MS)) {
    waits.push(await probe(agent, `${gateway.url}/healthz`));
    memory.push(memoryOf(gateway.child.pid));
  }
  // Before it is stopped, which cuts off what is under way.
  const answers = [...answered];
  await worker.terminate();
  agent.destroy();
  return { waits, memory, answers };
}

function probe(agent, url) {
  const asked = performance.now();
  return new Promise((resolve, reject) => {
    const answered = (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`));
      response.resume().on('end', () => resolve(performance.now() - asked));
    };
    get(url, { agent }, answered).on('error', reject);
  });
}

const PATH = '/dci/v1/social/registry/sync/search';

/** For persons that are not there: the way is the same, but for what would be released. */
async function searches(partner, count) {
  const bodies = [];
  for (let index = 0; index < count; index += 1) {
    const criteria = { query_type: 'idtype-value', query: { type: 'UIN', value: `p${index}` } };
    const item = { reference_id: '1', timestamp: new Date().toISOString(), search_criteria: criteria };
    const envelope = await partner.sign('search', { transaction_id: randomUUID(), search_request: [item] });
    bodies.push(JSON.stringify(envelope));
  }
  return bodies;
}

await alone(import.meta, { title, run });
