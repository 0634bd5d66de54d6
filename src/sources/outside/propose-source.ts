/** A first file for a table or view, by the names of its columns: a draft to be read and completed. */
import { sql } from 'kysely';
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
  const columns = await columnsOf(kind, url, table);
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
  const key = columns.find((column) => /^id$/i.test(column)) ?? columns.find((column) => /(_id|code)$/i.test(column));
  const draft = {
    version: 1,
    source: { name, kind, url: `\${${name.toUpperCase().replaceAll('-', '_')}_DATABASE_URL}`, mode: 'mirror' },
    records: [
      {
        registry: definition.registry,
        type: recordType.name,
        from: table,
        key: key ?? columns[0],
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

async function columnsOf(kind: SourceFile['source']['kind'], url: string, table: string): Promise<string[]> {
  const session = { kind, time_zone: 'UTC', statement_timeout: 10_000, pool: 1 };
  const database = openSourceDatabase(session, url);
  const [name = '', schema] = table.split('.').toReversed();
  const here = database.isMysql ? sql`database()` : sql`any (current_schemas(false))`;
  try {
    const rows = await database.query(
      sql`select column_name as name from information_schema.columns
        where table_name = ${name} and table_schema = ${schema === undefined ? here : sql`${schema}`} order by ordinal_position`,
    );
    if (rows.length === 0) throw new SourceFault(`there is no table or view ${table} that this role may read`);
    return rows.map((row) => String(row['name']));
  } finally {
    await database.close();
  }
}
