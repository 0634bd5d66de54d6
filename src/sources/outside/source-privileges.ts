/** What the role of a source may do, against what a gateway needs: to read what its file names, and nothing else. */
import { sql } from 'kysely';
import type { Finding } from './finding.js';
import type { OpenSource } from './source-connections.js';
import type { SourceDatabase } from './source-database.js';
import type { List, SourceFile } from './source-file.schema.js';

export async function privilegeDoubts({ file, reader }: OpenSource): Promise<Finding[]> {
  const doubts = reader.database.isMysql ? await mysqlDoubts(reader.database) : await postgresDoubts(reader.database);
  const needed = relationsOf(file).join(', ');
  const needs = needed === '' ? '' : `; it needs SELECT on ${needed}`;
  return doubts.map((doubt) => ({ place: ['source', 'url'], message: `its role ${doubt}, which it need not${needs}` }));
}

/** What the file reads by name; statements of its own may read more. */
function relationsOf({ records }: SourceFile): string[] {
  const lists = (all: Record<string, List[]>): string[] =>
    Object.values(all)
      .flat()
      .flatMap(({ from, lists: below }) => [...(from === undefined ? [] : [from]), ...lists(below)]);
  const named = records.flatMap((mapping) => [
    ...(mapping.from === undefined ? [] : [mapping.from]),
    ...lists(mapping.lists),
  ]);
  return [...new Set(named)].toSorted();
}

const SHOWN = 3;

async function postgresDoubts(database: SourceDatabase): Promise<string[]> {
  const [role] = await database.query(
    sql`select rolsuper as is_super, rolcreaterole as makes_roles, rolcreatedb as makes_databases
      from pg_roles where rolname = current_user`,
  );
  const writable = await database.query(
    sql`select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
        and has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') order by 1`,
  );
  if (role?.['is_super'] === 't') return ['is a superuser'];
  const may = [
    ...(role?.['makes_roles'] === 't' ? ['may make roles'] : []),
    ...(role?.['makes_databases'] === 't' ? ['may make databases'] : []),
  ];
  const names = writable.map((row) => String(row['name']));
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return names.length === 0 ? may : [...may, `may write to ${names.slice(0, SHOWN).join(', ')}${more}`];
}

const WRITES = /^GRANT .*\b(ALL PRIVILEGES|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|FILE|SUPER)\b.* ON (\S+) TO/i;

async function mysqlDoubts(database: SourceDatabase): Promise<string[]> {
  const grants = await database.query(sql`show grants`);
  return grants.flatMap((row) => {
    const [, what, where] = WRITES.exec(Object.values(row)[0] ?? '') ?? [];
    return what === undefined ? [] : [`has ${what.toUpperCase()} on ${where}`];
  });
}
