/** The one door to records: each question goes to whoever keeps the records of its type. */
import type { StoredSource } from '../entities/sources/source.repository.js';
import { ServiceUnavailable } from '../protocol/errors.js';
import type { RegistrySource, SourceQuery } from './registry-source.js';
import type { SourceRoutes } from './source-routes.js';

export interface Keepers {
  routes: Pick<SourceRoutes, 'keeperOf'>;
  /** Our own tables, which hold the copies of mirrored sources too. */
  own: RegistrySource;
}

export function createSourceRouter({ routes, own }: Keepers): RegistrySource {
  return {
    search: async (query) => {
      const keeper = await routes.keeperOf(query.definition.registry, query.recordType);
      if (keeper === undefined) return own.search(query);
      assertLoaded(keeper, query);
      return own.search({ ...query, origin: keeper.name });
    },
  };
}

/** Half of a registry is no answer. */
function assertLoaded({ loadedAt }: StoredSource, { definition, recordType }: SourceQuery): void {
  if (loadedAt !== null) return;
  throw new ServiceUnavailable(
    `the records of ${definition.registry} ${recordType} are being loaded from their source; ask again later`,
  );
}
