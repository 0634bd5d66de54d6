import { readWire } from '../../src/protocol/envelope/absent.js';
import { requestHeader } from '../../src/protocol/envelope/envelope.schema.js';
import { searchRequest } from '../../src/protocol/search/search.schema.js';
import { subscribeRequest } from '../../src/protocol/subscribe/subscribe.schema.js';

const timestamp = '2026-01-01T00:00:00Z';
const criteria = { query_type: 'idtype-value', query: { type: 'UIN', value: null } };
const searchOf = (more: object) => ({
  transaction_id: 't',
  search_request: [{ reference_id: 'r', timestamp, locale: null, search_criteria: { ...criteria, ...more } }],
});

test('null in optional members is read as absent, and nothing else changes', () => {
  const nulls = {
    version: null,
    sort: null,
    pagination: { page_size: 5, page_number: null, cursor: null },
    consent: null,
  };
  const asked = searchOf({ ...nulls, extension: null });
  const before = structuredClone(asked);
  expect(readWire(searchRequest, asked).data).toEqual({
    transaction_id: 't',
    search_request: [
      {
        reference_id: 'r',
        timestamp,
        search_criteria: { ...criteria, pagination: { page_size: 5, page_number: 1 }, extension: null },
      },
    ],
  });
  expect(asked).toEqual(before);
});

test('of a header and a subscription too', () => {
  const header = { message_id: 'm', message_ts: timestamp, action: 'search', sender_id: 's', total_count: 1 };
  const nulls = { version: null, sender_uri: null, receiver_id: null, is_msg_encrypted: null, meta: null };
  expect(readWire(requestHeader, { ...header, ...nulls }).data).toEqual(header);
  const subscribe_criteria = { reg_event_type: 'Death', filter: {}, notify_record_type: 'Person' };
  const item = { reference_id: 'r', timestamp, subscribe_criteria };
  const asked = { ...item, subscribe_criteria: { ...subscribe_criteria, filter_type: null, frequency: null } };
  const message = (one: object) => ({ transaction_id: 't', subscribe_request: [one] });
  expect(readWire(subscribeRequest, message(asked)).data).toEqual(message(item));
});

test.each([
  ['a required member', searchOf({ query_type: null })],
  ['a required member of an optional one', searchOf({ pagination: { page_size: null } })],
  ['a required member of several types', searchOf({ query: null })],
  ['a list’s element', searchOf({ sort: [null] })],
  ['the item', { transaction_id: 't', search_request: [null] }],
  ['the message', null],
])('null as %s is refused', (_, message) => expect(readWire(searchRequest, message).success).toBe(false));
