/** The one door to records: each question goes to whoever keeps the records of its type. */
import type { Sql } from '../entities/database/database.js';
import type { StoredSource } from '../entities/sources/source.repository.js';
import { coalesce } from '../platform/coalesce.js';
import type { Log } from '../platform/log.js';
import { ServiceUnavailable } from '../protocol/errors.js';
import { SourceFault } from './outside/source-fault.js';
import type {
  Answered,
  RecordsOf,
  RecordSource,
  RecordTables,
  RegistrySource,
  SourceQuery,
  SourceResult,
} from './registry-source.js';
import { siftedLookUps, siftedSearch, type Sifting } from './sifted-search.js';
import type { Keeper, SourceRoutes } from './source-routes.js';

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
  own: RecordTables;
  live: (keeper: StoredSource) => Promise<LiveSourceOf>;
  brought?: BroughtSource[] | undefined;
  clock: () => Date;
  log: Log;
}

const MOST_CANDIDATES = 10_000;

/** At a time, where questions cannot be asked together: each is a statement or two. */
export const ABREAST = 4;

export interface SourceRouter extends RecordTables {
  /** Questions about one record type: look-ups are asked together, anything else a few at a time. */
  searchEach(queries: SourceQuery[]): Promise<SourceResult[]>;
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

  /** Undefined where our tables hold them. */
  async function askThere<Answer>(
    of: RecordsOf,
    keeper: StoredSource | undefined,
    ask: (source: RegistrySource, sifting: Sifting) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    try {
      const there = await outside(of, keeper);
      return there && (await ask(there.source, { sql, most: there.most }));
    } catch (error) {
      if (!(error instanceof SourceFault)) throw error;
      log.warn({ source: keeper?.name, reason: error.message }, 'a source could not be asked');
      throw new ServiceUnavailable(`${namesOf(of)} are kept by a system that does not answer now: ask again later`, {
        cause: error,
      });
    }
  }

  async function search(query: SourceQuery): Promise<SourceResult> {
    const keeper = await routes.keeperOf(query.definition.registry, query.recordType);
    const there = await askThere(query, keeper, (source, sifting) => siftedSearch(source, sifting, query));
    if (there !== undefined) return there;
    if (keeper === undefined) return own.search(query);
    const answered = copiesOf(keeper, query, clock());
    return { ...(await own.search({ ...query, origin: keeper.name })), answered };
  }

  async function lookUp(queries: SourceQuery[]): Promise<(SourceResult | undefined)[]> {
    const [first, second] = queries;
    // One alone joins those of other callers.
    if (first === undefined || second === undefined) return queries.map(() => undefined);
    const keeper = await routes.keeperOf(first.definition.registry, first.recordType);
    const there = await askThere(first, keeper, (source, sifting) => siftedLookUps(source, sifting, queries));
    if (there !== undefined) return there;
    if (keeper === undefined) return own.lookUp(queries);
    const answered = copiesOf(keeper, first, clock());
    const found = await own.lookUp(queries.map((query) => ({ ...query, origin: keeper.name })));
    return found.map((result) => result && { ...result, answered });
  }

  return {
    search,
    lookUp,
    searchEach: async (queries) => {
      const found = await lookUp(queries);
      const inTurn = inTurns(search);
      const others = queries.filter((_, index) => found[index] === undefined);
      const answers = (await Promise.all(others.map(inTurn))).values();
      return queries.map((_, index) => found[index] ?? (answers.next().value as SourceResult));
    },
    storedUnder: async (of) => {
      if (broughtFor(of) !== undefined) return undefined;
      const keeper = await routes.keeperOf(of.definition.registry, of.recordType);
      if (keeper === undefined) return '';
      return keeper.mode === 'LIVE' ? undefined : keeper.name;
    },
  };
}

/** The same search, a few at a time. */
export function inTurns(search: RecordSource['search']): RecordSource['search'] {
  const one = async ([query]: readonly SourceQuery[]): Promise<SourceResult[]> =>
    query === undefined ? [] : [await search(query)];
  return coalesce(one, { underWay: ABREAST, atOnce: 1 });
}

const namesOf = ({ definition, recordType }: RecordsOf): string =>
  `the records of ${definition.registry} ${recordType}`;

/** Half of a registry is no answer, and neither are copies that are older than their file lets them be. */
function copiesOf({ name, loadedAt, freshAt, maxAgeSeconds }: Keeper, of: RecordsOf, now: Date): Answered {
  if (loadedAt === null || freshAt === null)
    throw new ServiceUnavailable(`${namesOf(of)} are being loaded from their source; ask again later`);
  const age = Math.max(0, Math.round((now.getTime() - Date.parse(freshAt)) / 1000));
  if (maxAgeSeconds !== undefined && age > maxAgeSeconds)
    throw new ServiceUnavailable(
      `${namesOf(of)} are copies that are ${age} seconds old, and are not served when older than ${maxAgeSeconds}: their source has not been read since; ask again later`,
    );
  return { source: name, plan: 'MIRROR', ageSeconds: age };
}
