/** Sort keys as columns of a statement: numbers sort as numbers, text by code point, dates by day, a year or month before its days, what is missing last. */
import type { SortKey } from '../protocol/query/parse-sort.js';
import { attributesOf } from '../protocol/registries/attributes.js';
import type { ScalarType } from '../protocol/registries/definition.js';
import type { Scope } from './criteria.sql.js';
import { DATE } from './dates.sql.js';
import { jsonPath, segmentsOf } from './record-path.js';

export type ColumnType = 'text' | 'numeric' | 'boolean';

/** One key of the order. */
export interface SortColumn {
  name: string;
  type: ColumnType;
  /** Its value; the first where a record has several. */
  sql: string;
  order: 'ASC' | 'DESC';
}

export const sortColumns = (sort: SortKey[], scope: Scope): SortColumn[] =>
  sort.map((key, index) => sortColumn(key, `k${index}`, scope));

/** `k0 DESC NULLS LAST, id`: every order ends in the record id. */
export const orderBy = (columns: SortColumn[], table: string): string =>
  [...columns.map(({ name, order }) => `${table}.${name} ${order} NULLS LAST`), `${table}.id`].join(', ');

/**
 * Rows of `table` that follow a position in that order, spelled out key by key since directions may differ.
 *
 * @param values places of the position's keys, NULL where it had none
 */
export function afterSql(columns: SortColumn[], table: string, values: (string | null)[], id: string): string {
  const follows = columns.map(({ name, order }, index) => {
    const value = values[index];
    if (value == null) return 'false'; // missing comes last, and nothing follows it
    return `(${table}.${name} ${order === 'ASC' ? '>' : '<'} ${value} OR ${table}.${name} IS NULL)`;
  });
  const ties = columns.map(({ name }, index) => `${table}.${name} IS NOT DISTINCT FROM ${values[index] ?? 'NULL'}`);
  const steps = [...follows, `${table}.id > ${id}`].map((step, index) => [...ties.slice(0, index), step].join(' AND '));
  return `(${steps.map((step) => `(${step})`).join(' OR ')})`;
}

interface Reader {
  type: ColumnType;
  test: string;
  read(value: string): string;
}

/** Only values of the attribute's own type count; any other is as good as missing. */
const TEXT: Reader = {
  type: 'text',
  test: '@.type() == "string"',
  read: (value) => `(${value} #>> '{}') COLLATE "C"`,
};
const READERS: Record<Exclude<ScalarType, 'json'>, Reader> = {
  string: TEXT,
  identifier: TEXT,
  date: { type: 'text', test: DATE, read: (value) => `left(${value} #>> '{}', 10) COLLATE "C"` },
  number: { type: 'numeric', test: '@.type() == "number"', read: (value) => `(${value})::numeric` },
  integer: { type: 'numeric', test: '@.type() == "number"', read: (value) => `(${value})::numeric` },
  boolean: { type: 'boolean', test: '@.type() == "boolean"', read: (value) => `(${value})::boolean` },
};

export const COLUMN_TYPES: Record<ScalarType, ColumnType> = {
  json: 'text',
  ...(Object.fromEntries(Object.entries(READERS).map(([type, { type: column }]) => [type, column])) as Record<
    keyof typeof READERS,
    ColumnType
  >),
};

function sortColumn(key: SortKey, name: string, scope: Scope): SortColumn {
  const type = attributesOf(scope.definition, scope.recordType).get(key.attribute)?.type;
  if (!type || type === 'json') throw new Error(`${scope.recordType} cannot be sorted by ${key.attribute}`);
  const column = scope.tables.sortedBy(key);
  const order = key.order === 'desc' ? 'DESC' : 'ASC';
  if (column !== undefined) return { name, type: column.type, sql: `s.${column.name}`, order };
  const reader = READERS[type];
  const path = scope.parameters.path(`${pathOf(key, scope)} ? (${reader.test})`);
  const named = scope.parameters.json({ type: key.identifierType ?? null });
  const value = `jsonb_path_query_first(${scope.tables.document()}, ${path}, ${named})`;
  return { name, type: reader.type, sql: reader.read(value), order };
}

function pathOf({ attribute, identifierType }: SortKey, { definition, recordType }: Scope): string {
  const segments = segmentsOf(definition, recordType, attribute);
  if (identifierType === undefined) return jsonPath(segments);
  return `${jsonPath(segments.slice(0, -1))} ? (@."identifier_type" == $type)${jsonPath(segments.slice(-1)).slice(1)}`;
}
