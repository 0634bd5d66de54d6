/** The one door to records: each question goes to whoever keeps the records of its type. */
import type { Sql } from '../entities/database/database.js';
import type { StoredSource } from '../entities/sources/source.repository.js';
import type { Log } from '../platform/log.js';
import { ServiceUnavailable } from '../protocol/errors.js';
import { SourceFault } from './outside/source-fault.js';
import type { RecordsOf, RecordSource, RegistrySource, SourceResult } from './registry-source.js';
import { siftedSearch } from './sifted-search.js';
import type { SourceRoutes } from './source-routes.js';

/** A source that this process brings along for one record type, before any that is applied. */
export interface BroughtSource {
  registry: string;
  recordType: string;
  source: RegistrySource;
}

export interface LiveSourceOf {
  source: RegistrySource;
  /** Candidates of one question. */
  most: number;
}

export interface Keepers {
  sql: Sql;
  routes: Pick<SourceRoutes, 'keeperOf'>;
  /** Our own tables, which hold the copies of mirrored sources too. */
  own: RecordSource;
  live: (keeper: StoredSource) => Promise<LiveSourceOf>;
  brought?: BroughtSource[] | undefined;
  clock: () => Date;
  log: Log;
}

const MOST_CANDIDATES = 10_000;

export interface SourceRouter extends RecordSource {
  /** Under which origin our tables hold the records of a type that are served; undefined where they hold none. */
  storedUnder(of: RecordsOf): Promise<string | undefined>;
}

export function createSourceRouter({ sql, routes, own, live, brought = [], clock, log }: Keepers): SourceRouter {
  const broughtFor = ({ definition, recordType }: RecordsOf): RegistrySource | undefined =>
    brought.find((one) => one.registry === definition.registry && one.recordType === recordType)?.source;

  async function outside(of: RecordsOf, keeper: StoredSource | undefined): Promise<LiveSourceOf | undefined> {
    const here = broughtFor(of);
    if (here !== undefined) return { source: here, most: MOST_CANDIDATES };
    if (keeper?.mode !== 'LIVE') return undefined;
    if (keeper.state === 'PAUSED') throw new ServiceUnavailable(`${namesOf(of)} are not read now: ask again later`);
    return live(keeper);
  }

  /** By the outside source where one keeps the type, else by our tables. */
  async function ask<Answer>(
    of: RecordsOf,
    ways: { outside: (source: LiveSourceOf) => Promise<Answer>; own: (origin?: StoredSource) => Promise<Answer> },
  ): Promise<Answer> {
    const keeper = await routes.keeperOf(of.definition.registry, of.recordType);
    try {
      const source = await outside(of, keeper);
      if (source !== undefined) return await ways.outside(source);
    } catch (error) {
      if (!(error instanceof SourceFault)) throw error;
      log.warn({ source: keeper?.name, reason: error.message }, 'a source could not be asked');
      throw new ServiceUnavailable(`${namesOf(of)} are kept by a system that does not answer now: ask again later`, {
        cause: error,
      });
    }
    if (keeper !== undefined) assertLoaded(keeper, of);
    return ways.own(keeper);
  }

  return {
    search: (query) =>
      ask<SourceResult>(query, {
        outside: ({ source, most }) => siftedSearch(source, { sql, most }, query),
        own: async (keeper) =>
          keeper === undefined
            ? own.search(query)
            : { ...(await own.search({ ...query, origin: keeper.name })), answered: copiesOf(keeper, clock()) },
      }),
    get: (of, ids) =>
      ask(of, {
        outside: ({ source }) => source.get(of, ids),
        own: (keeper) => own.get(keeper === undefined ? of : { ...of, origin: keeper.name }, ids),
      }),
    storedUnder: async (of) => {
      if (broughtFor(of) !== undefined) return undefined;
      const keeper = await routes.keeperOf(of.definition.registry, of.recordType);
      if (keeper === undefined) return '';
      return keeper.mode === 'LIVE' ? undefined : keeper.name;
    },
  };
}

const namesOf = ({ definition, recordType }: RecordsOf): string =>
  `the records of ${definition.registry} ${recordType}`;

/** Half of a registry is no answer. */
function assertLoaded({ loadedAt }: StoredSource, of: RecordsOf): void {
  if (loadedAt !== null) return;
  throw new ServiceUnavailable(`${namesOf(of)} are being loaded from their source; ask again later`);
}

function copiesOf({ name, freshAt }: StoredSource, now: Date): NonNullable<SourceResult['answered']> {
  const age = freshAt === null ? undefined : Math.max(0, Math.round((now.getTime() - Date.parse(freshAt)) / 1000));
  return { source: name, plan: 'MIRROR', ...(age === undefined ? {} : { ageSeconds: age }) };
}
