/** Rows of an operator's own columns → rows of the dictionary, as a mapping file says. */
import type { Registries } from '../../protocol/registries/registries.js';
import { columnsOf, mapFileRows, type FileMapping } from '../outside/file-mapping.js';
import type { MappedRecord } from '../outside/map-records.js';
import { readTable, type Row, type RowInput, type TableRow } from './file-rows.js';
import type { GivenFile } from './given-file.js';

/** Rows that are mapped at once. */
const SOME = 500;

/** @throws FileFault */
export async function* readMapped(file: GivenFile, mapping: FileMapping, registries: Registries): AsyncGenerator<Row> {
  const map = mapFileRows(mapping, registries);
  const [entry] = mapping.records;
  const named = { recordType: entry?.type ?? '', hasKey: entry?.key.join() !== 'line' };
  let some: TableRow[] = [];
  for await (const row of readTable(file, columnsOf(mapping))) {
    some.push(row);
    if (some.length < SOME) continue;
    yield* mapped(some, map, named);
    some = [];
  }
  yield* mapped(some, map, named);
}

async function* mapped(rows: TableRow[], map: ReturnType<typeof mapFileRows>, named: Named): AsyncGenerator<Row> {
  const good = rows.filter((row) => 'cells' in row);
  const records = await map(good.map(({ line, cells }) => ({ line: String(line), ...cells })));
  const byRow = new Map<TableRow, MappedRecord | undefined>(good.map((row, index) => [row, records[index]]));
  for (const row of rows)
    if ('problem' in row) yield row;
    else yield { line: row.line, raw: row.cells, ...readingOf(byRow.get(row), named) };
}

interface Named {
  recordType: string;
  /** The file's key names a record for good, beside its identifiers. */
  hasKey: boolean;
}

function readingOf(
  record: MappedRecord | undefined,
  { recordType, hasKey }: Named,
): { input: RowInput } | { problem: string } {
  if (record?.state === 'REFUSED') return { problem: record.reason ?? 'does not fit' };
  if (record?.state !== 'SERVED') return { problem: 'its state keeps it out' };
  const { identifiers, data, key } = record;
  return { input: { recordType, identifiers, data, ...(hasKey ? { externalId: key.join('/') } : {}) } };
}
