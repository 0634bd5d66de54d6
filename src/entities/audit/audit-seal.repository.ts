/**
 * The chain of seals. Each covers the entries committed since the one before, in commit order; entries are listed by id
 * and hash, so that a verifier can name the one that was removed, moved or changed.
 */
import { createHash } from 'node:crypto';
import { merkleRoot } from '../../platform/merkle.js';
import { uuidv7 } from '../../platform/uuid.js';
import type { Sql } from '../database/database.js';

/** What was sealed, as rows have it: `xid8` as text, times as ISO 8601. */
export interface Seal {
  sequence: number;
  fromXid: string;
  untilXid: string;
  entryCount: number;
  merkleRoot: Buffer;
  previousHash: Buffer;
  sealHash: Buffer;
  signature: string;
  kid: string;
  sealedAt: string;
}

export interface Leaf {
  id: string;
  hash: Buffer;
}

/** Signs bytes with the active server key. */
export interface Sealer {
  kid: string;
  sign: (data: Buffer) => Buffer;
}

export const FIRST_HASH = Buffer.alloc(32);
const LEAF_BYTES = 48;
const SEAL_LOCK = 4_116_302;

const COLUMNS = `sequence::float8 as sequence, from_xid::text as "fromXid", until_xid::text as "untilXid", entry_count as "entryCount",
  merkle_root as "merkleRoot", previous_hash as "previousHash", seal_hash as "sealHash", signature, kid,
  regexp_replace(to_char(sealed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '000$', '') || 'Z' as "sealedAt"`;

/** What is hashed into the chain and signed: one line a member. */
export function sealText(seal: Omit<Seal, 'sealHash' | 'signature'>): string {
  return [
    'dci-audit-seal-v1',
    `sequence: ${seal.sequence}`,
    `commits: ${seal.fromXid} ${seal.untilXid}`,
    `entries: ${seal.entryCount}`,
    `root: ${seal.merkleRoot.toString('hex')}`,
    `previous: ${seal.previousHash.toString('hex')}`,
    `sealed-at: ${seal.sealedAt}`,
    `kid: ${seal.kid}`,
  ].join('\n');
}

export const hashSeal = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Seals the next entries, at most about `limit`; undefined when none wait. Call in a transaction of its own: the lock
 * keeps two processes from forking the chain, and lasts until it ends.
 */
export async function sealNext(sql: Sql, sealer: Sealer, now: Date, limit: number): Promise<Seal | undefined> {
  await sql.query('select pg_advisory_xact_lock($1)', [SEAL_LOCK]);
  const last = (await readSeals(sql, { newest: 1 }))[0];
  const fromXid = last?.untilXid ?? '0';
  const untilXid = await boundOf(sql, fromXid, limit);
  const leaves = await readLeaves(sql, fromXid, untilXid);
  if (leaves === undefined) return undefined;
  const hashes = split(leaves).map(({ hash }) => hash);
  const content = {
    sequence: (last?.sequence ?? 0) + 1,
    fromXid,
    untilXid,
    entryCount: hashes.length,
    merkleRoot: merkleRoot(hashes),
    previousHash: last?.sealHash ?? FIRST_HASH,
    kid: sealer.kid,
    sealedAt: now.toISOString(),
  };
  const text = sealText(content);
  const signature = sealer.sign(Buffer.from(text)).toString('base64');
  const seal: Seal = { ...content, sealHash: hashSeal(text), signature };
  await insertSeal(sql, seal, leaves);
  return seal;
}

/** Seals in order behind `after`, or the newest one. */
export async function readSeals(
  sql: Sql,
  which: { after: number; limit: number; until?: number } | { newest: 1 },
): Promise<Seal[]> {
  const rows =
    'newest' in which
      ? await sql.query<Seal>(`select ${COLUMNS} from audit_seal order by audit_seal.sequence desc limit 1`)
      : await sql.query<Seal>(
          `select ${COLUMNS} from audit_seal where sequence > $1 and sequence <= $2 order by audit_seal.sequence limit $3`,
          [which.after, which.until ?? Number.MAX_SAFE_INTEGER, which.limit],
        );
  return rows;
}

/** The list of what a seal covers. */
export async function readSealedLeaves(sql: Sql, sequence: number): Promise<Leaf[]> {
  const [row] = await sql.query<{ leaves: Buffer }>('select leaves from audit_seal where sequence = $1', [sequence]);
  return split(row?.leaves ?? Buffer.alloc(0)).map(({ id, hash }) => ({ id: formatUuid(id), hash }));
}

function split(leaves: Buffer): { id: Buffer; hash: Buffer }[] {
  return Array.from({ length: Math.ceil(leaves.length / LEAF_BYTES) }, (_, index) => {
    const leaf = leaves.subarray(index * LEAF_BYTES, (index + 1) * LEAF_BYTES);
    return { id: leaf.subarray(0, 16), hash: leaf.subarray(16) };
  });
}

/** Ids of the seals over the newest entry of each subject, where it is sealed. */
export async function sealsOfSubjects(sql: Sql, subjects: string[]): Promise<Map<string, string>> {
  const rows = await sql.query<{ subject: string; seal: string }>(
    `select e.subject, (select s.id from audit_seal s where s.until_xid > e.xid order by s.until_xid limit 1) as seal
     from (select distinct on (subject) subject, xid from audit_entry where subject = any($1::uuid[])
           order by subject, xid desc, id desc) e`,
    [subjects],
  );
  return new Map(rows.map(({ subject, seal }) => [subject, seal]));
}

/**
 * Commits are numbered by PostgreSQL's own counter; a dump restored into another cluster would count from the start, and
 * hide new entries behind old ones or below the last seal. Call under the start lock.
 */
export async function continueCommitNumbers(sql: Sql): Promise<void> {
  await sql.query(
    `update gateway_state set value = to_jsonb(value::text::numeric + free.number - next.number)
     from (select greatest(
         (select xid::text::numeric + 1 from audit_entry order by xid desc limit 1),
         (select until_xid::text::numeric from audit_seal order by sequence desc limit 1)) as number) free,
       (select commit_number(pg_snapshot_xmax(pg_current_snapshot()))::text::numeric as number) next
     where key = 'xid_offset' and free.number > next.number`,
  );
}

/** Below every transaction of this database that still runs, so that no entry can appear behind the bound later. */
async function boundOf(sql: Sql, fromXid: string, limit: number): Promise<string> {
  const [settled] = await sql.query<{ xid: string }>('select commit_number(settled_below())::text as xid');
  const bound = settled?.xid ?? fromXid;
  const [over] = await sql.query<{ xid: string; next: string }>(
    `select xid::text as xid, (xid::text::numeric + 1)::text as next from audit_entry
     where xid >= $1::xid8 and xid < $2::xid8 order by audit_entry.xid, id offset $3 limit 1`,
    [fromXid, bound, limit],
  );
  if (over === undefined) return bound;
  return over.xid === fromXid ? over.next : over.xid;
}

/** As they are kept. */
async function readLeaves(sql: Sql, fromXid: string, untilXid: string): Promise<Buffer | undefined> {
  const [row] = await sql.query<{ leaves: Buffer | null }>(
    `select string_agg(uuid_send(id) || entry_hash, '' order by xid, id) as leaves
     from audit_entry where xid >= $1::xid8 and xid < $2::xid8`,
    [fromXid, untilXid],
  );
  return row?.leaves ?? undefined;
}

async function insertSeal(sql: Sql, seal: Seal, leaves: Buffer): Promise<void> {
  await sql.query(
    `insert into audit_seal (id, sequence, from_xid, until_xid, entry_count, merkle_root, previous_hash, seal_hash,
       signature, kid, sealed_at, leaves)
     values ($1, $2, $3::xid8, $4::xid8, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      uuidv7(),
      seal.sequence,
      seal.fromXid,
      seal.untilXid,
      seal.entryCount,
      seal.merkleRoot,
      seal.previousHash,
      seal.sealHash,
      seal.signature,
      seal.kid,
      seal.sealedAt,
      leaves,
    ],
  );
}

const formatUuid = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
