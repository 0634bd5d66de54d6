import { parseQuery, queryTypeOf } from '../../src/protocol/query/parse-query.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';
import type { QueryType } from '../../src/protocol/vocabulary.js';

const registries = createRegistries();
const read = (queryType: QueryType, query: unknown, recordType = 'SRPerson', registry = 'SOCIAL') =>
  parseQuery(queryType, query, registries.byName(registry)!, recordType, { today: '2024-02-29' });
const leaf = (attribute: string, operator: string, value: unknown) => ({ attribute, operator, value });

describe('idtype-value', () => {
  test.each([
    [{ type: 'UIN', value: '847951632' }, 'UIN', '847951632'],
    [{ type: 'national_id', value: 847951632 }, 'UIN', '847951632'],
    [{ type: 'ns:org:IdentifierType:brn', value: ' 12 ' }, 'BRN', '12'],
    [{ type: 'idtype-value', value: { id_type: 'uin', id_value: '12' } }, 'UIN', '12'],
    [{ type: 'idtype-value', value: { identifier_type: 'BRN', identifier_value: '12' } }, 'BRN', '12'],
  ])('%j names an identifier', (query, type, value) => {
    expect(read('IDTYPE_VALUE', query)).toEqual({ identifier: { type, value } });
  });

  test('a contact is an attribute of the person', () => {
    expect(read('IDTYPE_VALUE', { type: 'MOBILE', value: '+41791234567' })).toEqual(
      leaf('phone_number', 'eq', '+41791234567'),
    );
  });

  test.each([
    [{}, 'rjct.search_criteria.invalid', 'has the form {"type": "UIN", "value": "…"}'],
    [[], 'rjct.search_criteria.invalid', 'has the form'],
    [{ type: 'UIN' }, 'rjct.search_criteria.invalid', 'has the form'],
    [{ type: 'UIN', value: { a: 1 } }, 'rjct.search_criteria.invalid', 'has the form'],
    [{ type: 'idtype-value', value: { id_type: 'UIN' } }, 'rjct.search_criteria.invalid', 'has the form'],
    [{ type: '*', value: '*' }, 'rjct.filter.invalid', 'identifier type (not a name) is unknown'],
    [{ type: 'UIN', value: '1', sex: 'male' }, 'rjct.search_criteria.invalid', '"sex" is not read beside "type"'],
    [
      { type: 'idtype-value', value: { id_type: 'UIN', id_value: '1', value: '2' } },
      'rjct.search_criteria.invalid',
      'has two of "value"',
    ],
    [
      { type: 'SHOE_SIZE', value: '1' },
      'rjct.filter.invalid',
      'identifier type "SHOE_SIZE" is unknown; use one of UIN',
    ],
    [{ type: 'UIN', value: '' }, 'rjct.filter.invalid', 'identifier type "UIN" takes a value of text'],
    [{ type: 'UIN', value: 'a\0b' }, 'rjct.filter.invalid', 'takes a value of text'],
    [{ type: 'UIN', value: '\ud800' }, 'rjct.filter.invalid', 'takes a value of text'],
  ])('refuses %j', (query, code, text) => expect(refusal('IDTYPE_VALUE', query)).toEqual(rejection(code, text)));
});

describe('expression', () => {
  const published = {
    type: 'ns:org:QueryType:NoSql',
    value: { expression: { collection: 'Group', query: { $and: [{ poverty_score: { $lt: 5 } }] } } },
  };
  test.each([
    ['the published wrapping', published, { and: [leaf('poverty_score', 'lt', 5)] }],
    ['bare, with numbers as text', { poverty_score: { $gte: '5', lt: 7.5 } }, both('gte', 5, 'lt', 7.5)],
    ['without operator', { group_size: 4 }, leaf('group_size', 'eq', 4)],
    ['operators without $', { 'address.postal_code': { eq: 'A1' } }, leaf('address.postal_code', 'eq', 'A1')],
    ['nested objects', { address: { postal_code: { in: 'A1, B2' } } }, leaf('address.postal_code', 'in', ['A1', 'B2'])],
    ['labels of codes', { group_type: { $in: ['household', '3'] } }, leaf('group_type', 'in', ['2', '3'])],
    [
      'a piece of a text',
      { address: { locality: { $startsWith: 'Ph' } } },
      leaf('address.locality', 'startsWith', 'Ph'),
    ],
    ['another piece of one', { 'address.locality': { ends_with: 'i' } }, leaf('address.locality', 'endsWith', 'i')],
    ['$neq', { group_size: { $neq: 4 } }, leaf('group_size', 'ne', 4)],
    ['$or and $not', { $or: [{ $not: { group_size: 1 } }, { place_address: 'true' }] }, orOfNot()],
    ['not of an operator', { group_size: { $not: { $gt: 3 } } }, { not: leaf('group_size', 'gt', 3) }],
    ['a date-time as its day', { registration_date: { $gt: '2024-12-12T00:00:00Z' } }, day('gt', '2024-12-12')],
    [
      'an identifier type',
      { HOUSEHOLD_ID: { $ne: '7' } },
      { not: { identifier: { type: 'HOUSEHOLD_ID', value: '7' } } },
    ],
    ['a list of identifiers', { group_identifier: { eq: '7' } }, leaf('group_identifier.identifier_value', 'eq', '7')],
    ['one expression object', one('household_size', 'ge', '3'), leaf('group_size', 'gte', 3)],
  ])('reads %s', (_, query, criteria) => expect(read('EXPRESSION', query, 'Group')).toEqual(criteria));

  test.each([
    ['personal_details.member_identifier', 'DR', 'DisabledPerson', 'personal_details.member_identifier'],
    ['person_identifier', 'IBR', 'Beneficiary', 'member.member_identifier'],
    ['person_identifier', 'CRVS', 'Person', 'identifier'],
  ])('%s of %s compares the identifier value', (name, registry, recordType, path) => {
    expect(read('EXPRESSION', { [name]: { eq: 'ABC' } }, recordType, registry)).toEqual(
      leaf(`${path}.identifier_value`, 'eq', 'ABC'),
    );
  });

  const [female, old] = [{ sex: 'female' }, { age: { $gt: 60 } }];
  const sixtyFive = Array.from({ length: 65 }, () => ({ sex: 'male' }));
  const deep = Array.from({ length: 8 }).reduce<object>((inner) => ({ $not: inner }), { sex: 'male' });
  test.each<[unknown, string, string]>([
    [{}, 'rjct.search_criteria.invalid', 'an expression is an object such as'],
    ['sex', 'rjct.search_criteria.invalid', 'an expression is an object such as'],
    [{ type: 'UIN', value: '1' }, 'rjct.search_criteria.invalid', 'has the form of another type'],
    [{ value: { expression: 'query { x }' } }, 'rjct.search_criteria.invalid', 'has the form of another type'],
    [{ value: { expression: { query: female } }, ...old }, 'rjct.search_criteria.invalid', '"age" is not read beside'],
    [{ value: { expression: { query: female }, ...old } }, 'rjct.search_criteria.invalid', '"age" is not read beside'],
    [{ expression: { query: female, $and: [old] } }, 'rjct.search_criteria.invalid', '"$and" is not read beside'],
    [{ query: female, type: { $eq: 'x' } }, 'rjct.search_criteria.invalid', '"type" is not read beside "query"'],
    [{ $and: [] }, 'rjct.filter.invalid', '"$and" takes a list of at least one expression'],
    [{ $or: { sex: 'male' } }, 'rjct.search_criteria.invalid', '"$or" takes a list'],
    [deep, 'rjct.search_criteria.invalid', 'nested at most 8 levels deep'],
    [{ $or: sixtyFive }, 'rjct.search_criteria.invalid', 'at most 64 comparisons'],
    [{ $nor: [{ sex: 'male' }] }, 'rjct.filter.invalid', 'operator "$nor" is unknown; use one of eq, ne'],
    [{ sex: { $regex: 'm' } }, 'rjct.filter.invalid', 'operator "$regex" is unknown'],
    [{ sex: { $contains: 'm' } }, 'rjct.filter.invalid', 'attribute "sex" is no free text'],
    [{ birth_date: { $startsWith: '19' } }, 'rjct.filter.invalid', 'attribute "birth_date" is no free text'],
    [
      { identifier: { $contains: '8' } },
      'rjct.filter.invalid',
      'attribute "identifier.identifier_value" is no free text',
    ],
    [{ UIN: { $startsWith: '8' } }, 'rjct.filter.invalid', 'compared with eq, ne, in or nin only'],
    [{ age: { $contains: 1 } }, 'rjct.filter.invalid', '"age" is a number'],
    [{ surname: { $contains: '' } }, 'rjct.filter.invalid', 'at least one character'],
    [{ $eq: 5 }, 'rjct.filter.invalid', 'operator "$eq" stands under the name of an attribute'],
    [{ password: 'x' }, 'rjct.filter.invalid', 'attribute "password" is not searchable in SRPerson; use identifier.'],
    [{ '847951632': 'x' }, 'rjct.filter.invalid', 'attribute (not a name) is not searchable'],
    [{ constructor: 'x' }, 'rjct.filter.invalid', 'attribute "constructor" is not searchable'],
    [{ surnam: 'x' }, 'rjct.filter.invalid', '"surnam" is not searchable'],
    [{ sex: 'blue' }, 'rjct.filter.invalid', 'attribute "sex" takes one of male (Male)'],
    [{ birth_date: '1985-05-20T99:99:99Z' }, 'rjct.filter.invalid', 'attribute "birth_date" takes a date such as'],
    [{ birth_date: '1985-05-20T24:00:00Z' }, 'rjct.filter.invalid', 'attribute "birth_date" takes a date such as'],
    [{ birth_date: '1985-05-20T10:00:00+99:00' }, 'rjct.filter.invalid', 'attribute "birth_date" takes a date such as'],
    [{ birth_date: '1985-13' }, 'rjct.filter.invalid', 'attribute "birth_date" takes a date such as'],
    [{ birth_date: '198' }, 'rjct.filter.invalid', 'attribute "birth_date" takes a date such as'],
    [{ birth_date: '1985-05T10:00:00Z' }, 'rjct.filter.invalid', 'attribute "birth_date" takes a date such as'],
    [{ birth_date: '1985-02-30' }, 'rjct.filter.invalid', 'attribute "birth_date" takes a date such as 1985-05-20'],
    [{ birth_date: null }, 'rjct.filter.invalid', 'attribute "birth_date" takes a date'],
    [{ surname: ['a', 'b'] }, 'rjct.filter.invalid', 'a list for "name.surname" needs the operator in'],
    [{ surname: 'a'.repeat(1001) }, 'rjct.filter.invalid', 'takes text of at most 1000 characters'],
    [{ surname: 'a\0' }, 'rjct.filter.invalid', 'takes text of at most'],
    [{ surname: { $in: [] } }, 'rjct.filter.invalid', 'needs at least one value'],
    [{ surname: { $in: Array(1001).fill('a') } }, 'rjct.filter.invalid', 'at most 1000 values'],
    [{ surname: { $in: { values: ['a'], value: 'b' } } }, 'rjct.search_criteria.invalid', '"value" is not read beside'],
    [{ UIN: { $gt: '1' } }, 'rjct.filter.invalid', '"UIN" is compared with eq, ne, in or nin only'],
  ])('refuses %#', (query, code, text) => expect(refusal('EXPRESSION', query)).toEqual(rejection(code, text)));

  test('a flag has no order', () =>
    expect(refusal('EXPRESSION', { is_disabled: { gt: true } }, 'Member')).toEqual(
      rejection('rjct.filter.invalid', 'is true or false'),
    ));
});

describe('predicate', () => {
  const item = (name: string, operator: string, value: unknown, rest = {}) => ({
    expression1: one(name, operator, value),
    ...rest,
  });
  const a = leaf('name.surname', 'eq', 'A');
  const b = leaf('name.given_name', 'eq', 'B');
  const c = leaf('sex', 'eq', 'male');
  const [itemA, itemB] = [item('surname', 'eq', 'A'), item('given_name', 'eq', 'B')];
  test.each<[string, unknown, unknown]>([
    ['the published sample', [{ seq_num: '', ...item('surname', 'eq', 'A'), condition: '', expression2: '' }], a],
    ['one item alone', itemA, a],
    ['items joined with AND', [itemA, itemB], { and: [a, b] }],
    [
      'items by seq_num',
      [
        { ...itemA, seq_num: 2 },
        { ...itemB, seq_num: '1' },
      ],
      { and: [b, a] },
    ],
    ['or to the next item', [{ ...itemA, condition: 'or' }, itemB], { or: [a, b] }],
    ['or of the last item', [itemA, { ...itemB, condition: 'OR' }], { or: [a, b] }],
    ['or within an item', [{ ...itemA, condition: 'or', expression2: one('given_name', 'eq', 'B') }], { or: [a, b] }],
    ['not of one', [{ ...itemA, condition: 'not' }], { not: a }],
    ['not of an expression alone', [{ ...one('surname', 'eq', 'A'), condition: 'not' }], { not: a }],
    ['or of one alone', [{ ...one('surname', 'eq', 'A'), condition: 'or' }, itemB], { or: [a, b] }],
    [
      'not of the others',
      [
        {
          ...itemA,
          condition: 'not',
          expression2: one('given_name', 'eq', 'B'),
          expression3: one('gender', 'eq', 'Male'),
        },
      ],
      { and: [a, { not: b }, { not: c }] },
    ],
    ['values in an object', [item('sex', 'in', { values: ['male', 'Female'] })], leaf('sex', 'in', ['male', 'female'])],
  ])('reads %s', (_, query, criteria) => {
    expect(read('PREDICATE', query)).toEqual(criteria);
    expect(read('EXPRESSION', query)).toEqual(criteria);
  });

  test.each<[unknown, string, string]>([
    [[], 'rjct.search_criteria.invalid', 'a list of at least one item'],
    [['x'], 'rjct.search_criteria.invalid', 'a predicate item has the form'],
    [[{ expression2: one('sex', 'eq', 'male') }], 'rjct.search_criteria.invalid', 'a predicate item has the form'],
    [[{ expression1: { attribute_name: 'sex' } }], 'rjct.search_criteria.invalid', 'a predicate item has the form'],
    [[{ ...itemA, condition: 'xor' }], 'rjct.search_criteria.invalid', '"condition" is one of and, or, not'],
    ...Object.entries({
      expression2: { ...one('sex', 'eq', 'male'), seq_num: 1 },
      Expression2: one('sex', 'eq', 'male'),
      expression: one('sex', 'eq', 'male'),
      expression100: one('sex', 'eq', 'male'),
      $and: [{ sex: 'male' }],
    }).map(([name, value]): [unknown, string, string] => [
      [{ ...itemA, condition: 'and', [name]: value }],
      'rjct.search_criteria.invalid',
      'is not read beside',
    ]),
    [
      [{ ...one('surname', 'eq', 'A'), expression2: one('sex', 'eq', 'male') }],
      'rjct.search_criteria.invalid',
      '"expression2" is not read beside "attribute_name"',
    ],
    [
      { type: 'predicate', value: [itemA], expression1: one('sex', 'eq', 'male') },
      'rjct.search_criteria.invalid',
      '"expression1" is not read beside "value"',
    ],
    [[item('sex', 'like', 'm')], 'rjct.filter.invalid', 'operator "like" is unknown'],
    [[item('sex', '8479', 'm')], 'rjct.filter.invalid', 'operator (not a name) is unknown'],
    ...[undefined, null].map((operator): [unknown, string, string] => [
      [{ expression1: { ...one('sex', 'eq', 'male'), operator } }],
      'rjct.search_criteria.invalid',
      '"operator": "eq"',
    ]),
  ])('refuses %#', (query, code, text) => expect(refusal('PREDICATE', query)).toEqual(rejection(code, text)));

  test('an object of expressions is no predicate', () =>
    expect(refusal('PREDICATE', { sex: 'male' })).toEqual(
      rejection('rjct.search_criteria.invalid', 'a predicate query is a list'),
    ));
});

const born = (operator: string, value: string) => leaf('birth_date', operator, value);

describe('age and year of birth', () => {
  const within = (from: string, before: string) => ({ and: [born('gte', from), born('lt', before)] });
  test.each<[string, string, unknown, unknown]>([
    ['age', 'lt', '25', within('1999-03-01', '2025-01-01')],
    ['age', 'lte', 25, within('1998-03-01', '2025-01-01')],
    ['age', 'gt', 25, born('lt', '1998-03-01')],
    ['age', 'gte', 24, born('lt', '2000-03-01')],
    ['age', 'eq', 24, within('1999-03-01', '2000-03-01')],
    ['age', 'nin', [0], { not: { or: [within('2023-03-01', '2024-03-01')] } }],
    ['YOB', 'eq', 1985, within('1985-01-01', '1986-01-01')],
    ['yob', 'gt', '1985', born('gte', '1986-01-01')],
    ['YOB', 'gte', '1985', born('gte', '1985-01-01')],
    ['YOB', 'lt', '1985', born('lt', '1985-01-01')],
    ['YOB', 'lte', '1985', born('lt', '1986-01-01')],
    ['DOB', 'eq', '1985-05-20', born('eq', '1985-05-20')],
  ])('%s %s %s', (name, operator, value, criteria) => {
    expect(read('EXPRESSION', { [name]: { [operator]: value } })).toEqual(criteria);
  });

  test.each([-1, 151, 2.5, 'old', true])('age %s is refused', (age) =>
    expect(refusal('EXPRESSION', { age })).toEqual(
      rejection('rjct.filter.invalid', '"age" takes a whole number from 0 to 150'),
    ),
  );

  test('over a list it is the age of one person', () => {
    const path = 'member_list.demographic_info.birth_date';
    expect(read('EXPRESSION', { 'member_list.age': 5 }, 'Group')).toEqual({
      and: [leaf(path, 'gte', '2018-03-01'), leaf(path, 'lt', '2019-03-01')],
      ofOne: path,
    });
  });
});

describe('what is meant of one entry of a list', () => {
  const [from, to] = [leaf('marriage_date', 'gte', '2000'), leaf('marriage_date', 'lte', '2005-12-31')];
  const range = { and: [from, to], ofOne: 'marriage_date' };
  const given = { attribute_name: 'marriage_date' };
  const [low, high] = [
    { ...given, operator: 'ge', attribute_value: '2000' },
    { ...given, operator: 'le', attribute_value: '2005-12-31' },
  ];
  test.each<[string, QueryType, unknown, unknown]>([
    ['two operators', 'EXPRESSION', { marriage_date: { $gte: '2000', $lte: '2005-12-31' } }, range],
    [
      'two parts',
      'EXPRESSION',
      { $and: [{ marriage_date: { $lte: '2005-12-31' } }, { sex: 'male', marriage_date: { $gte: '2000' } }] },
      { and: [leaf('sex', 'eq', 'male'), { and: [to, from], ofOne: 'marriage_date' }] },
    ],
    ['one item', 'PREDICATE', [{ expression1: low, condition: 'and', expression2: high }], range],
    ['two items', 'PREDICATE', [{ expression1: low }, { expression1: high }], range],
    ['a negation', 'EXPRESSION', { $not: { marriage_date: { $gte: '2000', $lte: '2005-12-31' } } }, { not: range }],
    ['alternatives', 'PREDICATE', [{ expression1: low, condition: 'or', expression2: high }], { or: [from, to] }],
    [
      'bounds with nothing between them',
      'EXPRESSION',
      { marriage_date: { $lte: '2005-12-31', $gte: '2006' } },
      { and: [to, leaf('marriage_date', 'gte', '2006')] },
    ],
  ])('the bounds of a range: %s', (_, type, query, criteria) =>
    expect(read(type, query, 'Person', 'CRVS')).toEqual(criteria),
  );

  const uin = { identifier: { type: 'UIN', value: '12' } };
  const [type, value] = [
    { attribute_name: 'identifier_type', operator: 'eq', attribute_value: 'uin' },
    { attribute_name: 'identifier_value', operator: 'eq', attribute_value: ' 12 ' },
  ];
  test.each<[string, QueryType, unknown, unknown]>([
    ['an object', 'EXPRESSION', { identifier: { type: 'UIN', value: '12' } }, uin],
    ['two members', 'EXPRESSION', { identifier_type: 'UIN', 'identifier.identifier_value': { $eq: '12' } }, uin],
    ['two items', 'PREDICATE', [{ expression1: value }, { expression1: type }], uin],
    ['one item', 'PREDICATE', [{ expression1: type, condition: 'and', expression2: value }], uin],
    [
      'two identifiers',
      'EXPRESSION',
      { $and: [{ identifier: { type: 'UIN', value: '12' } }, { identifier: { type: 'BRN', value: '13' } }] },
      { and: [uin, { identifier: { type: 'BRN', value: '13' } }] },
    ],
    [
      'several values',
      'EXPRESSION',
      { identifier: { type: 'UIN', value: { $in: ['12', '13'] } } },
      { or: [uin, { identifier: { type: 'UIN', value: '13' } }] },
    ],
  ])('type and value of an identifier: %s', (_, queryType, query, criteria) =>
    expect(read(queryType, query)).toEqual(criteria),
  );

  test('of somebody else inside the record', () => {
    const path = 'member_list.member_identifier';
    const query = { member_list: { member_identifier: { type: 'UIN', value: '12' } } };
    expect(read('EXPRESSION', query, 'Group')).toEqual({
      and: [leaf(`${path}.identifier_type`, 'eq', 'UIN'), leaf(`${path}.identifier_value`, 'eq', '12')],
      ofOne: path,
    });
  });

  const details = 'disability_details';
  const ofDetails = (...all: [name: string, operator: string, value: unknown][]) => ({
    and: all.map(([name, operator, compared]) => leaf(`${details}.${name}`, operator, compared)),
    ofOne: details,
  });
  test.each<[string, string, string, unknown, unknown]>([
    [
      'an object',
      'DR',
      'DisabledPerson',
      { [details]: { impairment_type: '2', impairment_level: { $in: ['Severe'] } } },
      ofDetails(['impairment_type', 'eq', '2'], ['impairment_level', 'in', ['3']]),
    ],
    [
      'an object inside an entry',
      'SOCIAL',
      'Group',
      {
        member_list: {
          is_disabled: true,
          demographic_info: { sex: 'female', birth_date: { $gte: '1950', $lt: '1960' } },
        },
      },
      {
        and: [
          leaf('member_list.is_disabled', 'eq', true),
          leaf('member_list.demographic_info.sex', 'eq', 'female'),
          leaf('member_list.demographic_info.birth_date', 'gte', '1950'),
          leaf('member_list.demographic_info.birth_date', 'lt', '1960'),
        ],
        ofOne: 'member_list',
      },
    ],
    [
      'an age in an entry',
      'SOCIAL',
      'Group',
      { member_list: { age: 5, is_disabled: true } },
      {
        and: [
          leaf('member_list.demographic_info.birth_date', 'gte', '2018-03-01'),
          leaf('member_list.demographic_info.birth_date', 'lt', '2019-03-01'),
          leaf('member_list.is_disabled', 'eq', true),
        ],
        ofOne: 'member_list',
      },
    ],
    [
      'two objects are of any two entries',
      'DR',
      'DisabledPerson',
      { $and: [{ [details]: { impairment_type: '2' } }, { [details]: { impairment_level: '3' } }] },
      { and: [leaf(`${details}.impairment_type`, 'eq', '2'), leaf(`${details}.impairment_level`, 'eq', '3')] },
    ],
    [
      'an object that is no list',
      'SOCIAL',
      'SRPerson',
      { name: { surname: 'a', given_name: 'b' } },
      { and: [leaf('name.surname', 'eq', 'a'), leaf('name.given_name', 'eq', 'b')] },
    ],
  ])('%s', (_, registry, recordType, query, criteria) =>
    expect(read('EXPRESSION', query, recordType, registry)).toEqual(criteria),
  );

  test('of an entry no negation is read, which would be of all of them', () =>
    expect(refusal('EXPRESSION', { address: { region_code: 'R', locality: { $ne: 'L' } } })).toEqual(
      rejection('rjct.search_criteria.invalid', '"address" is a list, and of one entry of it only comparisons'),
    ));

  test.each([
    [{ 'related_person.related_member.birth_date': { $gte: '2000', $lte: '2005' } }],
    [{ related_person: { related_member: { age: 5 } } }],
    [{ 'member_identifier.identifier_type': 'UIN', 'member_identifier.identifier_value': '1' }],
  ])('of an entry nothing is read that is of one entry of a list inside it: %j', (inside) =>
    expect(refusal('EXPRESSION', { member_list: { is_disabled: true, ...inside } }, 'Group')).toEqual(
      rejection('rjct.search_criteria.invalid', 'ranges or identifiers of a list inside it'),
    ),
  );

  test('two types beside a value could mean anything', () =>
    expect(
      refusal('EXPRESSION', {
        $and: [{ identifier_type: 'UIN' }, { identifier_type: 'BRN' }, { identifier_value: '1' }],
      }),
    ).toEqual(rejection('rjct.filter.invalid', 'name each identifier by its type, as {"UIN": …}')));
});

test('graphql has a reader of its own', () =>
  expect(refusal('GRAPHQL', { value: { expression: '{ x }' } })).toEqual(
    rejection('rjct.search_criteria.invalid', 'GraphQL text'),
  ));

test.each([
  [{ type: 'UIN', value: '1' }, 'IDTYPE_VALUE'],
  [{ type: 'x', value: { expression: { query: {} } } }, 'EXPRESSION'],
  [{ 'a.b': { eq: 1 } }, 'EXPRESSION'],
  [one('a', 'eq', 1), 'PREDICATE'],
  [[], 'PREDICATE'],
  [{ value: { expression: '{ x }' } }, 'GRAPHQL'],
])('the shape of %j tells its type', (query, type) => expect(queryTypeOf(query)).toBe(type));

function refusal(queryType: QueryType, query: unknown, recordType = 'SRPerson'): unknown {
  try {
    return read(queryType, query, recordType);
  } catch (error) {
    return error;
  }
}

function rejection(code: string, text: string): unknown {
  return expect.objectContaining({ code, message: expect.stringContaining(text) });
}

function one(name: string, operator: string, value: unknown) {
  return { attribute_name: name, operator, attribute_value: value };
}

function both(first: string, low: number, second: string, high: number) {
  return { and: [leaf('poverty_score', first, low), leaf('poverty_score', second, high)] };
}

function orOfNot() {
  return { or: [{ not: leaf('group_size', 'eq', 1) }, leaf('place_address', 'eq', true)] };
}

function day(operator: string, value: string) {
  return leaf('registration_date', operator, value);
}
