/** Rows that an import kept out, with their values: for who mends them. Why they are read is asked, and who read them is kept. */
import type { Admin } from '../../access/principal.js';
import { findImport } from '../../entities/queues/file-import.repository.js';
import { readParts } from '../../entities/queues/file-part.repository.js';
import { changeAsAdmin } from '../admin-change.js';
import { invalid, notFound } from '../errors.js';
import type { Services } from '../services.js';

/** NDJSON: `{line, reason, row}`. */
export async function refusedRows(
  services: Services,
  admin: Admin,
  id: string,
  reason: string,
): Promise<AsyncGenerator<Buffer>> {
  const { database, vault } = services;
  if (reason.trim() === '') throw invalid('reason', 'say why you need to see personal data; it is recorded');
  const stored = await findImport(database, id);
  if (stored === undefined) throw notFound('id', 'no such import');
  const after = { refused: stored.refused };
  const change = { action: 'readRefusedRows', targetType: 'FileImport', targetId: id, reason, after };
  await changeAsAdmin(services, admin, async () => ({ result: undefined, change }));
  return readParts(database, vault, { importId: id, kind: 'REFUSED', start: 0 });
}
