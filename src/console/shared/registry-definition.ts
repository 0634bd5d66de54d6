import { useQuery } from 'urql';
import { graphql, type ResultOf } from '../graphql/graphql.js';
import type { Registry } from './vocabulary.js';

const REGISTRY_DEFINITION = graphql(`
  query RegistryDefinition($registry: Registry!) {
    registryDefinitions(registry: $registry) {
      registry
      operations
      identifierTypes
      events
      recordTypes {
        name
        attributes {
          path
        }
      }
    }
  }
`);

export type RegistryDefinition = ResultOf<typeof REGISTRY_DEFINITION>['registryDefinitions'][number];
export type RecordType = RegistryDefinition['recordTypes'][number];

/** The dictionary of one registry; it does not change while the gateway runs. */
export function useRegistryDefinition(registry: Registry): RegistryDefinition | undefined {
  const [{ data }] = useQuery({ query: REGISTRY_DEFINITION, variables: { registry }, requestPolicy: 'cache-first' });
  return data?.registryDefinitions.find((definition) => definition.registry === registry);
}
