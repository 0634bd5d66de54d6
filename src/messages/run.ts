/** How what a message asks is done: as a document of the GraphQL API, in process, or by a use case that no caller of it may run. */
import type { GraphQLSchema } from 'graphql';
import type { Context } from '../graphql/context.js';
import { defineDocument, runDocument } from '../graphql/run-document.js';

/** Where it is done; the call in the context is settled then, and brings the result back. */
export interface Execution {
  schema: GraphQLSchema;
  context: Context;
}

export type Run<Input> = (input: Input, execution: Execution) => Promise<unknown>;

/** `text` takes the input as `$input`. It need ask for no more than that it was done: what is sent is what was stored. */
export function runs(text: string): Run<unknown> {
  const document = defineDocument(text);
  return (input, { schema, context }) => runDocument(schema, document, { input }, context);
}
