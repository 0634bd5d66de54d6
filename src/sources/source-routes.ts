/** Who keeps the records of a type: read once a second at most, so that what one process applies holds for all within a second. */
import type { Sql } from '../entities/database/database.js';
import { readSources, servedTypes, type StoredSource } from '../entities/sources/source.repository.js';

const FRESH_MS = 1000;

type Routes = Map<string, StoredSource>;

export class SourceRoutes {
  #loadedAt = -Infinity;
  #routes: Promise<Routes> | undefined;

  constructor(private readonly sql: Sql) {}

  /** Undefined for a type whose records are our own. */
  async keeperOf(registry: string, recordType: string): Promise<StoredSource | undefined> {
    if (this.#routes === undefined || performance.now() - this.#loadedAt >= FRESH_MS) {
      this.#loadedAt = performance.now();
      this.#routes = this.#load();
      this.#routes.catch(() => this.forget());
    }
    return (await this.#routes).get(nameOf(registry, recordType));
  }

  /** After a change made here. */
  forget(): void {
    this.#routes = undefined;
  }

  async #load(): Promise<Routes> {
    const [sources, types] = await Promise.all([readSources(this.sql), servedTypes(this.sql)]);
    return new Map(
      types.flatMap(({ registry, recordType, source }) => {
        const keeper = sources.find(({ name }) => name === source);
        return keeper === undefined ? [] : [[nameOf(registry, recordType), keeper] as const];
      }),
    );
  }
}

const nameOf = (registry: string, recordType: string): string => `${registry} ${recordType}`;
