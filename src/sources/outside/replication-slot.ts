/** Our slot at a PostgreSQL source: what the server keeps for us until we say that we have it. Its one trace there. */
import { sql } from 'kysely';
import type { CaptureState } from '../../entities/sources/source.repository.js';
import { CaptureRefused } from './publication.js';
import type { OpenSource } from './source-connections.js';
import { SourceFault } from './source-fault.js';
import type { SourceDatabase } from './source-database.js';
import type { SourceFile } from './source-file.schema.js';

export const slotOf = ({ capture, source }: SourceFile): string =>
  capture.slot ?? `dci_${source.name.replaceAll('-', '_').toLowerCase()}`;

export interface SlotFacts {
  isHere: boolean;
  isActive: boolean;
  walStatus: string;
  walBytes: number;
  confirmed: bigint;
}

export async function slotFacts(database: SourceDatabase, slot: string): Promise<SlotFacts | undefined> {
  const [row] = await database.query(sql`
    select database = current_database() as here, active, wal_status as status, confirmed_flush_lsn::text as confirmed,
      pg_wal_lsn_diff(${position}, restart_lsn) as kept from pg_replication_slots where slot_name = ${slot}`);
  if (row === undefined) return undefined;
  return {
    isHere: row['here'] === 't',
    isActive: row['active'] === 't',
    walStatus: row['status'] ?? 'unknown',
    walBytes: Math.max(0, Number(row['kept'] ?? 0)),
    confirmed: lsnOf(row['confirmed'] ?? '0/0'),
  };
}

/** Where the server writes now; of a standby, how far it has come. */
const position = sql`case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end`;

export async function currentPosition(database: SourceDatabase): Promise<bigint> {
  const [row] = await database.query(sql`select (${position})::text as at`);
  return lsnOf(row?.['at'] ?? '0/0');
}

export async function serverOf(database: SourceDatabase): Promise<string> {
  const [row] = await database.query(sql`select system_identifier::text as system from pg_control_system()`);
  return String(row?.['system']);
}

/**
 * Whether our slot still has everything since what we took over last: SAME; or it is to be made, and everything read
 * again: NONE; or it was read past us, by a gateway of which this database is an older copy: BEHIND.
 *
 * @throws SourceFault where a slot of this name is somebody else's
 */
export async function findSlot(open: OpenSource, known: CaptureState): Promise<'SAME' | 'BEHIND' | 'NONE'> {
  const slot = slotOf(open.file);
  const { database } = open.reader;
  const facts = await slotFacts(database, slot);
  if (facts === undefined) return 'NONE';
  const isOurs = known.slot === slot && (known.system == null || known.system === (await serverOf(database)));
  if (!facts.isHere || !isOurs)
    throw new CaptureRefused(
      `there is a slot ${slot} at the source that this gateway did not make: name another one in capture.slot, or drop it there: SELECT pg_drop_replication_slot('${slot}')`,
    );
  if (known.upTo == null || facts.walStatus === 'lost') {
    await dropSlot(database, slot);
    return 'NONE';
  }
  return facts.confirmed > lsnOf(known.upTo) ? 'BEHIND' : 'SAME';
}

/** Waits until every transaction that writes there now has ended. @throws CaptureRefused */
export async function makeSlot(open: OpenSource): Promise<Pick<CaptureState, 'upTo' | 'system'>> {
  const { database } = open.reader;
  try {
    const [row] = await database.query(
      sql`select lsn::text as at from pg_create_logical_replication_slot(${slotOf(open.file)}, 'pgoutput')`,
    );
    return { upTo: String(row?.['at']), system: await serverOf(database) };
  } catch (error) {
    throw new CaptureRefused(`our slot could not be made: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    });
  }
}

/** The connection that reads it now, as its server numbers them. */
export async function slotReader(database: SourceDatabase, slot: string): Promise<string | null> {
  const [row] = await database.query(
    sql`select active_pid::text as pid from pg_replication_slots where slot_name = ${slot}`,
  );
  return row?.['pid'] ?? null;
}

/**
 * Whether this connection to a slot is of no use though we have it: its server waits for us, who hear nothing, or has none like
 * it any more. One that works through a large transaction says nothing either. Ended, it leaves the slot to the next.
 */
export async function endDeadReader(database: SourceDatabase, slot: string, reader: string | null): Promise<boolean> {
  const [row] = await database.query(sql`
    select a.pid::text as pid, coalesce(a.wait_event_type in ('Activity', 'Client'), false) as waits
    from pg_replication_slots s join pg_stat_activity a on a.pid = s.active_pid
    where s.slot_name = ${slot} and a.pid::text = ${reader}`);
  if (row === undefined) return true;
  if (row['waits'] !== 't') return false;
  await database.query(sql`select pg_terminate_backend(pid) from pg_stat_activity where pid::text = ${reader}`);
  return true;
}

/** Whoever reads it with our role is sent away first. */
export async function dropSlot(database: SourceDatabase, slot: string): Promise<void> {
  await database.query(
    sql`select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = ${slot} and active`,
  );
  for (let tries = 50; ; tries--)
    try {
      await database.query(
        sql`select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = ${slot} and database = current_database()`,
      );
      return;
    } catch (error) {
      if (tries === 0 || !(error instanceof SourceFault)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
}

export function lsnOf(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

export const lsnText = (lsn: bigint): string =>
  `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`;
