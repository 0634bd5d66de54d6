/** Rows into records, a batch and its events in one commit; what is wrong with a row keeps only that row out. */
import type { RecordInput } from '../use-cases/records/record.types.js';
import { readInputs, type ReadInput } from '../use-cases/records/read-input.js';
import { writeInputs } from '../use-cases/records/upsert-records.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import { isKnownField } from '../protocol/registries/records/fields.js';
import { RecordInvalid, type RefusalReason } from '../protocol/registries/records/record-invalid.js';
import { describeFailure } from './failure.js';
import type { LocalGateway } from './local-gateway.js';
import { readRows, type ColumnCheck, type FileForm, type Row, type RowFormat } from './import.rows.js';

/** Of these the message is listed; the rest is counted. */
const MAX_PROBLEMS = 1000;
/** A longer transaction would delay the live tail of every reader. */
const BATCH = 1000;

export interface ImportReport {
  inserted: number;
  updated: number;
  unchanged: number;
  refused: number;
  problems: { line: number; message: string }[];
}

export interface ImportOptions extends FileForm {
  file: string;
  format: RowFormat;
  /** For rows that name none. */
  recordType: string;
  /** Instead of reading the file by the dictionary's own names. */
  rows?: AsyncIterable<Row> | undefined;
  /** Lines before it are passed over: an earlier import wrote them. */
  from?: number | undefined;
  progress: (rows: number) => void;
  /** Everything up to this line is committed. */
  written?: (line: number) => void;
  /** Each row that is kept out, as the file has it. */
  refused?: ((row: RefusedRow) => void) | undefined;
}

export interface RefusedRow {
  line: number;
  reason: string;
  row?: unknown;
}

interface RowOfFile {
  line: number;
  raw?: unknown;
  input: RecordInput;
}

/** Without a gateway the rows are only checked. */
export async function importRows(
  gateway: LocalGateway | undefined,
  definition: RegistryDefinition,
  { file, format, recordType, from = 1, progress, written, refused, ...form }: ImportOptions,
): Promise<ImportReport> {
  const report: Report = { inserted: 0, updated: 0, unchanged: 0, refused: 0, problems: [], told: refused };
  // One batch is written while the next is read; two at once would not keep their order.
  let writing: Promise<void> = Promise.resolve();
  const take = async (rows: RowOfFile[]): Promise<void> => {
    const batch = readBatch(definition, rows);
    await writing;
    writing = write(gateway, definition, batch, report).then(() => written?.(rows.at(-1)?.line ?? 0));
    // Whoever awaits it next hears of it.
    writing.catch(() => undefined);
  };
  let batch: RowOfFile[] = [];
  let rows = 0;
  for await (const row of form.rows ?? readRows(file, format, form, columnCheck(definition, recordType))) {
    progress((rows += 1));
    if (row.line < from) continue;
    if ('problem' in row) refuse(report, row, row.problem);
    else batch.push({ line: row.line, raw: row.raw, input: { recordType, ...row.input } });
    if (batch.length < BATCH) continue;
    await take(batch);
    batch = [];
  }
  if (batch.length > 0) await take(batch);
  await writing;
  const { told: _told, ...counted } = report;
  return { ...counted, problems: report.problems.toSorted((one, other) => one.line - other.line) };
}

interface Report extends ImportReport {
  told: ImportOptions['refused'];
}

interface ReadRow extends Omit<RowOfFile, 'input'> {
  read: ReadInput;
}

function readBatch(definition: RegistryDefinition, rows: RowOfFile[]): ReadRow[] {
  const read = readInputs(
    definition,
    rows.map(({ input }) => input),
  );
  return read.map((one, index) => ({ line: rows[index]?.line ?? 0, raw: rows[index]?.raw, read: one }));
}

/** What the database itself refuses is found by writing the rows of the batch one by one. */
async function write(
  gateway: LocalGateway | undefined,
  definition: RegistryDefinition,
  batch: ReadRow[],
  report: Report,
): Promise<void> {
  if (gateway === undefined) {
    for (const row of batch) if (row.read instanceof RecordInvalid) refuse(report, row, row.read.message);
    return;
  }
  try {
    const read = batch.map((row) => row.read);
    const { inserted, updated, unchanged, records } = await writeInputs(
      gateway.services,
      gateway.admin,
      definition,
      read,
    );
    report.inserted += inserted;
    report.updated += updated;
    report.unchanged += unchanged;
    for (const [index, { change, reason, message }] of records.entries())
      if (change === 'REFUSED') refuse(report, batch[index] ?? { line: 0 }, refusalText(reason, message));
  } catch (error) {
    const { code } = describeFailure(error);
    if (!/^2[23]/.test(code)) throw error;
    const [only, ...others] = batch;
    if (only !== undefined && others.length === 0) refuse(report, only, `the database does not take it (${code})`);
    else for (const row of batch) await write(gateway, definition, [row], report);
  }
}

/** The line stands for the place that the message names. */
function refusalText(reason: RefusalReason | undefined, message = ''): string {
  const text = message.replace(/^records\.\d+: /, '');
  return reason === 'INVALID' ? text : `${reason}: ${text}`;
}

function refuse(report: Report, { line, raw }: { line: number; raw?: unknown }, message: string): void {
  report.refused += 1;
  report.told?.({ line, reason: message, ...(raw === undefined ? {} : { row: raw }) });
  if (report.problems.length < MAX_PROBLEMS) report.problems.push({ line, message });
}

const columnCheck =
  (definition: RegistryDefinition, recordType: string): ColumnCheck =>
  (path) =>
    isKnownField(definition, recordType, path) && path !== '*' ? undefined : `${recordType} has no field ${path}`;
