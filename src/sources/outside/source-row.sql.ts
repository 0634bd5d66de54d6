/** Columns, keys and states of a source's rows, as parts of a statement. */
import { sql, type RawBuilder } from 'kysely';
import type { List, RecordMapping } from './source-file.schema.js';
import type { Key } from './source-row.js';

/** The columns that the file names, and no other: a role need not be allowed more, and a photograph is not brought along. */
export function columnsOf(spec: RecordMapping | List): RawBuilder<unknown> {
  return sql.join([...new Set(columnsIn(spec))].map((column) => sql`${sql.id(column)}`));
}

function columnsIn(spec: RecordMapping | List): string[] {
  const { key, fields, lists } = spec;
  const own = Object.values(lists)
    .flat()
    .flatMap((list) => (list.from === undefined ? columnsIn(list) : []));
  const named = [...key, ...Object.values(fields).map(({ column }) => column), ...own];
  if (!('identifiers' in spec)) {
    const { parent, value, embed } = spec;
    return [
      ...parent,
      ...named,
      ...(value === undefined ? [] : [value.column]),
      ...(embed === undefined ? [] : [embed.by]),
    ];
  }
  const { state, identifiers, first_of: firstOf, embed } = spec;
  return [
    ...named,
    ...(state === undefined ? [] : [state.column]),
    ...[...identifiers, ...Object.values(firstOf).flat()].map(({ value }) => value),
    ...Object.values(embed).map(({ by }) => by),
  ];
}

export const isWhole = ({ key }: RecordMapping): RawBuilder<unknown> =>
  sql.join(
    names(key).map((part) => sql`${part} is not null`),
    sql` and `,
  );

export const names = (columns: string[]): RawBuilder<unknown>[] => columns.map((column) => sql`${sql.ref(column)}`);
export const tuple = (parts: RawBuilder<unknown>[]): RawBuilder<unknown> =>
  parts.length === 1 ? sql`${parts[0]}` : sql`(${sql.join(parts)})`;

export const served = ({ state }: RecordMapping): RawBuilder<unknown> =>
  state === undefined
    ? sql`1 = 1`
    : sql`${sql.ref(state.column)} in (${sql.join(state.served.map((one) => sql`${one}`))})`;

/**
 * `(a, b) in ((1, 2), …)`. MariaDB compares a list of texts with a column of long numbers inexactly, and a single one
 * exactly.
 */
export const among = (columns: string[], keys: Key[]): RawBuilder<unknown> =>
  keys.length > 1 && keys.some((key) => key.some((part) => LONG_NUMBER.test(part)))
    ? sql`(${sql.join(
        keys.map((key) => among(columns, [key])),
        sql` or `,
      )})`
    : sql`${tuple(names(columns))} in (${sql.join(keys.map((key) => tuple(key.map((part) => sql`${part}`))))})`;

const LONG_NUMBER = /^-?[\d.]{16,}$/;
