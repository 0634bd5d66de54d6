/**
 * Which attributes of a record type are searched by typed columns, made from its definition: every leaf that a record
 * has once. What a record may have several times is searched in the document.
 */
import { digestOf, NUMBERS, WORDS, type Layout } from '../entities/records/searched-record.repository.js';
import { attributesOf } from '../protocol/registries/attributes.js';
import type { Attribute, RegistryDefinition, ScalarType } from '../protocol/registries/definition.js';
import { DATE } from './dates.sql.js';
import { jsonPath, segmentsOf } from './record-path.js';

/** More of a text is not kept: PostgreSQL's B-trees take no long keys. */
export const MOST_TEXT = 200;
const DAY = 10;

interface Kind {
  of: 'w' | 'n';
  /** Values of another type are as good as missing. */
  test: string;
  length: number;
}

const WORD: Kind = { of: 'w', test: '@.type() == "string"', length: MOST_TEXT };
const NUMBER: Kind = { of: 'n', test: '@.type() == "number"', length: 0 };
const KINDS: Partial<Record<ScalarType, Kind>> = {
  string: WORD,
  date: { of: 'w', test: DATE, length: DAY },
  boolean: { of: 'w', test: '@.type() == "boolean"', length: DAY },
  number: NUMBER,
  integer: NUMBER,
};

export interface SearchedColumns {
  layout: Layout;
  digest: string;
  /** Column by attribute. */
  columns: ReadonlyMap<string, string>;
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
  const columns = new Map<string, string>();
  const layout: Layout = {
    registry: definition.registry,
    recordType,
    origin,
    words: [],
    lengths: [],
    numbers: [],
    indexes: [],
  };
  const single = [...attributesOf(definition, recordType).values()].filter(({ many }) => !many);
  for (const { path, type } of single) {
    const kind = KINDS[type];
    const paths = kind?.of === 'n' ? layout.numbers : layout.words;
    if (kind === undefined || paths.length >= (kind.of === 'n' ? NUMBERS : WORDS)) continue;
    paths.push(`${jsonPath(segmentsOf(definition, recordType, path))} ? (${kind.test})`);
    if (kind.of === 'w') layout.lengths.push(kind.length);
    columns.set(path, `${kind.of}${paths.length}`);
  }
  const firstDate = single.find(({ type }) => type === 'date')?.path;
  layout.indexes = single.flatMap((attribute) => indexOf(attribute, columns, columns.get(firstDate ?? '')));
  return { layout, digest: digestOf(layout), columns };
}

/**
 * In the order that searches sort by: who has a name by date of birth, the first date of a dictionary; numbers and dates
 * by themselves. A code has few values: its index is small, and no order needs it.
 */
function indexOf({ path, type, codes }: Attribute, columns: Map<string, string>, date: string | undefined): string[] {
  const column = columns.get(path);
  if (column === undefined) return [];
  if (codes !== undefined || type === 'boolean') return [column];
  const byDate = type === 'string' && date !== undefined ? [date] : [];
  return [[column, ...byDate, 'record_id'].join(', ')];
}
