import type { Criteria, Operator } from '../../src/protocol/query/criteria.js';
import type { Attribute } from '../../src/protocol/registries/definition.js';
import { spans } from '../../src/sources/days.sql.js';

const attributes = new Map<string, Attribute>([
  ['birth_date', { path: 'birth_date', type: 'date', many: false }],
  ['seen', { path: 'seen', type: 'date', many: true }],
  ['size', { path: 'size', type: 'number', many: false }],
]);
const bound = (attribute: string, operator: Operator, value: string | number): Criteria => ({
  attribute,
  operator,
  value,
});

test('both bounds and every day between them, over the end of a February', () => {
  const parts = [bound('birth_date', 'gte', '2024-02-28'), bound('birth_date', 'lt', '2024-03-01')];
  expect(spans(parts, attributes)).toEqual([['2024-02-28', '2024-02-29', '2024-03-01']]);
});

test.each<[string, Criteria[]]>([
  ['one bound', [bound('birth_date', 'gte', '2024-02-28')]],
  ['bounds of two attributes', [bound('birth_date', 'gte', '2024-02-28'), bound('seen', 'lt', '2024-03-01')]],
  [
    'a list, whose values may meet a bound each',
    [bound('seen', 'gte', '2024-02-28'), bound('seen', 'lt', '2024-03-01')],
  ],
  ['numbers', [bound('size', 'gte', 1), bound('size', 'lt', 3)]],
  ['more than a year and some', [bound('birth_date', 'gte', '2020-01-01'), bound('birth_date', 'lt', '2024-03-01')]],
  ['the end before the beginning', [bound('birth_date', 'gte', '2024-03-01'), bound('birth_date', 'lt', '2024-02-28')]],
  ['either bound alone', [{ or: [bound('birth_date', 'gte', '2024-02-28'), bound('birth_date', 'lt', '2024-03-01')] }]],
])('no days for %s', (_, parts) => {
  expect(spans(parts, attributes)).toEqual([]);
});
