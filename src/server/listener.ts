/** What answers a request: messages and operations in their usual form straight away, everything else through Express. */
import type { RequestListener } from 'node:http';
import express, { type Express } from 'express';
import { oauthRouter } from '../dci-rest/oauth.router.js';
import { openApiRouter } from '../dci-rest/openapi/openapi.router.js';
import { dciPosts, type Post } from '../dci-rest/posts.js';
import { dciRouter } from '../dci-rest/router.js';
import { hasAccounts } from '../entities/admins/admin-session.repository.js';
import type { OidcAdmins } from '../access/oidc-admin.js';
import type { FacadeServices } from '../dci-rest/services.js';
import type { GraphqlServer } from '../graphql/server.js';
import { straightTo } from '../dci-rest/straight.js';
import type { Config } from '../platform/config.js';
import type { Metrics } from '../platform/metrics.js';
import { adminSessionRouter } from './admin-session.router.js';
import { backchannelLogoutRouter } from './backchannel-logout.router.js';
import { consoleRouter } from './console.router.js';
import { filesRouter, type AdminOf } from './files.router.js';
import { answerFault, lastResort, methodsRouter, noSuchPath } from './fallback.js';
import { operationsRouter } from './operations.router.js';
import { wellKnownRouter } from './well-known.router.js';
import { measureRequests } from './request-metrics.js';

/** @param graphql at `/graphql` */
export function createListener(
  services: FacadeServices,
  graphql: Pick<GraphqlServer, 'router' | 'straight'>,
  config: Config,
  metrics: Metrics,
  adminOf: AdminOf,
  oidc: OidcAdmins | undefined,
): RequestListener {
  const posts = dciPosts(services);
  const straight = straightTo(posts, services);
  const app = expressApp(posts, services, graphql.router, config, metrics, adminOf, oidc);
  return measureRequests({ metrics, ...services }, (request, response) => {
    const answered = straight(request, response) ?? graphql.straight(request, response);
    if (answered === undefined) app(request, response);
    else answered.catch((error: unknown) => answerFault(error, response, services));
  });
}

function expressApp(
  posts: ReadonlyMap<string, Post>,
  services: FacadeServices,
  graphql: express.Router,
  config: Config,
  metrics: Metrics,
  adminOf: AdminOf,
  oidc: OidcAdmins | undefined,
): Express {
  const app = express().disable('x-powered-by').disable('etag').set('trust proxy', services.trusts);
  app.use(nothingSniffed);
  app.use(methodsRouter());
  app.use('/graphql', graphql);
  app.use('/dci/v1', openApiRouter(services));
  app.use('/dci/v1', dciRouter(posts, services));
  app.use(oauthRouter(services, { publicUrl: services.settings.publicUrl, tokenTtlSeconds: config.tokenTtlSeconds }));
  const { securityContacts } = config;
  app.use(wellKnownRouter({ publicUrl: services.settings.publicUrl, clock: services.clock, securityContacts }));
  app.use('/files', filesRouter(services, adminOf));
  app.use(adminSessionRouter(services));
  if (oidc !== undefined) app.use(backchannelLogoutRouter(services, oidc));
  app.use(consoleRouter(config, () => hasAccounts(services.database)));
  app.use(operationsRouter(services, metrics, config.maxSourceLagSeconds));
  app.use(noSuchPath);
  app.use(lastResort(services));
  return app;
}

/** Of every answer: a browser takes it as what it says it is. */
const nothingSniffed: express.RequestHandler = (_request, response, next) => {
  response.set('X-Content-Type-Options', 'nosniff');
  next();
};
