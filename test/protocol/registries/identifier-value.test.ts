import { assert, oneof, property, string, integer, double } from 'fast-check';
import { readIdentifierValue } from '../../../src/protocol/registries/records/identifier-value.js';

describe('readIdentifierValue', () => {
  test.each([
    ['  F8-1 ', 'F8-1'],
    ['\u00a0F8\t', 'F8'],
    ['\ufeffF8', 'F8'],
    ['F8 1', 'F8 1'],
    ['Rene\u0301e', 'Ren\u00e9e'],
    ['007', '007'],
    ['12E5', '12E5'],
    ['\u200eF8\u200b', 'F8'],
    ['\u202aF\u00ad8\u202c ', 'F8'],
    [7, '7'],
    [9007199254740991, '9007199254740991'],
  ])('reads %j as %j', (raw, value) => expect(readIdentifierValue(raw)).toBe(value));

  test.each([
    '',
    '  \t',
    'a\0b',
    'a\nb',
    'a\u2028b',
    '\u200b',
    'a\u0085b',
    'a\ufffdb',
    '\ud800',
    '8.20E+11',
    '8,2e+11',
    'x'.repeat(1001),
    9007199254740992,
    1.5,
    Number.NaN,
    true,
    null,
    undefined,
    ['1'],
    { value: '1' },
  ])('refuses %j', (raw) => expect(readIdentifierValue(raw)).toBeUndefined());

  test('what it reads, it reads again as the same, trimmed and in NFC', () => {
    assert(
      property(oneof(string({ unit: 'binary', maxLength: 20 }), integer(), double()), (raw) => {
        const value = readIdentifierValue(raw);
        if (value === undefined) return;
        expect(readIdentifierValue(value)).toBe(value);
        expect(value.normalize('NFC').trim()).toBe(value);
        expect(value).not.toMatch(/^$|\p{Cc}|\uFFFD/u);
      }),
      { numRuns: 2000 },
    );
  });

  test('any two ways to type one identifier are one', () => {
    assert(
      property(string({ unit: 'grapheme', maxLength: 20 }), (text) =>
        expect(readIdentifierValue(` ${text.normalize('NFD')}\t`)).toBe(readIdentifierValue(text.normalize('NFC'))),
      ),
    );
  });
});
