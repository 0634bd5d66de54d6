/** Every refusal: one error body, one log line without personal data, one row in the audit with the reason. */
import { createHash } from 'node:crypto';
import type { QuotaState } from '../access/shared-quota.js';
import { isObject } from '../platform/plain-object.js';
import { tookTooLong } from '../graphql/errors.js';
import { recordTransaction, type TransactionChannel } from '../entities/transactions/transaction.repository.js';
import { protocolErrorOf } from '../use-cases/errors.js';
import {
  Forbidden,
  HeaderRejected,
  type ProtocolError,
  ServiceUnavailable,
  SignatureInvalid,
  SignatureMissing,
  TooManyRequests,
} from '../protocol/errors.js';
import type { JsonObject } from '../protocol/envelope/json.js';
import { errorBody } from '../protocol/envelope/reply.js';
import { provenByToken } from './checks/caller.check.js';
import type { Exchange, Reply } from './exchange.js';
import { rateLimitHeaders } from './rate-limit.headers.js';
import type { FacadeServices } from './services.js';
import { cutText } from '../protocol/text.js';

/** Turns whatever a handler threw into the reply that refuses, after recording it. */
export async function refuse(
  error: unknown,
  exchange: Exchange,
  services: FacadeServices,
  channel: TransactionChannel,
): Promise<Reply> {
  const { refusal, quotas } = await settleRefusal(error, exchange, services, channel);
  const { headers, ...reply } = replyOf(refusal, exchange, services);
  return { ...reply, headers: { ...headers, ...rateLimitHeaders(quotas) } };
}

export function replyOf(refusal: ProtocolError, { correlationId }: Exchange, { clock }: FacadeServices): Reply {
  const { status, retryAfter, challenge } = refusal;
  const headers: Record<string, string> = {
    ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
    ...(challenge === undefined ? {} : { 'WWW-Authenticate': challenge }),
  };
  return { status, body: errorBody(refusal, clock(), correlationId), headers };
}

/** Charges, logs and records a refusal, whatever its form will be. */
export async function settleRefusal(
  error: unknown,
  exchange: Exchange,
  services: FacadeServices,
  channel: TransactionChannel,
): Promise<Charged> {
  const charged = await chargeUnproven(protocolErrorOf(error) ?? masked(error, services), exchange, services);
  const { refusal, first } = charged;
  const { code, status, errorId, cause } = refusal;
  services.log.info({ errorId, code, status, sender: exchange.sender?.senderId, cause }, 'request refused');
  // One row a window says it all; a row for each would let a flood through to the database.
  if (!(refusal instanceof TooManyRequests) || first)
    try {
      await record(refusal, exchange, services, channel);
    } catch (failure) {
      services.log.error({ errorId, err: failure }, 'a refusal could not be recorded');
    }
  return charged;
}

interface Charged {
  refusal: ProtocolError;
  quotas: QuotaState[];
  first: boolean;
}

/** A refused request that is not proven to be anybody's is paid by its address, or by the client its token names. */
async function chargeUnproven(
  refusal: ProtocolError,
  exchange: Exchange,
  { limiter }: FacadeServices,
): Promise<Charged> {
  const { quotas, token, request } = exchange;
  const last = quotas?.at(-1);
  if (quotas !== undefined) return { refusal, quotas, first: last?.allowed !== false || last.first === true };
  // A fault of ours is nobody's.
  if (refusal.status >= 500) return { refusal, quotas: [], first: false };
  const quota = await limiter.byUnproven({ address: request.remoteAddress, clientId: token?.clientId });
  if (quota.allowed) return { refusal, quotas: [], first: false };
  const tooMany = new TooManyRequests('too many refused requests: wait as Retry-After says', quota.reset);
  return { refusal: tooMany, quotas: [quota], first: quota.first ?? false };
}

/** A fault of ours is logged whole and told as unavailable: the partner may try again. */
function masked(error: unknown, { log }: FacadeServices): ProtocolError {
  if (tookTooLong(error))
    return new ServiceUnavailable('the request took too long: ask for less at once', { cause: error });
  const refusal = new ServiceUnavailable(
    'the request could not be answered; try again later, and quote error_id if it persists',
  );
  log.error({ errorId: refusal.errorId, err: error }, 'a request failed');
  return refusal;
}

async function record(
  error: ProtocolError,
  exchange: Exchange,
  services: FacadeServices,
  channel: TransactionChannel,
): Promise<void> {
  const { sender, header, document, request } = exchange;
  const proven = sender !== undefined && exchange.signed;
  const now = services.clock();
  const message: unknown = document['message'];
  await recordTransaction(
    services.database,
    services.vault,
    {
      senderId: sender?.senderId ?? (await provenByToken(exchange, services)) ?? null,
      messageId: text(header?.message_id),
      transactionId: isObject(message) ? text(message['transaction_id']) : text(document['transaction_id']),
      correlationId: exchange.correlationId,
      action: text(header?.action),
      channel,
      operation: exchange.operation ?? null,
      registry: exchange.definition?.registry ?? null,
      status: 'REJECTED',
      statusReasonCode: error instanceof HeaderRejected ? error.reason : error.code,
      statusReasonMessage: text(error.message, 999),
      accessDecision: decisionBehind(error),
      digest: null,
      claim: false,
      request: proven ? requestOf(document) : sizeAndDigest(request.body),
      response: { code: error.code, message: error.message },
      receivedAt: exchange.receivedAt,
      processedAt: now,
      errorId: error.errorId,
      remoteAddress: request.remoteAddress ?? null,
    },
    now,
  );
}

/** Why access was refused, or which part of the signature failed, which the partner is not told. */
function decisionBehind(error: ProtocolError): Record<string, unknown> | undefined {
  if (error instanceof Forbidden) return error.decision;
  const fault = error instanceof SignatureMissing ? 'MISSING' : error instanceof SignatureInvalid && error.fault;
  if (fault === false) return undefined;
  return { allowed: false, reason: 'SIGNATURE', signature: fault, explanation: error.message };
}

/** Before authentication nobody vouches for the body: only its size and digest are kept. */
function sizeAndDigest(body: Buffer): JsonObject {
  return { size: body.length, sha256: createHash('sha256').update(body).digest('hex') };
}

function requestOf(document: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(document).filter(([name]) => name !== 'signature'));
}

/** Without NUL and halves of surrogate pairs, which PostgreSQL's text has not: what a stranger sent must not keep its refusal out of the audit. */
const text = (value: unknown, most = 255): string | null =>
  typeof value === 'string' ? cutText(value.replaceAll('\0', ''), most) : null;
