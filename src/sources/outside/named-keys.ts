/** Keys of records that identifiers name, by the statements that the file gives for it: many identifiers are asked for together. */
import { sql } from 'kysely';
import { identifierSql, sourceTypes } from './live-capabilities.js';
import type { OpenSource } from './source-connections.js';
import type { Row, SourceDatabase } from './source-database.js';
import { SourceFault, ValueFault } from './source-fault.js';
import type { RecordMapping } from './source-file.schema.js';
import { keyText, ledKey, type Key } from './source-row.js';
import { withValues } from './watermark.js';

export interface Identifier {
  type: string;
  value: string;
}

/** By the name of the identifier. */
export type NamedKeys = Map<string, Key[]>;

export const nameOf = ({ type, value }: Identifier): string => JSON.stringify([type, value]);

/** Of one statement. The source plans it anew each time, and its time is bounded as that of a single one. */
const AT_ONCE = 50;

interface Asked {
  name: string;
  statement: string;
  values: { type: string; value: string };
}

/** None where the entry cannot be asked by identifiers of a type. */
export async function keysNamed(
  { file, mapper, reader }: OpenSource,
  mapping: RecordMapping,
  identifiers: Identifier[],
): Promise<NamedKeys> {
  const paths = mapper.typeOf(mapping).recordType.identifierPaths;
  const asked = new Map<string, Asked>();
  for (const { type, value } of identifiers) {
    const statement = identifierSql(mapping, type);
    if (statement === undefined) continue;
    for (const own of sourceTypes(file, mapping, paths, type))
      asked.set(JSON.stringify([type, own, value]), {
        name: nameOf({ type, value }),
        statement: statement.replace(/;\s*$/, ''),
        values: { type: own, value },
      });
  }
  const found = new Map<string, Map<string, Key>>();
  for (const alike of Map.groupBy(asked.values(), ({ statement }) => statement).values()) {
    const answers = await answersOf(reader.database, alike);
    answers.forEach((rows, index) => {
      const name = alike[index]?.name ?? '';
      const keys = found.get(name) ?? new Map<string, Key>();
      for (const row of rows) {
        const key = ledKey(row, mapping.key);
        if (key !== undefined) keys.set(keyText(key), key);
      }
      found.set(name, keys);
    });
  }
  return new Map([...found].map(([name, keys]) => [name, [...keys.values()]]));
}

async function answersOf(database: SourceDatabase, asked: Asked[]): Promise<Row[][]> {
  const answers: Row[][] = [];
  for (let at = 0; at < asked.length; at += AT_ONCE) {
    const some = asked.slice(at, at + AT_ONCE);
    try {
      answers.push(...(await together(database, some)));
    } catch (error) {
      if (!(error instanceof SourceFault) || some.length === 1) throw error;
      // The source may have no time for so many at once, or take the file's statement only as it stands there.
      const [first, ...others] = asked.slice(at);
      if (first !== undefined) answers.push(await alone(database, first));
      answers.push(...(await Promise.all(others.map((one) => alone(database, one)))));
      break;
    }
  }
  return answers;
}

const alone = (database: SourceDatabase, { statement, values }: Asked): Promise<Row[]> =>
  database.find(withValues(database, statement, values));

/** Names the place of who asked. */
const PLACE = 'dci_place';

async function together(database: SourceDatabase, asked: Asked[]): Promise<Row[][]> {
  const [first, second] = asked;
  if (first === undefined) return [];
  if (second === undefined) return [await alone(database, first)];
  // What the operator wrote may end in a comment.
  const parts = asked.map(
    ({ statement, values }, place) =>
      sql`select ${sql.lit(place)} as ${sql.id(PLACE)}, asked.* from (${withValues(database, statement, values)}\n) as asked`,
  );
  try {
    const rows = await database.query(sql.join(parts, sql` union all `));
    const answers = asked.map((): Row[] => []);
    for (const { [PLACE]: place, ...row } of rows) answers[Number(place)]?.push(row);
    return answers;
  } catch (error) {
    // A value that the column cannot hold takes no other with it.
    if (!(error instanceof ValueFault)) throw error;
    const half = asked.length >> 1;
    return [...(await together(database, asked.slice(0, half))), ...(await together(database, asked.slice(half)))];
  }
}
