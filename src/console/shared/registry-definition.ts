import type { ResultOf } from '../graphql/graphql.js';
import { useLasting } from '../graphql/use-lasting.js';
import { REGISTRY_DEFINITION } from './registry-definition.document.js';
import type { Registry } from './vocabulary.js';

export type RegistryDefinition = ResultOf<typeof REGISTRY_DEFINITION>['registryDefinitions'][number];
export type RecordType = RegistryDefinition['recordTypes'][number];

/** The dictionary of one registry; it does not change while the gateway runs. */
export function useRegistryDefinition(registry: Registry): RegistryDefinition | undefined {
  const data = useLasting(REGISTRY_DEFINITION, { registry });
  return data?.registryDefinitions.find((definition) => definition.registry === registry);
}
