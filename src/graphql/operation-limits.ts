/**
 * What one operation may ask for, by who asks: size, depth, aliases and rows, before any of it runs. The facade's own
 * documents are ours and pass by.
 */
import { hash } from 'node:crypto';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import {
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  validate,
  visit,
  type DocumentNode,
  type GraphQLSchema,
  type ValidationRule,
} from 'graphql';
import type { Principal } from '../access/principal.js';
import { DomainError, forbidden } from '../use-cases/errors.js';
import { refuseInexactLiterals, refuseInexactVariables } from './exact-operation.js';
import { withoutValues } from './errors.js';
import { checkNodeLimit, MAX_NODES, MAX_TOKENS } from './node-limit.js';

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

export interface CheckedOperation {
  document: DocumentNode;
  variables?: Record<string, unknown> | null | undefined;
  operationName?: string | null | undefined;
}

/** @throws DomainError that says what is too much, and how much is allowed */
export function checkOperation(schema: GraphQLSchema, operation: CheckedOperation, principal: Principal): void {
  const limits: Limits = LIMITS[principal.kind === 'admin' ? principal.role : 'SENDER'];
  const { document, variables, operationName } = operation;
  checkDocument(schema, document, limits, principal);
  refuseUnstorable(textsIn([variables, operationName]));
  refuseInexactVariables(variables);
  checkRows(schema, operation, limits.rows);
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
  const texts: string[] = [];
  visit(document, { StringValue: ({ value }) => void texts.push(value) });
  refuseUnstorable(texts);
  refuseInexactLiterals(document);
  refuseBy(
    schema,
    document,
    maxAliasesRule({ n: limits.aliases, allowList: [] }),
    `more than ${limits.aliases} aliases`,
  );
  refuseBy(schema, document, maxDepthRule({ n: limits.depth }), `fields nested more than ${limits.depth} deep`);
  passed.set(document, before.add(limits));
}

/** JSON and GraphQL have NUL and half surrogate pairs, PostgreSQL's text has not. */
function refuseUnstorable(texts: string[]): void {
  if (texts.some((text) => !text.isWellFormed() || text.includes('\0')))
    throw new DomainError(
      'INVALID',
      'a text holds a NUL character or half a surrogate pair, which cannot be stored: leave it out',
    );
}

/** Names of members too. No recursion: variables may be nested deeper than the stack. */
function textsIn(values: unknown[]): string[] {
  const found = [...values];
  for (const value of found)
    if (typeof value === 'object' && value !== null) for (const entry of Object.entries(value)) found.push(...entry);
  return found.filter((value) => typeof value === 'string');
}

/** Variables may be large, and name persons. */
const hashOf = (text: string): string => hash('sha256', text);

/** What was asked with a document and passed; who looks at a list again and again asks the same. */
const counted = new WeakMap<DocumentNode, Set<string>>();
const MAX_COUNTED = 20;

/** Variables that do not fit their types show here first. */
function checkRows(
  schema: GraphQLSchema,
  { document, variables, operationName }: CheckedOperation,
  most: number,
): void {
  const asked = hashOf(JSON.stringify([most, operationName, variables]));
  const before = counted.get(document) ?? new Set();
  if (before.has(asked)) return;
  try {
    checkNodeLimit(schema, document, variables ?? {}, operationName, most);
  } catch (error) {
    if (error instanceof DomainError || !(error instanceof GraphQLError)) throw error;
    throw new DomainError('INVALID', withoutValues(error.message));
  }
  if (before.size === MAX_COUNTED) before.clear();
  counted.set(document, before.add(asked));
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

const tooMuch = (message: string): DomainError => new DomainError('INVALID', message);

function countTokens({ loc }: DocumentNode, most: number): number {
  let count = 0;
  for (let token = loc?.startToken ?? null; token !== null && count <= most; token = token.next) count += 1;
  return count;
}
