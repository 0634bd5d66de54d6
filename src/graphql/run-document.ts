/** Executing a named document in process: no HTTP, no parsing, the same resolvers. */
import { execute, GraphQLSchema, Kind, OperationTypeNode, parse, validate, type DocumentNode } from 'graphql';
import { isObject } from '../platform/plain-object.js';
import { compiler } from './compiler.js';
import type { Context } from './context.js';

export interface NamedDocument {
  text: string;
  node: DocumentNode;
  /** As it is compiled, where it may be. */
  query: DocumentNode | undefined;
}

/** Parsed once, when the module that owns the document is loaded. */
export function defineDocument(text: string): NamedDocument {
  const node = parse(text);
  return { text, node, query: queryOf(node) };
}

/**
 * One mutation as a query of it, which does the same where no other follows: what a compiled mutation is called with stays
 * in memory until V8's next full collection.
 */
function queryOf(node: DocumentNode): DocumentNode | undefined {
  const [operation] = node.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION || operation.operation !== OperationTypeNode.MUTATION)
    return undefined;
  const isOne = node.definitions.length === 1 && operation.selectionSet.selections.length === 1;
  return isOne ? { ...node, definitions: [{ ...operation, operation: OperationTypeNode.QUERY }] } : undefined;
}

/** @throws an Error that lists what does not fit the schema */
export function checkDocument(schema: GraphQLSchema, { node }: NamedDocument): void {
  const problems = validate(schema, node);
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
}

/** @throws the resolver's own error, as it was thrown */
export async function runDocument<Data>(
  schema: GraphQLSchema,
  { node, query }: NamedDocument,
  variableValues: Record<string, unknown>,
  contextValue: Context,
): Promise<Data> {
  const run = query && compilerOf(schema)(query);
  const compiled = await run?.(undefined, contextValue, withoutAbsent(variableValues));
  // Variables that do not fit are told by graphql-js; nothing has run.
  const isDone = compiled !== undefined && 'data' in compiled;
  const result = isDone ? compiled : await execute({ schema, document: node, variableValues, contextValue });
  const [error] = result.errors ?? [];
  if (error !== undefined) throw error.originalError ?? error;
  return result.data as Data;
}

const compilers = new WeakMap<GraphQLSchema, ReturnType<typeof compiler>>();

/** The documents are our own, so any may be compiled. */
function compilerOf(schema: GraphQLSchema): ReturnType<typeof compiler> {
  const known = compilers.get(schema) ?? compiler(ofMutations(schema), () => true);
  compilers.set(schema, known);
  return known;
}

/** Whose queries are the mutations. */
const ofMutations = (schema: GraphQLSchema): GraphQLSchema =>
  new GraphQLSchema({ ...schema.toConfig(), query: schema.getMutationType(), mutation: undefined });

/** A member that is undefined is absent to graphql-js, and would be null to a compiled document. */
function withoutAbsent<Value>(value: Value): Value;
function withoutAbsent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAbsent);
  if (!isObject(value) || value instanceof Date) return value;
  const present: Record<string, unknown> = {};
  for (const name of Object.keys(value)) if (value[name] !== undefined) present[name] = withoutAbsent(value[name]);
  return present;
}
