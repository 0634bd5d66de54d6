import canonicalize from 'canonicalize';
import { array, assert, constantFrom, jsonValue, pre, property } from 'fast-check';
import { RequestInvalid } from '../../src/protocol/errors.js';
import { INEXACT, markInexact, mayBeInexact } from '../../src/protocol/exact-number.js';
import { refuseAmbiguous } from '../../src/protocol/envelope/json.guard.js';
import {
  canonicalJson,
  parseJson,
  parseLossless,
  pythonJson,
  SourceNumber,
  type LosslessObject,
} from '../../src/protocol/envelope/json.js';

const refusalOf = (text: string): string => {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof RequestInvalid) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('parseJson', () => {
  test('reads whatever JSON.parse reads and JSON.stringify writes', () => {
    assert(
      property(jsonValue({ noUnicodeString: false, maxDepth: 8 }), (value) => {
        const text = JSON.stringify(value);
        pre(!text.includes('\\u') && !text.includes('"__proto__"') && !/\d{17}/.test(text));
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test.each([
    ['{"a":1,"b":{"a":2}}', 'accepted'],
    ['[{"a":1},{"a":1}]', 'accepted'],
    ['{"a":"{\\"a\\":1","b":"a\\\\"}', 'accepted'],
    ['{"a":1,"a":1}', 'body has the member "a" twice in one object'],
    ['{"a":{"x":1,"y":[{}],"x":2}}', 'body has the member "x" twice in one object'],
    ['{"a":1,"\\u0061":2}', 'body has the member "a" twice in one object'],
    ['{"a" : [1], "b":{}, "a"\n:2}', 'body has the member "a" twice in one object'],
    ['{"__proto__":{"admin":true}}', 'body has a member named "__proto__", which is not allowed'],
    ['{"\\u005f_proto__":1}', 'body has a member named "__proto__", which is not allowed'],
    ['{"a":"\\ud800"}', 'body has a string with a NUL character or half a surrogate pair'],
    ['{"a":"x\\u0000"}', 'body has a string with a NUL character or half a surrogate pair'],
    ['{"a":"\\ud83d\\ude00"}', 'accepted'],
    ['{"a":1e308}', 'accepted'],
    ['{"a":9007199254740991}', 'accepted'],
    ['{"a":0.1}', 'accepted'],
    ['\ufeff{"a":1}', 'accepted'],
    ['\ufeff\ufeff{"a":1}', 'body is not valid JSON'],
    ['{"a":1}\ufeff', 'body is not valid JSON (near character 7)'],
    ['{"a":-1e400}', `body.a ${INEXACT}`],
    ['{"a":1e-400}', `body.a ${INEXACT}`],
    ['{"a":0.123456789012345678}', `body.a ${INEXACT}`],
    ['{"a":[1,{"b":2},{"b":9007199254740993}]}', `body.a.2.b ${INEXACT}`],
    ['{"9471010101900003":[-9007199254740993]}', `body.….0 ${INEXACT}`],
    ['{"a":1', 'body is not valid JSON (near character 6)'],
    ['', 'body is not valid JSON'],
    ['{"national_id":"123456789"', 'body is not valid JSON (near character 26)'],
    ['secret', 'body is not valid JSON'],
  ])('%s: %s', (text, outcome) => {
    expect(refusalOf(text)).toBe(outcome);
  });

  test.each([
    '[-1e400]',
    '{"a":1e-400}',
    '{"a":[1, 9007199254740993]}',
    '{"a": -0.123456789012345678}',
    '[1234567.1234567890123]',
    '[1E400]',
  ])('%s may be inexact before it is read', (text) => {
    expect(mayBeInexact(text)).toBe(true);
    expect(JSON.stringify(JSON.parse(text, markInexact))).toContain('null');
  });

  test('identifiers, dates and small numbers need no second look', () => {
    expect(mayBeInexact('{"a":"9471010101900003","b":123456789012345,"c":-1.5,"d":"2020-01-01T00:00:00Z"}')).toBe(
      false,
    );
  });

  test('stops at 64 levels, however deep the text goes on', () => {
    expect(refusalOf('['.repeat(64) + ']'.repeat(64))).toBe('accepted');
    const tooDeep = 'body is nested deeper than 64 levels';
    expect(refusalOf('['.repeat(65) + ']'.repeat(65))).toBe(tooDeep);
    expect(refusalOf('{"a":'.repeat(65) + '1' + '}'.repeat(65))).toBe(tooDeep);
    expect(refusalOf('['.repeat(500_000) + ']'.repeat(500_000))).toBe(tooDeep);
  });

  test('a refusal names the key and cuts it, and never repeats a value', () => {
    const long = 'k'.repeat(200);
    expect(refusalOf(`{"${long}":"123456789","${long}":2}`)).toBe(
      `body has the member "${'k'.repeat(60)}…" twice in one object`,
    );
    expect(() => parseJson('{"a":1,"a":2}', 'decrypted message')).toThrow(
      'decrypted message has the member "a" twice in one object',
    );
  });

  test('any text is parsed or refused, and a refused one only as RequestInvalid', () => {
    const soup = array(constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', '1e9', 'a', '\\u0000', ' '), {
      maxLength: 30,
    });
    assert(property(soup, (parts) => expect(refusalOf(parts.join(''))).toMatch(/^(accepted|body )/)));
  });
});

test.each(['"', '{"a', '{"a":"b', 'true"', '-'])('what is no JSON does not keep the guard for ever: %s', (text) => {
  expect(refuseAmbiguous(text, 'this')).toBeUndefined();
});

describe('canonicalJson (RFC 8785)', () => {
  test('is the example of RFC 8785, section 3.2.3', () => {
    const value = parseJson(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    );
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test('sorts members by UTF-16 code units, at every depth', () => {
    const value = parseJson(
      '{"\\u20ac":1,"\\r":2,"\\ufb33":3,"1":4,"\\ud83d\\ude00":5,"\\u0080":6,"10":{"b":1,"a":2},"9":7}',
    );
    expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"10":{"a":2,"b":1},"9":7,"\u0080":6,"€":1,"😀":5,"\ufb33":3}');
  });

  test('is what a reference implementation of the RFC writes, of whatever can be sent', () => {
    assert(
      property(jsonValue({ noUnicodeString: false, maxDepth: 8 }), (value) => {
        // Half a surrogate pair has no canonical form.
        pre(JSON.stringify(value).isWellFormed() && !/\\ud[89a-f]/i.test(JSON.stringify(value)));
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
    );
    const many = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`${(index * 37) % 60}`.repeat(40), index]),
    );
    expect(canonicalJson(many)).toBe(canonicalize(many));
    expect(canonicalJson([new Date(0), undefined, -0])).toBe('["1970-01-01T00:00:00.000Z",null,0]');
    for (const value of ['\ud800', { '\udfff': 1 }, [Number.NaN], { a: Number.POSITIVE_INFINITY }])
      expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  test('leaves absent members out, as JSON.stringify does', () => {
    expect(canonicalJson({ header: { a: 1 }, message: undefined })).toBe('{"header":{"a":1}}');
    expect(() => canonicalJson(undefined)).toThrow('value has no JSON form');
  });
});

describe('pythonJson', () => {
  test('keeps the source text of numbers, escapes beyond ASCII, sorts by code point', () => {
    const text =
      '{"b":1.0,"a":[1e2,-0,10000000000000000000001],"é":"\u007f\u0080😀\\n\\/","\ufb33":1,"😀":2,"n":null,"t":true}';
    expect(pythonJson(parseLossless(text))).toBe(
      '{"a":[1e2,-0,10000000000000000000001],"b":1.0,"n":null,"t":true,"\\u00e9":"\\u007f\\u0080\\ud83d\\ude00\\n/","\\ufb33":1,"\\ud83d\\ude00":2}',
    );
  });

  test('takes plain values too, absent members left out', () => {
    const absent: LosslessObject = JSON.parse('{}');
    Object.assign(absent, { a: undefined });
    expect(pythonJson({ b: 1, ...absent, c: [true, 'x'] })).toBe('{"b":1,"c":[true,"x"]}');
  });

  test('parseLossless refuses what parseJson refuses', () => {
    expect(parseLossless('1.50')).toEqual(new SourceNumber('1.50'));
    expect(() => parseLossless('{"a":1,"a":1.0}')).toThrow(
      new RequestInvalid('body has the member "a" twice in one object'),
    );
    expect(() => parseLossless('{"a"')).toThrow('body is not valid JSON');
  });
});
