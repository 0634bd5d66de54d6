/** What is left at a source that is not read any more: our slot, which would keep its log of changes until the disk is full, and our subscriptions. */
import { readSources, type StoredSource } from '../../entities/sources/source.repository.js';
import { sourceSubscriptions } from '../../entities/sources/source-subscription.repository.js';
import { dropSlot, slotOf } from '../../sources/outside/replication-slot.js';
import { openSource } from '../../sources/outside/source-connections.js';
import { SourceFault } from '../../sources/outside/source-fault.js';
import { readSourceFile } from '../../sources/outside/source-file.js';
import type { SourceFile } from '../../sources/outside/source-file.schema.js';
import { endSubscriptions } from '../../sources/outside/upstream-subscriptions.js';
import type { Services } from '../services.js';

/** @param after the file that took its place, which may go on with the same slot */
export async function releaseSlot(
  { sourceUrls, registries, log }: Pick<Services, 'sourceUrls' | 'registries' | 'log'>,
  before: StoredSource | undefined,
  after?: SourceFile,
): Promise<void> {
  const slot = before?.capture.slot;
  if (before === undefined || slot === undefined) return;
  if (after?.capture.by === 'publication' && slotOf(after) === slot) return;
  const { file } = readSourceFile(before.yaml, registries);
  if (file === undefined) return;
  try {
    const { database } = openSource(file, sourceUrls, registries).reader;
    try {
      await dropSlot(database, slot);
    } finally {
      await database.close();
    }
  } catch (error) {
    if (!(error instanceof SourceFault)) throw error;
    log.warn({ source: file.source.name, slot, reason: error.message }, 'a slot is left at its source: drop it there');
  }
}

export async function releaseSubscriptions(
  { database, live, log, settings }: Pick<Services, 'database' | 'live' | 'log' | 'settings'>,
  name: string,
): Promise<void> {
  const source = (await readSources(database)).find((one) => one.name === name);
  const held = source?.kind === 'dci' ? await sourceSubscriptions(database, name) : [];
  if (source === undefined || held.length === 0) return;
  try {
    await endSubscriptions({ database, publicUrl: settings.publicUrl }, live.upstream(source), name, held);
  } catch (error) {
    if (!(error instanceof SourceFault)) throw error;
    log.warn({ source: name, reason: error.message }, 'our subscriptions are left at the other server: end them there');
  }
}
