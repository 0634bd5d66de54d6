import { useQuery } from 'urql';
import type { ResultOf } from '../graphql/graphql.js';
import { REGISTRY_DEFINITION } from './registry-definition.document.js';
import type { Registry } from './vocabulary.js';

export type RegistryDefinition = ResultOf<typeof REGISTRY_DEFINITION>['registryDefinitions'][number];
export type RecordType = RegistryDefinition['recordTypes'][number];

/** The dictionary of one registry; it does not change while the gateway runs. */
export function useRegistryDefinition(registry: Registry): RegistryDefinition | undefined {
  const [{ data }] = useQuery({ query: REGISTRY_DEFINITION, variables: { registry }, requestPolicy: 'cache-first' });
  return data?.registryDefinitions.find((definition) => definition.registry === registry);
}
