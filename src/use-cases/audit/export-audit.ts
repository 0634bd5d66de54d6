/** The audit as NDJSON that proves itself with public tools: `examples/verify_audit_export.py` needs Python and openssl. */
import {
  checkDeliveries,
  checkTransactions,
  readAdminActions,
  readEntries,
  type CheckedDelivery,
  type CheckedTransaction,
  type StoredEntry,
} from '../../entities/audit/audit-check.repository.js';
import { entryText, hashContent } from '../../entities/audit/audit.repository.js';
import { deliveryText } from '../../entities/audit/delivery-audit.js';
import { transactionTexts } from '../../entities/audit/transaction-audit.js';
import { readSeals, sealText, type Seal } from '../../entities/audit/audit-seal.repository.js';
import type { Sql } from '../../entities/database/database.js';
import { publicKeys } from './check-seal.js';

export interface ExportRange {
  /** Sequence of the first and the last seal; the whole log where left out. */
  from?: number;
  until?: number;
}

/**
 * One JSON object a line. `{type:'key',kid,algorithm,pem}`, then of each seal `{type:'seal',sequence,kid,text,hash,signature}`
 * (signature over text, base64) and of each entry under it, in order, `{type:'entry',seal,text,hash}`. Behind the
 * newest entry of a transaction or delivery whose row is there: `{type:'row',seal,kind,subject,payload,text}`, where `text` is
 * canonical JSON of its columns (who got which record and fields, when, on what ground) and `payload` the hash of its sealed
 * payloads; the entry's content hash is made over both. Behind the entry of an administrator's act the same without `payload`: who
 * did what, with the reason given, and what changed. Hashes are SHA-256, hex.
 */
export async function* exportAudit(sql: Sql, { from = 1, until }: ExportRange = {}): AsyncGenerator<string> {
  for (const { kid, algorithm, keyObject } of (await publicKeys(sql)).values())
    yield line({ type: 'key', kid, algorithm, pem: keyObject.export({ type: 'spki', format: 'pem' }) });
  for (let after = from - 1; ; after++) {
    const [seal] = await readSeals(sql, { after, until, limit: 1 });
    if (seal === undefined) return;
    yield line(sealLine(seal));
    const entries = await readEntries(sql, seal, seal.entryCount);
    const rows = await readRows(sql, entries);
    for (const entry of entries) {
      yield line({
        type: 'entry',
        seal: seal.sequence,
        text: entryText(entry),
        hash: entry.entryHash.toString('hex'),
      });
      const row = rows.get(entry.id);
      if (row !== undefined) {
        const { kind, subject } = entry;
        yield line({ type: 'row', seal: seal.sequence, kind, subject, ...row });
      }
    }
  }
}

interface RowLine {
  payload?: string;
  /** None where an earlier version proved the message alone. */
  text?: string;
}

/** What the entries prove, by entry; none for a row that is gone, pending, or proven by an entry to come. */
async function readRows(sql: Sql, entries: StoredEntry[]): Promise<Map<string, RowLine>> {
  const idsOf = (kind: StoredEntry['kind']) => entries.filter((entry) => entry.kind === kind).map(({ id }) => id);
  const transactions = await checkTransactions(sql, idsOf('TRANSACTION'));
  const deliveries = await checkDeliveries(sql, idsOf('DELIVERY'));
  const actions = await readAdminActions(sql, idsOf('ADMIN'));
  const lines = new Map<string, RowLine>([...actions].map(([id, text]) => [id, { text }]));
  for (const { id, contentHash: proven } of entries) {
    const row = transactions.get(id) ?? deliveries.get(id);
    if (row === undefined || !row.present || row.superseded) continue;
    const payload = row.contentHash ?? ('state' in row ? row.actualHash : null);
    const text = payload === null ? undefined : provenTexts(row).find((each) => fits(proven, payload, each));
    const alone = payload?.equals(proven) === true;
    if (payload !== null && (text !== undefined || alone))
      lines.set(id, { payload: payload.toString('hex'), ...(text === undefined ? {} : { text }) });
  }
  return lines;
}

const provenTexts = (row: CheckedTransaction | CheckedDelivery): string[] =>
  'state' in row ? [deliveryText(row.facts)] : transactionTexts(row.facts);

const fits = (proven: Buffer, payload: Buffer, text: string): boolean =>
  hashContent(payload, Buffer.from(text)).equals(proven);

function sealLine(seal: Seal): object {
  const { sequence, kid, sealHash, signature } = seal;
  return { type: 'seal', sequence, kid, text: sealText(seal), hash: sealHash.toString('hex'), signature };
}

const line = (value: object): string => `${JSON.stringify(value)}\n`;
