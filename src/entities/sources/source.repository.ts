/** Sources as they were applied, and as work: one is claimed, read for a while, and is due again. */
import type { Sql } from '../database/database.js';
import { LEASE_SECONDS } from '../queues/claim.repository.js';

export type SourceState = 'LOADING' | 'RUNNING' | 'PAUSED' | 'FAILED';
export type SourceMode = 'MIRROR' | 'LIVE';

/** How far a sweep has read: the entry of the file, and the key after which it goes on. */
export interface SweepPosition {
  entry: number;
  after?: string[];
  done: number;
  /** Rows that it will read, where the source could count them. */
  total?: number;
  /** Records that were served and do not fit any more, which the end of the sweep decides about; and why the first does not. */
  unfit?: { count: number; why: string };
  /** The source's clock when it began, and ours. */
  mark: string;
  began: string;
}

/** Records of an entry that changed, of which those that depend on them are not read again yet. */
export interface Owed {
  entry: string;
  keys: string[][];
  /** By which their facts go into other records, or did before. */
  links: string[];
}

/** How a source is followed. */
export interface CaptureState {
  by?: 'PUBLICATION' | 'WATERMARK' | 'SWEEP' | 'SUBSCRIPTION';
  /** Why it is not followed as its file asks. */
  notice?: string | null;
  /** Ours at the source; once it was made, with the position up to which everything is taken over. */
  slot?: string;
  upTo?: string | null;
  /** The server that has the slot, and the publication as it was. */
  system?: string | null;
  publication?: string;
  /** Of entries that change by time: when it was last asked which, by our clock and by its own. */
  refreshed?: Record<string, { at: string; mark: string }>;
  owed?: Owed[];
  /** Bytes of its log that the server keeps for us, and whether it still has all of them. */
  walBytes?: number | null;
  walStatus?: string | null;
  /** What of that its keeper should know. */
  alarm?: string | null;
}

export interface StoredSource {
  id: string;
  name: string;
  yaml: string;
  kind: string;
  mode: SourceMode;
  state: SourceState;
  appliedAt: string;
  /** When its first load was whole; before, nothing of it is served. */
  loadedAt: string | null;
  generation: number;
  position: SweepPosition | null;
  sweptAt: string | null;
  mark: string | null;
  /** As of when the mirror is what the source holds. */
  freshAt: string | null;
  acceptEnded: boolean;
  lastChangeAt: string | null;
  lastError: string | null;
  capture: CaptureState;
}

const COLUMNS = `s.id, s.name, s.yaml, s.kind, s.mode, s.state, s.applied_at as "appliedAt", s.loaded_at as "loadedAt",
  s.generation::float8 as generation, s.position, s.swept_at as "sweptAt", s.mark, s.fresh_at as "freshAt",
  s.accept_ended as "acceptEnded", s.last_change_at as "lastChangeAt", s.last_error as "lastError", s.capture`;

export const readSources = (sql: Sql): Promise<StoredSource[]> =>
  sql.query(`select ${COLUMNS} from source s order by s.name`);

/** Kept for this transaction. */
export async function lockSource(sql: Sql, name: string): Promise<StoredSource | undefined> {
  const [row] = await sql.query<StoredSource>(`select ${COLUMNS} from source s where s.name = $1 for update`, [name]);
  return row;
}

export const claimSources = (sql: Sql, worker: string, now: Date, limit: number): Promise<StoredSource[]> =>
  sql.query(
    `update source s set claimed_by = $1, claimed_until = now() + interval '${LEASE_SECONDS} seconds'
     where s.id = any (array(
       select id from source where state <> 'PAUSED' and due_at <= $2
         and (claimed_until is null or claimed_until < now())
       order by due_at limit $3 for update skip locked))
     returning ${COLUMNS}`,
    [worker, now, limit],
    'claim-sources',
  );

/** Locks it for a batch, as it is now; undefined once it was paused, changed, removed or taken by another worker. */
export async function holdSource(
  sql: Sql,
  { id, appliedAt }: StoredSource,
  worker: string,
): Promise<Pick<StoredSource, 'state'> | undefined> {
  const [held] = await sql.query<Pick<StoredSource, 'state'>>(
    `select state from source where id = $1 and claimed_by = $2 and state <> 'PAUSED' and applied_at = $3 for update`,
    [id, worker, appliedAt],
  );
  return held;
}

/** Given members alone are written; of `capture`, those of its own that are given. */
export async function saveSource(
  sql: Sql,
  name: string,
  changes: Partial<Record<keyof typeof SAVED, unknown>>,
): Promise<void> {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const sets = given.map(([member], index) => {
    const column = SAVED[member as keyof typeof SAVED];
    return `${column} = ${column === 'capture' ? `capture || $${index + 2}::jsonb` : `$${index + 2}`}`;
  });
  const values = given.map(([, value]) =>
    typeof value === 'object' && value?.constructor === Object ? JSON.stringify(value) : value,
  );
  await sql.query(`update source set ${sets.join(', ')} where name = $1`, [name, ...values]);
}
const SAVED = {
  yaml: 'yaml',
  kind: 'kind',
  mode: 'mode',
  state: 'state',
  appliedAt: 'applied_at',
  loadedAt: 'loaded_at',
  generation: 'generation',
  position: 'position',
  sweptAt: 'swept_at',
  mark: 'mark',
  freshAt: 'fresh_at',
  acceptEnded: 'accept_ended',
  lastChangeAt: 'last_change_at',
  lastError: 'last_error',
  capture: 'capture',
  dueAt: 'due_at',
  claimedBy: 'claimed_by',
};

export async function insertSource(
  sql: Sql,
  source: Pick<StoredSource, 'id' | 'name' | 'yaml' | 'kind' | 'mode' | 'state'>,
  now: Date,
): Promise<void> {
  const { id, name, yaml, kind, mode, state } = source;
  await sql.query(
    `insert into source (id, name, yaml, kind, mode, state, applied_at, due_at) values ($1, $2, $3, $4, $5, $6, $7, $7)`,
    [id, name, yaml, kind, mode, state, now],
  );
}

export interface ServedType {
  registry: string;
  recordType: string;
}

export type RoutedType = ServedType & { source: string };

export const servedTypes = (sql: Sql): Promise<RoutedType[]> =>
  sql.query('select registry, record_type as "recordType", source from source_record_type');

/** Which source keeps the records of a type; undefined for our own. */
export async function keeperOf(sql: Sql, { registry, recordType }: ServedType): Promise<string | undefined> {
  const [row] = await sql.query<{ source: string }>(
    'select source from source_record_type where registry = $1 and record_type = $2',
    [registry, recordType],
    'keeper-of',
  );
  return row?.source;
}

export async function replaceTypes(sql: Sql, source: string, types: ServedType[]): Promise<void> {
  await sql.query('delete from source_record_type where source = $1', [source]);
  await sql.query(
    `insert into source_record_type (registry, record_type, source)
     select distinct registry, record_type, $3 from unnest($1::text[], $2::text[]) as t (registry, record_type)`,
    [types.map(({ registry }) => registry), types.map(({ recordType }) => recordType), source],
  );
}

/** Its copies are served no more; nobody is told that these persons are gone, since they are not. */
export async function removeSource(sql: Sql, name: string, now: Date): Promise<void> {
  await dropCopies(sql, name, now);
  await sql.query('delete from source where name = $1', [name]);
}

export async function dropCopies(sql: Sql, name: string, now: Date): Promise<void> {
  await sql.query(
    `update registry_record set deleted_at = $2 where deleted_at is null and origin = $1
       and id in (select record_id from source_row where source = $1)`,
    [name, now],
  );
  await sql.query(
    `delete from record_identifier where record_id in (select record_id from source_row where source = $1)`,
    [name],
  );
  await sql.query('delete from source_row where source = $1', [name]);
}
