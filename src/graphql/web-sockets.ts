/** GraphQL over WebSocket (graphql-ws): each operation is checked as over HTTP, and runs for whoever connected. */
import type { Server } from 'node:http';
import { GraphQLError, parse, validate, type ExecutionArgs, type GraphQLSchema } from 'graphql';
import type { Context as SocketContext, SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Log } from '../platform/log.js';
import { markInexact } from '../protocol/exact-number.js';
import type { Context } from './context.js';
import { DomainError } from '../use-cases/errors.js';
import { asGraphqlError, formatError } from './errors.js';
import { MAX_TOKENS } from './node-limit.js';
import { checkOperation } from './operation-limits.js';
import type { PersistedOperations } from './persisted-operations.js';
import { SocketGuard } from './socket-guard.js';

/** A ping that is not answered within as much again ends the connection. */
const HEARTBEAT_MS = 12_000;
const MAX_MESSAGE = 1_048_576;
const MAX_OPERATIONS = 50;

export interface SocketOptions {
  schema: GraphQLSchema;
  log: Log;
  httpServer: Server;
  /** @throws DomainError when the token opens nothing here */
  contextOf: (authorization: string | undefined) => Promise<Context>;
  /** Where given, no other operation is answered. */
  persisted?: PersistedOperations | undefined;
}

export function serveWebSockets(options: SocketOptions): { dispose(): Promise<void> } {
  const { log, httpServer, contextOf } = options;
  const guard = new SocketGuard();
  const server = new WebSocketServer({ server: httpServer, path: '/graphql', maxPayload: MAX_MESSAGE });
  const format = (errors: readonly GraphQLError[]) => errors.map((error) => formatError(error.toJSON(), error, log));
  const { dispose } = useServer(
    {
      jsonMessageReviver: markInexact,
      onConnect: ({ connectionParams, extra }) =>
        contextOf(authorizationIn(connectionParams)).then(
          (context) => guard.admit(extra.socket, context),
          (error: unknown) => {
            if (error instanceof DomainError) return false;
            throw error;
          },
        ),
      onSubscribe: (socket, _id, payload) => prepare(options, payload, socket),
      onNext: (_socket, _id, _payload, _args, { errors, ...result }) =>
        errors === undefined ? undefined : { ...result, errors: format(errors) },
      onError: (_socket, _id, _payload, errors) => format(errors),
    },
    server,
    HEARTBEAT_MS,
  );
  server.on('connection', (socket) => guard.limitMessages(socket));
  return { dispose: async () => dispose() };
}

function authorizationIn(parameters: Record<string, unknown> | undefined): string | undefined {
  const authorization = parameters?.['authorization'] ?? parameters?.['Authorization'];
  return typeof authorization === 'string' ? authorization : undefined;
}

async function prepare(
  { schema, contextOf, persisted }: SocketOptions,
  { query: asked, variables, operationName, extensions }: SubscribePayload,
  socket: SocketContext,
): Promise<ExecutionArgs | GraphQLError[]> {
  try {
    const context = await contextOf(authorizationIn(socket.connectionParams));
    const query = persisted?.textOf({ query: asked, extensions }) ?? asked;
    if (Object.keys(socket.subscriptions).length > MAX_OPERATIONS)
      throw new DomainError(
        'CONFLICT',
        `at most ${MAX_OPERATIONS} operations at once on one connection: end some first`,
      );
    const document = parse(query, { maxTokens: MAX_TOKENS });
    const problems = validate(schema, document);
    if (problems.length > 0) return problems.map(asUserError);
    checkOperation(schema, { document, variables, operationName }, context.principal);
    return { schema, document, variableValues: variables, operationName, contextValue: context };
  } catch (error) {
    if (error instanceof DomainError) return [asGraphqlError(error)];
    if (error instanceof GraphQLError) return [asUserError(error)];
    throw error;
  }
}

/** As Apollo does over HTTP: what the client got wrong has a code, so that it is told and not masked. */
function asUserError(error: GraphQLError): GraphQLError {
  return new GraphQLError(error.message, { nodes: error.nodes, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}
