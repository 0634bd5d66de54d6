/** A filter over a table's own columns as SQL: the part of MikroORM's language that lists speak. */

/** One by one: what a property is called in the table, and a place for a value in the statement. */
export interface FilterTerms {
  column: (property: string) => string;
  place: (value: unknown) => string;
}

type Filter = Record<string, unknown>;

const OPERATORS: Record<string, ((column: string, place: string) => string) | undefined> = {
  $gt: (column, place) => `${column} > ${place}`,
  $gte: (column, place) => `${column} >= ${place}`,
  $lt: (column, place) => `${column} < ${place}`,
  $lte: (column, place) => `${column} <= ${place}`,
  $in: (column, place) => `${column} = any(${place})`,
  $ilike: (column, place) => `${column} ilike ${place}`,
  $contains: (column, place) => `${column} @> ${place}`,
};

/** @throws for what it does not know: a condition that is left out would show rows that nobody may see */
export function conditionOf(filter: object, terms: FilterTerms): string {
  const conditions = Object.entries(filter).map(([key, value]) => {
    if (key === '$and') return joined(value as Filter[], 'and', terms);
    if (key === '$or') return joined(value as Filter[], 'or', terms);
    if (key === '$not') return `not (${conditionOf(value as Filter, terms)})`;
    return compared(terms.column(key), value, terms);
  });
  return conditions.length === 0 ? 'true' : conditions.join(' and ');
}

function joined(filters: Filter[], word: 'and' | 'or', terms: FilterTerms): string {
  if (filters.length === 0) return String(word === 'and');
  return `(${filters.map((filter) => `(${conditionOf(filter, terms)})`).join(` ${word} `)})`;
}

function compared(column: string, value: unknown, { place }: FilterTerms): string {
  if (value === null) return `${column} is null`;
  if (value === undefined || Array.isArray(value)) throw new Error(`no condition on ${column}: leave it out`);
  if (typeof value !== 'object' || value instanceof Date) return `${column} = ${place(value)}`;
  const bounds = Object.entries(value).map(([name, bound]) => {
    const operator = OPERATORS[name];
    if (operator === undefined || bound == null) throw new Error(`no condition ${name} on ${column}`);
    return operator(column, place(bound));
  });
  return bounds.length === 0 ? 'true' : bounds.join(' and ');
}
