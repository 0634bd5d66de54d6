/**
 * After a world the exported audit alone, read by a verifier that shares no code with the server, names every record that
 * left, to whom and on what ground; and no line of it can be removed, added or changed unseen.
 */
import { sample } from 'fast-check';
import { differenceOfAudit, exportedAudit, verified } from './audit.js';
import { Play } from './play.js';
import { seed } from './proof.js';
import { history } from './steps.js';

const TRIALS = 100;

let play: Play;
let lines: string[];

beforeAll(async () => {
  // One in which nothing left shows nothing.
  for (const made of sample(history, { seed, numRuns: 5 })) {
    await play?.close();
    play = await Play.start(made);
    for (const step of made.steps) await play.step(step);
    if (play.releases.length > 0) break;
  }
  lines = await exportedAudit(play);
}, 300_000);
afterAll(() => play?.close(), 60_000);

const headOf = (stdout: string): string => /head (\d+:[0-9a-f]+)/.exec(stdout)?.[1] ?? '';

test('names what left, to whom and on what ground, as often as the inboxes hold it', async () => {
  expect(play.releases.length).toBeGreaterThan(0);
  expect(await differenceOfAudit(play, lines)).toBeUndefined();
});

test(`is found out in ${TRIALS} of ${TRIALS} trials of changing it`, async () => {
  const head = headOf((await verified(lines)).stdout);
  expect(head).not.toBe('');
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  const kept: string[] = [];
  for (let trial = 0; trial < TRIALS; trial++) {
    const at = random(lines.length);
    const changed = TAMPERINGS[trial % TAMPERINGS.length]?.(lines, at, random) ?? lines;
    const { status } = await verified(changed, '--head', head);
    if (status === 0) kept.push(`${trial % TAMPERINGS.length} at ${lines[at]}`);
  }
  expect(kept).toEqual([]);
}, 120_000);

const TAMPERINGS: ((lines: string[], at: number, random: (below: number) => number) => string[])[] = [
  // removed
  (all, at) => all.toSpliced(at, 1),
  // added: the same once more, further on
  (all, at) => all.toSpliced(at + 1, 0, all[at] as string),
  // one digit or letter of a value changed
  (all, at, random) => all.with(at, changedIn(all[at] as string, random)),
  // cut off at the end
  (all, at) => all.slice(0, Math.max(1, at)),
];

function changedIn(line: string, random: (below: number) => number): string {
  const start = line.indexOf('text') + 8;
  for (let at = start + random(line.length - start); ; at = start + ((at - start + 1) % (line.length - start))) {
    const sign = line.charAt(at);
    if (/[0-9a-f]/.test(sign)) return line.slice(0, at) + (sign === '1' ? '2' : '1') + line.slice(at + 1);
  }
}
