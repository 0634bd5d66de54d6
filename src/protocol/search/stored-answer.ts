/** An answer as it was stored, in whatever way it was asked for → the standard's message. */
import type { JsonObject } from '../envelope/json.js';
import type { RegistryDefinition } from '../registries/definition.js';
import { writeSubscribeResponse, writeUnsubscribeResponse } from '../subscribe/subscribe.translate.js';
import type { SubscribeAnswer, UnsubscribeAnswer } from '../subscribe/subscription.js';
import { writeSearchResponse, type SearchAnswer } from './search.translate.js';
import type { Operation } from '../vocabulary.js';

export interface StoredAnswer {
  /** How it was asked: the short form and GraphQL keep answers of their own form. */
  channel: string;
  operation: Operation;
  transactionId: string;
  receivedAt: Date;
  response: unknown;
}

type Write<Answer> = (response: Answer, definition: RegistryDefinition, stored: StoredAnswer) => JsonObject;

/** What an operation was answered with at this door is an `Answer`. */
const writes =
  <Answer>(write: Write<Answer>): Write<unknown> =>
  (response, definition, stored) =>
    write(response as Answer, definition, stored);

const GRAPHQL: Partial<Record<Operation, Write<unknown>>> = {
  SEARCH: writes<SearchAnswer>((answer, definition) => writeSearchResponse(answer, definition)),
  SUBSCRIBE: writes<SubscribeAnswer>(writeSubscribeResponse),
  UNSUBSCRIBE: writes<UnsubscribeAnswer>(writeUnsubscribeResponse),
};

interface ShortAnswer {
  status: string;
  total_count: number;
  total_count_exact?: false;
  records: JsonObject[];
  subscription_code: string;
  subscription_codes: string[];
}

/** There was one question without a reference id: the transaction id stands in for it. */
const head = ({ status }: ShortAnswer, { transactionId, receivedAt }: StoredAnswer) => ({
  reference_id: transactionId,
  timestamp: receivedAt.toISOString(),
  status,
});

const SHORT: Partial<Record<Operation, Write<unknown>>> = {
  SEARCH: writes((answer: ShortAnswer, { regType, recordTypePrefix, recordTypes: [recordType] }, stored) => {
    const data = {
      version: '1.0.0',
      reg_type: regType,
      reg_record_type: `${recordTypePrefix}${recordType?.name ?? ''}`,
      reg_records: answer.records,
    };
    const pagination: JsonObject = { page_size: 20, page_number: 1, total_count: answer.total_count };
    if (answer.total_count_exact === false) pagination['total_count_exact'] = false;
    return { search_response: [{ ...head(answer, stored), data, pagination }] };
  }),
  SUBSCRIBE: writes((answer: ShortAnswer, _, stored) => {
    const { timestamp, ...item } = head(answer, stored);
    const subscriptions = [{ code: answer.subscription_code, status: 'subscribe', timestamp }];
    return { subscribe_response: [{ ...item, timestamp, subscriptions }] };
  }),
  UNSUBSCRIBE: writes((answer: ShortAnswer, _, stored) => {
    const { status, timestamp } = head(answer, stored);
    const ended = answer.subscription_codes.map((code) => ({ code, status: 'unsubscribe' }));
    return { timestamp, status, subscription_status: ended };
  }),
};

/** Undefined where there is no answer yet, or it was purged. */
export function standardMessage(stored: StoredAnswer, definition: RegistryDefinition): JsonObject | undefined {
  const { channel, operation, response } = stored;
  if (typeof response !== 'object' || response === null) return undefined;
  const writers = channel === 'GRAPHQL' ? GRAPHQL : channel === 'SHORT' ? SHORT : undefined;
  if (writers !== undefined) return writers[operation]?.(response, definition, stored);
  return (response as { message?: JsonObject }).message;
}
