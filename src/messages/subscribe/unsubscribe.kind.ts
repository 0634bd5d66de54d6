import { runs } from '../run.js';
import { unsubscribeRequest } from '../../protocol/subscribe/subscribe.schema.js';
import { readUnsubscribeRequest, writeUnsubscribeResponse } from '../../protocol/subscribe/subscribe.translate.js';
import type { UnsubscribeAnswer } from '../../protocol/subscribe/subscription.js';
import { defineKind } from '../message-kind.js';

export const UNSUBSCRIBE = runs(
  `mutation Unsubscribe($input: UnsubscribeInput!) { unsubscribe(input: $input) { correlationId } }`,
);

/** `unsubscribe` (protocol 3.6): a batch of codes without items. */
export const unsubscribeKind = defineKind({
  action: 'unsubscribe',
  replyAction: 'on-unsubscribe',
  operation: 'UNSUBSCRIBE',
  message: unsubscribeRequest,
  run: UNSUBSCRIBE,
  read: (message, { definition }) => readUnsubscribeRequest(message, definition.registry),
  write: (answer: UnsubscribeAnswer) => writeUnsubscribeResponse(answer),
  status: ({ status }: UnsubscribeAnswer) => ({
    status,
    totalCount: 1,
    completedCount: status === 'SUCCEEDED' ? 1 : 0,
  }),
});
