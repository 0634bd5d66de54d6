/** The first rows of a staged file as they would come in: what each becomes, or why it would be kept out. */
import type { Admin } from '../../access/principal.js';
import { findImport } from '../../entities/queues/file-import.repository.js';
import { FileFault } from '../../sources/files/file-fault.js';
import { readTable } from '../../sources/files/file-rows.js';
import type { GivenFile } from '../../sources/files/given-file.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import { changeAsAdmin } from '../admin-change.js';
import { conflict, notFound } from '../errors.js';
import { readInputs } from '../records/read-input.js';
import type { Services } from '../services.js';
import { fileForm } from './file-imports.js';
import type { FileImportInput, FilePreview, PreviewedRow } from './file-import.types.js';
import { readMeaning, rowsOf, type RowMeaning } from './row-meaning.js';
import { stagedFile } from './staged-file.js';

const SHOWN = 20;

/** Nothing is written; who looked stands in the audit. */
export async function previewImport(
  services: Services,
  admin: Admin,
  id: string,
  input: FileImportInput,
): Promise<FilePreview> {
  const stored = await findImport(services.database, id);
  if (stored === undefined) throw notFound('id', 'no such import');
  if (stored.bytes === 0) throw conflict('id', 'no file was sent yet');
  const result = await previewOf(services, id, input);
  const { rows, errors } = result;
  const after = {
    rows: rows.length,
    refused: rows.filter(({ problem }) => problem !== null).length,
    errors: errors.length,
  };
  const change = { action: 'previewFileImport', targetType: 'FileImport', targetId: id, after };
  return changeAsAdmin(services, admin, async () => ({ result, change }));
}

async function previewOf(services: Services, id: string, input: FileImportInput): Promise<FilePreview> {
  const { mapping, registry } = input;
  const meaning = mapping === undefined && registry === undefined ? undefined : readMeaning(input, services.registries);
  const read = Array.isArray(meaning) ? undefined : meaning;
  const file = stagedFile(services, id, fileForm(input, read ?? {}));
  const { columns, cells, fault: unreadable } = await firstCells(file);
  const { rows, fault } = read === undefined ? { rows: [], fault: null } : await firstRows(services, file, read);
  const byLine = new Map(rows.map((row) => [row.line, row]));
  const shown = [...new Set([...cells.keys(), ...byLine.keys()])].toSorted((one, other) => one - other).slice(0, SHOWN);
  return {
    columns,
    errors: Array.isArray(meaning) ? meaning : [],
    fault: unreadable ?? fault,
    rows: shown.map((line) => ({
      line,
      record: null,
      problem: null,
      ...byLine.get(line),
      cells: cells.get(line) ?? null,
    })),
  };
}

/** As the file has them. */
async function firstCells(
  file: GivenFile,
): Promise<{ columns: string[]; cells: Map<number, Record<string, unknown>>; fault: string | null }> {
  const cells = new Map<number, Record<string, unknown>>();
  const columns = new Set<string>();
  const fault = await untilFault(async () => {
    for await (const row of readTable(file, [])) {
      if ('cells' in row) {
        cells.set(row.line, row.cells);
        for (const name of Object.keys(row.cells)) columns.add(name);
      }
      if (cells.size === SHOWN) break;
    }
  });
  return { columns: [...columns], cells, fault };
}

async function firstRows(
  { registries }: Services,
  file: GivenFile,
  meaning: RowMeaning,
): Promise<{ rows: PreviewedRow[]; fault: string | null }> {
  const rows: PreviewedRow[] = [];
  const { definition, recordType } = meaning;
  const fault = await untilFault(async () => {
    for await (const row of rowsOf(file, meaning, registries)) {
      const { line } = row;
      if ('problem' in row) rows.push({ line, cells: null, record: null, problem: row.problem });
      else {
        const [read] = readInputs(definition, [{ recordType, ...row.input }]);
        const isGood = read !== undefined && !(read instanceof RecordInvalid);
        const { externalId, identifiers, data, eventType } = isGood ? read.draft : row.input;
        const record = { recordType, externalId, identifiers, eventType, data };
        rows.push({ line, cells: null, record, problem: isGood ? null : (read?.message ?? null) });
      }
      if (rows.length === SHOWN) break;
    }
  });
  return { rows, fault };
}

async function untilFault(work: () => Promise<void>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof FileFault) return `${error.message}: ${error.remedy}`;
    throw error;
  }
}
