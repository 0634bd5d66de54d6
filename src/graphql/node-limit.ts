/** How many rows one operation may ask for: page sizes multiply down the nesting, so the product is what is bounded. */
import {
  getNamedType,
  GraphQLError,
  isListType,
  isObjectType,
  getNullableType,
  type DocumentNode,
  type GraphQLSchema,
  type VariableNode,
  visit,
} from 'graphql';
import { getComplexity, type ComplexityEstimator } from 'graphql-query-complexity';
import { DEFAULT_SIZE } from './connection.js';
import { DomainError } from '../use-cases/errors.js';
import { withoutValues } from './errors.js';

export const MAX_NODES = 10_000;
/** Of a document; the largest of a console has some hundreds. */
export const MAX_TOKENS = 5_000;
/** Lists without pages (keys of a sender, attempts of a delivery) are short. */
const SHORT_LIST = 10;

export interface CheckedOperation {
  document: DocumentNode;
  variables?: Record<string, unknown> | null | undefined;
  operationName?: string | null | undefined;
}

/** What a document was asked with and passed, as far as it decides about rows; a mutation may bring megabytes beside it. */
const passed = new WeakMap<DocumentNode, { sizes: string[]; asked: Set<string> }>();
const MAX_PASSED = 100;

/**
 * Variables that do not fit their types show here, or when they are used.
 *
 * @throws DomainError when an operation asks for too much at once
 */
export function checkNodeLimit(schema: GraphQLSchema, operation: CheckedOperation, most: number): void {
  const { document, variables, operationName } = operation;
  const before = passed.get(document) ?? { sizes: sizesIn(document), asked: new Set() };
  const asked = JSON.stringify([most, operationName, ...before.sizes.map((name) => variables?.[name])]);
  if (before.asked.has(asked)) return;
  const nodes = countNodes(schema, operation);
  if (nodes > most)
    throw new DomainError(
      'INVALID',
      `this asks for up to ${nodes} rows at once, at most ${most} are answered: ask for smaller pages (first)`,
    );
  if (before.asked.size === MAX_PASSED) before.asked.clear();
  before.asked.add(asked);
  passed.set(document, before);
}

/** Variables that say how much is asked for: page sizes, and whether a part is asked for at all. */
function sizesIn(document: DocumentNode): string[] {
  const names = new Set<string>();
  const note = { Variable: ({ name }: VariableNode) => void names.add(name.value) };
  visit(document, {
    Argument: (node) => void (/^(first|last)$/.test(node.name.value) && visit(node, note)),
    Directive: (node) => void visit(node, note),
  });
  return [...names];
}

/** @throws DomainError for variables that do not fit */
function countNodes(schema: GraphQLSchema, { document: query, variables, operationName }: CheckedOperation): number {
  const named = operationName == null ? {} : { operationName };
  try {
    return getComplexity({ schema, query, variables: variables ?? {}, estimators: [nodesOf], ...named });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new DomainError('INVALID', withoutValues(error.message));
  }
}

const nodesOf: ComplexityEstimator = ({ type, field, args, childComplexity }) => {
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
