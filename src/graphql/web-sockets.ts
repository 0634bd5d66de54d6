/** GraphQL over WebSocket (graphql-ws): each operation is checked as over HTTP, and runs for whoever connected. */
import type { Server } from 'node:http';
import {
  GraphQLError,
  parse,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import type { Context as SocketContext, SubscribePayload } from 'graphql-ws';
import { useServer, type Extra } from 'graphql-ws/use/ws';
import { WebSocket, WebSocketServer } from 'ws';
import { newHop, onHop } from '../platform/hop.js';
import type { Log } from '../platform/log.js';
import { markInexact } from '../protocol/exact-number.js';
import type { Context } from './context.js';
import { DomainError } from '../use-cases/errors.js';
import { asGraphqlError, formatError } from './errors.js';
import { MAX_TOKENS } from './node-limit.js';
import { checkOperation } from './operation-limits.js';
import type { PersistedOperations } from './persisted-operations.js';
import { sharingKey } from './live/sharing.js';
import { unconditionalField } from './live/unconditional-field.js';
import { subscribeShared } from './live/subscribe-shared.js';
import type { Sharing } from './live/telling.js';
import { SocketGuard } from './socket-guard.js';

/** A ping that is not answered within as much again ends the connection. */
const HEARTBEAT_MS = 12_000;
const MAX_MESSAGE = 1_048_576;
const MAX_OPERATIONS = 50;
/** Bytes that may wait for one socket before its live changes wait too. */
const ROOM = 65_536;

/** graphql-ws: Internal server error. */
const INTERNAL = 4500;

/**
 * What one message asks for is one request, for as long as it is answered. One that is not well-formed ends its connection,
 * with a code; the library would also tell the console, past our log, as a fault of ours.
 */
class RequestSocket extends WebSocket {
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'error') return true;
    const tell = () => super.emit(event, ...args);
    return event === 'message' ? onHop(newHop(), tell) : tell();
  }
}

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
  const server = new WebSocketServer({
    server: httpServer,
    path: '/graphql',
    maxPayload: MAX_MESSAGE,
    WebSocket: RequestSocket,
  });
  const format = (errors: readonly GraphQLError[]) =>
    errors.map((error) => formatError(withCode(error), error.originalError ?? error, log));
  const told = ({ errors, ...result }: ExecutionResult) =>
    errors === undefined ? result : { ...result, errors: format(errors) };
  // What is thrown there the library tells the console, in its own words.
  const hangUp = (socket: WebSocket, error: unknown): void => {
    log.error({ err: error }, 'a WebSocket ended by a fault');
    socket.close(INTERNAL, 'Internal server error');
  };
  const { dispose } = useServer(
    {
      // Whatever the environment says: what breaks is told to nobody in its own words.
      isProd: true,
      jsonMessageReviver: markInexact,
      onConnect: ({ connectionParams, extra }) =>
        contextOf(authorizationIn(connectionParams)).then(
          (context) => guard.admit(extra.socket, context),
          (error: unknown) => {
            if (!(error instanceof DomainError)) hangUp(extra.socket, error);
            return false;
          },
        ),
      onSubscribe: (socket: SocketContext<Record<string, unknown>, Extra>, id, payload) =>
        prepare(options, payload, socket, {
          send: sendTo(socket.extra.socket, id),
          toText: (result) => JSON.stringify(told(result)),
        }).catch((error: unknown) => {
          hangUp(socket.extra.socket, error);
          return [new GraphQLError('internal error')];
        }),
      subscribe: subscribeShared,
      onNext: (_socket, _id, _payload, _args, result) => told(result),
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
  reader: Omit<Sharing, 'key'>,
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
    const problems = problemsOf(schema, document);
    if (problems.length > 0) return problems.map(asUserError);
    checkOperation(schema, { document, variables, operationName }, context.principal);
    const key = sharingKey(schema, { document, query, variables, operationName }, context.principal);
    const contextValue: Context = key === undefined ? context : { ...context, sharing: { ...reader, key } };
    return { schema, document, variableValues: variables, operationName, contextValue };
  } catch (error) {
    if (error instanceof DomainError) return [asGraphqlError(error)];
    if (error instanceof GraphQLError) return [asUserError(error)];
    throw error;
  }
}

/** First of what graphql-js would break on. */
function problemsOf(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  const problems = validate(schema, document, [unconditionalField]);
  return problems.length > 0 ? problems : validate(schema, document);
}

/** Sends a payload of one operation as graphql-ws would, without writing it anew. */
function sendTo(socket: WebSocket, id: string): Sharing['send'] {
  const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  return (payload) => {
    const text = `${head}${payload}}`;
    if (socket.bufferedAmount >= ROOM) return new Promise((resolve) => socket.send(text, () => resolve()));
    socket.send(text);
    return undefined;
  };
}

/** As Apollo does over HTTP: a fault of ours is called one, so that it is masked, and may have come of the stream itself. */
function withCode(error: GraphQLError): GraphQLFormattedError {
  const { originalError, extensions } = error;
  const isFault = originalError !== undefined && !(originalError instanceof GraphQLError);
  return isFault ? { ...error.toJSON(), extensions: { code: 'INTERNAL_SERVER_ERROR', ...extensions } } : error.toJSON();
}

/** As Apollo does over HTTP: what the client got wrong has a code, so that it is told and not masked. */
function asUserError(error: GraphQLError): GraphQLError {
  return new GraphQLError(error.message, { nodes: error.nodes, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}
