/**
 * Queries that come again are compiled: graphql-js looks up each field of each row anew, which costs a list more than its
 * rows do. What compiles them knows less of GraphQL, so all that is rare, and all that writes, stays with graphql-js.
 */
import type { ApolloServerOptions } from '@apollo/server';
import {
  BREAK,
  execute,
  Kind,
  OperationTypeNode,
  visit,
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import type { Context } from './context.js';

type Gateway = NonNullable<ApolloServerOptions<Context>['gateway']>;
type Executor = NonNullable<Awaited<ReturnType<Gateway['load']>>['executor']>;
type Run = CompiledQuery['query'];

/** Compiling takes as long as some executions. */
const OFTEN = 3;
const MOST = 200;

/** The schema, and how Apollo has its operations executed. */
export function compilingGateway(schema: GraphQLSchema): Gateway {
  return {
    load: async () => ({ executor: compilingExecutor(schema) }),
    onSchemaLoadOrUpdate: (tell) => {
      tell({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    stop: async () => undefined,
  };
}

function compilingExecutor(schema: GraphQLSchema): Executor {
  const runOf = compiler(schema);
  return async ({ document, request: { variables: variableValues }, operationName, context: contextValue }) => {
    const result = await runOf(document)?.(undefined, contextValue, variableValues);
    // Variables that do not fit are told by graphql-js; nothing has run.
    if (result === undefined || !('data' in result))
      return execute({ schema, document, variableValues, operationName, contextValue });
    const { data, errors } = result;
    return errors === undefined ? result : { data, errors: errors.map(completed) };
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

/** Apollo keeps the documents that it has read, so the same text is the same document. */
function compiler(schema: GraphQLSchema): (document: DocumentNode) => Run | undefined {
  const asked = new WeakMap<DocumentNode, number>();
  const runs = new Map<DocumentNode, Run | undefined>();
  return (document) => {
    if (runs.has(document)) return runs.get(document);
    const times = (asked.get(document) ?? 0) + 1;
    asked.set(document, times);
    if (times < OFTEN) return undefined;
    if (runs.size === MOST) runs.clear();
    const compiled = isPlain(document) ? compileQuery(schema, document) : undefined;
    const run = compiled !== undefined && isCompiledQuery(compiled) ? compiled.query : undefined;
    runs.set(document, run);
    return run;
  };
}

/** One query, without directives, of no names that JavaScript or GraphQL has a meaning for. */
function isPlain(document: DocumentNode): boolean {
  const [operation, ...others] = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  let plain = operation?.operation === OperationTypeNode.QUERY && others.length === 0;
  const refuse = (): typeof BREAK => {
    plain = false;
    return BREAK;
  };
  visit(document, {
    Directive: refuse,
    Name: ({ value }) => (value.startsWith('__') && value !== '__typename' ? refuse() : undefined),
  });
  return plain;
}
