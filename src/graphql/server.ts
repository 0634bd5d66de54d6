/** `/graphql`: Apollo over HTTP and graphql-ws over WebSocket, one schema and one way to know the caller. */
import type { Server } from 'node:http';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { expressMiddleware } from '@as-integrations/express5';
import express, { Router, type Request } from 'express';
import type { GraphQLSchema } from 'graphql';
import type { Principal } from '../access/principal.js';
import type { Call } from './call.js';
import type { Context, Services } from './context.js';
import { formatError, UserError } from './errors.js';
import { createLoaders } from './loaders.js';
import { checkNodeLimit, MAX_TOKENS } from './node-limit.js';
import { serveWebSockets } from './web-sockets.js';

/** Who is calling, as `app.ts` finds out; the signature check of partners stands to our right. */
export interface Authenticator {
  http(request: Request): Promise<{ principal: Principal; call?: Call }>;
  webSocket(authorization: string | undefined): Promise<Principal>;
  /** Whether who was let in by `webSocket` still is; asked before each live event. Left out = always. */
  stillAllowed?(principal: Principal): boolean | Promise<boolean>;
}

export interface GraphqlServer {
  router: Router;
  close(): Promise<void>;
}

const MAX_BODY = '1mb';

export async function startGraphqlServer(
  schema: GraphQLSchema,
  services: Services,
  authenticator: Authenticator,
  httpServer: Server,
): Promise<GraphqlServer> {
  const { log } = services;
  const contextOf = (authorization: string | undefined) => socketContext(services, authenticator, authorization);
  const sockets = serveWebSockets({ schema, log, httpServer, contextOf });
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: true,
    csrfPrevention: true,
    // The process stops in its own order: main.ts.
    stopOnTerminationSignals: false,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    parseOptions: { maxTokens: MAX_TOKENS },
    formatError: (formatted, error) => formatError(formatted, error, log),
    plugins: [
      ApolloServerPluginDrainHttpServer({ httpServer }),
      ApolloServerPluginLandingPageDisabled(),
      limitNodes(schema),
    ],
  });
  await apollo.start();
  const router = Router();
  router.use(
    express.json({ limit: MAX_BODY, verify: keepRawBody }),
    expressMiddleware(apollo, {
      context: async ({ req }) => newContext(services, await authenticator.http(req)),
    }),
  );
  return {
    router,
    close: async () => {
      await sockets.dispose();
      await apollo.stop();
    },
  };
}

/** An HTTP signature covers the very bytes. */
function keepRawBody(request: object, _response: unknown, body: Buffer): void {
  Object.assign(request, { rawBody: body });
}

function newContext(services: Services, caller: { principal: Principal; call?: Call }): Context {
  return { ...caller, services, loaders: createLoaders(services.database.em(), services.database) };
}

async function socketContext(
  services: Services,
  authenticator: Authenticator,
  authorization: string | undefined,
): Promise<Context> {
  const principal = await authenticator.webSocket(authorization);
  if (principal.kind !== 'admin') throw new UserError('FORBIDDEN', 'WebSockets are for administrators');
  return {
    ...newContext(services, { principal }),
    stillAllowed: async () => authenticator.stillAllowed?.(principal) ?? true,
  };
}

function limitNodes(schema: GraphQLSchema): ApolloServerPlugin {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ document, request, operationName }) =>
        checkNodeLimit(schema, document, request.variables, operationName),
    }),
  };
}
