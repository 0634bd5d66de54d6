import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { giveBackWhenIdle } from '../../src/platform/give-back.js';

const EVERY_MS = 100;
const MB = 2 ** 20;
const memory = () => process.memoryUsage.rss() / MB;
/** Some 180 MB, and nothing holds them afterwards. */
const load = () => Array.from({ length: 1_500_000 }, (_, index) => ({ index, text: `row ${index}` })).length;

test('a busy process keeps the memory of a load that has gone, an idle one gives it back', async () => {
  const giving = giveBackWhenIdle({ everyMs: EVERY_MS });
  try {
    for (let round = 0; round < 2; round += 1) {
      load();
      const loaded = memory();
      const began = performance.now();
      while (performance.now() - began < 10 * EVERY_MS) await turn();
      expect(memory()).toBeGreaterThan(loaded - 60);
      // How long it takes depends on who else computes here.
      while (memory() > loaded - 100) await sleep(EVERY_MS);
    }
    expect((globalThis as { gc?: unknown }).gc).toBeUndefined();
  } finally {
    await giving.close();
  }
});
