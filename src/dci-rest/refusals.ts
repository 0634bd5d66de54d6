/** Every refusal: one error body, one log line without personal data, one row in the audit with the reason. */
import { createHash } from 'node:crypto';
import { recordTransaction, type TransactionChannel } from '../entities/transaction.repository.js';
import { HeaderRejected, ProtocolError, ServiceUnavailable, TooManyRequests } from '../protocol/errors.js';
import type { JsonObject } from '../protocol/json.js';
import { errorBody } from '../protocol/reply.js';
import type { Exchange, Reply } from './exchange.js';
import type { FacadeServices } from './services.js';

/** Turns whatever a handler threw into the reply that refuses, after recording it. */
export async function refuse(
  error: unknown,
  exchange: Exchange,
  services: FacadeServices,
  channel: TransactionChannel,
): Promise<Reply> {
  const refusal = error instanceof ProtocolError ? error : masked(error, services);
  const { code, status, errorId, message, retryAfter } = refusal;
  services.log.info(
    { errorId, code, status, sender: exchange.sender?.senderId, cause: refusal.cause },
    'request refused',
  );
  if (!(refusal instanceof TooManyRequests && exchange.sender === undefined))
    await record(refusal, exchange, services, channel).catch((cause: unknown) =>
      services.log.error({ errorId, err: cause }, 'a refusal could not be recorded'),
    );
  const body = errorBody({ code, errorId, message }, services.clock(), exchange.correlationId);
  return { status, body, ...(retryAfter === undefined ? {} : { headers: { 'Retry-After': String(retryAfter) } }) };
}

/** A fault of ours is logged whole and told as unavailable: the partner may try again. */
function masked(error: unknown, { log }: FacadeServices): ProtocolError {
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
      senderId: sender?.senderId ?? null,
      messageId: text(header?.message_id),
      transactionId: isRecord(message) ? text(message['transaction_id']) : text(document['transaction_id']),
      correlationId: exchange.correlationId,
      action: text(header?.action),
      channel,
      operation: exchange.operation ?? null,
      registry: exchange.definition?.registry ?? null,
      status: 'REJECTED',
      statusReasonCode: error instanceof HeaderRejected ? error.reason : error.code,
      statusReasonMessage: error.message.slice(0, 999),
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
  services.tail.nudge();
}

/** Before authentication nobody vouches for the body: only its size and digest are kept. */
function sizeAndDigest(body: Buffer): JsonObject {
  return { size: body.length, sha256: createHash('sha256').update(body).digest('hex') };
}

function requestOf({ signature: _, ...unsigned }: JsonObject): JsonObject {
  return unsigned;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const text = (value: unknown): string | null => (typeof value === 'string' ? value.slice(0, 255) : null);
