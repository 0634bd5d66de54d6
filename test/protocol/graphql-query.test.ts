import { parseGraphqlQuery } from '../../src/protocol/query/graphql-query.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';

const registries = createRegistries();
const read = (text: unknown, registry = 'SOCIAL') =>
  parseGraphqlQuery(text, registries.byName(registry)!, { today: '2024-02-29' });
const uin = { identifier: { type: 'UIN', value: '1' } };

test.each<[string, string, object]>([
  [
    'identifier and selection',
    'query Find { member(identifier: {type: "uin", value: "1"}) { member_identifier { type value } demographic_info { name { surname } gender } } }',
    {
      criteria: uin,
      projection: [
        'member_identifier.identifier_type',
        'member_identifier.identifier_value',
        'demographic_info.name.surname',
        'demographic_info.sex',
      ],
    },
  ],
  ['no keyword, camel case', 'ById { srPerson(UIN: 1) { birthDate } }', { criteria: uin, projection: ['birth_date'] }],
  ['an alias of the type', '{ person(national_id: "1") { sex } }', { criteria: uin, projection: ['sex'] }],
  [
    'an old name that leads further down',
    '{ member(UIN: "1") { birth_date person { sex } } }',
    { projection: ['demographic_info.birth_date', 'demographic_info.sex'] },
  ],
  [
    'several arguments',
    '{ group(group_size: 4, group_type: "Household") { group_size } }',
    {
      criteria: {
        and: [
          { attribute: 'group_size', operator: 'eq', value: 4 },
          { attribute: 'group_type', operator: 'eq', value: '2' },
        ],
      },
    },
  ],
  [
    'a filter',
    '{ group(filter: {or: [{poverty_score: {lt: 5}}, {address: {postal_code: {in: ["A", "B"]}}}]}) { group_size } }',
    {
      criteria: {
        or: [
          { attribute: 'poverty_score', operator: 'lt', value: 5 },
          { attribute: 'address.postal_code', operator: 'in', value: ['A', 'B'] },
        ],
      },
    },
  ],
  [
    'fragments, each path once',
    'query { person(UIN: "1") { ...P ... on SRPerson { sex __typename } } } fragment P on SRPerson { sex name { ...N } } fragment N on Name { surname }',
    { projection: ['sex', 'name.surname'] },
  ],
  ['a page', '{ person(UIN: "1", first: 5, after: "abc") { sex } }', { page: { size: 5, number: 1, cursor: 'abc' } }],
])('reads %s', (_, text, expected) => {
  expect(read(text)).toMatchObject(expected);
  expect(read({ type: 'ns:org:QueryType:graphql', value: { expression: text } })).toMatchObject(expected);
});

/** The specification's own examples, to the letter; each object that is named without a selection is meant as a whole. */
const BY_ID = 'GeBirthRecordById { person(UIN: "1") { BRN name gender birthDate birthPlace parents } }';
const MEMBER =
  'query GetMemberByIdentifier { member(identifier: {value: "1", type: "uin"}) { member_identifier { value type } demographic_info { name gender age } } }';
const memberAt = (at: string) => [
  `${at}member_identifier.identifier_value`,
  `${at}member_identifier.identifier_type`,
  ...['name', 'sex', 'birth_date'].map((name) => `${at}demographic_info.${name}`),
];

test.each<[string, string, string, string[]]>([
  [
    'CRVS',
    BY_ID,
    'Person',
    ['identifier', 'name', 'sex', 'birth_date', 'birth_place', 'parent1_identifier', 'parent2_identifier'],
  ],
  [
    'CRVS',
    MEMBER,
    'Person',
    ['identifier.identifier_value', 'identifier.identifier_type', 'name', 'sex', 'birth_date'],
  ],
  ['SOCIAL', MEMBER, 'Member', memberAt('')],
  ['IBR', MEMBER, 'Member', memberAt('')],
  ['ESS', MEMBER, 'Member', memberAt('')],
  ['DR', MEMBER, 'DisabledPerson', memberAt('personal_details.')],
  ['FR', MEMBER, 'Farmer', memberAt('farmer_personal_details.')],
])('reads in %s the example %s', (registry, text, recordType, projection) => {
  expect(read(text, registry)).toMatchObject({ criteria: uin, recordType: { name: recordType }, projection });
});

test('the page is the envelope’s where the text has none', () => {
  expect(read('{ person(UIN: "1") { sex } }')).not.toHaveProperty('page');
});

test.each(registries.all.flatMap(({ registry, recordTypes }) => recordTypes.map(({ name }) => ({ registry, name }))))(
  '$registry $name has a root field',
  ({ registry, name }) => {
    const { recordType } = read(`{ ${name}(UIN: "1") { __typename } }`, registry);
    expect(recordType.name).toBe(name);
  },
);

const places = (levels: number): string => (levels === 0 ? 'name' : `contained_in_place { ${places(levels - 1)} }`);
const deep = `{ group(UIN: "1") { geographical_location { ${places(9)} } } }`;
const bomb = [...Array(12).keys()].map((n) => `fragment F${n} on SRPerson { ...F${n + 1} ...F${n + 1} }`).join(' ');
test.each<[string, unknown, string, string]>([
  ['an object without text', { value: {} }, 'rjct.search_criteria.invalid', 'has the form {"type": "…", "value"'],
  ['other text', 'select 847951632', 'rjct.search_criteria.invalid', 'the text is not GraphQL at line 1, column 1'],
  ['a broken string', '{ person(UIN: "847951632', 'rjct.search_criteria.invalid', 'not GraphQL at line 1, column'],
  ['long text', ' '.repeat(10_001), 'rjct.search_criteria.invalid', 'at most 10000 characters'],
  ['many tokens', `{ ${'a '.repeat(2001)} }`, 'rjct.search_criteria.invalid', 'more than 2000 tokens'],
  ['a mutation', 'mutation { person(UIN: "1") { sex } }', 'rjct.search_criteria.invalid', 'exactly one query'],
  ['two queries', 'query A { a } query B { b }', 'rjct.search_criteria.invalid', 'exactly one query'],
  [
    'two root fields',
    '{ person(UIN: "1") { sex } group(UIN: "1") { group_size } }',
    'rjct.search_criteria.invalid',
    'one root field, sr_person or member or group',
  ],
  [
    'an unknown root field',
    '{ farmer(UIN: "1") { sex } }',
    'rjct.search_criteria.invalid',
    'Cannot query field "farmer"',
  ],
  [
    'introspection',
    '{ __schema { types { name } } }',
    'rjct.search_criteria.invalid',
    'introspection has been disabled',
  ],
  [
    'an unknown field',
    '{ person(UIN: "1") { shoe_size } }',
    'rjct.search_criteria.invalid',
    'Cannot query field "shoe_size" on type "SRPerson"',
  ],
  [
    'a leaf with selection',
    '{ person(UIN: "1") { sex { code } } }',
    'rjct.search_criteria.invalid',
    'must not have a selection',
  ],
  ['no selection', '{ person(UIN: "1") }', 'rjct.search_criteria.invalid', 'must have a selection of subfields'],
  ['an alias', '{ person(UIN: "1") { s: sex } }', 'rjct.search_criteria.invalid', 'without aliases'],
  ['a directive', '{ person(UIN: "1") { sex @skip(if: true) } }', 'rjct.search_criteria.invalid', 'without directives'],
  ['a variable', 'query ($u: ID) { person(UIN: $u) { sex } }', 'rjct.search_criteria.invalid', 'without variables'],
  [
    'a cycle',
    '{ person(UIN: "1") { ...A } } fragment A on SRPerson { ...A }',
    'rjct.search_criteria.invalid',
    'Cannot spread fragment "A" within itself',
  ],
  [
    'many fields',
    `{ person(UIN: "1") { ...F0 } } ${bomb} fragment F12 on SRPerson { sex }`,
    'rjct.search_criteria.invalid',
    'at most 500 fields',
  ],
  ['a deep selection', deep, 'rjct.search_criteria.invalid', 'at most 10 levels deep'],
  ['no condition', '{ person { sex } }', 'rjct.search_criteria.invalid', 'say whom to find'],
  ['only a page', '{ person(first: 5) { sex } }', 'rjct.search_criteria.invalid', 'say whom to find'],
  [
    'an unknown argument',
    '{ person(shoe_size: 5) { sex } }',
    'rjct.filter.invalid',
    'Unknown argument "shoe_size" on field "Query.sr_person"',
  ],
  [
    'an identifier without type',
    '{ person(identifier: {value: "5"}) { sex } }',
    'rjct.filter.invalid',
    'argument "identifier" takes a value of type IdentifierInput',
  ],
  [
    'an unknown identifier type',
    '{ person(identifier: {type: "X", value: "5"}) { sex } }',
    'rjct.filter.invalid',
    'identifier type "X" is unknown',
  ],
  [
    'a number as text',
    '{ group(group_size: "four") { group_size } }',
    'rjct.filter.invalid',
    'argument "group_size" takes a value of type Int',
  ],
  ['a null', '{ person(UIN: null) { sex } }', 'rjct.filter.invalid', 'argument "UIN" takes a value'],
  ['an unknown code', '{ person(sex: "blue") { sex } }', 'rjct.filter.invalid', 'attribute "sex" takes one of'],
  [
    'an unknown attribute',
    '{ person(filter: {shoe_size: 4}) { sex } }',
    'rjct.filter.invalid',
    '"shoe_size" is not searchable',
  ],
  [
    'an unknown operator',
    '{ person(filter: {sex: {like: "m"}}) { sex } }',
    'rjct.filter.invalid',
    'attribute "sex.like" is not searchable',
  ],
  [
    'a page too large',
    '{ person(UIN: "1", first: 1001) { sex } }',
    'rjct.pagination.invalid',
    'page_size is a whole number from 1 to 1000',
  ],
])('refuses %s', (_, text, code, message) => {
  const refusal = refusalOf(text);
  expect(refusal).toMatchObject({ code, message: expect.stringContaining(message) });
  expect(String(refusal)).not.toContain('847951632');
});

function refusalOf(text: unknown): unknown {
  try {
    return read(text);
  } catch (error) {
    return error;
  }
}
