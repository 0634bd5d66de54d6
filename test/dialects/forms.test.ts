/** What every dialect keeps to, whatever comes in and goes out. */
import {
  array,
  assert,
  boolean,
  constantFrom,
  letrec,
  oneof,
  property,
  record,
  string,
  tuple,
  type Arbitrary,
} from 'fast-check';
import type { Json, JsonObject } from '../../src/protocol/envelope/json.js';
import { readCel } from '../../src/protocol/dialects/openspp/openspp.cel.js';
import { readForms, readHeaderForms, writeForms } from '../../src/protocol/dialects/speak.js';
import { parseQuery } from '../../src/protocol/query/parse-query.js';
import { quoteName } from '../../src/protocol/query/query-rejection.js';
import { CRVS } from '../../src/protocol/registries/crvs/crvs.registry.js';
import { DR } from '../../src/protocol/registries/dr/dr.registry.js';
import { DR_CODES } from '../../src/protocol/registries/dr/dr.codes.js';
import { IBR } from '../../src/protocol/registries/ibr/ibr.registry.js';
import { DIALECTS } from '../../src/protocol/vocabulary.js';

const ACTIONS = ['search', 'subscribe', 'unsubscribe', 'txn-status'];
const dialect = constantFrom(...DIALECTS);
const definition = constantFrom(CRVS, DR, IBR);

const NAMES = [
  'transaction_id search_request search_criteria subscribe_request subscribe_criteria unsubscribe_request',
  'txnstatus_request query query_type sort attribute_name type value expression reference_id locale filter event_type',
  'consent authorize ts expiry search_text range gte lte reg_type reg_event_type reg_record_type notify_event data',
  'search_response reg_records identifier identifier_type identifier_value name surname given_name birth_date death_date',
  'birth_place personal_details member_identifier demographic_info disability_status disability_details impairment_type',
  'programme_identifier programme_name member parent1_identifier __proto__ constructor',
]
  .join(' ')
  .split(' ');
const VALUES = [
  '0',
  '1',
  'en',
  'idtype-value',
  'expression',
  'Death',
  'LiveBirth',
  'ALL',
  'NID',
  'range',
  'Individual',
];
const json = letrec<{ any: Json; object: JsonObject }>((tie) => ({
  any: oneof(
    { maxDepth: 7, depthSize: 'medium' },
    constantFrom<Json[]>(...VALUES, null, true, 1, 1.5),
    string(),
    array(tie('any'), { maxLength: 3 }),
    tie('object'),
    tie('object'),
  ),
  object: array(tuple(constantFrom(...NAMES), tie('any')), { maxLength: 8 }).map((members) =>
    Object.fromEntries<Json>(members),
  ),
}));

test('nothing that comes in is thrown at', () => {
  assert(
    property(
      dialect,
      constantFrom(...ACTIONS),
      json.any,
      json.any,
      definition,
      (name, action, message, header, registry) => {
        const read = () => [
          readForms(name, message, action, registry),
          readHeaderForms(name, header, message, { senderId: 'partner' }),
        ];
        expect(read).not.toThrow();
      },
    ),
    { numRuns: 500 },
  );
});

test('the standard’s own is read as it came', () => {
  assert(
    property(constantFrom(...ACTIONS), json.any, (action, message) => {
      expect(readForms('DCI', message, action, CRVS)).toBe(message);
    }),
  );
});

describe('nothing that is compared is lost', () => {
  const read = (name: (typeof DIALECTS)[number], query: JsonObject) => {
    const search_criteria = { query_type: 'expression', query };
    const message = readForms(name, { search_request: [{ search_criteria }] }, 'search', CRVS) as JsonObject;
    return (message['search_request'] as { search_criteria: JsonObject }[])[0]?.search_criteria['query'];
  };
  const [before, after] = [
    { type: 'range', lte: '2000-01-01' },
    { type: 'range', gte: '1990-01-01' },
  ];
  const both = { $and: [{ registration_date: { $lte: '2000-01-01' } }, { registration_date: { $gte: '1990-01-01' } }] };
  const naming = { $or: ['identifier', 'surname', 'given_name'].map((name) => ({ [name]: { $eq: 'A' } })) };

  test.each<[(typeof DIALECTS)[number], JsonObject, unknown]>([
    ['OPENCRVS', { createdAt: before, dateOfDeclaration: after }, both],
    [
      'OPENCRVS',
      { $not: { name: { surname: { type: 'exact', term: 'A' } } } },
      { $not: { name: { surname: { $eq: 'A' } } } },
    ],
    ['OPENG2P', { first_name: 'A', given_name: 'B' }, { $and: [{ given_name: 'A' }, { given_name: 'B' }] }],
    ['OPENG2P', { foundational_id: '1', functional_record_id: '2' }, { UIN: '1', identifier: '2' }],
    ['OPENG2P', { $and: [{ search_text: 'A' }, { sex: 'male' }] }, { $and: [naming, { sex: 'male' }] }],
  ])('%s: %j', (name, query, expected) => {
    expect(read(name, query)).toEqual(expected);
  });

  test.each<[(typeof DIALECTS)[number], JsonObject]>([
    ['OPENCRVS', { value: { expression: { query: { createdAt: before } }, sex: 'male' } }],
    ['OPENCRVS', { birthDate: { type: 'range', gte: '1985-01-01', to: '1986-01-01' } }],
    ['OPENCRVS', { surname: { type: 'exact', term: 'A', not: true } }],
    ['OPENG2P', { search_text: { $eq: 'A', $ne: 'B' } }],
  ])('%s: %j is refused', (name, query) => {
    expect(() => parseQuery('EXPRESSION', read(name, query), CRVS, 'Person')).toThrow(/not read|not searchable/);
  });
});

const leavesOf = (value: Json): Json[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [value];

/** Words that a dialect may write of its own; none of them is about a person that the answer does not tell. */
const WORDS = new Set<Json>([
  'spdci:Person',
  'spdci:Parent',
  'Place',
  'NID',
  'birth',
  'death',
  '1.0.0',
  'CRVS',
  'DR',
  'IBR',
  null,
  ...DR_CODES.DisabilityStatusEnum.map(({ label }) => label.toLowerCase()),
  ...DR_CODES.ImpairementType.map(({ label }) => label),
]);

/** A leaf, its day, and its name without a prefix. */
const spellingsOf = (leaf: Json): Json[] =>
  typeof leaf === 'string' ? [leaf, leaf.slice(0, 10), leaf.slice(leaf.lastIndexOf(':') + 1)] : [leaf];

const answer = record({
  search_response: array(record({ data: record({ reg_records: oneof(json.object, array(json.object)) }) })),
});
const notice = record({
  notify_event: array(
    record({
      data: record({ reg_event_type: constantFrom('Death', 'LiveBirth', 'UPDATE'), reg_records: json.object }),
    }),
  ),
});

test.each([
  ['on-search', answer],
  ['notify', notice],
] as const)('%s tells nothing that the standard’s does not', (action, messages) => {
  assert(
    property(dialect, messages as Arbitrary<JsonObject>, definition, boolean(), (name, message, registry, at) => {
      const channel = at ? ('REPLY' as const) : ('CALLBACK' as const);
      const context = { definition: registry, channel, publicUrl: 'https://gateway.example' };
      const { message: written = null } = writeForms(name, { header: { action }, message }, context);
      const told = new Set(leavesOf(message).flatMap(spellingsOf));
      const added = leavesOf(written).filter((leaf) => !told.has(leaf) && !WORDS.has(leaf));
      expect(added).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('OpenSPP’s receiver of disabilities, which writes to whoever has any number, is told none that others may have', () => {
  const numbers = ['HOUSEHOLD_ID', 'UIN', 'MRN'].map((type) => ({ identifier_type: type, identifier_value: '1' }));
  const person = { disability_status: '0', personal_details: { member_identifier: numbers } };
  const message = { search_response: [{ data: { reg_records: [person] } }] };
  const context = { definition: DR, channel: 'CALLBACK', publicUrl: 'https://gateway.example' } as const;
  const written = writeForms('OPENSPP', { header: { action: 'on-search' }, message }, context)['message'];
  expect(written).toMatchObject({
    search_response: [
      { data: { reg_records: [{ identifier: [numbers[1]], personal_details: person.personal_details }] } },
    ],
  });
});

test('OpenSPP’s receiver, which looks for the first number alone, is told one of a living person first, and the newest day', () => {
  const identifier = ['DRN', 'MRN', 'BRN', 'OTHER', 'UIN'].map((type) => ({
    identifier_type: type,
    identifier_value: `${type}-1`,
  }));
  const told = (reg_event_type: string, days: JsonObject) => {
    const message = { notify_event: [{ data: { reg_event_type, reg_records: { identifier, ...days } } }] };
    const context = { definition: CRVS, channel: 'CALLBACK', publicUrl: 'https://gateway.example' } as const;
    return writeForms('OPENSPP', { header: { action: 'notify' }, message }, context)['message'];
  };
  expect(told('Death', { death_date: '2026-11-01' })).toMatchObject({
    event_type: 'death',
    event_date: '2026-11-01',
    identifiers: ['UIN', 'BRN', 'DRN'].map((type) => ({ type, value: `${type}-1` })),
  });
  expect(told('Marriage', { marriage_date: ['2015-05-05', '2010-01-01'] })).toMatchObject({ event_date: '2015-05-05' });
  expect(told('Marriage', { marriage_date: ['2018', '2010-01-01'] })).not.toHaveProperty('event_date');
});

describe('CEL text', () => {
  const sex = { sex: { $eq: 'female' } };
  const old = { age: { $gte: 18 } };

  test.each<[string, JsonObject]>([
    ['person.age >= 18', old],
    ['sex == \'female\' || age >= 18 && sex == "female"', { $or: [sex, { $and: [old, sex] }] }],
    ["(sex == 'female' || age >= 18) && sex == 'female'", { $and: [{ $or: [sex, old] }, sex] }],
    ["name.surname != 'O\\'Brien'", { 'name.surname': { $ne: "O'Brien" } }],
    ["person.sex in ['a', 'b']", { sex: { $in: ['a', 'b'] } }],
    ['x < -1.5', { x: { $lt: -1.5 } }],
    ['alive == true', { alive: { $eq: true } }],
  ])('%s is read', (text, expected) => {
    expect(readCel(text)).toEqual(expected);
  });

  test.each([
    ['a == b', 'b'],
    ['18 <= age', 'a value in this place'],
    ['!(age >= 18)', '!'],
    ["name.startsWith('A')", 'name.startsWith'],
    ['age + 1 > 2', '+'],
    ['age >= 18 ? true : false', '?'],
    ['age = 18', '='],
    ['x == null', 'null'],
    ["x == 'a\\n'", 'an escape in a text'],
    ['x == 12345678901234567890', 'a number with too many digits'],
    ["x in 'a'", 'a missing ['],
    ['(x == 1', 'a missing )'],
    ['x == 1)', ')'],
    ['x == 1 y == 2', 'y'],
    ['', 'an end that comes too early'],
    [`${'('.repeat(12)}x == 1`, 'too many parentheses'],
    ['x'.repeat(2001), 'a text that is too long'],
  ])('%s is refused for %s', (text, part) => {
    const [name] = Object.keys(readCel(text));
    expect(name).toBe(`CEL: ${part}`);
    expect(quoteName(name)).toBe(`"${name}"`);
  });

  test('asks about nothing that the text does not name, and is never thrown at', () => {
    const parts = [
      'person.age',
      'sex',
      '__proto__',
      '==',
      '>=',
      '&&',
      '||',
      '(',
      ')',
      'in',
      '[',
      ']',
      ',',
      "'x'",
      '18',
      'true',
      '!',
      ';',
      '\\',
    ];
    const texts = oneof(
      string(),
      array(constantFrom(...parts), { maxLength: 12 }).map((some) => some.join(' ')),
    );
    const namesIn = (node: Json): string[] =>
      Array.isArray(node)
        ? node.flatMap(namesIn)
        : typeof node === 'object' && node !== null
          ? Object.entries(node).flatMap(([name, inner]) => [
              ...(name.startsWith('$') ? [] : [name]),
              ...namesIn(inner),
            ])
          : [];
    assert(
      property(texts, (text) => {
        const names = namesIn(readCel(text));
        expect(names.length).toBeGreaterThan(0);
        expect(names.filter((name) => !name.startsWith('CEL: ') && !text.includes(name))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});
