/** The common question, who is this: those that come at the same time are one statement, each answered by itself. */
import type { Sql } from '../entities/database/database.js';
import { coalesce } from '../platform/coalesce.js';
import { foundIn, lookUpSql, type FoundRow, type LookUp, type Row } from './look-up.sql.js';
import type { SourceQuery } from './registry-source.js';

/** Whoever was asked about goes on in one turn of the event loop, which keeps all others waiting for so long. */
const LIMITS = { underWay: 2, atOnce: 64 };

/** Undefined for any other question, and where an identifier has more records than a page holds. */
export interface Finder {
  one: (query: SourceQuery) => Promise<FoundRow[] | undefined>;
  /** What came together as one statement. */
  each: (queries: SourceQuery[]) => Promise<(FoundRow[] | undefined)[]>;
}

export function createFinder(sql: Sql): Finder {
  const find = coalesce((asked: readonly LookUp[]) => findTogether(sql, asked), LIMITS);
  return {
    one: async (query) => {
      const asked = readLookUp(query);
      return asked === undefined ? undefined : wholeOf(await find(asked), query);
    },
    each: async (queries) => {
      const asked = queries.map(readLookUp);
      const lookUps = asked.filter((one) => one !== undefined);
      const found = (await findTogether(sql, lookUps)).values();
      return asked.map((one) => (one === undefined ? undefined : wholeOf(found.next().value ?? [], one.query)));
    },
  };
}

export function readLookUp(query: SourceQuery): LookUp | undefined {
  const { criteria, page, sort } = query;
  const plain = sort.length === 0 && page.number === 1 && page.cursor === undefined;
  return plain && 'identifier' in criteria ? { query, ...criteria.identifier } : undefined;
}

const wholeOf = (rows: FoundRow[], { page }: SourceQuery): FoundRow[] | undefined =>
  rows.length > page.size ? undefined : rows;

/** A statement for all that are asked under the same row filter and consent, about the same members. */
async function findTogether(sql: Sql, asked: readonly LookUp[]): Promise<FoundRow[][]> {
  const found: FoundRow[][] = asked.map(() => []);
  const scopes = scopesOf(asked);
  for (const [scope, places] of Map.groupBy(asked.keys(), (place) => scopes[place] as string)) {
    const lookUps = places.map((place) => asked[place] as LookUp);
    const { text, values, shape } = lookUpSql(lookUps);
    // Each connection prepares the plain ones once.
    const name = scope.startsWith(PLAIN) ? `${PLAIN}${shape}` : undefined;
    const rows = await sql.query<Row>(text, values, name);
    for (const { place, row } of foundIn(lookUps, rows)) found[places[place - 1] ?? -1]?.push(row);
  }
  return found;
}

const PLAIN = 'records-by-identifiers';

/** What only those share that are asked in one way. Rows of a file are, and it is written once for all of them. */
export function scopesOf(asked: readonly LookUp[]): string[] {
  let last: SourceQuery | undefined;
  let scope = '';
  return asked.map(({ query }) => {
    if (last === undefined || !isAskedAs(last, query)) scope = scopeOf(query);
    last = query;
    return scope;
  });
}

const isAskedAs = (one: SourceQuery, other: SourceQuery): boolean =>
  one.definition === other.definition &&
  one.recordType === other.recordType &&
  one.rowFilter === other.rowFilter &&
  one.consent === other.consent &&
  one.members === other.members;

const scopeOf = ({ definition, recordType, rowFilter, consent, members }: SourceQuery): string =>
  rowFilter === undefined && consent === undefined
    ? `${PLAIN} ${JSON.stringify(members)}`
    : JSON.stringify([definition.registry, recordType, rowFilter, consent, members]);
