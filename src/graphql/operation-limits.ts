/**
 * What one operation may ask for, by who asks: size, depth, aliases and rows, before any of it runs. The facade's own
 * documents are ours and pass by.
 */
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import {
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  OperationTypeNode,
  validate,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type SelectionSetNode,
  type ValidationRule,
} from 'graphql';
import type { Principal } from '../access/principal.js';
import { DomainError, forbidden } from '../use-cases/errors.js';
import { checkNodeLimit, MAX_NODES, MAX_TOKENS, type CheckedOperation } from './node-limit.js';
import { checkLiterals, checkVariables } from './operation-values.js';

interface Limits {
  tokens: number;
  depth: number;
  aliases: number;
  rows: number;
}

export const LIMITS = {
  ADMIN: { tokens: MAX_TOKENS, depth: 15, aliases: 100, rows: MAX_NODES },
  OPERATOR: { tokens: MAX_TOKENS, depth: 12, aliases: 50, rows: MAX_NODES },
  AUDITOR: { tokens: MAX_TOKENS, depth: 12, aliases: 50, rows: MAX_NODES },
  MONITOR: { tokens: MAX_TOKENS, depth: 12, aliases: 50, rows: MAX_NODES },
  /** A partner asks for a few of its own rows; records come from a search, which has limits of its own. */
  SENDER: { tokens: 2_000, depth: 10, aliases: 15, rows: 2_000 },
} as const satisfies Record<string, Limits>;

/** @throws DomainError that says what is too much, and how much is allowed */
export function checkOperation(schema: GraphQLSchema, operation: CheckedOperation, principal: Principal): void {
  const limits: Limits = LIMITS[principal.kind === 'admin' ? principal.role : 'SENDER'];
  const { document, variables, operationName } = operation;
  checkDocument(schema, document, limits, principal);
  checkVariables(variables, operationName);
  checkNodeLimit(schema, operation, limits.rows);
}

/** Documents that passed once, by what they were held to: Apollo keeps what it parsed. */
const passed = new WeakMap<DocumentNode, Set<Limits>>();

/** What stands in the text of an operation, whatever its variables. */
function checkDocument(schema: GraphQLSchema, document: DocumentNode, limits: Limits, principal: Principal): void {
  const before = passed.get(document) ?? new Set();
  if (before.has(limits)) return;
  const tokens = countTokens(document, limits.tokens);
  if (tokens > limits.tokens)
    throw tooMuch(`the operation has more than ${limits.tokens} tokens: shorten it, or send it in parts`);
  if (principal.kind !== 'admin' && validate(schema, document, [NoSchemaIntrospectionCustomRule]).length > 0)
    throw forbidden('introspection is for administrators; the schema is in the documentation');
  if (principal.kind !== 'admin') refuseSeveral(document);
  checkLiterals(document);
  refuseBy(
    schema,
    document,
    maxAliasesRule({ n: limits.aliases, allowList: [] }),
    `more than ${limits.aliases} aliases`,
  );
  refuseBy(schema, document, maxDepthRule({ n: limits.depth }), `fields nested more than ${limits.depth} deep`);
  passed.set(document, before.add(limits));
}

/** The rule throws in the middle of its walk. */
function refuseBy(schema: GraphQLSchema, document: DocumentNode, rule: unknown, what: string): void {
  try {
    if (validate(schema, document, [rule as ValidationRule]).length === 0) return;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
  }
  throw tooMuch(`the operation has ${what}: ask for less at once`);
}

/** What a partner signs is one request, with one answer: the second of an operation would be a repetition of the first. */
function refuseSeveral({ definitions }: DocumentNode): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of definitions) if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  for (const one of definitions)
    if (one.kind === Kind.OPERATION_DEFINITION && one.operation === OperationTypeNode.MUTATION)
      if (fieldsOf(one.selectionSet, new Map(fragments)).size > 1)
        throw new DomainError(
          'INVALID',
          'the operation has several mutations, each a request of its own: send one at a time',
        );
}

/** By the names in the answer. Each of the fragments is taken out once it is read: spread in one another they double at each step. */
function fieldsOf(set: SelectionSetNode, fragments: Map<string, FragmentDefinitionNode>, found = new Set<string>()) {
  for (const one of set.selections) {
    if (one.kind === Kind.INLINE_FRAGMENT) fieldsOf(one.selectionSet, fragments, found);
    else if (one.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = fragments.get(one.name.value);
      fragments.delete(one.name.value);
      if (fragment !== undefined) fieldsOf(fragment.selectionSet, fragments, found);
    } else if (one.name.value !== '__typename') found.add((one.alias ?? one.name).value);
  }
  return found;
}

const tooMuch = (message: string): DomainError => new DomainError('INVALID', message);

function countTokens({ loc }: DocumentNode, most: number): number {
  let count = 0;
  for (let token = loc?.startToken ?? null; token !== null && count <= most; token = token.next) count += 1;
  return count;
}
