/** Rows of a CSV as it streams in: `identifier_type,identifier_value[,claims…]`, the names in the first line. */
import type { Readable } from 'node:stream';
import { CsvError } from 'csv-parse';
import { isLost, misfitOf, NOT_UTF8, readCsvRows, type CsvRow } from '../../platform/csv.js';
import { tableReader, type BulkOperation, type BulkRow } from '../../protocol/search/bulk.js';
import { RequestInvalid } from '../../protocol/errors.js';

const REQUIRED = ['identifier_type', 'identifier_value'];
const MAX_COLUMNS = 50;
const MAX_RECORD_CHARACTERS = 10_000;

/**
 * Rows as they come, some at a time; one that does not fit becomes one that says so.
 *
 * @throws RequestInvalid where the names are wrong, or the text is no CSV from some line on
 */
export async function* readCsv(content: Readable, operation: BulkOperation): AsyncGenerator<BulkRow[]> {
  let read: ReadCells | undefined;
  try {
    for await (const rows of readCsvRows(content, { maxRecordCharacters: MAX_RECORD_CHARACTERS })) {
      if (read === undefined) {
        const first = rows.shift();
        if (first === undefined) continue;
        read = cellsReader(readNames(first.cells), operation);
      }
      yield rows.map(read);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new RequestInvalid(`file: is no CSV at line ${typeof error['lines'] === 'number' ? error['lines'] : '?'}`, {
      cause: error,
    });
  }
  if (read === undefined) throw new RequestInvalid(`file: the first line names the columns ${REQUIRED.join(',')}`);
}

type ReadCells = (row: CsvRow) => BulkRow;

function readNames(names: string[]): string[] {
  if (names.some(isLost)) throw new RequestInvalid(`file: the first line ${NOT_UTF8}: save the file in UTF-8`);
  const known = names.map((name) => name.toLowerCase().replaceAll(/[\s-]/g, '_'));
  const missing = REQUIRED.filter((name) => !known.includes(name));
  if (missing.length > 0) throw new RequestInvalid(`file: the first line must name the columns ${REQUIRED.join(',')}`);
  if (names.length > MAX_COLUMNS) throw new RequestInvalid(`file: at most ${MAX_COLUMNS} columns`);
  const given = known.filter((name) => name !== '');
  if (new Set(given).size < given.length) throw new RequestInvalid('file: a column is named twice');
  return names.map((name, index) => (REQUIRED.includes(known[index] ?? '') ? (known[index] ?? name) : name));
}

function cellsReader(names: string[], operation: BulkOperation): ReadCells {
  const read = tableReader(names, operation);
  return ({ line, cells }) => {
    const problem = misfitOf(names, cells);
    if (problem === undefined) return read(cells, line);
    const remedy = problem === NOT_UTF8 ? ': save the file in UTF-8' : '';
    return { referenceId: `line-${line}`, problem: `line ${line}: ${problem}${remedy}` };
  };
}
