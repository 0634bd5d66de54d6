/** Our slots at sources: what their servers keep for us is measured also while nobody reads it, before it fills their disk. */
import type { Database } from '../entities/database/database.js';
import {
  readSources,
  saveSource,
  type CaptureState,
  type StoredSource,
} from '../entities/sources/source.repository.js';
import { eachInTurn } from '../platform/each-in-turn.js';
import type { Log } from '../platform/log.js';
import { dropSlot, slotFacts } from '../sources/outside/replication-slot.js';
import type { OpenSource, SourceConnections } from '../sources/outside/source-connections.js';
import { SourceFault } from '../sources/outside/source-fault.js';

export interface Watching {
  database: Database;
  connections: SourceConnections;
  log: Log;
}

const MB = 1_048_576;
/** Of what the file allows, from where it is told. */
const MUCH = 0.5;

export async function watchSlots({ database, connections, log }: Watching): Promise<void> {
  await eachInTurn(await readSources(database), async (source) => {
    const { slot, upTo } = source.capture;
    if (slot === undefined || upTo == null) return;
    try {
      const capture = await watched(await connections.get(source), slot, source, log);
      await saveSource(database, source.name, { capture });
    } catch (error) {
      if (!(error instanceof SourceFault)) throw error;
      log.debug({ source: source.name, reason: error.message }, 'a slot could not be measured');
    }
  });
}

async function watched(open: OpenSource, slot: string, { name, state }: StoredSource, log: Log): Promise<CaptureState> {
  const facts = await slotFacts(open.reader.database, slot);
  if (facts === undefined) return { walBytes: null, walStatus: null, alarm: null };
  const { walBytes, walStatus } = facts;
  const most = open.file.capture.max_wal_mb * MB;
  if (walBytes <= most * MUCH && walStatus !== 'lost') return { walBytes, walStatus, alarm: null };
  const kept = `its server keeps ${Math.round(walBytes / MB)} MB of its log of changes for us`;
  if (walBytes > most && !facts.isActive) {
    await dropSlot(open.reader.database, slot);
    const alarm = `${kept}, more than capture.max_wal_mb: our slot was dropped, everything is read again`;
    log.warn({ source: name, walBytes, state }, alarm);
    return { walBytes: null, walStatus: null, alarm, upTo: null };
  }
  const alarm =
    walStatus === 'lost' ? 'its server has lost changes that were not read: everything is read again' : kept;
  log.warn({ source: name, walBytes, walStatus, state }, alarm);
  return { walBytes, walStatus, alarm };
}
