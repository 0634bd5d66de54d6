/** What this server sends of itself: the answers of asynchronous requests, and notifications. */
import type { JsonObject } from '../../protocol/envelope/json.js';
import type { Endpoint } from '../../messages/endpoints.js';
import { answerEnvelope } from './envelopes.js';
import { ref } from './schemas.js';

export const WEBHOOKS_TAG = {
  name: 'callbacks',
  'x-displayName': 'Callbacks to you',
  description:
    'Signed as your requests are, and delivered at least once: verify the signature, acknowledge with 2xx, and know a `message_id` that comes again.',
};

export function webhooks(endpoints: Endpoint[]): JsonObject {
  const later = endpoints.filter(({ mode }) => mode === 'ASYNC');
  return Object.fromEntries([
    ...later.map((endpoint) => [
      endpoint.kind.replyAction,
      webhook(
        endpoint.kind.replyAction,
        answerEnvelope(endpoint),
        'The answer of a request that was accepted, to its `header.sender_uri`.',
      ),
    ]),
    [
      'notify',
      webhook(
        'notify',
        'NotifyEnvelope',
        'An event that a subscription asked for, to its address; without an event and with `meta.test` a test.',
      ),
    ],
  ]) as JsonObject;
}

const webhook = (action: string, envelope: string, description: string): JsonObject => ({
  post: {
    operationId: `told_${action}`,
    tags: [WEBHOOKS_TAG.name],
    summary: action,
    description,
    security: [],
    requestBody: { required: true, content: { 'application/json': { schema: ref(envelope) } } },
    responses: {
      '200': {
        description: 'Taken. Anything but 2xx, or `ack_status` ERR, is delivered again.',
        content: { 'application/json': { schema: ref('Acknowledgement') } },
      },
      '4XX': { description: 'Not taken: no valid signature, or not valid.' },
    },
  },
});
