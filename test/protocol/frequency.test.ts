import { checkFrequency, nextTime } from '../../src/protocol/subscribe/frequency.js';

const frequency = (cron: string, start = '2026-01-01T00:00:00Z', end = '2026-12-31T00:00:00Z') => ({
  start_time: start,
  end_time: end,
  frequency: cron,
});
const next = (cron: string, from: string, ...window: string[]) =>
  nextTime(frequency(cron, ...window), new Date(from))?.toISOString();

test.each([
  ['0 0 0 5,15 * ? *', '2026-11-06T10:00:00Z', '2026-11-15T00:00:00.000Z'],
  ['0 0 0 ? * 2', '2026-11-23T10:00:00Z', '2026-11-30T00:00:00.000Z'],
  ['0 0 0 ? * MON *', '2026-11-23T10:00:00Z', '2026-11-30T00:00:00.000Z'],
  ['0 15 10 L * ?', '2026-11-23T10:00:00Z', '2026-11-30T10:15:00.000Z'],
  ['0 15 10 ? * 6L', '2026-11-23T10:00:00Z', '2026-11-27T10:15:00.000Z'],
  ['0 0/20 * * * ?', '2026-11-23T10:05:30Z', '2026-11-23T10:20:00.000Z'],
  ['0 0 0 1 1 ? 2027', '2026-11-23T10:05:30Z', undefined],
  ['daily', '2026-11-23T10:00:00Z', '2026-11-24T00:00:00.000Z'],
  ['@hourly', '2026-11-23T10:00:00.001Z', '2026-11-23T11:00:00.000Z'],
])('%s after %s is due at %s', (cron, from, expected) => {
  expect(next(cron, from)).toBe(expected);
});

test('a moment of the cron is itself in time', () => {
  expect(next('0 0 12 * * ?', '2026-11-23T12:00:00Z')).toBe('2026-11-23T12:00:00.000Z');
});

test('nothing is due before the window, nor behind it; its ends count', () => {
  const window = ['2026-11-23T12:00:00Z', '2026-11-25T12:00:00Z'];
  expect(next('0 0 12 * * ?', '2026-01-01T00:00:00Z', ...window)).toBe('2026-11-23T12:00:00.000Z');
  expect(next('0 0 12 * * ?', '2026-11-25T11:59:59Z', ...window)).toBe('2026-11-25T12:00:00.000Z');
  expect(next('0 0 12 * * ?', '2026-11-25T12:00:01Z', ...window)).toBeUndefined();
});

test('the cron is told in the offset of start_time', () => {
  const window = ['2026-11-01T00:00:00+05:30', '2026-12-01T00:00:00+05:30'];
  expect(next('0 0 0 5 * ?', '2026-11-01T00:00:00Z', ...window)).toBe('2026-11-04T18:30:00.000Z');
  expect(next('0 0 0 5 * ?', '2026-11-01T00:00:00Z', '2026-11-01T00:00:00-08:00')).toBe('2026-11-05T08:00:00.000Z');
});

const NOW = new Date('2026-06-01T00:00:00Z');
test.each([
  ['no cron', frequency('whenever'), 'write a Quartz cron'],
  ['too few fields', frequency('0 0'), 'write a Quartz cron'],
  ['the five fields of another cron', frequency('0 8 * * 1'), 'write a Quartz cron'],
  ['eight fields', frequency('0 0 0 ? * 2 * *'), 'write a Quartz cron'],
  ['a weekday that is none', frequency('0 0 0 ? * 9'), 'write a Quartz cron'],
  ['no start', { ...frequency('daily'), start_time: undefined as never }, 'frequency.start_time: must be a date-time'],
  ['an end without a zone', frequency('daily', undefined, '2026-12-31T00:00:00'), 'frequency.end_time: must be a'],
  ['an end before the start', frequency('daily', '2026-07-01T00:00:00Z', '2026-06-30T00:00:00Z'), 'end_time: must lie'],
  ['an end in the past', frequency('daily', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'), 'lies in the past'],
  ['no day left', frequency('0 0 0 30 2 ?'), 'no time left'],
])('%s is refused', (_, wrong, remedy) => {
  const attempt = () => checkFrequency(wrong, NOW);
  expect(attempt).toThrow(remedy);
  expect(attempt).toThrow(expect.objectContaining({ code: 'rjct.notify_details.invalid' }));
});

test.each(['0 0 0 5,15 * ? *', '0 0 8 ? * 2', 'daily', '@hourly'])('%s is taken', (good) => {
  expect(() => checkFrequency(frequency(good), NOW)).not.toThrow();
});

test('five fields that were taken once go on as they did', () => {
  expect(next('0 8 * * *', '2026-11-23T10:00:00Z')).toBe('2026-11-24T08:00:00.000Z');
});
