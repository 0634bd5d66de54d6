/** Short form of subscribe and unsubscribe ↔ domain. */
import { RequestInvalid } from '../errors.js';
import type { JsonObject } from '../envelope/json.js';
import type { RegistryDefinition } from '../registries/definition.js';
import { readShortCriteria } from './short-form.js';
import type { ShortSubscribe, ShortUnsubscribe } from './short-form.schema.js';
import type {
  SubscribeAnswer,
  SubscribeQuestion,
  UnsubscribeAnswer,
  UnsubscribeQuestion,
} from '../subscribe/subscription.js';
import { WIRE_STATUS } from '../vocabulary.js';

export function readShortSubscribe(message: ShortSubscribe, definition: RegistryDefinition): SubscribeQuestion {
  const { event_type: eventType, callback_url: callbackUrl, filter = {} } = message.subscription;
  const { queryType: filterType, query } = readShortCriteria(filter, definition);
  return {
    registry: definition.registry,
    transactionId: message.transaction_id,
    items: [{ referenceId: message.transaction_id, eventType, callbackUrl, filterType, filter: query }],
  };
}

/**
 * @throws RequestInvalid when it was refused: there is one wish, so its refusal is the request's; but an event type that
 *   the registry does not know is a business outcome
 */
export function writeShortSubscribe({ transactionId, correlationId, items: [item] }: SubscribeAnswer): JsonObject {
  if (item?.reasonCode === 'rjct.notify_types.invalid')
    return {
      transaction_id: transactionId,
      correlation_id: correlationId,
      status: WIRE_STATUS.REJECTED,
      status_reason_code: item.reasonCode,
      status_reason_message: item.reasonMessage ?? 'the registry does not know this event type',
    };
  if (item?.subscription === undefined || item.status === 'REJECTED')
    throw new RequestInvalid(`subscription: ${item?.reasonCode ?? 'rejected'}, ${item?.reasonMessage ?? ''}`);
  return {
    transaction_id: transactionId,
    correlation_id: correlationId,
    status: 'succ',
    subscription_code: item.subscription.code,
    state: item.subscription.state,
  };
}

export function readShortUnsubscribe(message: ShortUnsubscribe, definition: RegistryDefinition): UnsubscribeQuestion {
  return {
    registry: definition.registry,
    transactionId: message.transaction_id,
    codes: message.subscription_codes,
  };
}

export function writeShortUnsubscribe(answer: UnsubscribeAnswer): JsonObject {
  const { reasonCode, reasonMessage } = answer;
  return {
    transaction_id: answer.transactionId,
    correlation_id: answer.correlationId,
    status: WIRE_STATUS[answer.status],
    ...(reasonCode === undefined
      ? {}
      : { status_reason_code: reasonCode, status_reason_message: reasonMessage ?? 'rejected' }),
    subscription_codes: answer.codes.filter(({ ended }) => ended).map(({ code }) => code),
  };
}
