/** How many rows one operation may ask for: page sizes multiply down the nesting, so the product is what is bounded. */
import {
  getNamedType,
  isListType,
  isObjectType,
  getNullableType,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { getComplexity, type ComplexityEstimator } from 'graphql-query-complexity';
import { DEFAULT_SIZE } from './connection.js';
import { DomainError } from '../use-cases/errors.js';

export const MAX_NODES = 10_000;
/** Of a document; the largest of a console has some hundreds. */
export const MAX_TOKENS = 5_000;
/** Lists without pages (keys of a sender, attempts of a delivery) are short. */
const SHORT_LIST = 10;

/** @throws DomainError when an operation asks for too much at once */
export function checkNodeLimit(
  schema: GraphQLSchema,
  query: DocumentNode,
  variables: Record<string, unknown> = {},
  operationName?: string | null,
  most = MAX_NODES,
): void {
  const nodes = getComplexity({
    schema,
    query,
    variables,
    estimators: [countNodes],
    ...(operationName == null ? {} : { operationName }),
  });
  if (nodes > most)
    throw new DomainError(
      'INVALID',
      `this asks for up to ${nodes} rows at once, at most ${most} are answered: ask for smaller pages (first)`,
    );
}

const countNodes: ComplexityEstimator = ({ type, field, args, childComplexity }) => {
  const named = getNamedType(field.type);
  // The schema is no rows, nor is the dictionary.
  if (!isObjectType(named) || named.name.startsWith('__') || named.name === 'RegistryDefinition') return 0;
  if (isPage(type)) return childComplexity;
  if (isPage(named)) return pageSize(args) * (1 + childComplexity);
  return isListType(getNullableType(field.type)) ? SHORT_LIST * (1 + childComplexity) : 1 + childComplexity;
};

/** The connection, its edges and its page info: the field that gives the connection has counted its rows. */
const isPage = (type: { name: string }): boolean => /(Connection|Edge)$/.test(type.name);

function pageSize({ first, last }: { first?: unknown; last?: unknown }): number {
  const size = first ?? last;
  return typeof size === 'number' ? Math.max(1, size) : DEFAULT_SIZE;
}
