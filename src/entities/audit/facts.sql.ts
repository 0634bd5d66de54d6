/** The columns of a row that the audit proves, as one JSON object: what is hashed must read the same at any time. */

/** @param columns by name of the fact: a column, or an expression over one column whose name stands first in it */
export function selectFacts(columns: Record<string, string>, table: string): string {
  const parts = Object.entries(columns).map(([name, column]) => `'${name}', ${of(column, table)}`);
  return `jsonb_build_object(${parts.join(', ')})`;
}

/** Prefixes the column, also inside of a call. */
const of = (column: string, table: string): string =>
  column.includes('(') ? column.replace(/\((\w+)/, `(${table}.$1`) : `${table}.${column}`;
