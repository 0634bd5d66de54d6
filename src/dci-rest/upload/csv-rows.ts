/** Rows of a CSV as it streams in: `identifier_type,identifier_value[,claims…]`, the names in the first line. */
import type { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { readRow, type BulkOperation, type BulkRow } from '../../protocol/search/bulk.js';
import { RequestInvalid } from '../../protocol/errors.js';

const REQUIRED = ['identifier_type', 'identifier_value'];
const MAX_COLUMNS = 50;
const MAX_RECORD_CHARACTERS = 10_000;

interface Parsed {
  record: string[];
  info: { lines: number };
}

/**
 * A row that does not fit becomes one that says so.
 *
 * @throws RequestInvalid where the names are wrong, or the text is no CSV from some line on
 */
export async function* readCsv(content: Readable, operation: BulkOperation): AsyncGenerator<BulkRow> {
  const parser = content.pipe(
    parse({
      bom: true,
      info: true,
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: MAX_RECORD_CHARACTERS,
    }),
  );
  content.once('error', (error) => parser.destroy(error));
  let names: string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      if (names === undefined) names = readNames(record);
      else yield fitRow(names, record, info.lines, operation);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new RequestInvalid(`file: is no CSV at line ${typeof error['lines'] === 'number' ? error['lines'] : '?'}`, {
      cause: error,
    });
  }
  if (names === undefined) throw new RequestInvalid(`file: the first line names the columns ${REQUIRED.join(',')}`);
}

function readNames(record: string[]): string[] {
  const names = record.map((name) => name.trim());
  const known = names.map((name) => name.toLowerCase().replaceAll(/[\s-]/g, '_'));
  const missing = REQUIRED.filter((name) => !known.includes(name));
  if (missing.length > 0) throw new RequestInvalid(`file: the first line must name the columns ${REQUIRED.join(',')}`);
  if (names.length > MAX_COLUMNS) throw new RequestInvalid(`file: at most ${MAX_COLUMNS} columns`);
  if (new Set(known).size < known.length) throw new RequestInvalid('file: a column is named twice');
  return names.map((name, index) => (REQUIRED.includes(known[index] ?? '') ? (known[index] ?? name) : name));
}

function fitRow(names: string[], record: string[], line: number, operation: BulkOperation): BulkRow {
  if (record.length !== names.length)
    return {
      referenceId: `line-${line}`,
      problem: `line ${line}: has ${record.length} columns, the first line names ${names.length}`,
    };
  return readRow(Object.fromEntries(names.map((name, index) => [name, record[index]])), line, operation);
}
