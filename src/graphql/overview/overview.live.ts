/** `overviewChanged`: only the time is told; the overview is read anew for each reader as it selects. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from '../context.js';
import { invalid } from '../../use-cases/errors.js';
import { assertStillAllowed } from '../live/follow.js';
import { createLoaders } from '../loaders.js';

const MAX_SECONDS = 3600;

export async function* watchOverview(
  context: Context,
  everySeconds: number,
  signal: AbortSignal,
): AsyncGenerator<Date, void, undefined> {
  if (everySeconds < 1 || everySeconds > MAX_SECONDS)
    throw invalid('everySeconds', `must be between 1 and ${MAX_SECONDS}`);
  const { database, clock, tail } = context.services;
  while (!signal.aborted && !tail.closed) {
    await assertStillAllowed(context);
    context.loaders = createLoaders(database, clock);
    yield clock();
    await wait(everySeconds * 1000, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
