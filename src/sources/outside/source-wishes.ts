/** Indexes that a source would be read faster with: each statement that looks for few rows is explained, with made-up values. */
import { sql, type RawBuilder } from 'kysely';
import type { Finding, Place } from './finding.js';
import type { OpenSource } from './source-connections.js';
import type { SourceDatabase } from './source-database.js';
import { SourceFault } from './source-fault.js';
import type { List, RecordMapping, Searched } from './source-file.schema.js';
import { among } from './source-row.sql.js';
import { lookUpsOf, MADE_UP } from './source-statements.js';
import { withValues } from './watermark.js';

interface Scan {
  table: string;
  rows: number;
}

type Statement = RawBuilder<unknown>;

/** Tables of fewer rows are read whole as fast. */
const FEW = 5000;
const MADE_UP_DAY = '2000-01-01';

export async function indexWishes(open: OpenSource): Promise<Finding[]> {
  const wishes: Finding[] = [];
  for (const [index, mapping] of open.file.records.entries())
    for (const [place, statement] of statementsOf(open, mapping))
      for (const { table, rows } of await scansOf(open.reader.database, statement))
        wishes.push({
          place: ['records', index, ...place],
          message: `reads all of ${table} (about ${rows} rows) at every question: an index there would spare that`,
        });
  return wishes;
}

function statementsOf({ file, reader }: OpenSource, mapping: RecordMapping): [Place, Statement][] {
  const { database } = reader;
  const from = reader.from(mapping);
  const lists = Object.entries(mapping.lists).flatMap(([path, all]) => all.flatMap((list) => childrenOf(path, list)));
  const keys: [Place, Statement] = [
    ['key'],
    sql`select * from ${from} where ${among(mapping.key, [mapping.key.map(() => MADE_UP)])}`,
  ];
  if (file.source.mode === 'mirror') return [keys, ...lists];
  const { identifier: _, ...others } = mapping.search;
  const lookUps = lookUpsOf(mapping).map(([place, how]): [Place, Statement] => [
    place,
    withValues(database, how, { type: MADE_UP, value: MADE_UP }),
  ]);
  const columns = Object.entries(others as Record<string, Searched>)
    .filter(([, { indexed }]) => indexed)
    .map(([path, { column, ops }]): [Place, Statement] => {
      const value = ops.includes('ge') || ops.includes('le') ? MADE_UP_DAY : MADE_UP;
      return [['search', path], sql`select * from ${from} where ${sql.ref(column)} = ${value}`];
    });
  return [keys, ...lists, ...lookUps, ...columns];
}

const childrenOf = (path: string, { from, parent }: List): [Place, Statement][] =>
  from === undefined
    ? []
    : [
        [
          ['lists', path],
          sql`select * from ${sql.table(from)} as src where ${among(parent, [parent.map(() => MADE_UP)])}`,
        ],
      ];

/** None where the made-up value is no value of the column, or the source does not explain. */
async function scansOf(database: SourceDatabase, statement: Statement): Promise<Scan[]> {
  try {
    return database.isMysql ? await mysqlScans(database, statement) : await postgresScans(database, statement);
  } catch (error) {
    if (error instanceof SourceFault) return [];
    throw error;
  }
}

async function mysqlScans(database: SourceDatabase, statement: Statement): Promise<Scan[]> {
  const rows = await database.query(sql`explain ${statement}`);
  return rows
    .filter((row) => row['type'] === 'ALL' && Number(row['rows']) > FEW)
    .map((row) => ({ table: row['table'] ?? '', rows: Number(row['rows']) }));
}

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  Schema?: string;
  Plans?: Plan[];
}

async function postgresScans(database: SourceDatabase, statement: Statement): Promise<Scan[]> {
  const [row] = await database.query(sql`explain (format json, verbose) ${statement}`);
  const [{ Plan: plan }] = JSON.parse(Object.values(row ?? {})[0] ?? '[{}]') as [{ Plan?: Plan }];
  const scans: Scan[] = [];
  for (const table of new Set(plan === undefined ? [] : wholeTables(plan))) {
    const [size] = await database.query(
      sql`select greatest(reltuples, 0)::bigint as rows_there from pg_class where oid = to_regclass(${table})`,
    );
    const rows = Number(size?.['rows_there'] ?? 0);
    if (rows > FEW) scans.push({ table, rows });
  }
  return scans;
}

const wholeTables = (plan: Plan): string[] => [
  ...(plan['Node Type'] === 'Seq Scan' ? [`${plan.Schema}.${plan['Relation Name']}`] : []),
  ...(plan.Plans ?? []).flatMap(wholeTables),
];
