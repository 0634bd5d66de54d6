/**
 * Memory of a load that has gone. V8 keeps the pages that a load filled for the next one, and an idle process collects
 * nothing: what a thousand readers took would stay with us for good. Once nothing happens, a last collection gives it back.
 */
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (how: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

const EVERY_MS = 5000;
/** Share of the time that an idle process computes, at most. */
const IDLE = 0.05;
/** Times what was left before: less is not worth the pause, which takes some tenths of a second. */
const GROWN = 1.25;

export function giveBackWhenIdle({ everyMs = EVERY_MS } = {}): { close(): Promise<void> } {
  const collect = collector();
  let before = performance.eventLoopUtilization();
  let left = 0;
  const look = (): void => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    if (utilization > IDLE || process.memoryUsage.rss() < GROWN * left) return;
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    left = process.memoryUsage.rss();
    before = performance.eventLoopUtilization();
  };
  const timer = setInterval(look, everyMs).unref();
  return { close: async () => clearInterval(timer) };
}

/** Only contexts made under this flag have it: no other code gets to it. */
function collector(): Collect {
  setFlagsFromString('--expose-gc');
  try {
    return runInNewContext('gc') as Collect;
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}
