/** The rows of a file, one by one and never all at once: what each hands in, or what is wrong with its line. */
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pipeline, type Readable } from 'node:stream';
import { CsvError, parse, type Info } from 'csv-parse';
import type { RecordInput } from '../graphql/records/record.types.js';
import { CliFailure } from './failure.js';

export type RowFormat = 'ndjson' | 'csv';

/** `line` counts from 1; of a row over several lines it is the last. */
export type Row = { line: number } & ({ input: RowInput } | { problem: string });
export type RowInput = Omit<RecordInput, 'recordType'> & { recordType?: string };

type Data = Record<string, unknown>;

/** @param file a path, or `-` for standard input */
export async function* readRows(file: string, format: RowFormat, columns: ColumnCheck): AsyncGenerator<Row> {
  const input = file === '-' ? process.stdin : await openFile(file);
  yield* format === 'csv' ? readCsv(input, columns) : readNdjson(input);
}

/** What is wrong with a column's name, if anything. */
export type ColumnCheck = (path: string) => string | undefined;

async function openFile(file: string): Promise<Readable> {
  const handle = await open(file);
  if (!(await handle.stat()).isFile())
    throw new CliFailure(`${file} is not a file`, 'give a file, or - for standard input');
  return handle.createReadStream();
}

async function* readNdjson(input: Readable): AsyncGenerator<Row> {
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line += 1;
    if (text.trim() !== '') yield { line, ...readJsonLine(line === 1 ? text.replace(/^\uFEFF/, '') : text) };
  }
}

/** `{ recordType, identifiers, data, externalId, eventType }`, or a record as it is. */
function readJsonLine(text: string): { input: RowInput } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'is not valid JSON: give one object on each line' };
  }
  if (!isData(value)) return { problem: 'must be a JSON object' };
  if (!isData(value['data'])) return { input: { identifiers: [], data: value } };
  const { recordType, externalId, eventType, identifiers = [], data } = value;
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
async function* readCsv(input: Readable, columns: ColumnCheck): AsyncGenerator<Row> {
  const skipped: Row[] = [];
  const onSkip = (error?: CsvError): undefined =>
    void skipped.push({ line: Number(error?.['lines'] ?? 0), problem: csvProblem(error) });
  const parser = parse({
    bom: true,
    info: true,
    skip_empty_lines: true,
    relax_column_count: true,
    on_skip: onSkip,
    skip_records_with_error: true,
  });
  pipeline(input, parser, () => {});
  let header: string[] | undefined;
  for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
    yield* skipped.splice(0);
    if (header === undefined) header = checkHeader(record, columns);
    else if (record.length !== header.length)
      yield { line: info.lines, problem: `has ${record.length} cells where the header has ${header.length}` };
    else yield { line: info.lines, input: inputOf(header, record) };
  }
  yield* skipped;
}

const csvProblem = (error?: CsvError): string => `is not valid CSV (${error?.code ?? 'unknown'}): check its quotes`;

const SPECIAL: Record<string, 'recordType' | 'externalId' | 'eventType'> = {
  record_type: 'recordType',
  external_id: 'externalId',
  event_type: 'eventType',
};
const IDENTIFIER = /^identifier\.([^.]+)$/;

function checkHeader(names: string[], check: ColumnCheck): string[] {
  const header = names.map((name) => name.trim());
  const problems = header
    .filter((name) => !(name in SPECIAL) && !IDENTIFIER.test(name))
    .map((name) => check(name))
    .filter((problem) => problem !== undefined);
  if (problems.length > 0)
    throw new CliFailure(`line 1: ${problems.join('; ')}`, 'name columns after the dictionary: docs/cli.md');
  return header;
}

function inputOf(header: string[], cells: string[]): RowInput {
  const input: RowInput = { identifiers: [], data: {} };
  for (const [index, name] of header.entries()) {
    const cell = cells[index]?.trim() ?? '';
    const special = SPECIAL[name];
    const type = IDENTIFIER.exec(name)?.[1];
    if (cell === '') continue;
    if (special !== undefined) input[special] = cell;
    else if (type !== undefined) input.identifiers.push({ type, value: cell });
    else place(input.data, name.split('.'), cell);
  }
  return input;
}

function place(data: Data, [name = '', ...below]: string[], cell: string): void {
  if (below.length === 0) data[name] = cell;
  else place((data[name] ??= {}) as Data, below, cell);
}

const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value);

const isIdentifier = (value: unknown): value is RowInput['identifiers'][number] =>
  isData(value) && typeof value['type'] === 'string' && typeof value['value'] === 'string';

const textsOf = (texts: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
