import { graphql } from '../graphql/graphql.js';

export const SERVED_OPERATIONS = graphql(`
  query ServedOperations {
    registryDefinitions {
      registry
      operations
    }
  }
`);
