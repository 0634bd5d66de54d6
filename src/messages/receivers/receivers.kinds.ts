/** What partners send us unasked or in answer: `notify` and the `on-…` messages (protocol 5, 3.4 to 3.7). */
import type { z } from 'zod';
import { UNKNOWN_CORRELATION } from '../../use-cases/callbacks/callback.js';
import type { CallbackResult } from '../../use-cases/callbacks/callback.types.js';
import { runs } from '../run.js';
import type { PushAnswer } from '../../protocol/notify/enrollment.js';
import type { JsonObject } from '../../protocol/envelope/json.js';
import {
  notifyRequest,
  searchResponse,
  subscribeResponse,
  txnStatusResponse,
  unsubscribeResponse,
  type CallbackMessage,
} from '../../protocol/notify/received.schema.js';
import { readNotifyRequest } from '../../protocol/notify/received.translate.js';
import type { ReplyStatus } from '../../protocol/envelope/reply.js';
import { cutText } from '../../protocol/text.js';
import type { Operation } from '../../protocol/vocabulary.js';
import { defineKind, type MessageKind } from '../message-kind.js';

export const NOTIFY = runs(`mutation Notify($input: NotifyInput!) { notify(input: $input) { correlationId } }`);
const CALLBACK = runs(
  `mutation ReceiveCallback($input: CallbackInput!) { receiveCallback(input: $input) { correlationId } }`,
);

/** `Response` (protocol 2.6) without its time. */
const acknowledge = ({ correlationId }: { correlationId: string }): JsonObject => ({
  ack_status: 'ACK',
  correlation_id: correlationId,
});

/** Beside the `ACK`, which says that it need not be sent again (protocol 5). */
function notApplied({ items }: PushAnswer): JsonObject {
  const told = items.flatMap(({ referenceId, reason }) =>
    reason === undefined ? [] : [{ reference_id: referenceId, status_reason_message: cutText(reason, 999) }],
  );
  return told.length === 0 ? {} : { not_applied: told };
}

/** The reply has no header. */
const status = (): ReplyStatus => ({ status: 'SUCCEEDED', totalCount: 1, completedCount: 1 });

export const notifyKind = defineKind({
  action: 'notify',
  replyAction: 'notify',
  operation: 'NOTIFY',
  message: notifyRequest,
  bare: (messageId) => ({ transaction_id: messageId, notify_event: [] }),
  run: NOTIFY,
  read: (message, { definition }) => readNotifyRequest(message, definition.registry),
  write: (answer: PushAnswer) => ({ ...acknowledge(answer), ...notApplied(answer) }),
  items: ({ notify_event: events }) => events.map(({ reference_id: id }) => id),
  status,
});

const callbackKind = (
  action: string,
  operation: Operation,
  message: z.ZodType<CallbackMessage>,
  bare?: (messageId: string) => CallbackMessage,
): MessageKind =>
  defineKind({
    action,
    replyAction: action,
    operation,
    message,
    run: CALLBACK,
    ...(bare === undefined ? {} : { bare }),
    read: (received: CallbackMessage, { definition: { registry } }) => ({
      registry,
      operation,
      transactionId: received.transaction_id,
      correlationId: received.correlation_id,
      ...(received.subscribe_response && { subscriptionCodes: grantedIn(received.subscribe_response) }),
    }),
    write: (result: CallbackResult) =>
      result.known
        ? acknowledge(result)
        : {
            ack_status: 'ERR',
            correlation_id: result.correlationId,
            error: { code: 'err.request.not_found', message: UNKNOWN_CORRELATION },
          },
    status,
  });

/** New ones, those that wait for approval, and the one that was there already: a refusal names none. */
const grantedIn = (items: NonNullable<CallbackMessage['subscribe_response']>): string[] =>
  items.flatMap(({ subscriptions = [] }) => subscriptions.flatMap(({ code }) => code ?? []));

/** Without a message it belongs to no request that could be looked up. */
const ofNoRequest = (messageId: string): CallbackMessage => ({ transaction_id: messageId });

export const onSearchKind = callbackKind('on-search', 'SEARCH', searchResponse, ofNoRequest);
export const onSubscribeKind = callbackKind('on-subscribe', 'SUBSCRIBE', subscribeResponse);
export const onUnsubscribeKind = callbackKind('on-unsubscribe', 'UNSUBSCRIBE', unsubscribeResponse);
export const onStatusKind = callbackKind('txn-on-status', 'TXN_STATUS', txnStatusResponse, ofNoRequest);
