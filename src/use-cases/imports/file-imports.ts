/** Files that administrators import: staged, looked at, started and cancelled; every step is audited, and none with values. */
import type { Admin } from '../../access/principal.js';
import {
  findImport,
  findImports,
  insertImport,
  saveImport,
  type ImportForm,
  type StoredImport,
} from '../../entities/queues/file-import.repository.js';
import { dropParts } from '../../entities/queues/file-part.repository.js';
import { uuidv7 } from '../../platform/uuid.js';
import { ROW_FORMATS, type FileForm, type RowFormat } from '../../sources/files/given-file.js';
import type { FileProblem } from '../../sources/outside/source-file.js';
import { changeAsAdmin } from '../admin-change.js';
import { conflict, invalid, notFound } from '../errors.js';
import { assertOwnTypes } from '../records/own-records.js';
import type { Services } from '../services.js';
import type { FileImportInput, FileImportView } from './file-import.types.js';
import { readMeaning, type RowMeaning } from './row-meaning.js';

/** Of an import that has read nothing yet. */
const BEFORE = { bytesRead: 0, line: 0, rows: 0, inserted: 0, updated: 0, unchanged: 0, refused: 0, problems: [] };

type Listing = Pick<Services, 'database'>;

export const listImports = async ({ database }: Listing, limit: number): Promise<FileImportView[]> =>
  (await findImports(database, limit)).map(viewOf);

export async function oneImport({ database }: Listing, id: string): Promise<FileImportView | undefined> {
  const stored = await findImport(database, id);
  return stored && viewOf(stored);
}

/** Makes room for a file: its bytes are sent next. */
export function stageImport(services: Services, admin: Admin): Promise<FileImportView> {
  const id = uuidv7();
  return change(services, admin, 'stageFileImport', id, async (unit) => {
    await insertImport(unit, id, admin.subject, services.clock());
    return {};
  });
}

/** Has a worker import the whole file as it is said. One that failed goes on behind what it wrote; one that was only checked begins. */
export async function startImport(
  services: Services,
  admin: Admin,
  id: string,
  input: FileImportInput,
): Promise<FileImportView> {
  const meaning = requireMeaning(services, input);
  const form = formOf(input, meaning);
  const { registry, recordType } = form;
  const started = await change(services, admin, 'startFileImport', id, async (unit) => {
    const stored = await locked(unit, id);
    const wasDry = stored.form?.dryRun === true;
    if (stored.state !== 'STAGED' && stored.state !== 'FAILED' && !(stored.state === 'DONE' && wasDry))
      throw conflict('id', `the import is ${stored.state}: stage the file anew`);
    if (stored.bytes === 0) throw conflict('id', 'no file was sent yet');
    if (!form.dryRun) await assertOwnTypes(unit, 'registry', [{ registry, recordType }]);
    const now = services.clock();
    const who = { startedBy: admin.subject, startedRole: admin.role, startedAt: now };
    if (wasDry) await dropParts(unit, id, 'REFUSED');
    const anew = wasDry ? BEFORE : {};
    await saveImport(
      unit,
      id,
      { ...anew, ...who, state: 'RUNNING', form, fault: null, endedAt: null, dueAt: now },
      now,
    );
    const { mapping, ...told } = form;
    return { ...told, mapped: mapping !== null, bytes: stored.bytes };
  });
  services.wake('import-files');
  return started;
}

/** What was written stays; what is staged of the file is deleted. */
export const cancelImport = (services: Services, admin: Admin, id: string): Promise<FileImportView> =>
  change(services, admin, 'cancelFileImport', id, async (unit) => {
    const { state, line } = await locked(unit, id);
    if (state === 'DONE' || state === 'CANCELLED') throw conflict('id', `the import is ${state}`);
    const now = services.clock();
    await saveImport(unit, id, { state: 'CANCELLED', endedAt: now }, now);
    await dropParts(unit, id, 'FILE');
    return { line };
  });

/** @throws DomainError with every mistake */
export function requireMeaning({ registries }: Pick<Services, 'registries'>, input: FileImportInput): RowMeaning {
  const meaning = readMeaning(input, registries);
  if (Array.isArray(meaning)) throw invalid('mapping', meaning.map(placed).join('; '));
  return meaning;
}

const placed = ({ line, column, message }: FileProblem): string => `${line}:${column} ${message}`;

/** What was said, else what the mapping says. @throws DomainError */
export function fileForm(input: FileImportInput, { mapping }: Pick<RowMeaning, 'mapping'>): FileForm {
  const { format = mapping?.file.format } = input;
  if (format === undefined) throw invalid('format', `say it, or have the mapping say it: ${ROW_FORMATS.join(', ')}`);
  const delimiter = input.delimiter ?? mapping?.file.delimiter;
  if (delimiter !== undefined && !/^[^"\r\n]$/.test(delimiter)) throw invalid('delimiter', 'give one character');
  return { format, encoding: encodingOf(input.encoding ?? mapping?.file.encoding), delimiter };
}

function encodingOf(name: string | undefined): string | undefined {
  try {
    return name === undefined ? undefined : new TextDecoder(name).encoding;
  } catch {
    throw invalid('encoding', 'name one such as utf-8, windows-1252, iso-8859-15 or utf-16le');
  }
}

function formOf(input: FileImportInput, meaning: RowMeaning): ImportForm {
  const { format, encoding = null, delimiter = null } = fileForm(input, meaning);
  const { mapping = null, events, dryRun } = input;
  const { registry } = meaning.definition;
  return { mapping, registry, recordType: meaning.recordType, format, encoding, delimiter, events, dryRun };
}

/** What a stored form said, to be read again. */
export const inputOf = ({
  mapping,
  registry,
  recordType,
  format,
  encoding,
  delimiter,
  ...rest
}: ImportForm): FileImportInput => ({
  ...(mapping === null ? { registry, recordType } : { mapping }),
  format: format as RowFormat,
  encoding: encoding ?? undefined,
  delimiter: delimiter ?? undefined,
  ...rest,
});

async function locked(unit: Parameters<typeof findImport>[0], id: string): Promise<StoredImport> {
  const stored = await findImport(unit, id, true);
  if (stored === undefined) throw notFound('id', 'no such import');
  return stored;
}

function change(
  services: Services,
  admin: Admin,
  action: string,
  id: string,
  work: (unit: Parameters<Parameters<typeof changeAsAdmin>[2]>[0]) => Promise<Record<string, unknown>>,
): Promise<FileImportView> {
  return changeAsAdmin(services, admin, async (unit) => {
    const after = await work(unit);
    const result = viewOf(await locked(unit, id));
    return { result, change: { action, targetType: 'FileImport', targetId: id, after } };
  });
}

function viewOf({ form, startedRole: _role, ...stored }: StoredImport): FileImportView {
  const {
    registry = null,
    recordType = null,
    format = null,
    mapping = null,
    events = true,
    dryRun = false,
  } = form ?? {};
  const { bytes, bytesRead, state } = stored;
  const share = state === 'DONE' ? 1 : bytes === 0 ? null : Math.min(bytesRead / bytes, 1);
  return { ...stored, registry, recordType, format, isMapped: mapping !== null, events, dryRun, progress: share };
}
