/** How the process ends: in order, whoever or whatever ends it. */
import type { Log } from './log.js';

/** What is under way after a fault has so long; what does not close by then is left. */
const END_MS = 10_000;

/** Once, whoever asks: a signal, the terminal, or the death of the script that started us. */
export function stopOnRequest(stop: (reason: string) => Promise<void>, onError: (error: unknown) => void): void {
  let asked = false;
  const ask = async (reason: string): Promise<void> => {
    // Ctrl-C comes twice, from the terminal and passed on by npm: only the first counts.
    if (asked) return;
    asked = true;
    try {
      await stop(reason);
      process.exit(0);
    } catch (error) {
      onError(error);
      process.exit(1);
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void ask(signal));
  if (process.connected) process.once('disconnect', () => void ask('the starting script ended'));
}

/**
 * A fault that nobody caught: what it was a part of stands still from then on, unseen. So no more is taken, what is under way
 * is answered, and the process ends, for whoever watches it to start it anew.
 */
export function stopOnFault(stop: () => Promise<void>, log: Log): void {
  // What nobody awaited comes here too.
  process.on('uncaughtException', (error) => {
    log.error({ err: error }, 'a fault that nobody caught: the process ends, to be started anew');
    endFaulty(stop);
  });
}

/** With the code of a failure, whatever becomes of `stop`. */
export function endFaulty(stop: () => Promise<void>): void {
  setTimeout(() => process.exit(1), END_MS);
  void stop().finally(() => process.exit(1));
}
