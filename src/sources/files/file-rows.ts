/** The rows of a file, one by one and never all at once: what each hands in, or what is wrong with its line. */
import type { CsvError } from 'csv-parse';
import { decodeText, isLost, misfitOf, NOT_UTF8, readCsvRows } from '../../platform/csv.js';
import { linesOf } from '../../platform/lines.js';
import { isObject } from '../../platform/plain-object.js';
import { RequestInvalid } from '../../protocol/errors.js';
import { parseJson } from '../../protocol/envelope/json.js';
import { FileFault } from './file-fault.js';
import type { GivenFile, RowFormat } from './given-file.js';
import { readParquetRows } from './parquet-rows.js';

/** `line` counts from 1; of a row over several lines it is the last. */
export type Row = { line: number; raw?: unknown } & ({ input: RowInput } | { problem: string });

/** A record as a row hands it in. */
export interface RowInput {
  recordType?: string;
  identifiers: { type: string; value: string }[];
  data: Data;
  externalId?: string;
  eventType?: string;
}

type Data = Record<string, unknown>;

/** Of a file in the dictionary's own words. @throws FileFault */
export const readRows = (file: GivenFile, columns: ColumnCheck): AsyncGenerator<Row> =>
  ROWS[file.form.format](file, columns);

const ROWS: Record<RowFormat, (file: GivenFile, columns: ColumnCheck) => AsyncGenerator<Row>> = {
  csv: readCsv,
  ndjson: readNdjson,
  parquet: readParquet,
};

/** A row of the operator's own columns. */
export type TableRow = { line: number } & ({ cells: Record<string, string> } | { problem: string });

/** @param wanted columns that must be there. @throws FileFault */
export const readTable = (file: GivenFile, wanted: string[]): AsyncGenerator<TableRow> =>
  TABLES[file.form.format](file, wanted);

const TABLES: Record<RowFormat, (file: GivenFile, wanted: string[]) => AsyncGenerator<TableRow>> = {
  csv: readCsvTable,
  ndjson: readNdjsonTable,
  parquet: readParquetTable,
};

async function* readNdjsonTable(file: GivenFile, wanted: string[]): AsyncGenerator<TableRow> {
  for await (const row of readNdjson(file))
    if ('problem' in row) yield row;
    else yield { line: row.line, ...cellsOf(row.input.data, wanted) };
}

async function* readParquetTable(file: GivenFile, wanted: string[]): AsyncGenerator<TableRow> {
  const rows = readParquetRows(file, (columns) => requireColumns(columns, wanted));
  for await (const { line, values } of rows) yield { line, ...cellsOf(values, wanted) };
}

function cellsOf(data: Data, wanted: string[]): { cells: Record<string, string> } | { problem: string } {
  const texts = Object.entries(data).filter(([, value]) => value !== null);
  if (texts.some(([, value]) => typeof value === 'object')) return { problem: 'has a member that is no single value' };
  return {
    cells: Object.fromEntries([
      ...wanted.map((column) => [column, '']),
      ...texts.map(([name, value]) => [name, String(value)]),
    ]),
  };
}

/** @throws FileFault */
function requireColumns(columns: string[], wanted: string[]): void {
  const [again] = twice(columns.filter((column) => wanted.includes(column)));
  if (again !== undefined) throw new FileFault(`line 1: ${again}`, 'name each column once');
  const missing = wanted.filter((column) => !columns.includes(column));
  if (missing.length === 0) return;
  throw new FileFault(`line 1: there is no column ${missing.join(', ')}`, `the file has ${columns.join(', ')}`);
}

async function* readCsvTable(file: GivenFile, wanted: string[]): AsyncGenerator<TableRow> {
  const checked = (header: string[]): string[] => {
    requireColumns(header, wanted);
    return header;
  };
  for await (const row of readBody(file, checked))
    yield 'problem' in row
      ? row
      : { line: row.line, cells: Object.fromEntries(row.header.map((name, index) => [name, row.cells[index] ?? ''])) };
}

type BodyRow = { line: number; header: string[]; cells: string[] } | { line: number; problem: string };

/** The rows below the first line, which `checked` reads; those that do not fit it with what is wrong. */
async function* readBody(
  { bytes, form: { encoding, delimiter } }: GivenFile,
  checked: (header: string[]) => string[],
): AsyncGenerator<BodyRow> {
  const skipped: { line: number; problem: string }[] = [];
  let last = 0;
  const onSkip = (error?: CsvError): undefined => {
    // A quote that is never closed has taken all behind it; where it stands helps, not where the file ends.
    const line = error?.code === 'CSV_QUOTE_NOT_CLOSED' ? last + 1 : Number(error?.['lines'] ?? 0);
    // One row may be wrong in several ways.
    if (line > last) skipped.push({ line, problem: csvProblem(error) });
    last = Math.max(last, line);
  };
  let header: string[] | undefined;
  for await (const rows of readCsvRows(bytes(), { encoding, delimiter, onSkip })) {
    yield* skipped.splice(0);
    for (const { line, cells } of rows) {
      last = Math.max(last, line);
      if (header === undefined) {
        header = checked(cells);
        continue;
      }
      const problem = misfitOf(header, cells);
      yield problem === undefined ? { line, header, cells } : { line, problem: withRemedy(problem) };
    }
  }
  yield* skipped;
  if (header === undefined && last === 0)
    throw new FileFault('line 1: the file is empty', 'its first line names the columns');
}

/** What is wrong with a column's name, if anything. */
export type ColumnCheck = (path: string) => string | undefined;

async function* readNdjson({ bytes, form: { encoding } }: GivenFile): AsyncGenerator<Row> {
  let line = 0;
  for await (const text of linesOf(decodeText(bytes(), encoding))) {
    line += 1;
    if (text.trim() !== '') yield { line, ...readJsonLine(text) };
  }
}

/** `{ recordType, identifiers, data, externalId, eventType }`, or a record as it is. */
function readJsonLine(text: string): { input: RowInput } | { problem: string } {
  if (isLost(text)) return { problem: withRemedy(NOT_UTF8) };
  let value: unknown;
  try {
    value = parseJson(text, 'line');
  } catch (error) {
    if (!(error instanceof RequestInvalid)) throw error;
    return { problem: error.message.replace(/^line[ .]/, '') };
  }
  if (!isObject(value)) return { problem: 'must be a JSON object' };
  if (!isObject(value['data'])) return { input: { identifiers: [], data: value } };
  const { recordType, externalId, eventType, identifiers: named = [], data } = value;
  const identifiers = Array.isArray(named) ? named.map(withText) : named;
  if (!Array.isArray(identifiers) || !identifiers.every(isIdentifier))
    return { problem: 'identifiers must be a list of objects with type and value' };
  const texts = { recordType, externalId, eventType };
  const wrong = Object.entries(texts).find(([, given]) => given != null && typeof given !== 'string');
  if (wrong !== undefined) return { problem: `${wrong[0]} must be text` };
  return { input: { ...textsOf(texts), identifiers, data } };
}

/**
 * Columns: `record_type`, `external_id`, `event_type`, `identifier.UIN` and the like, and paths of the dictionary such as
 * `name.surname`. An empty cell says nothing.
 */
async function* readCsv(file: GivenFile, columns: ColumnCheck): AsyncGenerator<Row> {
  for await (const row of readBody(file, (header) => checkHeader(header, columns)))
    yield 'problem' in row ? row : { line: row.line, input: inputOf(row.header, row.cells) };
}

/** Named as those of a CSV are; a column may also hold a list or an object of the dictionary. */
async function* readParquet(file: GivenFile, columns: ColumnCheck): AsyncGenerator<Row> {
  for await (const { line, values } of readParquetRows(file, (names) => void checkHeader(names, columns)))
    yield { line, input: inputOf(Object.keys(values), Object.values(values)) };
}

const withRemedy = (problem: string): string =>
  problem === NOT_UTF8 ? `${problem}: save the file in UTF-8, or name its encoding, such as windows-1252` : problem;

const csvProblem = (error?: CsvError): string =>
  error?.code === 'CSV_QUOTE_NOT_CLOSED'
    ? 'opens a quote that is never closed (CSV_QUOTE_NOT_CLOSED): nothing from here on was read'
    : `is not valid CSV (${error?.code ?? 'unknown'}): check its quotes`;

const SPECIAL = new Map([
  ['record_type', 'recordType'],
  ['external_id', 'externalId'],
  ['event_type', 'eventType'],
] as const) as ReadonlyMap<string, 'recordType' | 'externalId' | 'eventType'>;
const IDENTIFIER = /^identifier\.([^.]+)$/;

function checkHeader(names: string[], check: ColumnCheck): string[] {
  if (names.some(isLost)) throw new FileFault(`line 1: ${NOT_UTF8}`, 'name the encoding, such as windows-1252');
  const problems = names
    .filter((name) => name !== '' && !SPECIAL.has(name) && !IDENTIFIER.test(name))
    .map((name) => check(name))
    .filter((problem) => problem !== undefined)
    .concat(twice(names), within(names));
  if (problems.length > 0)
    throw new FileFault(`line 1: ${problems.join('; ')}`, 'name columns after the dictionary: docs/cli.md');
  return names;
}

/** Somebody may have two passports; of two names, one would be lost. */
const twice = (names: string[]): string[] =>
  names
    .filter((name, index) => name !== '' && !IDENTIFIER.test(name) && names.indexOf(name) < index)
    .map((name) => `the column ${name} stands twice`);

/** A whole and a part of it would write over one another. */
const within = (names: string[]): string[] =>
  names
    .filter((name) => names.some((other) => other.startsWith(`${name}.`)))
    .map((name) => `the column ${name} is the whole of another column’s part`);

function inputOf(header: string[], cells: unknown[]): RowInput {
  const input: RowInput = { identifiers: [], data: {} };
  for (const [index, name] of header.entries()) {
    const cell = cells[index] ?? '';
    const special = SPECIAL.get(name);
    const type = IDENTIFIER.exec(name)?.[1];
    if (cell === '' || name === '') continue;
    if (special !== undefined) input[special] = textOf(cell);
    else if (type !== undefined) input.identifiers.push({ type, value: textOf(cell) });
    else place(input.data, name.split('.'), cell);
  }
  return input;
}

/** A list in the place of a text is refused by its form. */
const textOf = (cell: unknown): string => (typeof cell === 'string' ? cell : JSON.stringify(cell));

function place(data: Data, [name = '', ...below]: string[], cell: unknown): void {
  if (below.length === 0) data[name] = cell;
  else place((data[name] ??= {}) as Data, below, cell);
}

/** A number may stand for an identifier, as it may inside a record. */
const withText = (one: unknown): unknown =>
  isObject(one) && Number.isSafeInteger(one['value']) ? { ...one, value: String(one['value']) } : one;

const isIdentifier = (value: unknown): value is RowInput['identifiers'][number] =>
  isObject(value) && typeof value['type'] === 'string' && typeof value['value'] === 'string';

const textsOf = (texts: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
