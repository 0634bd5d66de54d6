/**
 * Who is calling `/graphql`. Partners stand to the right of the use cases: their token alone opens no record, so a POST
 * must carry an HTTP signature too, unless the sender may leave messages unsigned.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Admins } from '../access/admins.js';
import { ANONYMOUS, type Principal } from '../access/principal.js';
import { claimQuery } from '../entities/transactions/seen-message.repository.js';
import type { DirectCall } from '../use-cases/call.js';
import { DomainError } from '../use-cases/errors.js';
import { ANSWERED_BEFORE } from '../graphql/errors.js';
import type { OperationRequest } from '../graphql/door.js';
import type { Authenticator, Caller } from '../graphql/server.js';
import { ProtocolError, RequestInvalid, TokenInvalid } from '../protocol/errors.js';
import { pass } from './checks/check.js';
import { PARTNER_GRAPHQL } from './doors.js';
import { Exchange } from './exchange.js';
import { hasToken } from './held-body.js';
import { callOf } from './partner-call.js';
import { receivedOf } from './received.js';
import { settleRefusal } from './refusals.js';
import { countOutcome, countReply } from './traffic.js';
import type { FacadeServices } from './services.js';
import { httpSignature } from './signing.js';

export function createAuthenticator(services: FacadeServices, admins: Admins): Authenticator {
  return {
    http: async (request) => {
      const token = bearer(request.headers.authorization);
      if (token === undefined) return { principal: ANONYMOUS };
      const admin = await admins.authenticate(token).catch((error: unknown) => tell(error, services));
      return admin === undefined ? authenticatePartner(services, request) : { principal: admin };
    },
    knows: async (request) => {
      const token = bearer(request.headers.authorization);
      if (token === undefined) return false;
      return (await authenticateAdmin(admins, token)) !== undefined || hasToken(request, services);
    },
    webSocket: async (authorization) => {
      const token = bearer(authorization);
      return (token === undefined ? undefined : await authenticateAdmin(admins, token)) ?? ANONYMOUS;
    },
  };
}

/** Why somebody could not sign in is found by the `errorId` that they were told. */
function tell(error: unknown, { log }: FacadeServices): never {
  if (error instanceof ProtocolError) {
    const { code, status, errorId, cause } = error;
    log[status < 500 ? 'info' : 'warn']({ errorId, code, status, cause }, 'an administrator was refused');
  }
  throw error;
}

/** Of whom every refusal is the same: on a WebSocket there is no status to tell them apart. */
async function authenticateAdmin(admins: Admins, token: string): Promise<Principal | undefined> {
  try {
    return await admins.authenticate(token);
  } catch (error) {
    if (error instanceof TokenInvalid) return undefined;
    throw error;
  }
}

function bearer(authorization: string | undefined): string | undefined {
  return /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
}

async function authenticatePartner(services: FacadeServices, request: OperationRequest): Promise<Caller> {
  const { rawBody: body = Buffer.alloc(0) } = request;
  const exchange = new Exchange(receivedOf(request, body, services), undefined, undefined, services.clock());
  try {
    await pass(PARTNER_GRAPHQL, exchange, services, undefined);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const charged = await settleRefusal(error, exchange, services, 'GRAPHQL');
    throw refusal(charged.refusal);
  }
  const call = graphqlCall(services, exchange, body);
  return {
    principal: exchange.principal,
    call,
    refused: (error) => settleRefused(error, call, exchange, services),
    ...(exchange.signed ? { claimQuery: () => claimOnce(services, exchange, body) } : {}),
    ...(exchange.signed ? { sign: (response) => httpSignature(services, response) } : {}),
  };
}

/** What was signed once is asked once, though it only reads. @throws DomainError CONFLICT */
async function claimOnce({ database }: FacadeServices, exchange: Exchange, body: Buffer): Promise<void> {
  const { nonce: messageId = randomUUID(), receivedAt, knownSender } = exchange;
  const digest = digestOf(body);
  if (!(await claimQuery(database, { senderId: knownSender.senderId, messageId, digest, receivedAt })))
    throw new DomainError('CONFLICT', ANSWERED_BEFORE);
}

const digestOf = (body: Buffer): Buffer => createHash('sha256').update(body).digest();

/** An operation that failed before any use case settled it leaves a row too. */
async function settleRefused(
  error: ProtocolError,
  call: DirectCall,
  exchange: Exchange,
  services: FacadeServices,
): Promise<void> {
  if (call.settled) return;
  const { refusal: settled } = await settleRefusal(error, exchange, services, 'GRAPHQL');
  countReply(services, exchange, { status: settled.status, body: {} });
}

/** A bearer token alone is FORBIDDEN, as a missing signature is called here (contract: GraphQL); waiting helps with 429 and 503. */
function refusal(error: ProtocolError): Error {
  if (error instanceof RequestInvalid) return new DomainError('INVALID', error.message);
  if (error.status === 429 || error.status === 503) return error;
  const code = error.status === 401 && error.code === 'err.request.unauthorized' ? 'UNAUTHENTICATED' : 'FORBIDDEN';
  // Whoever is no partner may be an administrator whose session has ended.
  const remedy = error instanceof TokenInvalid ? '; an administrator signs in again' : '';
  return new DomainError(code, `${error.message}${remedy}`);
}

function graphqlCall(services: FacadeServices, exchange: Exchange, body: Buffer): DirectCall {
  return callOf(services, exchange, {
    channel: 'GRAPHQL',
    messageId: exchange.nonce ?? randomUUID(),
    action: 'graphql',
    digest: digestOf(body),
    request: body.length === 0 ? null : exchange.document,
    settled: (outcome) => countOutcome(services, exchange, outcome),
    encode: (result) => result,
  });
}
