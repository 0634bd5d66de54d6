/** `/graphql`: Apollo over HTTP and graphql-ws over WebSocket, one schema and one way to know the caller. */
import type { Server } from 'node:http';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { expressMiddleware } from '@as-integrations/express5';
import express, { Router, type Request } from 'express';
import type { GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Principal } from '../access/principal.js';
import type { Call } from './call.js';
import type { Context, Services } from './context.js';
import { formatError, UserError } from './errors.js';
import { createLoaders } from './loaders.js';

/** Who is calling, as `app.ts` finds out; the signature check of partners stands to our right. */
export interface Authenticator {
  http(request: Request): Promise<{ principal: Principal; call?: Call }>;
  webSocket(authorization: string | undefined): Promise<Principal>;
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
  const sockets = serveWebSockets(schema, services, authenticator, httpServer);
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: true,
    csrfPrevention: true,
    // The process stops in its own order: main.ts.
    stopOnTerminationSignals: false,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    formatError: (formatted, error) => formatError(formatted, error, services.log),
    plugins: [ApolloServerPluginDrainHttpServer({ httpServer }), ApolloServerPluginLandingPageDisabled()],
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

function serveWebSockets(schema: GraphQLSchema, services: Services, authenticator: Authenticator, httpServer: Server) {
  const server = new WebSocketServer({ server: httpServer, path: '/graphql', maxPayload: 1_048_576 });
  const principalOf = async (parameters: Record<string, unknown> | undefined): Promise<Principal> => {
    const authorization = parameters?.['authorization'] ?? parameters?.['Authorization'];
    return authenticator.webSocket(typeof authorization === 'string' ? authorization : undefined);
  };
  return useServer(
    {
      schema,
      onConnect: async ({ connectionParams }) => {
        const principal = await principalOf(connectionParams);
        return principal.kind === 'admin';
      },
      context: async ({ connectionParams }) => {
        const principal = await principalOf(connectionParams);
        if (principal.kind !== 'admin') throw new UserError('FORBIDDEN', 'WebSockets are for administrators');
        return newContext(services, { principal });
      },
      onError: (_context, _id, _payload, errors) =>
        errors.map((error) => formatError(error.toJSON(), error, services.log)) as never,
    },
    server,
    12_000,
  );
}
