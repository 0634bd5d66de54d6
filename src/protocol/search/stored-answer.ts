/** An answer as it was stored, in whatever way it was asked for → the standard's message. */
import type { JsonObject } from '../envelope/json.js';
import type { RegistryDefinition } from '../registries/definition.js';
import { writeSubscribeResponse, writeUnsubscribeResponse } from '../subscribe/subscribe.translate.js';
import type { SubscribeAnswer, UnsubscribeAnswer } from '../subscribe/subscription.js';
import { readShortPage } from '../short-form/short-form.js';
import type { ShortSearch } from '../short-form/short-form.schema.js';
import { writeSearchResponse, type SearchAnswer } from './search.translate.js';
import type { Operation } from '../vocabulary.js';

export interface StoredAnswer {
  /** How it was asked: the short form and GraphQL keep answers of their own form. */
  channel: string;
  operation: Operation;
  transactionId: string;
  receivedAt: Date;
  /** Of the short form, whose answers do not repeat what they were asked. */
  request: unknown;
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
  status_reason_code?: string;
  status_reason_message?: string;
  total_count: number;
  total_count_exact?: false;
  records: JsonObject[];
  subscription_code?: string;
  subscription_codes: string[];
}

/** There was one question without a reference id: the transaction id stands in for it. */
const head = (answer: ShortAnswer, { transactionId, receivedAt }: StoredAnswer) => ({
  reference_id: transactionId,
  timestamp: receivedAt.toISOString(),
  ...outcome(answer),
});

const outcome = ({ status, status_reason_code: code, status_reason_message: message }: ShortAnswer): JsonObject => ({
  status,
  ...(code === undefined ? {} : { status_reason_code: code }),
  ...(message === undefined ? {} : { status_reason_message: message }),
});

const SHORT: Partial<Record<Operation, Write<unknown>>> = {
  SEARCH: writes((answer: ShortAnswer, { regType, recordTypePrefix, recordTypes: [recordType] }, stored) => {
    const data = {
      version: '1.0.0',
      reg_type: regType,
      reg_record_type: `${recordTypePrefix}${recordType?.name ?? ''}`,
      reg_records: answer.records,
    };
    const { size, number } = readShortPage(Object(stored.request) as Partial<ShortSearch>);
    const pagination: JsonObject = { page_size: size, page_number: number, total_count: answer.total_count };
    if (answer.total_count_exact === false) pagination['total_count_exact'] = false;
    return { search_response: [{ ...head(answer, stored), data, pagination }] };
  }),
  SUBSCRIBE: writes((answer: ShortAnswer, _, stored) => {
    const item = head(answer, stored);
    const { subscription_code: code } = answer;
    if (code === undefined) return { subscribe_response: [item] };
    const subscriptions = [{ code, status: 'subscribe', timestamp: item.timestamp }];
    return { subscribe_response: [{ ...item, subscriptions }] };
  }),
  UNSUBSCRIBE: writes((answer: ShortAnswer, _, stored) => {
    const ended = answer.subscription_codes.map((code) => ({ code, status: 'unsubscribe' }));
    return { timestamp: stored.receivedAt.toISOString(), ...outcome(answer), subscription_status: ended };
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
