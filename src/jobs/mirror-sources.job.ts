/** Keeps mirrors as their sources are: each source is read by one worker at a time, for as long as there is something to read. */
import { renewClaims, releaseClaims } from '../entities/queues/claim.repository.js';
import { claimSources, holdSource, saveSource, type StoredSource } from '../entities/sources/source.repository.js';
import type { Log } from '../platform/log.js';
import { ClaimedSource, ClaimOver } from '../sources/outside/claimed-source.js';
import { Mirror, type MirrorServices } from '../sources/outside/mirror.js';
import type { LiveSources } from '../sources/outside/live-sources.js';
import type { SourceConnections } from '../sources/outside/source-connections.js';
import { isFollowed } from '../sources/outside/source-file.schema.js';
import { SourceFault } from '../sources/outside/source-fault.js';
import { keepSubscribed } from '../sources/outside/upstream-subscriptions.js';
import type { Work } from './work-queue.js';

/** Each that has a stream of changes is read for good. */
const CAPACITY = 64;
/** A source that could not be read is tried again after so long, and then every so long. */
const FIRST_RETRY_MS = 1000;
const RETRY_MS = 10_000;

export interface Mirroring extends MirrorServices {
  live: LiveSources;
  settings: { publicUrl: string };
  connections: SourceConnections;
  log: Log;
}

export function mirrorSourcesWork(mirroring: Mirroring): Work<StoredSource> {
  const { database, clock, log } = mirroring;
  return {
    name: 'mirror-sources',
    capacity: CAPACITY,
    isLasting: true,
    claim: (worker, free) => claimSources(database, worker, clock(), free),
    run: (source, worker, signal) => mirrorSource(mirroring, source, worker, signal),
    postpone: (source, worker, error) =>
      error instanceof ClaimOver
        ? Promise.resolve()
        : end(mirroring, source, worker, failed(mirroring, 'the gateway failed: its log says why')),
    renew: (worker, ids) => renewClaims(database, 'source', worker, ids),
    release: (worker, ids) => {
      log.debug({ sources: ids.length }, 'sources are given back');
      return releaseClaims(database, 'source', worker, ids);
    },
  };
}

async function mirrorSource(
  mirroring: Mirroring,
  source: StoredSource,
  worker: string,
  signal: AbortSignal,
): Promise<void> {
  const { connections, log } = mirroring;
  try {
    const dueAt =
      source.kind === 'dci'
        ? await subscribed(mirroring, source)
        : await new Mirror(mirroring, await connections.get(source), new ClaimedSource(mirroring, source, worker)).run(
            signal,
          );
    const well = source.kind === 'dci' ? wellOf(mirroring, source) : {};
    await end(mirroring, source, worker, () => ({ dueAt, ...well }));
  } catch (error) {
    if (error instanceof ClaimOver) return releaseClaims(mirroring.database, 'source', worker, [source.id]);
    if (!(error instanceof SourceFault)) throw error;
    log.warn({ source: source.name, reason: error.message }, 'a source could not be read; it is tried again');
    await end(mirroring, source, worker, failed(mirroring, error.message));
  }
}

/** Another DCI server tells us itself, and is only asked to. */
const subscribed = (mirroring: Mirroring, source: StoredSource): Promise<Date> =>
  keepSubscribed({ ...mirroring, publicUrl: mirroring.settings.publicUrl }, mirroring.live.upstream(source), source);
const wellOf = ({ live }: Mirroring, source: StoredSource) => ({
  state: 'RUNNING',
  lastError: null,
  ...(isFollowed(live.upstream(source).file) ? { capture: { by: 'SUBSCRIPTION' } } : {}),
});

/** What is to be kept of a source, by how it stands: it may have gone well for days since it was claimed. */
type Ending = (now: Pick<StoredSource, 'state'>) => Parameters<typeof saveSource>[2];

const failed =
  ({ clock }: Mirroring, lastError: string): Ending =>
  ({ state }) => ({
    state: 'FAILED',
    lastError,
    dueAt: new Date(clock().getTime() + (state === 'FAILED' ? RETRY_MS : FIRST_RETRY_MS)),
  });

/** What an administrator did meanwhile stands. */
async function end({ database }: Mirroring, source: StoredSource, worker: string, ending: Ending): Promise<void> {
  await database.transaction(async (unit) => {
    const held = await holdSource(unit, source, worker);
    if (held !== undefined) await saveSource(unit, source.name, ending(held));
    await releaseClaims(unit, 'source', worker, [source.id]);
  });
}
