import { classifyAnswer } from '../../src/jobs/classify-answer.js';
import { HostBreaker } from '../../src/jobs/host-breaker.js';
import { covers } from '../../src/jobs/outgoing-message.js';
import { nextAttemptIn, ownFaultDelay, readRetryAfter } from '../../src/jobs/retry-schedule.js';

const SCHEDULE = [5, 30, 120, 600, 3600, 21_600, 86_400];
const NOW = new Date('2026-05-01T12:00:00Z');

describe('the next attempt', () => {
  test.each(SCHEDULE.map((seconds, index) => [index + 1, seconds]))(
    'after %i failures comes in %i s, ±20 %%',
    (failed, seconds) => {
      expect(nextAttemptIn(failed, SCHEDULE, 0, () => 0)).toBe(seconds * 800);
      expect(nextAttemptIn(failed, SCHEDULE, 0, () => 0.5)).toBe(seconds * 1000);
      expect(nextAttemptIn(failed, SCHEDULE, 0, () => 1)).toBe(seconds * 1200);
    },
  );

  test('comes later where the receiver asks, within the longest waiting time', () => {
    expect(nextAttemptIn(1, SCHEDULE, 90, () => 0.5)).toBe(90_000);
    expect(nextAttemptIn(2, SCHEDULE, 1, () => 0.5)).toBe(30_000);
    expect(nextAttemptIn(1, SCHEDULE, 10_000_000, () => 0.5)).toBe(86_400_000);
  });

  test('does not come after the last', () => {
    expect(nextAttemptIn(8, SCHEDULE)).toBeUndefined();
    expect(nextAttemptIn(1, [])).toBeUndefined();
  });

  test('after faults of ours comes soon, and at last every five minutes', () => {
    expect([1, 2, 3, 100].map(ownFaultDelay)).toEqual([2000, 4000, 8000, 300_000]);
  });
});

describe('Retry-After', () => {
  test.each([
    ['120', 120],
    [' 7 ', 7],
    ['Fri, 01 May 2026 12:01:30 GMT', 90],
    ['Fri, 01 May 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('%p is %p seconds', (value, seconds) => {
    expect(readRetryAfter(value, NOW)).toBe(seconds);
  });
});

describe('an answer', () => {
  const judge = (status: number, body = '{}', headers = {}) =>
    classifyAnswer({ status, headers, body: Buffer.from(body) }, NOW);

  test.each([
    [200, '{"message":{"ack_status":"ACK"}}'],
    [202, '{"ack_status":"ACK"}'],
    [204, ''],
    [200, 'thank you'],
    [200, '{"message":{"ack_status":"NACK"}}'],
    [200, '{"message":{"ack_status":"ERR","error":{"message":"rjct.message_id.duplicate"}}}'],
    [400, '{"errors":[{"message":"rjct.message_id.duplicate: seen"}]}'],
  ])('%i %s means delivered', (status, body) => {
    expect(judge(status, body)).toEqual({ outcome: 'DELIVERED', error: null, overloaded: false });
  });

  test.each([
    [200, '{"message":{"ack_status":"ERR"}}', 'REFUSED', false],
    [200, '{"ack_status":"ERR"}', 'REFUSED', false],
    [400, '{}', 'REFUSED', false],
    [401, '{}', 'REFUSED', false],
    [404, '{}', 'REFUSED', false],
    [302, '', 'FAILED', false],
    [429, '{}', 'FAILED', true],
    [500, '{}', 'FAILED', true],
    [503, '{}', 'FAILED', true],
    [410, '{}', 'GONE', false],
  ])('%i %s means %s', (status, body, outcome, overloaded) => {
    expect(judge(status, body)).toMatchObject({ outcome, overloaded, error: expect.any(String) });
  });

  test('carries what the receiver asks for', () => {
    expect(judge(429, '{}', { 'retry-after': '30' }).retryAfter).toBe(30);
    expect(judge(503, '{}', { 'retry-after': '30' }).retryAfter).toBe(30);
  });
});

describe('the breaker of a host', () => {
  let now: number;
  const breaker = () => {
    now = 1000;
    return new HostBreaker(() => now);
  };
  const roomFor = (at: HostBreaker, host: string) => {
    const { perHost, limited } = at.room();
    return limited.find((entry) => entry.host === host)?.room ?? perHost;
  };
  const fail = (at: HostBreaker, times: number, retryAfter?: number) => {
    for (let time = 0; time < times; time++) {
      at.started('slow');
      at.ended('slow', true, retryAfter);
    }
  };

  test('gives each host room of its own', () => {
    const at = breaker();
    for (let one = 0; one < 8; one++) at.started('slow');
    expect(roomFor(at, 'slow')).toBe(0);
    expect(roomFor(at, 'other')).toBe(8);
    at.ended('slow', false);
    expect(roomFor(at, 'slow')).toBe(1);
  });

  test('opens after five failures, lets one try later, and closes when that succeeds', () => {
    const at = breaker();
    fail(at, 4);
    expect(roomFor(at, 'slow')).toBe(8);
    fail(at, 1);
    expect(roomFor(at, 'slow')).toBe(0);
    now += 10_000;
    expect(roomFor(at, 'slow')).toBe(1);
    at.started('slow');
    expect(roomFor(at, 'slow')).toBe(0);
    at.ended('slow', false);
    expect(roomFor(at, 'slow')).toBe(8);
  });

  test('stays open longer each time, five minutes at most', () => {
    const at = breaker();
    fail(at, 6);
    now += 10_000;
    expect(roomFor(at, 'slow')).toBe(0);
    now += 10_000;
    expect(roomFor(at, 'slow')).toBe(1);
    fail(at, 20);
    now += 300_000;
    expect(roomFor(at, 'slow')).toBe(1);
  });

  test('waits as long as the host asks', () => {
    const at = breaker();
    fail(at, 1, 60);
    expect(roomFor(at, 'slow')).toBe(0);
    now += 60_000;
    expect(roomFor(at, 'slow')).toBe(8);
  });

  test('bounds how many start within a second', () => {
    const at = breaker();
    for (let one = 0; one < 200; one++) {
      at.started('busy');
      at.ended('busy', undefined);
      at.started('busy');
      at.ended('busy', undefined);
      if (one === 98) at.started('busy');
    }
    expect(roomFor(at, 'busy')).toBe(0);
    now += 1000;
    expect(roomFor(at, 'busy')).toBe(7);
  });
});

describe('a message that was sent', () => {
  const sent = { records: [{ name: 'Ada', birth: null, ids: ['1', '2'] }] };
  test.each([
    ['is covered by itself', sent, true],
    ['is covered by more', { records: [{ ...sent.records[0], sex: 'female' }], extra: 1 }, true],
    ['is not covered by less', { records: [{ name: 'Ada', birth: null }] }, false],
    ['is not covered by another value', { records: [{ ...sent.records[0], name: 'Eve' }] }, false],
    ['is not covered by nothing', undefined, false],
  ])('%s', (_, newer, expected) => {
    expect(covers(newer, sent)).toBe(expected);
  });
});
