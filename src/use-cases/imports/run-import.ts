/** One started import, from where it is to its end: each batch commits with how far it came, so a crash repeats nothing. */
import type { Admin } from '../../access/principal.js';
import type { Unit } from '../../entities/database/database.js';
import { findImport, holdImport, saveImport, type StoredImport } from '../../entities/queues/file-import.repository.js';
import { dropParts, partsEnd, storePart } from '../../entities/queues/file-part.repository.js';
import { FileFault } from '../../sources/files/file-fault.js';
import { DomainError } from '../errors.js';
import type { Services } from '../services.js';
import { fileForm, inputOf, requireMeaning } from './file-imports.js';
import { importRows, type ImportedBatch } from './import-rows.js';
import { rowsOf } from './row-meaning.js';
import { stagedFile } from './staged-file.js';

/** Of these the reason is listed; the rest is counted, and stands in the file of refused rows. */
const MAX_PROBLEMS = 1000;

/** The import was cancelled, or another worker has it. */
export class ImportOver extends Error {}

/** @throws ImportOver */
export async function runImport(
  services: Services,
  stored: StoredImport,
  worker: string,
  signal: AbortSignal,
): Promise<void> {
  const { id, form } = stored;
  if (form === null) throw new Error('an import that was started says what its file is');
  const hold = <T>(work: (unit: Unit) => Promise<T>): Promise<T> =>
    services.database.transaction(async (unit) => {
      if (!(await holdImport(unit, id, worker))) throw new ImportOver();
      return work(unit);
    });
  const end = (changes: Parameters<typeof saveImport>[2]): Promise<void> =>
    hold(async (unit) => {
      await saveImport(unit, id, { ...changes, endedAt: services.clock() }, services.clock());
      if (changes.state === 'DONE' && !form.dryRun) await dropParts(unit, id, 'FILE');
    });
  try {
    await importStaged(services, stored, worker, hold, signal);
    await end({ state: 'DONE' });
  } catch (error) {
    if (error instanceof FileFault) await end({ state: 'FAILED', fault: `${error.message}: ${error.remedy}` });
    else if (error instanceof DomainError) await end({ state: 'FAILED', fault: error.message });
    else throw error;
  }
}

async function importStaged(
  services: Services,
  stored: StoredImport,
  worker: string,
  hold: (work: (unit: Unit) => Promise<void>) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { id, form, startedBy, startedRole } = stored;
  if (form === null || startedBy === null) return;
  const input = inputOf(form);
  const meaning = requireMeaning(services, input);
  let bytesRead = 0;
  const file = stagedFile(services, id, fileForm(input, meaning), (bytes) => (bytesRead = bytes));
  const admin: Admin = { kind: 'admin', subject: startedBy, role: startedRole as Admin['role'] };
  const settle = async (unit: Unit, batch: ImportedBatch): Promise<void> => {
    const before = await findImport(unit, id);
    if (before === undefined) throw new ImportOver();
    await saveImport(unit, id, { ...after(before, batch), bytesRead }, services.clock());
    await keepRefused(services, unit, id, batch);
  };
  await importRows(
    form.dryRun ? undefined : { services, admin },
    meaning.definition,
    rowsOf(file, meaning, services.registries),
    {
      recordType: meaning.recordType,
      from: stored.line + 1,
      events: form.events,
      signal,
      within: async (batch, unit) => {
        if (unit === undefined) return hold((own) => settle(own, batch));
        if (!(await holdImport(unit, id, worker))) throw new ImportOver();
        await settle(unit, batch);
      },
    },
  );
}

function after(before: StoredImport, { line, rows, inserted, updated, unchanged, refused }: ImportedBatch) {
  const listed = refused.slice(0, MAX_PROBLEMS - before.problems.length);
  return {
    line,
    rows: before.rows + rows,
    inserted: before.inserted + inserted,
    updated: before.updated + updated,
    unchanged: before.unchanged + unchanged,
    refused: before.refused + refused.length,
    problems: [...before.problems, ...listed.map(({ line: at, reason }) => ({ line: at, reason }))],
  };
}

async function keepRefused(
  { vault, clock }: Services,
  unit: Unit,
  importId: string,
  { refused }: ImportedBatch,
): Promise<void> {
  if (refused.length === 0) return;
  const text = refused.map((row) => `${JSON.stringify(row)}\n`).join('');
  const start = await partsEnd(unit, importId, 'REFUSED');
  await storePart(unit, vault, { importId, kind: 'REFUSED', start }, Buffer.from(text), clock());
}
