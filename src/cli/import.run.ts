/** Reads a file into the records, and says what became of its rows. */
import { closeSync, writeSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { isNativeError } from 'node:util/types';
import { createRegistries } from '../protocol/registries/registries.js';
import type { FileForm, RowFormat } from '../sources/files/given-file.js';
import { DomainError } from '../use-cases/errors.js';
import { importRows, type ImportedBatch, type RefusedRow } from '../use-cases/imports/import-rows.js';
import { readMeaning, rowsOf, type RowMeaning } from '../use-cases/imports/row-meaning.js';
import { CliFailure, UsageError } from './failure.js';
import { givenFile, readText } from './files.js';
import { withLocalWriter } from './local-writer.js';
import { openPrivate } from './private-file.js';
import type { Terminal } from './terminal.js';

const SHOWN = 20;
/** Of these the message is listed; the rest is counted. */
const MAX_PROBLEMS = 1000;

export interface ImportOptions {
  registry?: string;
  map?: string;
  refused?: string;
  recordType?: string;
  format?: RowFormat;
  encoding?: string;
  delimiter?: string;
  dryRun?: boolean;
  fromLine?: number;
  events?: 'on' | 'off';
}

export async function importFile(
  terminal: Terminal,
  { dryRun = false, ...options }: ImportOptions,
  file: string,
): Promise<void> {
  const meaning = await meaningOf(options);
  const form = formOf(options, meaning, file);
  const counter = terminal.progress('rows');
  const rows = rowsOf(await givenFile(file, form), meaning, createRegistries());
  const refused = options.refused === undefined ? undefined : openRefused(options.refused, file);
  const report = new Report(refused?.take);
  const given = {
    recordType: meaning.recordType,
    from: options.fromLine,
    events: options.events !== 'off',
    progress: (count: number): void => counter.at(count),
    written: (batch: ImportedBatch): void => report.add(batch),
  };
  const run = dryRun
    ? importRows(undefined, meaning.definition, rows, given)
    : withLocalWriter(terminal, (writer) => importRows(writer, meaning.definition, rows, given));
  await run
    .catch((error: unknown) => {
      throw dryRun ? error : withPlace(error, report.line);
    })
    .finally(() => {
      counter.end();
      refused?.close();
    });
  const { counts, problems } = report;
  if (counts.refused > 0) terminal.exitCode = 1;
  for (const { line, message } of problems.slice(0, SHOWN)) terminal.note(`line ${line}: ${message}`);
  if (counts.refused > SHOWN) terminal.note(`… and ${counts.refused - SHOWN} more; --json lists 1000 of them`);
  terminal.result({ dryRun, ...counts, problems }, summary(counts, dryRun));
}

/** The step that leads on is known: what was written is not read again. */
function withPlace(error: unknown, line: number): unknown {
  if (line === 0 || !isNativeError(error)) return error;
  return Object.assign(error, { remedy: `it wrote up to line ${line}: go on with --from-line ${line + 1}` });
}

/** What the rows are: as the mapping says, else as the options do. */
async function meaningOf({ registry, recordType, map }: ImportOptions): Promise<RowMeaning> {
  if (map !== undefined && (registry !== undefined || recordType !== undefined))
    throw new UsageError('--map says registry and type itself', 'leave --registry and --record-type out');
  if (map === undefined && registry === undefined)
    throw new UsageError('--registry or --map is missing', 'add --registry social, or --map FILE');
  const mapping = map === undefined ? undefined : await readText(map);
  const meaning = orUsage(() => readMeaning({ mapping, registry, recordType }, createRegistries()));
  if (!Array.isArray(meaning)) return meaning;
  const told = meaning.map(({ line, column, message }) => `${map}:${line}:${column}  ${message}`);
  throw new CliFailure(told.join('\n'), 'docs/sources.md has the form of the file');
}

/** An argument is an option here. */
function orUsage<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const [option, what] = error.field === 'recordType' ? ['--record-type', 'record type'] : ['--registry', 'registry'];
    throw new UsageError(`${option}: no such ${what}`, error.message.replace(/^\w+: /, ''));
  }
}

function formOf(options: ImportOptions, { mapping }: RowMeaning, file: string): FileForm {
  return {
    format: options.format ?? mapping?.file.format ?? formatOf(file),
    encoding: options.encoding ?? mapping?.file.encoding,
    delimiter: options.delimiter ?? mapping?.file.delimiter,
  };
}

type Counts = Pick<ImportedBatch, 'inserted' | 'updated' | 'unchanged'> & { refused: number };

/** What became of the rows so far. */
class Report {
  line = 0;
  readonly counts: Counts = { inserted: 0, updated: 0, unchanged: 0, refused: 0 };
  readonly problems: { line: number; message: string }[] = [];

  constructor(private readonly told?: (row: RefusedRow) => void) {}

  add({ line, inserted, updated, unchanged, refused }: ImportedBatch): void {
    this.line = line;
    this.counts.inserted += inserted;
    this.counts.updated += updated;
    this.counts.unchanged += unchanged;
    this.counts.refused += refused.length;
    for (const row of refused) {
      this.told?.(row);
      if (this.problems.length < MAX_PROBLEMS) this.problems.push({ line: row.line, message: row.reason });
    }
  }
}

/** Rows of persons: for the one who imports, and nobody else. */
function openRefused(file: string, imported: string): { take: (row: RefusedRow) => void; close: () => void } {
  if (resolve(file) === resolve(imported))
    throw new UsageError('--refused names the file that is imported', 'give it another name: it is written anew');
  const descriptor = openPrivate(file);
  return {
    take: (row) => void writeSync(descriptor, `${JSON.stringify(row)}\n`),
    close: () => closeSync(descriptor),
  };
}

function summary({ inserted, updated, unchanged, refused }: Counts, dryRun: boolean): string {
  if (dryRun) return refused === 0 ? 'Every row is good.' : `${refused} rows refused.`;
  return `${inserted} inserted, ${updated} updated, ${unchanged} unchanged, ${refused} refused.`;
}

function formatOf(file: string): RowFormat {
  const extension = extname(file).toLowerCase();
  if (extension === '.csv') return 'csv';
  if (extension === '.parquet') return 'parquet';
  if (['.ndjson', '.jsonl', '.json'].includes(extension)) return 'ndjson';
  throw new UsageError('the name of the file does not say what is in it', 'add --format ndjson, csv or parquet');
}
