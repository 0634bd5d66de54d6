/** Records in memory, sorted and paged as `sort.sql.ts` and `cursor.ts` have it: numbers as numbers, text by code point, dates by day, what is missing last. */
import { valuesAt } from '../protocol/query/evaluate.js';
import type { SortKey } from '../protocol/query/parse-sort.js';
import { attributesOf } from '../protocol/registries/attributes.js';
import { storedDate } from '../protocol/registries/date.js';
import type { ScalarType } from '../protocol/registries/definition.js';
import { decodeCursor, encodeCursor, orderName, type Position } from './cursor.js';
import type { SourceQuery, SourceRecord, SourceResult } from './registry-source.js';
import { COLUMN_TYPES } from './sort.sql.js';

type Placed = Position & { record: SourceRecord };

/** The page of all these records that the query asks for. @throws ItemRejected for a cursor that is not of this order */
export function pageOf(query: SourceQuery, records: SourceRecord[]): SourceResult {
  const { definition, recordType, sort, page } = query;
  const attributes = attributesOf(definition, recordType);
  const types = sort.map(({ attribute }) => attributes.get(attribute)?.type ?? 'string');
  const order = orderName(definition.registry, recordType, sort);
  const compare = comparing(sort, types);
  const placed = records
    .map((record): Placed => ({ id: record.id, record, keys: sort.map((key, at) => keyOf(record, key, types[at])) }))
    .toSorted(compare);
  const columns = types.map((type) => COLUMN_TYPES[type]);
  const position = page.cursor === undefined ? undefined : decodeCursor(page.cursor, order, columns);
  const start =
    position === undefined ? (page.number - 1) * page.size : placed.filter((one) => compare(one, position) <= 0).length;
  const kept = placed.slice(start, start + page.size);
  const last = kept.at(-1);
  return {
    records: kept.map(({ record }) => record),
    totalCount: records.length,
    ...(last !== undefined && start + kept.length < placed.length
      ? { nextCursor: encodeCursor(order, { keys: last.keys, id: last.id }) }
      : {}),
  };
}

/** The first value of the attribute's own type; any other is as good as missing. */
function keyOf({ data }: SourceRecord, key: SortKey, type: ScalarType = 'string'): string | null {
  const value = valuesOf(data, key).find((one): one is string | number | boolean => IS[type](one));
  if (value === undefined) return null;
  return type === 'date' ? String(value).slice(0, 10) : String(value);
}

function valuesOf(data: Record<string, unknown>, { attribute, identifierType }: SortKey): unknown[] {
  const path = attribute.split('.');
  if (identifierType === undefined) return valuesAt([data], path);
  const named = valuesAt([data], path.slice(0, -1)).filter(
    (one) => valuesAt([one], ['identifier_type'])[0] === identifierType,
  );
  return valuesAt(named, path.slice(-1));
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isNumber = (value: unknown): boolean => typeof value === 'number';
const IS: Record<ScalarType, (value: unknown) => boolean> = {
  string: isText,
  identifier: isText,
  json: isText,
  date: (value) => storedDate(value) !== undefined,
  number: isNumber,
  integer: isNumber,
  boolean: (value) => typeof value === 'boolean',
};

function comparing(sort: SortKey[], types: ScalarType[]): (a: Position, b: Position) => number {
  return (a, b) => {
    for (const [at, { order }] of sort.entries()) {
      const [one = null, other = null] = [a.keys[at], b.keys[at]];
      if (one === other) continue;
      if (one === null) return 1;
      if (other === null) return -1;
      const numeric = COLUMN_TYPES[types[at] ?? 'string'] === 'numeric';
      const difference = numeric ? Number(one) - Number(other) : Buffer.compare(Buffer.from(one), Buffer.from(other));
      if (difference !== 0) return order === 'desc' ? -difference : difference;
    }
    return a.id < b.id ? -1 : Number(a.id > b.id);
  };
}
