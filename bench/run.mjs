/**
 * Runs the benchmarks one after another and tells how they went, as a table or as JSON.
 *
 *   npm run bench -- [--only NAME,NAME] [--quick] [--large] [--rounds 3] [--json] [--write]
 *
 * `--quick` takes less of everything and one round; `--large` adds 22 million records; `--write` puts what was measured
 * into docs/benchmarks.md, each benchmark into its own section.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { machine } from './machine.mjs';
import { sectionOf, tableOf } from './report.mjs';

/** In the order of the document. */
const NAMES = [
  'search',
  'sizes',
  'live',
  'write',
  'sources',
  'bulk',
  'deliver',
  'fairness',
  'pressure',
  'transactions',
  'start',
];
const DOCUMENT = new URL('../docs/benchmarks.md', import.meta.url);

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const { quick, large } = options;
const rounds = Number(options.rounds ?? (quick ? 1 : 3));
const began = performance.now();
const progress = (text) => process.stderr.write(`${clock()} ${text}\n`);

const measured = [];
for (const name of chosen()) {
  measured.push(await measure(name));
  if (options.write) await publish(measured.at(-1));
}
if (options.json) process.stdout.write(`${JSON.stringify(measured)}\n`);
else process.stdout.write(`\n${tableOf(measured.flatMap(({ rows }) => rows))}\n`);
if (measured.some(({ failed }) => failed !== undefined)) process.exitCode = 1;

function chosen() {
  const there = NAMES.filter((name) => existsSync(new URL(`./${name}.mjs`, import.meta.url)));
  const asked = options.only?.split(',') ?? there;
  const unknown = asked.filter((name) => !there.includes(name));
  if (unknown.length > 0) throw new Error(`--only: no benchmark ${unknown.join(', ')}; there are ${there.join(', ')}`);
  return asked;
}

/** One that fails does not keep the others from being measured. */
async function measure(name) {
  const about = { name, title: name, quick, large, rounds, ...machine() };
  const all = [];
  try {
    const { title, run } = await import(`./${name}.mjs`);
    progress(`${name}: ${(about.title = title)}`);
    for (let round = 1; round <= rounds; round += 1) {
      if (rounds > 1) progress(`${name}: round ${round} of ${rounds}`);
      all.push(await run({ progress, quick, large }));
    }
    return { ...about, rows: mediansOf(all) };
  } catch (error) {
    progress(`${name} failed: ${error.stack}`);
    return { ...about, failed: error.message, rows: [] };
  }
}

/** The rows of several rounds as one list: medians, and between what they lay. */
function mediansOf([first, ...others]) {
  return first.map((row, index) => {
    const same = [row, ...others.map((rows) => rows[index])];
    const values = (pick) => same.map(pick).toSorted((a, b) => a - b);
    const median = (pick) => values(pick)[Math.floor(same.length / 2)];
    const ratios = values(({ ratio }) => ratio);
    const met = same.filter((one) => one.met ?? (typeof row.atLeast === 'number' && one.ratio >= row.atLeast));
    return {
      ...row,
      ours: median(({ ours }) => ours),
      theirs: median(({ theirs }) => theirs),
      ratio: median(({ ratio }) => ratio),
      spread: [ratios[0], ratios.at(-1)],
      met: met.length * 2 > same.length,
    };
  });
}

async function publish(result) {
  const document = await readFile(DOCUMENT, 'utf8');
  const [begin, end] = [`<!-- ${result.name} -->`, `<!-- /${result.name} -->`];
  if (!document.includes(begin)) throw new Error(`docs/benchmarks.md has no place for ${result.name}: ${begin}`);
  const [before, after] = [document.split(begin)[0], document.split(end)[1]];
  const text = `${before}${begin}\n\n${sectionOf(result)}\n\n${end}${after}`;
  const style = await resolveConfig(DOCUMENT);
  await writeFile(DOCUMENT, await format(text, { ...style, parser: 'markdown' }));
}

function clock() {
  const seconds = Math.round((performance.now() - began) / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}
