/** Waits for what must come, however busy the machine is. */
import { setTimeout as sleep } from 'node:timers/promises';

/** What `look` comes to, once it is something. @throws after `timeoutMs`; `seen` tells what there was instead */
export async function until<T>(
  look: () => T | Promise<T>,
  { timeoutMs = 30_000, seen = () => '' }: { timeoutMs?: number; seen?: () => unknown } = {},
): Promise<Exclude<T, false | null | undefined>> {
  for (const deadline = Date.now() + timeoutMs; ; await sleep(20)) {
    const found = await look();
    if (found !== false && found != null) return found as Exclude<T, false | null | undefined>;
    if (Date.now() > deadline)
      throw new Error(`it did not come to it in ${timeoutMs} ms ${JSON.stringify(await seen())}`);
  }
}

/**
 * Whether `round` takes less than `ms` five times in a row: a busy machine has slow moments, and what waits for a clock
 * is not lucky so often. `round` gives its milliseconds.
 */
export async function isPrompt(ms: number, round: () => Promise<number>): Promise<boolean> {
  for (let rounds = 0, inARow = 0; rounds < 25; rounds += 1) {
    inARow = (await round()) < ms ? inARow + 1 : 0;
    if (inARow === 5) return true;
  }
  return false;
}
