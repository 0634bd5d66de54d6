/** Who is this, as SQL: one statement for many identifiers that are asked for under the same row filter and consent. */
import { consentSql } from './consent.sql.js';
import { criteriaSql } from './criteria.sql.js';
import { Parameters } from './parameters.js';
import { DOCUMENTS } from './record-tables.js';
import type { SourceQuery } from './registry-source.js';

export interface LookUp {
  query: SourceQuery;
  type: string;
  value: string;
}

export interface FoundRow {
  id: string;
  version: string;
  data: Record<string, unknown>;
}

/** What each is asked by; what all have in common is written once. */
const COLUMNS: Record<string, { type: string; pick: (one: LookUp) => string | number }> = {
  value: { type: 'text', pick: ({ value }) => value },
  type: { type: 'text', pick: ({ type }) => type },
  registry: { type: 'text', pick: ({ query }) => query.definition.registry },
  record_type: { type: 'text', pick: ({ query }) => query.recordType },
  origin: { type: 'text', pick: ({ query }) => query.origin ?? '' },
  most: { type: 'int', pick: ({ query }) => query.page.size + 1 },
};

/** `shape` names what of the text depends on the question. Which of too many are found is no matter: none of them is told. */
export function lookUpSql(lookUps: LookUp[]): { text: string; values: unknown[]; shape: string } {
  const parameters = new Parameters();
  const lists: string[] = [];
  const listed: string[] = [];
  const asked: Record<string, string> = {};
  for (const [name, { type, pick }] of Object.entries(COLUMNS)) {
    const values = lookUps.map(pick);
    const [first = ''] = values;
    if (name !== 'value' && values.every((value) => value === first)) {
      asked[name] = `${parameters.add(first)}::${type}`;
      continue;
    }
    // Selected, a list is of unknown length to the planner: one plan of the prepared statement serves all, and is kept.
    lists.push(`(SELECT ${parameters.add(values)}::${type}[])`);
    listed.push(name);
    asked[name] = `asked.${name}`;
  }
  const members = lookUps[0]?.query.members;
  const data = members?.map((name, index) => `r.data -> ${parameters.add(name)}::text AS m${index}`) ?? ['r.data'];
  const text = `SELECT asked.place::int, ${['r.id', 'r.version', ...data].join(', ')}
  FROM unnest(${lists.join(', ')}) WITH ORDINALITY AS asked (${listed.join(', ')}, place)
  CROSS JOIN LATERAL (
    SELECT r.id, r.version, r.data FROM record_identifier i JOIN registry_record r ON r.id = i.record_id
    WHERE i.registry = ${asked['registry']} AND i.type = ${asked['type']} AND i.value = ${asked['value']}
      AND i.record_type = ${asked['record_type']} AND r.origin = ${asked['origin']} AND r.deleted_at IS NULL
      ${conditionsOf(lookUps[0], parameters)}
    LIMIT ${asked['most']}
  ) r ORDER BY asked.place, r.id`;
  const shape = [...listed.slice(1), ...(members === undefined ? [] : [members.length])].map((part) => ` ${part}`);
  return { text, values: parameters.values, shape: shape.join('') };
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

/** Rows as they came, each with the place, from 1, of who asked. */
export function foundIn([first]: LookUp[], rows: Row[]): { place: number; row: FoundRow }[] {
  const members = first?.query.members;
  if (members === undefined) return rows.map((row) => ({ place: row.place, row }));
  return rows.map((row) => ({
    place: row.place,
    row: { id: row.id, version: row.version, data: partOf(row, members) },
  }));
}

export type Row = FoundRow & { place: number } & Record<`m${number}`, unknown>;

/** A record of which only some members were read; null is what it does not have. */
function partOf(row: Row, members: string[]): FoundRow['data'] {
  const data: FoundRow['data'] = {};
  members.forEach((name, index) => {
    const value = row[`m${index}`];
    if (value !== null) data[name] = value;
  });
  return data;
}
