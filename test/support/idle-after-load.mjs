// A process of its own, in which nothing else is kept: prints what becomes of its memory after each of two loads.
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { giveBackWhenIdle } from '../../dist/platform/give-back.js';

const EVERY_MS = 100;
const MB = 2 ** 20;
const memory = () => process.memoryUsage.rss() / MB;
/** Some 180 MB, and nothing holds them afterwards. */
const load = () => Array.from({ length: 1_500_000 }, (_, index) => ({ index, text: `row ${index}` })).length;

const giving = giveBackWhenIdle({ everyMs: EVERY_MS });
for (let round = 0; round < 2; round += 1) {
  load();
  const loaded = memory();
  const began = performance.now();
  while (performance.now() - began < 10 * EVERY_MS) await turn();
  console.log(memory() > loaded - 60 ? 'busy: kept' : 'busy: given back');
  // How long it takes depends on who else computes here.
  while (memory() > loaded - 100) await sleep(EVERY_MS);
  console.log('idle: given back');
}
console.log(globalThis.gc === undefined ? 'no gc for others' : 'gc for others');
await giving.close();
