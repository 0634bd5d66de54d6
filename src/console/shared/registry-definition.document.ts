import { graphql } from '../graphql/graphql.js';

export const REGISTRY_DEFINITION = graphql(`
  query RegistryDefinition($registry: Registry!) {
    registryDefinitions(registry: $registry) {
      registry
      operations
      identifierTypes
      events
      recordTypes {
        name
        identifyingTypes
        attributes {
          path
        }
      }
    }
  }
`);
