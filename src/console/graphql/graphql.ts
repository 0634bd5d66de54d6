import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './schema.types.js';

/** Documents are typed from their own text and the schema; nothing is written twice. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true;
  scalars: {
    ID: string;
    DateTime: string;
    Duration: string;
    JSON: unknown;
    JSONObject: Record<string, unknown>;
  };
}>();

export type { ResultOf, VariablesOf } from 'gql.tada';
