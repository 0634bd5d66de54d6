/**
 * Queries that come again are compiled: graphql-js looks up each field of each row anew, which costs a list more than its
 * rows do. What compiles them knows less of GraphQL, so all that is rare, and all that writes, stays with graphql-js.
 */
import { HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import {
  BREAK,
  Kind,
  OperationTypeNode,
  visit,
  type DocumentNode,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { compiler } from './compiler.js';
import type { Context } from './context.js';

interface Telling {
  /** Of an operation that failed, before its answer is made. */
  failed: (error: GraphQLError, context: Context) => Promise<void>;
  formatError: (formatted: GraphQLFormattedError, error: GraphQLError) => GraphQLFormattedError;
}

/**
 * Answers in Apollo's place. As the executor of a `gateway` it would be called with an object whose accessors keep each
 * answer in memory until V8's next full collection.
 */
export function answerCompiled(schema: GraphQLSchema, { failed, formatError }: Telling): ApolloServerPlugin<Context> {
  // Apollo keeps the documents that it has read, so the same text is the same document.
  const runOf = compiler(schema, isPlain);
  const told = (error: GraphQLError): GraphQLFormattedError => {
    const { extensions } = error;
    const code = extensions['code'] ?? 'INTERNAL_SERVER_ERROR';
    return formatError({ ...error.toJSON(), extensions: { ...extensions, code } }, error);
  };
  return {
    requestDidStart: async () => ({
      responseForOperation: async ({ document, operation, request: { variables }, contextValue }) => {
        // Where the document has none of the name that was asked for, graphql-js says so.
        if (operation == null) return null;
        const result = await runOf(document)?.(undefined, contextValue, variables);
        // Variables that do not fit are told by graphql-js; nothing has run.
        if (result === undefined || !('data' in result)) return null;
        const { data } = result;
        const errors = result.errors?.map(completed);
        if (errors?.[0] !== undefined) await failed(errors[0], contextValue);
        const singleResult = { data, errors: errors?.map(told) };
        return { body: { kind: 'single', singleResult }, http: { headers: new HeaderMap() } };
      },
    }),
  };
}

type Bare = Omit<GraphQLError, 'extensions'> & Partial<Pick<GraphQLError, 'extensions'>>;

/** As graphql-js has them: extensions that can be read, and a value that does not fit its type is no fault of who asked. */
function completed(error: Bare): GraphQLError {
  const { extensions = {}, originalError = new Error(error.message) } = error;
  return Object.create(error, {
    extensions: { value: extensions },
    originalError: { value: originalError },
  }) as GraphQLError;
}

/**
 * One query, without directives, of no names that JavaScript or GraphQL has a meaning for, and without defaults: what
 * compiles them writes a default as JSON, which of a time is a text.
 */
function isPlain(document: DocumentNode): boolean {
  const [operation, ...others] = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  let plain = operation?.operation === OperationTypeNode.QUERY && others.length === 0;
  const refuse = (): typeof BREAK => {
    plain = false;
    return BREAK;
  };
  visit(document, {
    Directive: refuse,
    VariableDefinition: ({ defaultValue }) => (defaultValue === undefined ? undefined : refuse()),
    Name: ({ value }) => (hasMeaning(value) ? refuse() : undefined),
  });
  return plain;
}

/** Variables are kept in an object, which has members of its own. */
const hasMeaning = (name: string): boolean =>
  (name.startsWith('__') && name !== '__typename') || name in Object.prototype;
