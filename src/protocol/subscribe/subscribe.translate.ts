/** Subscriptions between wire and domain (protocol 3.5, 3.6); snake case stops here. */
import type { Json, JsonObject } from '../envelope/json.js';
import type { RegistryDefinition } from '../registries/definition.js';
import type { SubscribeRequest, UnsubscribeRequest } from './subscribe.schema.js';
import type {
  SubscribeAnswer,
  SubscribeItem,
  SubscribeItemAnswer,
  SubscribeQuestion,
  SubscriptionFacts,
  UnsubscribeAnswer,
  UnsubscribeQuestion,
} from './subscription.js';
import { QUERY_TYPE, WIRE_QUERY_TYPE } from '../search/search.translate.js';
import { WIRE_STATUS, type Registry } from '../vocabulary.js';
import { cutText } from '../text.js';

/** SubscribeRequest → question. */
export function readSubscribeRequest(
  message: SubscribeRequest,
  registry: Registry,
  senderUri: string | undefined,
): SubscribeQuestion {
  const items = message.subscribe_request.map((item): SubscribeItem => {
    const criteria = item.subscribe_criteria;
    return {
      referenceId: item.reference_id,
      timestamp: item.timestamp,
      locale: item.locale,
      eventType: criteria.reg_event_type,
      recordType: criteria.notify_record_type,
      filterType: criteria.filter_type === undefined ? undefined : QUERY_TYPE[criteria.filter_type],
      filter: criteria.filter,
      frequency: criteria.frequency,
      authorize: criteria.authorize,
    };
  });
  return { registry, transactionId: message.transaction_id, senderUri, items };
}

/** Answer → SubscribeResponse. */
export function writeSubscribeResponse(answer: SubscribeAnswer, definition: RegistryDefinition): JsonObject {
  return {
    transaction_id: answer.transactionId,
    correlation_id: answer.correlationId,
    subscribe_response: answer.items.map((item): JsonObject => ({
      reference_id: item.referenceId,
      timestamp: item.timestamp,
      status: WIRE_STATUS[item.status],
      ...writeReason(item),
      ...(item.subscription === undefined
        ? {}
        : { subscriptions: [writeSubscriptionInfo(item.subscription, definition)] }),
      ...(item.locale === undefined ? {} : { locale: item.locale }),
    })),
  };
}

export function readUnsubscribeRequest(message: UnsubscribeRequest, registry: Registry): UnsubscribeQuestion {
  return { registry, transactionId: message.transaction_id, codes: message.subscription_codes };
}

/** Answer → UnSubscribeResponse. */
export function writeUnsubscribeResponse(answer: UnsubscribeAnswer): JsonObject {
  return {
    transaction_id: answer.transactionId,
    correlation_id: answer.correlationId,
    timestamp: answer.timestamp,
    status: WIRE_STATUS[answer.status],
    ...writeReason(answer),
    subscription_status: answer.codes.map(({ code, ended }) => ({ code, status: ended ? 'unsubscribe' : 'subscribe' })),
  };
}

type Reasoned = Pick<SubscribeItemAnswer, 'reasonCode' | 'reasonMessage'>;

function writeReason({ reasonCode, reasonMessage }: Reasoned): JsonObject {
  if (reasonCode === undefined) return {};
  return { status_reason_code: reasonCode, status_reason_message: cutText(reasonMessage ?? 'rejected', 999) };
}

const LIVE = new Set(['PENDING', 'ACTIVE', 'PAUSED', 'SUSPENDED']);

function writeSubscriptionInfo(facts: SubscriptionFacts, definition: RegistryDefinition): JsonObject {
  const { subscribedEvents } = definition;
  const optional = {
    reg_event_type: subscribedEvents?.includes(facts.eventType) === false ? undefined : facts.eventType,
    frequency: facts.frequency,
    filter_type: facts.filterType == null ? undefined : WIRE_QUERY_TYPE[facts.filterType],
    filter: facts.filter,
    notify_record_type: facts.recordType,
    locale: facts.locale,
  };
  return {
    version: '1.0.0',
    code: facts.code,
    status: LIVE.has(facts.state) ? 'subscribe' : 'unsubscribe',
    timestamp: facts.timestamp,
    reg_type: definition.regType,
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value != null)) as Record<string, Json>),
  };
}
