/** Generated queries, sorts and pages: half sense, half nonsense, in the names of the social registry. */
import * as fc from 'fast-check';

const NAMES = [
  'sex',
  'gender',
  'birth_date',
  'age',
  'YOB',
  'UIN',
  'MOBILE',
  'name.surname',
  'address',
  'identifier',
  'x',
  '__proto__',
];
const OPERATORS = ['$eq', 'ne', 'gt', '$gte', 'le', 'in', '$nin', '$and', '$or', '$not', '$where'];
const name = fc.constantFrom(...NAMES);
const value = fc.oneof(
  fc.constantFrom(
    'male',
    '1985-05-20',
    '1985-05-20T10:00:00Z',
    '9999-12-31',
    '0000-01-01',
    'a,b',
    '',
    '\0',
    '\ud800',
    '%',
    "'",
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
const key = fc.oneof(name, fc.constantFrom(...OPERATORS), fc.string());
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 10, depthSize: 'medium' },
    value,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
  ),
}));
const expression = fc.record(
  { attribute_name: fc.oneof(name, value), operator: fc.constantFrom(...OPERATORS), attribute_value: value },
  { requiredKeys: ['attribute_name'] },
);
const item = fc.record(
  {
    seq_num: value,
    expression1: expression,
    condition: fc.constantFrom('and', 'or', 'not', '', 'x'),
    expression2: fc.oneof(expression, value),
  },
  { requiredKeys: ['expression1'] },
);
const fitting = fc.oneof(
  fc.tuple(fc.constant('gender'), fc.constantFrom('male', 'Female', 'unknown')),
  fc.tuple(
    fc.constant('birth_date'),
    fc.constantFrom('1985-05-20', '1985-05-20T10:00:00Z', '9999-12-31', '0000-01-01'),
  ),
  fc.tuple(fc.constantFrom('age', 'YOB'), fc.nat(150)),
  fc.tuple(fc.constantFrom('UIN', 'MOBILE', 'surname', 'address.locality'), fc.string()),
);
const comparison = fc
  .tuple(fitting, fc.constantFrom(...OPERATORS.slice(0, 7)), fc.boolean())
  .map(([[attribute, asked], operator, negated]) => {
    const one = { [attribute]: { [operator]: asked } };
    return negated ? { $not: one } : one;
  });
const combined = fc
  .tuple(fc.constantFrom('$and', '$or'), fc.array(comparison, { minLength: 1, maxLength: 3 }))
  .map(([operator, all]) => ({ value: { expression: { query: { [operator]: all } } } }));
/** In the shape of any query type. */
export const query = fc.oneof(
  tree,
  comparison,
  combined,
  fc.array(item, { maxLength: 4 }),
  fc.record({ type: name, value }),
);
/** As the use case takes it, keyed `attribute` and `order`. */
export const sort = fc.oneof(
  value,
  fc.array(fc.record({ attribute: fc.oneof(name, value), order: fc.constantFrom('asc', 'desc') })),
);
export const page = fc.oneof(
  fc.constant(undefined),
  fc.record({ size: fc.oneof(fc.integer(), value), number: fc.nat(), cursor: value }, { requiredKeys: [] }),
);
