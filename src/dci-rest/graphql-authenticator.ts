/**
 * Who is calling `/graphql`. Partners stand to the right of the use cases: their token alone opens no record, so a POST
 * must carry an HTTP signature too, unless the sender may leave messages unsigned.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Request } from 'express';
import type { AdminToken } from '../access/admin-token.js';
import { ANONYMOUS, type Principal } from '../access/principal.js';
import { DirectCall } from '../graphql/call.js';
import { UserError } from '../graphql/errors.js';
import type { Authenticator } from '../graphql/server.js';
import { ProtocolError } from '../protocol/errors.js';
import { certificateOf } from './client-certificate.header.js';
import { findSender, limitBySender, requireClearReply, requireToken, verifyHttp } from './checks.js';
import { Exchange } from './exchange.js';
import { chargeStranger } from './refusals.js';
import type { FacadeServices } from './services.js';

export function createAuthenticator(services: FacadeServices, adminToken: AdminToken): Authenticator {
  return {
    http: async (request) => {
      const token = bearer(request.headers.authorization);
      if (token === undefined) return { principal: ANONYMOUS };
      const admin = adminToken.authenticate(token);
      return admin === undefined ? authenticatePartner(services, request) : { principal: admin };
    },
    webSocket: async (authorization) => {
      const token = bearer(authorization);
      return (token === undefined ? undefined : adminToken.authenticate(token)) ?? ANONYMOUS;
    },
  };
}

function bearer(authorization: string | undefined): string | undefined {
  return /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
}

async function authenticatePartner(
  services: FacadeServices,
  request: Request,
): Promise<{ principal: Principal; call: DirectCall }> {
  const { method, originalUrl: url, headers, ip: remoteAddress } = request;
  const body = (request as { rawBody?: Buffer }).rawBody ?? Buffer.alloc(0);
  const certificate = certificateOf(request, services.mtlsHeader);
  const exchange = new Exchange(
    { method, url, headers, body, remoteAddress, certificate },
    undefined,
    undefined,
    services.clock(),
  );
  const none = { action: 'graphql', message: undefined as never };
  try {
    await requireToken(exchange, services, none);
    await findSender(exchange, services, none);
    await verifyHttp(exchange, services);
    await requireClearReply(exchange, services, none);
    await limitBySender(exchange, services, none);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const charged = await chargeStranger(error, exchange, services);
    throw refusal(charged.refusal);
  }
  return { principal: exchange.principal, call: graphqlCall(services, exchange, body) };
}

function refusal(error: ProtocolError): UserError {
  const code = error.status === 401 && error.code === 'err.request.unauthorized' ? 'UNAUTHENTICATED' : 'FORBIDDEN';
  return new UserError(code, error.message);
}

function graphqlCall(services: FacadeServices, exchange: Exchange, body: Buffer): DirectCall {
  return new DirectCall(
    { sql: services.database, vault: services.vault, clock: services.clock },
    {
      channel: 'GRAPHQL',
      senderId: exchange.knownSender.senderId,
      messageId: exchange.nonce ?? randomUUID(),
      action: 'graphql',
      correlationId: exchange.correlationId,
      digest: createHash('sha256').update(body).digest(),
      request: JSON.parse(body.toString('utf8') || 'null') as unknown,
      receivedAt: exchange.receivedAt,
      remoteAddress: exchange.request.remoteAddress,
      encode: (result) => result,
    },
  );
}
