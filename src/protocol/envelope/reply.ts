/** What goes back: the superset header that satisfies both header schemas (protocol 2.4), ACKs and error bodies. */
import { randomUUID } from 'node:crypto';
import { uuidv7 } from '../../platform/uuid.js';
import type { ProtocolError } from '../errors.js';
import type { JsonObject } from './json.js';
import { WIRE_STATUS, type TransactionStatus } from '../vocabulary.js';
import { cutText } from '../text.js';

export interface ReplyStatus {
  status: TransactionStatus;
  totalCount: number;
  completedCount: number;
  reasonCode?: string;
  reasonMessage?: string;
}

/** Header of a reply or callback to `request`, from `serverId` back to its sender. */
export function replyHeader(
  action: string,
  request: { sender_id?: string | undefined; version?: string | undefined; is_msg_encrypted?: boolean | undefined },
  serverId: string,
  { status, totalCount, completedCount, reasonCode, reasonMessage }: ReplyStatus,
  now: Date,
  messageId: string = uuidv7(),
): JsonObject {
  return {
    version: request.version ?? '1.0.0',
    message_id: messageId,
    message_ts: now.toISOString(),
    action,
    status: WIRE_STATUS[status],
    ...(reasonCode === undefined ? {} : { status_reason_code: reasonCode }),
    ...(reasonMessage === undefined ? {} : { status_reason_message: cutText(reasonMessage, 999) }),
    total_count: totalCount,
    completed_count: completedCount,
    sender_id: serverId,
    ...(request.sender_id === undefined ? {} : { receiver_id: request.sender_id }),
    // What answers an encrypted message leaves encrypted; stored is the plain message under this header.
    is_msg_encrypted: request.is_msg_encrypted === true,
    meta: {},
  };
}

/** `Response` of async endpoints and receivers (protocol 2.6). */
export function ack(correlationId: string, now: Date): JsonObject {
  return { message: { ack_status: 'ACK', timestamp: now.toISOString(), correlation_id: correlationId } };
}

/** Both error shapes at once (protocol 2.7), with the id that the log has too. */
export function errorBody(
  error: Pick<ProtocolError, 'code' | 'message' | 'errorId'>,
  now: Date,
  correlationId: string = randomUUID(),
): JsonObject {
  const { code, errorId } = error;
  const message = cutText(error.message, 999);
  return {
    errors: [{ code, message }],
    message: {
      ack_status: 'ERR',
      timestamp: now.toISOString(),
      correlation_id: correlationId,
      error: { code, message },
    },
    error_id: errorId,
  };
}
