import * as fc from 'fast-check';
import { attributesOf } from '../../../src/protocol/registries/attributes.js';
import { clampRecord, covers, expandFields, isKnownField } from '../../../src/protocol/registries/records/fields.js';
import { isObject } from '../../../src/platform/plain-object.js';
import { createRegistries } from '../../../src/protocol/registries/registries.js';
import { demoRecords } from '../../../src/sources/demo-data.js';

const registries = createRegistries();
const SR = registries.byPath('sr')!;
const clamp = (patterns: string[], data: Record<string, unknown>, recordType = 'SRPerson') =>
  clampRecord(expandFields(SR, recordType, patterns), data);

const PERSON = {
  '@context': 'x',
  '@id': 'urn:person:847951632',
  identifier: [{ identifier_type: 'UIN', identifier_value: '1' }],
  name: { '@id': 'urn:name', surname: 'Phumchai', given_name: 'Sudarat', nick: 'unknown to the dictionary' },
  sex: 'female',
  birth_date: null,
  address: [{ postal_code: '84320', locality: 'Thani' }, { locality: 'Bophut' }, 'somewhere'],
  phone_number: ['+1', '+2'],
};

describe('what is covered leaves, and nothing else', () => {
  test.each<[string[], Record<string, unknown>]>([
    [[], {}],
    [['name.surname'], { name: { surname: 'Phumchai' } }],
    [['name.surname', 'sex'], { name: { surname: 'Phumchai' }, sex: 'female' }],
    [['name'], { name: PERSON.name }],
    [['name.*'], { name: PERSON.name }],
    [['name', 'name.surname'], { name: PERSON.name }],
    [['name.surname', 'name'], { name: PERSON.name }],
    [['address.postal_code'], { address: [{ postal_code: '84320' }] }],
    [['address.locality'], { address: [{ locality: 'Thani' }, { locality: 'Bophut' }] }],
    [['address.region_code'], {}],
    [['phone_number'], { phone_number: ['+1', '+2'] }],
    [['birth_date', 'death_date'], {}],
    [['gender'], { sex: 'female' }],
    [['mobile'], { phone_number: ['+1', '+2'] }],
    [['identifiers.value'], { identifier: [{ identifier_value: '1' }] }],
    [['age', 'YOB', 'UIN', 'poverty_score', '', '.', '@id', '@context', 'name.nick', 'constructor', '__proto__'], {}],
    [['**', 'name.**', '*.surname', '*name'], {}],
  ])('%j', (patterns, expected) => {
    expect(clamp(patterns, PERSON)).toEqual(expected);
  });

  test('* is all of it, in a new object', () => {
    const all = clamp(['sex', '*'], PERSON);
    expect(all).toEqual(PERSON);
    expect(all).not.toBe(PERSON);
  });

  test('text where an object belongs does not pass as part of it', () => {
    expect(
      clamp(['name.surname', 'address.locality'], { name: 'Sudarat Phumchai', address: ['Bophut 1', ['x']] }),
    ).toEqual({});
  });

  test('the word identifier stands for the record’s own identifiers in any record type', () => {
    const group = {
      group_identifier: [{ identifier_type: 'HOUSEHOLD_ID', identifier_value: 'HH1' }],
      poverty_score: 1,
    };
    expect(clamp(['identifier'], group, 'Group')).toEqual({ group_identifier: group.group_identifier });
    for (const definition of registries.all)
      for (const { name, identifierPaths } of definition.recordTypes) {
        const fields = expandFields(definition, name, ['identifier']);
        expect(identifierPaths.some((path) => covers(fields, path))).toBe(true);
      }
  });

  test('a clamp is compiled once for a set of patterns', () => {
    expect(expandFields(SR, 'SRPerson', ['sex'])).toBe(expandFields(SR, 'SRPerson', ['sex']));
    expect(expandFields(SR, 'SRPerson', ['sex'])).not.toBe(expandFields(SR, 'Member', ['sex']));
    for (let index = 0; index < 3000; index++) expandFields(SR, 'SRPerson', [`sex`, `x${index}`]);
    expect(clamp(['sex'], PERSON)).toEqual({ sex: 'female' });
  });
});

describe('covers', () => {
  test.each<[string[], string, boolean]>([
    [['*'], 'name', true],
    [['*'], 'anything.at.all', true],
    [['name'], 'name', true],
    [['name'], 'name.surname', true],
    [['name'], 'names', false],
    [['name.surname'], 'name.surname', true],
    [['name.surname'], 'name', false],
    [['name.surname'], 'name.given_name', false],
    [['name.surname', 'name.given_name'], 'name', false],
    [['address.geo_location'], 'address.geo_location.plus_code.global_code', true],
    [['address.geo_location'], 'address', false],
    [[], 'name', false],
    [['name'], '', false],
    [['name'], 'constructor', false],
  ])('%j: %s is %s', (patterns, path, expected) => {
    expect(covers(expandFields(SR, 'SRPerson', patterns), path)).toBe(expected);
  });
});

test.each<[string | undefined, string, boolean]>([
  ['SRPerson', '*', true],
  ['SRPerson', 'name', true],
  ['SRPerson', 'name.*', true],
  ['SRPerson', 'name.surname', true],
  ['SRPerson', 'gender', true],
  ['SRPerson', 'poverty_score', false],
  ['Member', 'additional_attributes', true],
  [undefined, 'poverty_score', true],
  [undefined, 'shoe_size', false],
  ['SRPerson', 'age', false],
  ['SRPerson', 'name.**', false],
  ['SRPerson', '', false],
  ['Nobody', 'name', false],
])('in %s the field %j is known: %s', (recordType, path, expected) => {
  expect(isKnownField(SR, recordType, path)).toBe(expected);
});

/** Every leaf with its dotted path, lists crossed; written without a look at the code under test. */
function leaves(value: unknown, path = ''): { path: string; value: unknown }[] {
  if (Array.isArray(value)) return value.flatMap((one) => leaves(one, path));
  if (!isObject(value)) return [{ path, value }];
  return Object.entries(value).flatMap(([name, below]) => leaves(below, path === '' ? name : `${path}.${name}`));
}
const within = (pattern: string, path: string) => path === pattern || path.startsWith(`${pattern}.`);
const sorted = (list: { path: string; value: unknown }[]) => list.map((leaf) => JSON.stringify(leaf)).toSorted();

describe('properties', () => {
  const records = [...demoRecords(150)];
  const cases = registries.all.flatMap((definition) =>
    definition.recordTypes.map(({ name }) => {
      const paths = [...attributesOf(definition, name).keys()];
      const branches = paths.flatMap((path) =>
        path.split('.').map((_, index, all) => all.slice(0, index + 1).join('.')),
      );
      return { definition, recordType: name, patterns: [...new Set(branches)] };
    }),
  );
  const chosen = fc.constantFrom(...cases).chain(({ definition, recordType, patterns }) =>
    fc.record({
      definition: fc.constant(definition),
      recordType: fc.constant(recordType),
      patterns: fc.uniqueArray(fc.constantFrom(...patterns), { maxLength: 6 }),
      record: fc.constantFrom(
        ...records.filter((one) => one.registry === definition.registry && one.recordType === recordType),
      ),
    }),
  );

  test('no leaf survives that no pattern covers, and none is lost that one covers', () => {
    fc.assert(
      fc.property(chosen, ({ definition, recordType, patterns, record }) => {
        const kept = leaves(clampRecord(expandFields(definition, recordType, patterns), record.data));
        const allowed = leaves(record.data).filter(({ path }) => patterns.some((pattern) => within(pattern, path)));
        expect(sorted(kept)).toEqual(sorted(allowed));
      }),
      { numRuns: 2000 },
    );
  });

  // Data of a foreign source may have any shape: names of the dictionary in wrong places, JavaScript's own names, null.
  const names = fc.constantFrom(
    'name',
    'surname',
    'address',
    'postal_code',
    'sex',
    'nick',
    '@id',
    '__proto__',
    'constructor',
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom('text', 1, true, null),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(names, tie('tree'), { maxKeys: 4 }),
    ),
  }));

  test('whatever the data looks like, only covered paths come out and nothing throws', () => {
    const patterns = fc.uniqueArray(fc.constantFrom('name', 'name.surname', 'address', 'address.postal_code', 'sex'));
    fc.assert(
      fc.property(patterns, fc.dictionary(names, tree, { maxKeys: 6 }), (fields, data) => {
        const out = clamp(fields, data);
        for (const { path } of leaves(out)) expect(fields.some((pattern) => within(pattern, path))).toBe(true);
        expect(Object.values(out)).not.toContain(null);
        expect(Object.getPrototypeOf(out)).toBe(Object.prototype);
      }),
      { numRuns: 2000 },
    );
  });
});
