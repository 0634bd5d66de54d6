/** The common question, who is this: those that come at the same time are one statement, each answered by itself. */
import type { Sql } from '../entities/database/database.js';
import { coalesce } from '../platform/coalesce.js';
import { consentSql } from './consent.sql.js';
import { criteriaSql } from './criteria.sql.js';
import { Parameters } from './parameters.js';
import { DOCUMENTS } from './record-tables.js';
import type { SourceQuery } from './registry-source.js';

export interface FoundRow {
  id: string;
  version: string;
  data: Record<string, unknown>;
}

/** Whoever was asked about goes on in one turn of the event loop, which keeps all others waiting for so long. */
const LIMITS = { underWay: 2, atOnce: 64 };

interface LookUp {
  query: SourceQuery;
  type: string;
  value: string;
}

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

function readLookUp(query: SourceQuery): LookUp | undefined {
  const { criteria, page, sort } = query;
  const plain = sort.length === 0 && page.number === 1 && page.cursor === undefined;
  return plain && 'identifier' in criteria ? { query, ...criteria.identifier } : undefined;
}

const wholeOf = (rows: FoundRow[], { page }: SourceQuery): FoundRow[] | undefined =>
  rows.length > page.size ? undefined : rows;

/** A statement for all that are asked under the same row filter and consent, about the same members. */
async function findTogether(sql: Sql, asked: readonly LookUp[]): Promise<FoundRow[][]> {
  const found: FoundRow[][] = asked.map(() => []);
  const places = Map.groupBy(asked.keys(), (place) => scopeOf((asked[place] as LookUp).query));
  for (const [scope, group] of places) {
    const lookUps = group.map((place) => asked[place] as LookUp);
    const { text, values } = statementOf(lookUps);
    // Each connection prepares the plain ones once.
    const name = [PLAIN, MEMBERS].find((plain) => scope.startsWith(plain));
    const rows = await sql.query<FoundRow & { place: number }>(text, values, name);
    for (const row of rows) found[group[row.place - 1] ?? -1]?.push(row);
  }
  return found;
}

const PLAIN = 'records-by-identifiers';
const MEMBERS = 'members-by-identifiers';

const scopeOf = ({ definition, recordType, rowFilter, consent, members }: SourceQuery): string =>
  rowFilter === undefined && consent === undefined
    ? (members?.reduce((scope, name) => `${scope} ${name}`, MEMBERS) ?? PLAIN)
    : JSON.stringify([definition.registry, recordType, rowFilter, consent, members]);

function statementOf(lookUps: LookUp[]): { text: string; values: unknown[] } {
  const parameters = new Parameters();
  // Selected, a list is of unknown length to the planner: one plan of the prepared statement serves all, and is kept.
  const column = (pick: (one: LookUp) => string, type = 'text'): string =>
    `(SELECT ${parameters.add(lookUps.map(pick))}::${type}[])`;
  const asked = [
    column(({ query }) => query.definition.registry),
    column(({ type }) => type),
    column(({ value }) => value),
    column(({ query }) => query.recordType),
    column(({ query }) => query.origin ?? ''),
    column(({ query }) => String(query.page.size + 1), 'int'),
  ];
  const text = `SELECT asked.place::int, r.id, r.version, ${dataOf(lookUps[0], parameters)} AS data
  FROM unnest(${asked.join(', ')}) WITH ORDINALITY AS asked (registry, type, value, record_type, origin, most, place)
  CROSS JOIN LATERAL (
    SELECT r.id, r.version, r.data FROM record_identifier i JOIN registry_record r ON r.id = i.record_id
    WHERE i.registry = asked.registry AND i.type = asked.type AND i.value = asked.value
      AND i.record_type = asked.record_type AND r.origin = asked.origin AND r.deleted_at IS NULL
      ${conditionsOf(lookUps[0], parameters)}
    ORDER BY r.id LIMIT asked.most
  ) r ORDER BY asked.place, r.id`;
  return { text, values: parameters.values };
}

/** The whole of a record costs more than finding it. */
function dataOf(first: LookUp | undefined, parameters: Parameters): string {
  const members = first?.query.members;
  if (members === undefined) return 'r.data';
  return `(SELECT coalesce(jsonb_object_agg(name, r.data -> name), '{}')
    FROM unnest(${parameters.add(members)}::text[]) AS name WHERE r.data ? name)`;
}

function conditionsOf(first: LookUp | undefined, parameters: Parameters): string {
  if (first === undefined) return '';
  const { definition, recordType, rowFilter, consent } = first.query;
  const scope = { definition, recordType, parameters, tables: DOCUMENTS };
  const conditions = [
    ...(rowFilter === undefined ? [] : [criteriaSql(rowFilter, scope)]),
    ...(consent === undefined ? [] : [consentSql(consent, scope)]),
  ];
  return conditions.map((condition) => `AND ${condition}`).join(' ');
}
