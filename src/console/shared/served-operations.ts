/** What the registries of this gateway offer: an agreement may name more, which grants nothing. */
import { useMemo } from 'react';
import { useLasting } from '../graphql/use-lasting.js';
import { SERVED_OPERATIONS } from './served-operations.document.js';
import type { Operation, Registry } from './vocabulary.js';

export type Served = ReadonlyMap<Registry, Operation[]>;

/** Undefined until it is known; it does not change while the gateway runs. */
export function useServedOperations(): Served | undefined {
  const data = useLasting(SERVED_OPERATIONS, {});
  return useMemo(
    () => data && new Map(data.registryDefinitions.map(({ registry, operations }) => [registry, operations])),
    [data],
  );
}

/** Those of `operations` that the registry offers, in its order; all of them while that is not known. */
export const grantedOf = (served: Served | undefined, registry: Registry, operations: Operation[]): Operation[] =>
  served === undefined ? operations : (served.get(registry) ?? []).filter((one) => operations.includes(one));
