/** Which record types have their searched columns filled: read every few seconds at most. */
import type { Sql } from '../entities/database/database.js';
import { readyLayouts, type Layout, type LayoutName } from '../entities/records/searched-record.repository.js';
import { servedTypes } from '../entities/sources/source.repository.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import { SearchedTables } from './record-tables.js';
import type { SourceQuery } from './registry-source.js';
import { searchedColumns } from './searched-columns.js';

const FRESH_MS = 5000;

export class Layouts {
  #loadedAt = -Infinity;
  #ready: Promise<ReadonlyMap<string, number>> | undefined;

  constructor(private readonly sql: Sql) {}

  /** Makes tables for a statement; undefined as long as the columns are not filled. */
  async tablesOf({ definition, recordType, origin }: SourceQuery): Promise<(() => SearchedTables) | undefined> {
    const { layout, digest, columns } = searchedColumns(definition, recordType, origin);
    const id = (await this.#readyOnes()).get(nameOf({ ...layout, digest }));
    return id === undefined ? undefined : () => new SearchedTables(id, columns);
  }

  #readyOnes(): Promise<ReadonlyMap<string, number>> {
    if (this.#ready === undefined || performance.now() - this.#loadedAt >= FRESH_MS) {
      this.#loadedAt = performance.now();
      this.#ready = readyLayouts(this.sql).then((rows) => new Map(rows.map((row) => [nameOf(row), row.id])));
      this.#ready.catch(() => (this.#ready = undefined));
    }
    return this.#ready;
  }
}

const nameOf = ({ registry, recordType, origin, digest }: LayoutName): string =>
  [registry, recordType, origin, digest].join(' ');

/** The layouts that there should be: of every record type, and of the copies where another system keeps its records. */
export async function wantedLayouts(sql: Sql, definitions: RegistryDefinition[]): Promise<Layout[]> {
  const served = await servedTypes(sql);
  return definitions.flatMap((definition) =>
    definition.recordTypes.map(({ name }) => {
      const keeper = served.find(({ registry, recordType }) => registry === definition.registry && recordType === name);
      return searchedColumns(definition, name, keeper?.source).layout;
    }),
  );
}
