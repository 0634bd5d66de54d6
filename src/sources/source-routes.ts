/** Who keeps the records of a type: read once a second at most, so that what one process applies holds for all within a second. */
import type { Sql } from '../entities/database/database.js';
import { Kept } from '../platform/kept.js';
import { readSources, servedTypes, type StoredSource } from '../entities/sources/source.repository.js';
import type { Registries } from '../protocol/registries/registries.js';
import { readSourceFile } from './outside/source-file.js';

const FRESH_MS = 1000;

/** A source with what its file says of answers. */
export interface Keeper extends StoredSource {
  /** Of the copies of a mirror, which are not served when they are older. */
  maxAgeSeconds: number | undefined;
}

type Routes = Map<string, Keeper>;

export class SourceRoutes {
  /** By their text: files are read once. */
  readonly #maxAges = new Map<string, number | undefined>();
  readonly #routes = new Kept<Routes>(() => this.#load(), FRESH_MS);

  constructor(
    private readonly sql: Sql,
    private readonly registries: Registries,
  ) {}

  /** Undefined for a type whose records are our own. */
  async keeperOf(registry: string, recordType: string): Promise<Keeper | undefined> {
    return (await this.#routes.get()).get(nameOf(registry, recordType));
  }

  /** After a change made here. */
  forget(): void {
    this.#routes.forget();
  }

  async #load(): Promise<Routes> {
    const [sources, types] = await Promise.all([readSources(this.sql), servedTypes(this.sql)]);
    const keepers = sources.map((source) => ({ ...source, maxAgeSeconds: this.#maxAgeOf(source) }));
    return new Map(
      types.flatMap(({ registry, recordType, source }) => {
        const keeper = keepers.find(({ name }) => name === source);
        return keeper === undefined ? [] : [[nameOf(registry, recordType), keeper] as const];
      }),
    );
  }

  #maxAgeOf({ yaml }: StoredSource): number | undefined {
    if (!this.#maxAges.has(yaml)) {
      const { file } = readSourceFile(yaml, this.registries);
      this.#maxAges.set(yaml, file?.source.max_age === undefined ? undefined : file.source.max_age / 1000);
    }
    return this.#maxAges.get(yaml);
  }
}

const nameOf = (registry: string, recordType: string): string => `${registry} ${recordType}`;
