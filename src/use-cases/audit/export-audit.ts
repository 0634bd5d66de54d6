/** The audit as NDJSON that proves itself with public tools: `examples/verify_audit_export.py` needs Python and openssl. */
import { readEntries } from '../../entities/audit/audit-check.repository.js';
import { entryText } from '../../entities/audit/audit.repository.js';
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
 * (signature over text, base64) and of each entry under it, in order, `{type:'entry',seal,text,hash}`; hashes are SHA-256, hex.
 */
export async function* exportAudit(sql: Sql, { from = 1, until }: ExportRange = {}): AsyncGenerator<string> {
  for (const { kid, algorithm, keyObject } of (await publicKeys(sql)).values())
    yield line({ type: 'key', kid, algorithm, pem: keyObject.export({ type: 'spki', format: 'pem' }) });
  for (let after = from - 1; ; after++) {
    const [seal] = await readSeals(sql, { after, until, limit: 1 });
    if (seal === undefined) return;
    yield line(sealLine(seal));
    for (const entry of await readEntries(sql, seal, seal.entryCount))
      yield line({
        type: 'entry',
        seal: seal.sequence,
        text: entryText(entry),
        hash: entry.entryHash.toString('hex'),
      });
  }
}

function sealLine(seal: Seal): object {
  const { sequence, kid, sealHash, signature } = seal;
  return { type: 'seal', sequence, kid, text: sealText(seal), hash: sealHash.toString('hex'), signature };
}

const line = (value: object): string => `${JSON.stringify(value)}\n`;
