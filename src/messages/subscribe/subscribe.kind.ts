import { runs } from '../run.js';
import { subscribeRequest } from '../../protocol/subscribe/subscribe.schema.js';
import { readSubscribeRequest, writeSubscribeResponse } from '../../protocol/subscribe/subscribe.translate.js';
import type { SubscribeAnswer } from '../../protocol/subscribe/subscription.js';
import { defineKind } from '../message-kind.js';

export const SUBSCRIBE = runs(
  `mutation Subscribe($input: SubscribeInput!) { subscribe(input: $input) { correlationId } }`,
);

/** `subscribe` (protocol 3.5). */
export const subscribeKind = defineKind({
  action: 'subscribe',
  replyAction: 'on-subscribe',
  operation: 'SUBSCRIBE',
  message: subscribeRequest,
  run: SUBSCRIBE,
  read: (message, { definition, header }) => readSubscribeRequest(message, definition.registry, header.sender_uri),
  write: (answer: SubscribeAnswer, { definition }) => writeSubscribeResponse(answer, definition),
  items: ({ subscribe_request: items }) => items.map(({ reference_id: id }) => id),
  status: ({ status, items, completedCount }: SubscribeAnswer) => ({
    status,
    totalCount: items.length,
    completedCount,
  }),
  empty: (ids) => ({ ...ids, subscribe_response: [] }),
});
