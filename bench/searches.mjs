/** The rows of the table that `search.mjs` measures; it stays a program of its own, with options for looking closer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { row } from './ground.mjs';

export const title = 'Signed searches by identifier, everything on';

export async function run({ progress, quick = false }) {
  const persons = quick ? 10_000 : 1_000_000;
  const requests = quick ? 1500 : 5000;
  progress(`${persons} persons, ${requests} searches a side and round; told at the end`);
  const { gateway, floor, compared } = await measured({ persons, requests, rounds: 2 });
  // Where it does not say over how many connections, it was sixteen.
  return (compared ?? [{ connections: 16, results: { gateway, floor } }]).flatMap(rowsOf);
}

async function measured(options) {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const script = fileURLToPath(new URL('./search.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, '--json', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`search.mjs ended with code ${code}`);
  return JSON.parse(Buffer.concat(chunks).toString());
}

function rowsOf({ connections, results }) {
  const mean = (name, what) => results[name].reduce((sum, result) => sum + result[what], 0) / results[name].length;
  const compare = (what, unit, atLeast) =>
    row(
      `${what === 'perSecond' ? 'searches' : what}, ${connections} connections`,
      'the bare floor',
      unit,
      mean('gateway', what),
      mean('floor', what),
      atLeast,
    );
  const most = (one, bound) => ({ ...one, atLeast: `≤ ${bound} ×`, met: one.ratio <= bound });
  if (connections === 1) return [most(compare('p50', 'ms'), 1.5)];
  const cpu = results.gateway[0].cpu === undefined ? [] : [most(compare('cpu', 'ms'), 1.5)];
  return [compare('perSecond', '1/s', 1), most(compare('p99', 'ms'), 1.5), ...cpu];
}
