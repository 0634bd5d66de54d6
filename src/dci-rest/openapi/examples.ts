/**
 * Example messages of the OpenAPI document, per path; each works as it stands for the demo partner, whose messages may be
 * unsigned. Times and ids are made when the document is served, since a message is fresh for 300 seconds only. Codes and
 * ids that only an earlier answer tells are made up: a receipt or an unsubscription of them is answered as for unknown ones.
 */
import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../../protocol/envelope/json.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';

export interface ExampleContext {
  definition: RegistryDefinition;
  now: string;
}

/** The specification's example person. */
const UIN = '847951632';
const identifier = { type: 'UIN', value: UIN };

type Example = (context: ExampleContext) => JsonObject;

const search: Example = ({ now }) => ({
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

const enrolled: Example = () => ({
  transaction_id: randomUUID(),
  enrolled_criteria: { query_type: 'expression', query: { person_identifier: { eq: UIN } } },
});

const receipt: Example = ({ now }) => ({
  transaction_id: randomUUID(),
  receipt_information: { notification_ids: [randomUUID()], received_at: now, status: 'received' },
});

/** Nothing but the example person's identifier, where the registry's records keep it: changes no record that is there. */
export function recordExample({ recordTypes: [first] }: RegistryDefinition): JsonObject {
  const path = first?.identifierPaths[0]?.split('.') ?? [];
  return path.reduceRight<Json>(
    (value, name) => ({ [name]: value }),
    [{ identifier_type: 'UIN', identifier_value: UIN }],
  ) as JsonObject;
}

const answered: Example = ({ now }) => ({
  transaction_id: randomUUID(),
  correlation_id: randomUUID(),
  timestamp: now,
  status: 'succ',
});

export const MESSAGE_EXAMPLES: Record<string, Example> = {
  '/search': search,
  '/sync/search': search,
  '/subscribe': ({ now }) => ({
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
  '/unsubscribe': ({ now }) => ({ transaction_id: randomUUID(), timestamp: now, subscription_codes: ['SUB-example'] }),
  '/txn/status': status,
  '/sync/txn/status': status,
  '/sync/disabled': disabled,
  '/sync/get-disability-details': disabled,
  '/sync/get-disability-info': disabled,
  '/sync/get-disability-support': disabled,
  '/sync/enrolled': enrolled,
  '/sync/check-enrollment': enrolled,
  '/sync/enrollment/updates': ({ definition }) => ({
    transaction_id: randomUUID(),
    enrolled_updates: {
      beneficiaries: [
        {
          ...recordExample(definition),
          programme_identifier: [{ programme_identifier: 'example' }],
          enrollment_status: '1',
        },
      ],
    },
  }),
  '/receipt': receipt,
  '/sync/receipt': receipt,
  '/upload/search': search,
  '/upload/verify': () => ({
    transaction_id: randomUUID(),
    identifiers: [{ identifier_type: 'UIN', identifier_value: UIN, is_alive: true }],
  }),
  '/notify': ({ now, definition }) => ({
    transaction_id: randomUUID(),
    notify_event: [
      {
        reference_id: '1',
        timestamp: now,
        data: {
          reg_type: definition.regType,
          reg_event_type: definition.events.find(({ emitted }) => emitted)?.name ?? 'UPDATE',
          reg_record_type: definition.recordTypes[0]?.name ?? '',
          reg_records: recordExample(definition),
        },
      },
    ],
  }),
  '/on-search': (context) => ({ ...answered(context), search_response: [] }),
  '/on-subscribe': (context) => ({ ...answered(context), subscribe_response: [] }),
  '/on-unsubscribe': answered,
  '/txn/on-status': (context) => ({
    ...answered(context),
    txnstatus_response: {
      txn_type: 'search',
      txn_status: { transaction_id: randomUUID(), correlation_id: randomUUID(), search_response: [] },
    },
  }),
};

/** Files of bulk upload beside the envelope. */
export const CSV_EXAMPLES: Record<string, string> = {
  '/upload/search': `identifier_type,identifier_value\nUIN,${UIN}\n`,
  '/upload/verify': `identifier_type,identifier_value,is_alive\nUIN,${UIN},true\n`,
};

const short = (): JsonObject => ({ transaction_id: randomUUID(), sender_id: 'demo-partner' });

/** `callback`: an address of the demo partner. */
export const SHORT_EXAMPLES: Record<string, (callback: string) => JsonObject> = {
  '/search': () => ({ ...short(), search_criteria: { national_id: UIN } }),
  '/verify': () => ({ ...short(), verify: { national_id: '123456789', is_alive: true, birth_date: '1985-05-20' } }),
  '/subscribe': (callback) => ({
    ...short(),
    subscription: { event_type: 'death', callback_url: callback, filter: { national_id: UIN } },
  }),
  '/unsubscribe': () => ({ ...short(), subscription_codes: ['SUB-example'] }),
  '/notify': () => ({
    ...short(),
    event: { event_type: 'UPDATE', record: { identifier: [{ identifier_type: 'UIN', identifier_value: UIN }] } },
  }),
};
