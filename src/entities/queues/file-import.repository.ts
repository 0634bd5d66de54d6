/** Files on their way in: staged in sealed parts, claimed by a worker, and followed batch by batch. */
import { isUuid } from '../../platform/uuid.js';
import type { Registry } from '../../protocol/vocabulary.js';
import type { Sql } from '../database/database.js';
import { LEASE_SECONDS } from './claim.repository.js';

export type FileImportState = 'STAGED' | 'RUNNING' | 'DONE' | 'FAILED' | 'CANCELLED';

/** What whoever started it said of the file. */
export interface ImportForm {
  mapping: string | null;
  registry: Registry;
  recordType: string;
  format: string;
  encoding: string | null;
  delimiter: string | null;
  events: boolean;
  dryRun: boolean;
}

export interface StoredImport {
  id: string;
  state: FileImportState;
  form: ImportForm | null;
  bytes: number;
  bytesRead: number;
  /** Everything up to it is committed. */
  line: number;
  rows: number;
  inserted: number;
  updated: number;
  unchanged: number;
  refused: number;
  problems: { line: number; reason: string }[];
  /** Why the file could not be read on. */
  fault: string | null;
  createdBy: string;
  createdAt: Date;
  startedBy: string | null;
  startedRole: string | null;
  startedAt: Date | null;
  endedAt: Date | null;
}

const COUNTS = ['bytes', 'line', 'rows', 'inserted', 'updated', 'unchanged', 'refused'];
const COLUMNS = `i.id, i.state, i.form, ${COUNTS.map((name) => `i.${name}::float8 as ${name}`).join(', ')},
  i.bytes_read::float8 as "bytesRead", i.problems, i.fault, i.created_by as "createdBy", i.created_at as "createdAt",
  i.started_by as "startedBy", i.started_role as "startedRole", i.started_at as "startedAt", i.ended_at as "endedAt"`;
const TIMES = ['createdAt', 'startedAt', 'endedAt'] as const;

const readImport = (row: StoredImport): StoredImport => {
  const times = TIMES.map((name) => [name, row[name] === null ? null : new Date(row[name])]);
  return { ...row, ...Object.fromEntries(times) };
};

export async function insertImport(sql: Sql, id: string, createdBy: string, now: Date): Promise<void> {
  await sql.query(
    `insert into file_import (id, state, created_by, created_at, touched_at, due_at) values ($1, 'STAGED', $2, $3, $3, $3)`,
    [id, createdBy, now],
  );
}

/** Newest first. */
export async function findImports(sql: Sql, limit: number): Promise<StoredImport[]> {
  const rows = await sql.query<StoredImport>(
    `select ${COLUMNS} from file_import i order by i.created_at desc, i.id desc limit $1`,
    [limit],
  );
  return rows.map(readImport);
}

export async function findImport(sql: Sql, id: string, lock = false): Promise<StoredImport | undefined> {
  if (!isUuid(id)) return undefined;
  const rows = await sql.query<StoredImport>(
    `select ${COLUMNS} from file_import i where i.id = $1${lock ? ' for update' : ''}`,
    [id],
  );
  return rows.map(readImport)[0];
}

/** Given members alone are written. */
export async function saveImport(
  sql: Sql,
  id: string,
  changes: Partial<Omit<StoredImport, 'id' | 'createdBy' | 'createdAt'>> & { dueAt?: Date },
  now: Date,
): Promise<void> {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const sets = given.map(([name], index) => `${columnOf(name)} = $${index + 3}`);
  const values = given.map(([name, value]) =>
    name === 'form' || name === 'problems' ? JSON.stringify(value) : (value as unknown),
  );
  await sql.query(`update file_import set ${['touched_at = $2', ...sets].join(', ')} where id = $1`, [
    id,
    now,
    ...values,
  ]);
}

const columnOf = (member: string): string => member.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export async function claimImports(sql: Sql, worker: string, now: Date, limit: number): Promise<StoredImport[]> {
  const rows = await sql.query<StoredImport>(
    `update file_import i set claimed_by = $1, claimed_until = now() + interval '${LEASE_SECONDS} seconds'
     where i.id = any (array(
       select id from file_import where state = 'RUNNING' and due_at <= $2 and (claimed_until is null or claimed_until < now())
       order by due_at limit $3 for update skip locked))
     returning ${COLUMNS}`,
    [worker, now, limit],
    'claim-imports',
  );
  return rows.map(readImport);
}

/** Locks it for a batch; false once it was cancelled or taken by another worker. */
export async function holdImport(sql: Sql, id: string, worker: string): Promise<boolean> {
  const rows = await sql.query(
    `select 1 from file_import where id = $1 and claimed_by = $2 and state = 'RUNNING' for update`,
    [id, worker],
  );
  return rows.length > 0;
}

/** Those that ended, or that nobody started, with all that is staged of them. */
export async function forgetImports(sql: Sql, before: Date): Promise<void> {
  await sql.query(`delete from file_import where touched_at < $1 and state <> 'RUNNING'`, [before]);
}
