/** Executing a named document in process: no HTTP, no parsing, the same resolvers. */
import { execute, parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import { isObject } from '../platform/plain-object.js';
import { compiler } from './compiler.js';
import type { Context } from './context.js';

export interface NamedDocument {
  text: string;
  node: DocumentNode;
}

/** Parsed once, when the module that owns the document is loaded. */
export function defineDocument(text: string): NamedDocument {
  return { text, node: parse(text) };
}

/** @throws an Error that lists what does not fit the schema */
export function checkDocument(schema: GraphQLSchema, { node }: NamedDocument): void {
  const problems = validate(schema, node);
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
}

/** @throws the resolver's own error, as it was thrown */
export async function runDocument<Data>(
  schema: GraphQLSchema,
  { node }: NamedDocument,
  variableValues: Record<string, unknown>,
  contextValue: Context,
): Promise<Data> {
  const compiled = await compilerOf(schema)(node)?.(undefined, contextValue, withoutAbsent(variableValues));
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
  const known = compilers.get(schema) ?? compiler(schema, () => true);
  compilers.set(schema, known);
  return known;
}

/** A member that is undefined is absent to graphql-js, and would be null to a compiled document. */
function withoutAbsent<Value>(value: Value): Value;
function withoutAbsent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAbsent);
  if (!isObject(value) || value instanceof Date) return value;
  const present: Record<string, unknown> = {};
  for (const name of Object.keys(value)) if (value[name] !== undefined) present[name] = withoutAbsent(value[name]);
  return present;
}
