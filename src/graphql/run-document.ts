/** Executing a named document in process: no HTTP, no parsing, the same resolvers. */
import { execute, parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
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
  const result = await execute({ schema, document: node, variableValues, contextValue });
  const [error] = result.errors ?? [];
  if (error !== undefined) throw error.originalError ?? error;
  return result.data as Data;
}
