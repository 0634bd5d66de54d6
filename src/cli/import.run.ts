/** Rows into records, a batch and its events in one commit; what is wrong with a row keeps only that row out. */
import type { RecordInput } from '../graphql/records/record.types.js';
import { readInput, upsertRecords } from '../use-cases/records/records.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import { isKnownField } from '../protocol/registries/records/fields.js';
import { describeFailure } from './failure.js';
import type { House } from './house.js';
import { readRows, type ColumnCheck, type FileForm, type Row, type RowFormat } from './import.rows.js';

/** Of these the message is listed; the rest is counted. */
const MAX_PROBLEMS = 1000;
/** A longer transaction would delay the live tail of every reader. */
const BATCH = 500;

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
  progress: (rows: number) => void;
}

interface Good {
  line: number;
  input: RecordInput;
}

/** Without a house the rows are only checked. */
export async function importRows(
  house: House | undefined,
  definition: RegistryDefinition,
  { file, format, recordType, progress, ...form }: ImportOptions,
): Promise<ImportReport> {
  const report: ImportReport = { inserted: 0, updated: 0, unchanged: 0, refused: 0, problems: [] };
  let batch: Good[] = [];
  let rows = 0;
  for await (const row of readRows(file, format, form, columnCheck(definition, recordType))) {
    progress((rows += 1));
    const good = judge(definition, row, recordType, report);
    if (good === undefined || house === undefined || batch.push(good) < BATCH) continue;
    await write(house, definition.registry, batch, report);
    batch = [];
  }
  if (house !== undefined && batch.length > 0) await write(house, definition.registry, batch, report);
  return report;
}

function judge(definition: RegistryDefinition, row: Row, recordType: string, report: ImportReport): Good | undefined {
  if ('problem' in row) return refuse(report, row.line, row.problem);
  const input = { recordType, ...row.input };
  try {
    readInput(definition, input, 'row');
    return { line: row.line, input };
  } catch (error) {
    return refuse(report, row.line, describeFailure(error).message.replace(/^row\.(data\.)?/, ''));
  }
}

/** What the database itself refuses is found by writing the rows of the batch one by one. */
async function write(house: House, registry: string, batch: Good[], report: ImportReport): Promise<void> {
  try {
    const { inserted, updated, unchanged } = await upsertRecords(
      house.services,
      house.admin,
      registry,
      batch.map(({ input }) => input),
    );
    report.inserted += inserted;
    report.updated += updated;
    report.unchanged += unchanged;
  } catch (error) {
    const { code } = describeFailure(error);
    if (!/^2[23]/.test(code)) throw error;
    const [only, ...others] = batch;
    if (only !== undefined && others.length === 0) refuse(report, only.line, `the database does not take it (${code})`);
    else for (const row of batch) await write(house, registry, [row], report);
  }
}

function refuse(report: ImportReport, line: number, message: string): undefined {
  report.refused += 1;
  if (report.problems.length < MAX_PROBLEMS) report.problems.push({ line, message });
}

const columnCheck =
  (definition: RegistryDefinition, recordType: string): ColumnCheck =>
  (path) =>
    isKnownField(definition, recordType, path) && path !== '*' ? undefined : `${recordType} has no field ${path}`;
