/**
 * Plays random worlds for as long as one says, a seed after another, and stops at the first that does not hold:
 * `npm run prove -- [--minutes 30] [--seed 1] [--json]`. See docs/proof.md.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { buildIfNeeded, installIfNeeded } from './prepare.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  console.error('--minutes must be a number above 0');
  process.exit(2);
}
installIfNeeded();
buildIfNeeded();

/** Of each seed, of what a plain test run plays. */
const TIMES = 2;
/** Worlds with faults wait more than they work. */
const WORKERS = 4;
const SHRINK_MINUTES = 15;
const TESTS = ['faults', 'faulty-twins', 'worlds', 'twins', 'completeness'].map((name) => `test/model/${name}.test.ts`);
const until = Date.now() + minutes * 60_000;
const held = { minutes: 0, seeds: 0 };
const started = Date.now();
let seed = Number(values.seed);
let failure;
for (; Date.now() < until && failure === undefined; seed += 1) {
  const run = play(seed);
  const output = `${run.stdout}${run.stderr}`;
  for (const [, counts] of output.matchAll(/proven: (\{.*\})/g))
    for (const [what, count] of Object.entries(JSON.parse(counts))) held[what] = (held[what] ?? 0) + count;
  held.seeds += 1;
  held.minutes = Math.round((Date.now() - started) / 60_000);
  if (run.status === 0)
    tell(
      `seed ${seed} holds: ${held.worlds} worlds, ${held.steps} steps, ${held.faults} faults, ${held.pairs} pairs so far`,
    );
  else failure = { seed, output };
}
if (values.json)
  console.log(JSON.stringify({ ...held, holds: failure === undefined, failedSeed: failure?.seed ?? null }));
else if (failure === undefined) console.log(`All held: ${JSON.stringify(held)}`);
if (failure !== undefined) {
  console.error(failure.output);
  console.error(`Seed ${failure.seed} does not hold; again with: npm run prove -- --minutes 1 --seed ${failure.seed}`);
  console.error(`A shorter history is looked for, for ${SHRINK_MINUTES} minutes at most; what is above is whole, too.`);
  play(failure.seed, { PROVE_SHRINK_MS: String(SHRINK_MINUTES * 60_000) }, 'inherit');
  process.exit(1);
}

function play(played, more = {}, stdio = 'pipe') {
  const env = { ...process.env, PROVE_SEED: String(played), PROVE_TIMES: String(TIMES), ...more };
  const flags = ['--verbose=false', `--maxWorkers=${WORKERS}`];
  return spawnSync(process.execPath, ['scripts/test.mjs', ...flags, ...TESTS], { env, encoding: 'utf8', stdio });
}

function tell(text) {
  if (!values.json) console.log(text);
}
