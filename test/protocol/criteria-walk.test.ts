import type { Criteria } from '../../src/protocol/query/criteria.js';
import { attributesIn, canonicalCriteria, partsOf } from '../../src/protocol/query/criteria-walk.js';
import { parsePage } from '../../src/protocol/query/parse-page.js';
import { parseSort } from '../../src/protocol/query/parse-sort.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';

const social = createRegistries().byName('SOCIAL')!;
const a: Criteria = { attribute: 'sex', operator: 'eq', value: 'male' };
const b: Criteria = { attribute: 'name.surname', operator: 'in', value: ['x', 'y'] };
const c: Criteria = { identifier: { type: 'UIN', value: '1' } };

test('what the access decision checks is found at any depth', () => {
  const criteria = { and: [a, { or: [b, { not: c }] }] };
  expect([...attributesIn(criteria)]).toEqual(['sex', 'name.surname']);
  expect(partsOf(criteria)).toEqual([
    { leaf: a, negated: false },
    { leaf: b, negated: false },
    { leaf: c, negated: true },
  ]);
});

test.each<[string, Criteria, Criteria]>([
  ['order', { and: [a, b, c] }, { and: [c, a, b] }],
  ['repetition', { or: [a, a] }, a],
  ['nesting', { and: [a, { and: [b, c] }] }, { and: [{ and: [a, b] }, c] }],
  ['order of values', b, { ...b, value: ['y', 'x', 'y'] }],
  ['order of keys', a, { value: 'male', operator: 'eq', attribute: 'sex' }],
])('%s makes no difference', (_, one, other) => {
  expect(canonicalCriteria(one)).toBe(canonicalCriteria(other));
});

test.each<[string, Criteria, Criteria]>([
  ['and, or', { and: [a, b] }, { or: [a, b] }],
  ['negation', a, { not: a }],
  ['operator', a, { ...a, operator: 'ne' }],
  ['type of the value', { ...a, value: '1' }, { ...a, value: 1 }],
  ['identifier type', c, { identifier: { type: 'BRN', value: '1' } }],
  ['none, all', { and: [] }, { or: [] }],
  ['of one entry', { and: [a] }, { and: [a], ofOne: 'name' }],
])('%s makes a difference', (_, one, other) => {
  expect(canonicalCriteria(one)).not.toBe(canonicalCriteria(other));
});

test.each<[unknown, unknown]>([
  [undefined, []],
  [
    [{ attribute: 'gender', order: 'desc' }, { attribute: 'surname' }],
    [key('sex', 'desc'), key('name.surname')],
  ],
  [[{ attribute: 'UIN', order: 'asc' }], [{ ...key('identifier.identifier_value'), identifierType: 'UIN' }]],
  [
    [{ attribute: 'age' }, { attribute: 'YOB' }],
    [key('birth_date', 'desc'), key('birth_date')],
  ],
])('sort %j', (sort, keys) => expect(parseSort(sort, social, 'SRPerson')).toEqual(keys));

test.each([
  ['sex', 'sort is a list'],
  [[{}], 'names an "attribute_name"'],
  [[{ attribute: 'sex', order: 'up' }], 'sort_order of "sex" is asc or desc'],
  [[{ attribute: 'shoe_size' }], 'SRPerson cannot be sorted by "shoe_size"; use identifier.'],
  [Array.from({ length: 9 }, () => ({ attribute: 'sex' })), 'at most 8 attributes'],
])('sort %j is refused', (sort, text) => {
  const read = () => parseSort(sort, social, 'SRPerson');
  expect(read).toThrow(expect.objectContaining({ code: 'rjct.sort.invalid', message: expect.stringContaining(text) }));
});

test.each([
  [undefined, { size: 20, number: 1 }],
  [
    { size: 1000, number: 3 },
    { size: 1000, number: 3 },
  ],
  [
    { size: 5, cursor: 'abc' },
    { size: 5, number: 1, cursor: 'abc' },
  ],
])('pagination %j', (pagination, page) => expect(parsePage(pagination)).toEqual(page));

test.each([
  [5, 'pagination is an object'],
  [{ size: 1001 }, 'page_size is a whole number from 1 to 1000'],
  [{ size: 0 }, 'page_size is a whole number'],
  [{ size: 2.5 }, 'page_size is a whole number'],
  [{ number: 0 }, 'page_number is a whole number'],
  [{ cursor: 5 }, 'cursor is the next_cursor of an earlier reply'],
  [{ cursor: '' }, 'cursor is the next_cursor'],
])('pagination %j is refused', (pagination, text) => {
  const expected = { code: 'rjct.pagination.invalid', message: expect.stringContaining(text) };
  expect(() => parsePage(pagination)).toThrow(expect.objectContaining(expected));
});

function key(attribute: string, order = 'asc') {
  return { attribute, order };
}
