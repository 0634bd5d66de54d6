import { classifyAnswer } from '../../src/jobs/classify-answer.js';
import { HostPace } from '../../src/jobs/host-pace.js';
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
  const judge = (status: number, body = '{}', headers: Record<string, string> = {}) =>
    classifyAnswer({ status, headers, body: Buffer.from(body) }, NOW);

  test.each<[number, string, Record<string, string>?]>([
    [200, '{"message":{"ack_status":"ACK"}}'],
    [202, '{"ack_status":"ACK"}'],
    [204, ''],
    [200, 'thank you'],
    [200, ''],
    [200, 'OK', { 'content-type': 'text/html; charset=utf-8' }],
    [200, '<p>received</p>', { 'content-type': 'text/html' }],
    [200, '<?xml version="1.0"?><status>OK</status>', { 'content-type': 'application/xml' }],
    [200, '{"note":"<html>"}'],
    [200, '<Envelope><Body><Ack/></Body></Envelope>'],
    [200, '{"message":{"ack_status":"rcvd","error":null,"correlation_id":""}}'],
    [200, '{"status":"success","message":"stored","event_id":7}'],
    [200, '{"message":{"ack_status":"ERR","error":{"message":"rjct.message_id.duplicate"}}}'],
    [400, '{"errors":[{"message":"rjct.message_id.duplicate: seen"}]}'],
  ])('%i %s means delivered', (...[status, body, headers]) => {
    expect(judge(status, body, headers)).toEqual({ outcome: 'DELIVERED', error: null, overloaded: false });
  });

  test.each([
    [200, '{"message":{"ack_status":"ERR"}}', 'REFUSED', false],
    [200, '{"ack_status":"ERR"}', 'REFUSED', false],
    [200, '{"message":{"ack_status":"NACK"}}', 'REFUSED', false],
    [200, '\uFEFF{"message":{"ack_status":"ERR"}}', 'REFUSED', false],
    [400, '{}', 'REFUSED', false],
    [401, '{}', 'REFUSED', false],
    [404, '{}', 'REFUSED', false],
    [302, '', 'FAILED', false],
    [429, '{}', 'FAILED', true],
    [500, '{}', 'FAILED', true],
    [503, '{}', 'FAILED', true],
    [410, '{}', 'GONE', false],
    [200, '<!DOCTYPE html><html><title>Sign in</title></html>', 'FAILED', true],
    [200, '\uFEFF <!-- portal --><HTML lang="en"><head></head></HTML>', 'FAILED', true],
    [202, '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">', 'FAILED', true],
    [200, '<script>location="https://portal.example/login"</script>', 'FAILED', true],
    [200, '<meta http-equiv="refresh" content="0; url=/login">', 'FAILED', true],
  ])('%i %s means %s', (status, body, outcome, overloaded) => {
    expect(judge(status, body)).toMatchObject({ outcome, overloaded, error: expect.any(String) });
  });

  test('carries what the receiver asks for', () => {
    expect(judge(429, '{}', { 'retry-after': '30' }).retryAfter).toBe(30);
    expect(judge(503, '{}', { 'retry-after': '30' }).retryAfter).toBe(30);
  });
});

describe('the pace at a host', () => {
  let now = 1000;
  const pace = () => new HostPace(() => now);
  let count = 0;
  const delivery = (host: string, senderId = 's') => ({
    id: String((count += 1)),
    host,
    senderId,
    target: `https://${host}/a?id=1`,
  });
  const roomFor = (at: HostPace, host: string) => {
    const { perHost, hosts } = at.room();
    return hosts.find((entry) => entry.host === host)?.room ?? perHost;
  };

  test('gives each host room of its own, and names the endpoints that are being asked', () => {
    const at = pace();
    const underWay = Array.from({ length: 8 }, () => delivery('slow'));
    for (const one of underWay) at.started(one);
    expect(roomFor(at, 'slow')).toBe(0);
    expect(roomFor(at, 'other')).toBe(8);
    expect(at.room().busy).toContainEqual({ senderId: 's', endpoint: 'https://slow/a' });
    for (const one of underWay.slice(0, 1)) at.ended(one);
    expect(roomFor(at, 'slow')).toBe(1);
  });

  test('gives more to a host that answers quickly, and takes it back from one that does not', () => {
    const at = pace();
    for (let answers = 0; answers < 200; answers++) at.answered(delivery('quick'), { ok: true, latencyMs: 5 });
    expect(roomFor(at, 'quick')).toBe(256);
    at.answered(delivery('quick'), { ok: true, latencyMs: 300 });
    expect(roomFor(at, 'quick')).toBe(8);
  });

  test('takes back from a host before which messages wait for long, slowly', async () => {
    const at = pace();
    for (let answers = 0; answers < 200; answers++) at.answered(delivery('long'), { ok: true, latencyMs: 5 });
    const answers: (() => void)[] = [];
    const sends = Array.from({ length: 18 }, () =>
      at.inTurn('long', () => new Promise<void>((resolve) => void answers.push(resolve))),
    );
    now += 300;
    for (let sent = 0; sent < sends.length; sent++) {
      while (answers.length === 0) await Promise.resolve();
      answers.shift()?.();
    }
    await Promise.all(sends);
    expect(roomFor(at, 'long')).toBe(256 - 3 * 10);
  });

  test('bounds what a sender has under way, however many hosts it names', () => {
    const at = pace();
    for (let hosts = 0; hosts < 60; hosts++) at.started(delivery(`host-${hosts}`));
    const { perSender, senders } = at.room();
    expect(senders).toEqual([{ senderId: 's', room: perSender - 60, underWay: 60 }]);
  });

  test('gives a sender whose hosts are quick more, but not while another is served', () => {
    const at = pace();
    const roomOf = (name: string) => at.room().senders.find(({ senderId }) => senderId === name)?.room;
    at.started(delivery('quick'));
    for (let answers = 0; answers < 200; answers++) at.answered(delivery('quick'), { ok: true, latencyMs: 5 });
    expect(roomOf('s')).toBe(255);
    at.started(delivery('other', 'quiet'));
    expect([roomOf('s'), roomOf('quiet')]).toEqual([63, 63]);
    now += 5000;
    expect(roomOf('s')).toBe(255);
  });

  test('sends eight at once to a host, and gives back what waited while it failed', async () => {
    const at = pace();
    const answers: ((value: string) => void)[] = [];
    const sends = Array.from({ length: 10 }, () =>
      at.inTurn('busy', () => new Promise<string>((resolve) => void answers.push(resolve))),
    );
    expect(answers).toHaveLength(8);
    now += 1;
    at.answered(delivery('busy'), { ok: false, latencyMs: 0 });
    for (const answer of answers) answer('done');
    expect(await Promise.all(sends)).toEqual([...Array.from({ length: 8 }, () => 'done'), undefined, undefined]);
    expect(await at.inTurn('busy', async () => 'sent')).toBe('sent');
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
