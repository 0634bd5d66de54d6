import { isoTime } from '../../src/platform/iso-time.js';

const DAY_MS = 86_400_000;

test.each([
  ['2026-11-30T04:05:06.007Z'],
  ['2026-11-30T23:59:59.999Z'],
  ['2026-12-01T00:00:00.000Z'],
  ['1969-12-31T23:59:59.999Z'],
  ['0000-01-01T00:00:00.000Z'],
  ['-000001-12-31T23:59:59.001Z'],
  ['+010000-01-01T10:20:30.400Z'],
  ['+275760-09-13T00:00:00.000Z'],
])('%s is written as it was read', (text) => {
  expect(isoTime(new Date(text))).toBe(text);
});

test('of any day and moment, however they follow one another', () => {
  const times = Array.from({ length: 20_000 }, (_, index) => new Date((index % 7) * DAY_MS * 97.3 - index ** 3 * 11));
  expect(times.map((at) => isoTime(at))).toEqual(times.map((at) => at.toISOString()));
});

test('what is no time is refused, and the next is right', () => {
  expect(() => isoTime(new Date(Number.NaN))).toThrow(RangeError);
  expect(isoTime(new Date(0))).toBe('1970-01-01T00:00:00.000Z');
});
