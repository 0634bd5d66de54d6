/** `/graphql`: Apollo over HTTP and graphql-ws over WebSocket, one schema and one way to know the caller. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { ApolloServer, type ApolloServerPlugin, type GraphQLRequestListener } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { Router } from 'express';
import { OperationTypeNode, type GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { callerOf, type Admission } from '../access/admission.js';
import { actorOf, type Principal } from '../access/principal.js';
import { Turns } from '../access/turns.js';
import { isLarge } from '../platform/large-body.js';
import { createMetrics, type Metrics } from '../platform/metrics.js';
import { onceClosed } from '../platform/once-closed.js';
import type { ProtocolError } from '../protocol/errors.js';
import type { Call } from '../use-cases/call.js';
import { refuseCaller } from './caller-refusal.js';
import { answerCompiled } from './compiled.js';
import type { Context, GraphqlServices, SignResponse } from './context.js';
import { answerBy, straightTo, type OperationRequest, type Straight } from './door.js';
import { startDeadline } from '../use-cases/deadline.js';
import { DomainError, forbidden, unauthenticated } from '../use-cases/errors.js';
import { formatError, auditedRefusalOf, tellUnavailable } from './errors.js';
import { graphiqlRouter } from './graphiql/graphiql.router.js';
import { jsonBody, type MayBeHeld } from './json-body.js';
import { createLoaders } from './loaders.js';
import { MAX_TOKENS } from './node-limit.js';
import { measureOperations } from './operation-metrics.js';
import { checkOperation } from './operation-limits.js';
import { PersistedOperations, type AskedOperation } from './persisted-operations.js';
import { refuseBody } from './refused-body.js';
import { signAnswer, textOf } from './signed-answer.js';
import { serveWebSockets } from './web-sockets.js';

export interface Caller {
  principal: Principal;
  call?: Call;
  /** Of a partner that signed: its query may work once. @throws DomainError CONFLICT */
  claimQuery?: () => Promise<void>;
  /** Of a partner: told why its operation failed. */
  refused?: (error: ProtocolError) => Promise<void>;
  /** Of a partner that signed: the headers that sign its answer. */
  sign?: SignResponse;
}

/** Who is calling, as `app.ts` finds out; the signature check of partners stands to our right. */
export interface Authenticator {
  http(request: OperationRequest): Promise<Caller>;
  /** Whether its token is anybody's, by its headers alone. */
  knows(request: IncomingMessage): Promise<boolean>;
  webSocket(authorization: string | undefined): Promise<Principal>;
}

export interface GraphqlServer {
  /** For the usual form of an operation. */
  straight: Straight;
  router: Router;
  /** Ends every WebSocket. */
  hangUp(): Promise<void>;
  close(): Promise<void>;
}

export interface GraphqlOptions {
  /** Where given, no other operation is answered. */
  persisted?: PersistedOperations | undefined;
  metrics?: Metrics;
}

/** Reading and checking a text, and a query, are pieces of work in one go. */
const OPERATIONS = { alone: 2, beside: 2, rests: true };

export async function startGraphqlServer(
  schema: GraphQLSchema,
  services: GraphqlServices,
  authenticator: Authenticator,
  httpServer: Server,
  { persisted, metrics = createMetrics() }: GraphqlOptions = {},
): Promise<GraphqlServer> {
  const { log } = services;
  const timely = () => startDeadline(services.settings.operationTimeoutMs);
  const contextOf = async (authorization: string | undefined) => ({
    ...(await socketContext(services, authenticator, authorization)),
    deadline: timely().signal,
  });
  const sockets = serveWebSockets({ schema, log, httpServer, contextOf, persisted });
  const told = (formatted: GraphQLFormattedError, error: unknown) => formatError(formatted, error, log);
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: true,
    csrfPrevention: true,
    // The process stops in its own order: main.ts.
    stopOnTerminationSignals: false,
    allowBatchedHttpRequests: false,
    // Automatic ones would let anybody store texts here; listed ones are ours.
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stringifyResult: textOf,
    parseOptions: { maxTokens: MAX_TOKENS },
    formatError: told,
    // Nothing here may be cached, so nothing needs to be reckoned field by field.
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      measureOperations(metrics),
      limitOperations(schema),
      answerCompiled(schema, { failed: tellRefusal, formatError: told }),
    ],
  });
  await apollo.start();
  const turns = new Turns(services.recentCallers, OPERATIONS);
  const answer = answerBy(apollo, async (request, response) => {
    await admit(services.admission, request, response);
    const caller = await identify(authenticator, request);
    if (persisted !== undefined) await usePersisted(persisted, request, caller);
    const { signal: deadline, stop } = timely();
    onceClosed(response, stop);
    const endTurn = await turns.take(actorOf(caller.principal));
    onceClosed(response, endTurn);
    return { ...newContext(services, caller), deadline, endTurn };
  });
  const router = Router();
  router.use(graphiqlRouter());
  const mayBeHeld: MayBeHeld = async (request) => !isLarge(request) || authenticator.knows(request);
  // Of this very path only.
  router.all('/', jsonBody(mayBeHeld), answer, refuseBody(log));
  return {
    straight: straightTo(answer, mayBeHeld),
    router,
    hangUp: () => sockets.dispose(),
    close: () => apollo.stop(),
  };
}

/** Once its body is here: one that comes slowly is no work. */
async function admit(admission: Admission, request: OperationRequest, response: ServerResponse): Promise<void> {
  try {
    onceClosed(response, await admission.enter(callerOf(request.headers, request.socket.remoteAddress)));
  } catch (error) {
    throw refuseCaller(error);
  }
}

function newContext(services: GraphqlServices, caller: Caller): Context {
  return { ...caller, services, loaders: createLoaders(services.database, services.clock) };
}

/** Nobody is told anything, the form of the schema included, before it is known who asks. */
async function identify(authenticator: Authenticator, request: OperationRequest): Promise<Caller> {
  try {
    const caller = await authenticator.http(request);
    if (caller.principal.kind === 'anonymous') throw unauthenticated('sign in: send Authorization: Bearer <token>');
    return caller;
  } catch (error) {
    throw refuseCaller(error);
  }
}

async function usePersisted(
  persisted: PersistedOperations,
  request: OperationRequest,
  { refused }: Caller,
): Promise<void> {
  const asked = request.body as (AskedOperation & Record<string, unknown>) | undefined;
  try {
    Object.assign(request.body as object, { query: persisted.textOf(asked ?? {}), extensions: {} });
  } catch (error) {
    if (error instanceof DomainError) await refused?.(auditedRefusalOf(error));
    throw refuseCaller(error);
  }
}

async function socketContext(
  services: GraphqlServices,
  authenticator: Authenticator,
  authorization: string | undefined,
): Promise<Context> {
  const principal = await authenticator.webSocket(authorization);
  if (principal.kind !== 'admin') throw forbidden('WebSockets are for administrators');
  const { subject, role } = principal;
  const stillAllowed = async () => {
    const now = await authenticator.webSocket(authorization);
    return now.kind === 'admin' && now.subject === subject && now.role === role;
  };
  return { ...newContext(services, { principal }), stillAllowed };
}

function limitOperations(schema: GraphQLSchema): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => guardOperation(schema),
  };
}

function guardOperation(schema: GraphQLSchema): GraphQLRequestListener<Context> {
  return {
    didResolveOperation: async ({ document, operation, request, operationName, contextValue }) => {
      const { variables } = request;
      try {
        if (operation?.operation === OperationTypeNode.SUBSCRIPTION)
          throw new DomainError('INVALID', 'subscriptions come over a WebSocket (graphql-transport-ws) only');
        checkOperation(schema, { document, variables, operationName }, contextValue.principal);
        // A mutation claims its id with its answer.
        if (operation?.operation === OperationTypeNode.QUERY) await contextValue.claimQuery?.();
      } catch (error) {
        throw refuseCaller(error);
      }
      // A mutation waits for its statements; what it answers is short.
      if (operation?.operation !== OperationTypeNode.QUERY) contextValue.endTurn?.();
    },
    didEncounterErrors: async ({ errors: [error], contextValue }) => {
      if (error !== undefined) await tellRefusal(error, contextValue);
    },
    willSendResponse: async (sent) => {
      sent.contextValue.endTurn?.();
      const { body, http } = sent.response;
      http.headers.set('cache-control', 'no-store');
      if (sent.contextValue.principal.kind !== 'admin' && body.kind === 'single')
        hideSuggestions(body.singleResult.errors);
      tellUnavailable(sent.response);
      // Last: a signature covers the very bytes.
      await signAnswer(sent);
    },
  };
}

async function tellRefusal(error: GraphQLError, { refused }: Context): Promise<void> {
  await refused?.(auditedRefusalOf(error));
}

/** "Did you mean …" would tell a partner names that introspection does not. */
function hideSuggestions(errors: readonly { message: string }[] = []): void {
  for (const error of errors) Object.assign(error, { message: error.message.replace(/ Did you mean [\s\S]*$/, '') });
}
