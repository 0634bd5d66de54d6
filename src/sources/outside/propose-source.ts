/** A first file for a table or view, by the names of its columns: a draft to be read and completed. */
import { sql, type RawBuilder } from 'kysely';
import { stringify } from 'yaml';
import { normalizeName } from '../../protocol/registries/core/code-list.js';
import { findAttribute } from '../../protocol/registries/attributes.js';
import { findIdentifierType, type Registries } from '../../protocol/registries/registries.js';
import { openSourceDatabase } from './source-database.js';
import { SourceFault } from './source-fault.js';
import type { SourceFile } from './source-file.schema.js';

export interface Proposal {
  yaml: string;
  /** Columns whose names say nothing to the dictionary. */
  unmapped: string[];
}

/** What registries call the dictionary's attributes, beside its own names. */
const WORDS: Record<string, string> = {
  lastname: 'surname',
  familyname: 'surname',
  firstname: 'given_name',
  middlename: 'second_name',
  dob: 'birth_date',
  birthdate: 'birth_date',
  dateofbirth: 'birth_date',
  gender: 'sex',
  phone: 'phone_number',
  mobile: 'phone_number',
  zip: 'address.postal_code',
  city: 'address.locality',
  street: 'address.address_line_1',
};

/** @throws SourceFault */
export async function proposeSource(
  url: string,
  table: string,
  registry: string,
  registries: Registries,
): Promise<Proposal> {
  const definition = registries.byName(registry);
  const recordType = definition?.recordTypes[0];
  if (definition === undefined || recordType === undefined)
    throw new SourceFault(`--registry must be one of ${registries.all.map((one) => one.registry).join(', ')}`);
  const kind = kindOf(url);
  const { columns, primary } = await lookAt(kind, url, table);
  const fields: Record<string, string> = {};
  const identifiers: { type: string; value: string }[] = [];
  const unmapped: string[] = [];
  for (const column of columns) {
    const type = findIdentifierType(definition, column);
    const word = normalizeName(column);
    const path = findAttribute(definition, recordType, Object.hasOwn(WORDS, word) ? (WORDS[word] ?? '') : column)?.path;
    if (type !== undefined) identifiers.push({ type, value: column });
    else if (path !== undefined && fields[path] === undefined) fields[path] = column;
    else unmapped.push(column);
  }
  const name = (table.split('.').at(-1) ?? 'source').replaceAll(/[^A-Za-z0-9_-]/g, '-').toLowerCase();
  const named = columns.find((column) => /^id$/i.test(column)) ?? columns.find((column) => /(_id|code)$/i.test(column));
  const [key, ...further] = primary.length > 0 ? primary : [named ?? columns[0]];
  const draft = {
    version: 1,
    source: { name, kind, url: `\${${name.toUpperCase().replaceAll('-', '_')}_DATABASE_URL}`, mode: 'mirror' },
    records: [
      {
        registry: definition.registry,
        type: recordType.name,
        from: table,
        key: further.length === 0 ? key : primary,
        fields,
        identifiers,
      },
    ],
  };
  const notes = unmapped.map((column) => `# not mapped: ${column}\n`).join('');
  return { yaml: `${stringify(draft)}${notes}`, unmapped };
}

function kindOf(url: string): SourceFile['source']['kind'] {
  if (/^postgres(ql)?:\/\//.test(url)) return 'postgres';
  if (url.startsWith('mariadb://')) return 'mariadb';
  if (url.startsWith('mysql://')) return 'mysql';
  throw new SourceFault('--url must begin with postgres://, mysql:// or mariadb://');
}

/** Columns of a table or view, and those of its primary key. */
async function lookAt(kind: SourceFile['source']['kind'], url: string, table: string) {
  const session = { kind, time_zone: 'UTC', statement_timeout: 10_000, pool: 1 };
  const database = openSourceDatabase(session, url);
  const [name = '', schema] = table.split('.').toReversed();
  const here = database.isMysql ? sql`database()` : sql`any (current_schemas(false))`;
  const within = schema === undefined ? here : sql`${schema}`;
  const names = async (statement: RawBuilder<unknown>) =>
    (await database.query(statement)).map((row) => String(row['name']));
  try {
    const columns = await names(sql`select column_name as name from information_schema.columns
      where table_name = ${name} and table_schema = ${within} order by ordinal_position`);
    if (columns.length === 0) throw new SourceFault(`there is no table or view ${table} that this role may read`);
    return { columns, primary: await names(primaryKey(database.isMysql, name, within)) };
  } finally {
    await database.close();
  }
}

/** PostgreSQL's information_schema tells of keys only who may write. */
const primaryKey = (isMysql: boolean, name: string, within: RawBuilder<unknown>): RawBuilder<unknown> =>
  isMysql
    ? sql`select column_name as name from information_schema.statistics
        where table_name = ${name} and table_schema = ${within} and index_name = 'PRIMARY' order by seq_in_index`
    : sql`select a.attname as name from pg_index i join pg_class c on c.oid = i.indrelid
        join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
        where i.indisprimary and c.relname = ${name} and n.nspname = ${within}
        order by array_position(i.indkey::int2[], a.attnum)`;
