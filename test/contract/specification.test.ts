/** The judge itself: it must know good from bad, or every other contract test would prove nothing. */
import { describeWhenPublished } from '../support/published.js';
import { messageProblems, replyProblems } from '../support/specification.js';

const header = {
  message_id: 'm-1',
  message_ts: '2026-01-01T00:00:00Z',
  action: 'on-search',
  status: 'succ',
  total_count: 1,
};
const reply = {
  header,
  message: {
    transaction_id: 't-1',
    correlation_id: 'c-1',
    search_response: [
      {
        reference_id: 'r-1',
        timestamp: '2026-01-01T00:00:00Z',
        status: 'succ',
        data: { reg_record_type: 'x', reg_records: [{}] },
        pagination: { page_size: 1, page_number: 1, total_count: 1 },
      },
    ],
  },
};
const registries = ['social', 'crvs', 'dr', 'fr', 'ibr'];

describeWhenPublished('the specification as a judge', () => {
  test.each(registries)('accepts a good search reply of %s, and none without correlation_id', (registry) => {
    const path = `/dci/v1/${registry}/registry/sync/search`;
    expect(replyProblems(path, 200, reply)).toEqual([]);
    const { correlation_id: _, ...message } = reply.message;
    expect(replyProblems(path, 200, { ...reply, message })).not.toEqual([]);
  });

  test.each(registries)('accepts an ACK of %s, and none with an unknown ack_status', (registry) => {
    const path = `/dci/v1/${registry}/registry/search`;
    const message = { ack_status: 'ACK', timestamp: '2026-01-01T00:00:00Z', correlation_id: 'c-1' };
    expect(replyProblems(path, 202, { message })).toEqual([]);
    expect(replyProblems(path, 202, { message: { ...message, ack_status: 'MAYBE' } })).not.toEqual([]);
  });

  test('reads the on-subscribe of fr, whose file has it one level too high', () => {
    const message = { transaction_id: 't-1', correlation_id: 'c-1', subscribe_response: [] };
    const sender = { ...header, action: 'on-subscribe', sender_id: 'dci-gateway' };
    expect(messageProblems('/fr/registry/on-subscribe', { header: sender, message })).toEqual([]);
    expect(messageProblems('/fr/registry/on-subscribe', { header: {}, message })).not.toEqual([]);
  });
});
