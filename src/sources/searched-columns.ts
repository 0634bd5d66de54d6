/**
 * Which attributes of a record type are searched by typed columns, made from its definition: every leaf that a record
 * has once. What a record may have several times is searched in the document.
 */
import { digestOf, type Layout, type SearchedColumn } from '../entities/records/searched-record.repository.js';
import { attributesOf } from '../protocol/registries/attributes.js';
import type { Attribute, RegistryDefinition, ScalarType } from '../protocol/registries/definition.js';
import { DATE } from './dates.sql.js';
import { jsonPath, segmentsOf } from './record-path.js';

/** More of a text is not kept: PostgreSQL's B-trees take no long keys. */
export const MOST_TEXT = 200;
const DAY = 10;

interface Kind extends Pick<SearchedColumn, 'type' | 'length'> {
  /** Values of another type are as good as missing. */
  test: string;
}

const NUMBER: Kind = { type: 'numeric', test: '@.type() == "number"', length: 0 };
const KINDS: Partial<Record<ScalarType, Kind>> = {
  string: { type: 'text', test: '@.type() == "string"', length: MOST_TEXT },
  date: { type: 'text', test: DATE, length: DAY },
  boolean: { type: 'text', test: '@.type() == "boolean"', length: DAY },
  number: NUMBER,
  integer: NUMBER,
};

export interface SearchedColumns {
  layout: Layout;
  digest: string;
  /** By attribute. */
  columns: ReadonlyMap<string, SearchedColumn>;
}

const made = new WeakMap<RegistryDefinition, Map<string, SearchedColumns>>();

export function searchedColumns(definition: RegistryDefinition, recordType: string, origin = ''): SearchedColumns {
  const types = made.get(definition) ?? new Map<string, SearchedColumns>();
  made.set(definition, types);
  const name = `${recordType} ${origin}`;
  const known = types.get(name) ?? makeColumns(definition, recordType, origin);
  types.set(name, known);
  return known;
}

function makeColumns(definition: RegistryDefinition, recordType: string, origin: string): SearchedColumns {
  const columns = new Map<string, SearchedColumn>();
  const single = [...attributesOf(definition, recordType).values()].filter(({ many }) => !many);
  for (const { path: attribute, type } of single) {
    const kind = KINDS[type];
    if (kind === undefined) continue;
    const path = `${jsonPath(segmentsOf(definition, recordType, attribute))} ? (${kind.test})`;
    columns.set(attribute, { name: `c${columns.size + 1}`, type: kind.type, path, length: kind.length });
  }
  const firstDate = columns.get(single.find(({ type }) => type === 'date')?.path ?? '');
  const layout: Layout = {
    registry: definition.registry,
    recordType,
    origin,
    columns: [...columns.values()],
    indexes: single.flatMap((attribute) => indexOf(attribute, columns.get(attribute.path), firstDate)),
  };
  return { layout, digest: digestOf(layout), columns };
}

/**
 * In the order that searches sort by: who has a name by date of birth, the first date of a dictionary; numbers and dates
 * by themselves. A code has few values: its index is small, and no order needs it.
 */
function indexOf(
  { type, codes }: Attribute,
  column: SearchedColumn | undefined,
  date: SearchedColumn | undefined,
): string[] {
  if (column === undefined) return [];
  if (codes !== undefined || type === 'boolean') return [column.name];
  const byDate = type === 'string' && date !== undefined ? [date.name] : [];
  return [[column.name, ...byDate, 'record_id'].join(', ')];
}
