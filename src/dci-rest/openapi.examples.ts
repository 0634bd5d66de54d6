/**
 * Example messages of the OpenAPI document, per path; each works as it stands for the demo partner, whose messages may be
 * unsigned. Times and ids are made when the document is served, since a message is fresh for 300 seconds only.
 */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../protocol/json.js';

/** The specification's example person. */
const UIN = '847951632';
const identifier = { type: 'UIN', value: UIN };

type Example = (now: string) => JsonObject;

const search: Example = (now) => ({
  transaction_id: randomUUID(),
  search_request: [
    {
      reference_id: '1',
      timestamp: now,
      search_criteria: { query_type: 'idtype-value', query: identifier, pagination: { page_size: 20, page_number: 1 } },
    },
  ],
});

const status: Example = () => ({
  transaction_id: randomUUID(),
  txnstatus_request: {
    reference_id: '1',
    txn_type: 'search',
    attribute_type: 'transaction_id',
    attribute_value: randomUUID(),
  },
});

const disabled: Example = () => ({
  transaction_id: randomUUID(),
  disabled_criteria: { query_type: 'expression', query: { 'member.member_identifier': { eq: UIN } } },
});

const answered = (now: string): JsonObject => ({
  transaction_id: randomUUID(),
  correlation_id: randomUUID(),
  timestamp: now,
  status: 'succ',
});

export const MESSAGE_EXAMPLES: Record<string, Example> = {
  '/search': search,
  '/sync/search': search,
  '/subscribe': (now) => ({
    transaction_id: randomUUID(),
    subscribe_request: [
      {
        reference_id: '1',
        timestamp: now,
        subscribe_criteria: {
          reg_event_type: 'REGISTER',
          filter_type: 'idtype-value',
          filter: identifier,
          notify_record_type: '',
        },
      },
    ],
  }),
  '/unsubscribe': (now) => ({ transaction_id: randomUUID(), timestamp: now, subscription_codes: ['SUB-example'] }),
  '/txn/status': status,
  '/sync/txn/status': status,
  '/sync/disabled': disabled,
  '/sync/get-disability-details': disabled,
  '/sync/get-disability-support': disabled,
  '/sync/enrolled': () => ({
    transaction_id: randomUUID(),
    enrolled_criteria: { query_type: 'expression', query: { person_identifier: { eq: UIN } } },
  }),
  '/on-search': (now) => ({ ...answered(now), search_response: [] }),
  '/on-subscribe': (now) => ({ ...answered(now), subscribe_response: [] }),
  '/on-unsubscribe': answered,
  '/txn/on-status': (now) => ({ ...answered(now), txnstatus_response: { txn_type: 'search', txn_status: {} } }),
};

const short = (): JsonObject => ({ transaction_id: randomUUID(), sender_id: 'demo-partner' });

export const SHORT_EXAMPLES: Record<string, () => JsonObject> = {
  '/search': () => ({ ...short(), search_criteria: { national_id: UIN } }),
  '/verify': () => ({ ...short(), verify: { national_id: '123456789', is_alive: true, birth_date: '1985-05-20' } }),
};
