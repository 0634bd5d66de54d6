import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { identifiersOf, normalizeRecord, presentRecord } from '../../../src/protocol/registries/records/normalize.js';
import { isObject } from '../../../src/platform/plain-object.js';
import { RecordInvalid } from '../../../src/protocol/registries/records/record-invalid.js';
import { createRegistries } from '../../../src/protocol/registries/registries.js';
import { describeWhenPublished, PUBLISHED } from '../../support/published.js';

const registries = createRegistries();
const normalize = (segment: string, recordType: string, data: unknown) =>
  normalizeRecord(registries.byPath(segment)!, recordType, data);

/** The refusal, as [path, message]. */
function refusal(segment: string, recordType: string, data: unknown): [string, string] {
  try {
    normalize(segment, recordType, data);
  } catch (error) {
    if (error instanceof RecordInvalid) return [error.path, error.message];
    throw error;
  }
  throw new Error('the record was accepted');
}

describe('old and foreign spellings become the dictionary’s', () => {
  test('names, single objects for lists, labels, empty values and JSON-LD keys of a person', () => {
    const sent = {
      '@context': { '@vocab': 'https://schema.spdci.org/common/v1' },
      '@id': 'https://example.org/person/847951632',
      '@type': 'SRPerson',
      'spdci:identifier': { '@type': 'Identifier', identifier_type: 'NationalID', identifier_value: 847951632 },
      name: { last_name: 'Phumchai', first_name: 'Sudarat', suffix: '', maiden_name: ' ' },
      Gender: 'FeMale',
      birthdate: '1995-09-21T11:20:00',
      death_date: '',
      phone: '+14255551212',
      email: [],
      address: {
        address_line1: 'Bophut',
        city: 'Thani',
        zip: 84320,
        geo_location: { latitude: '9.5', plus_code: ' ' },
      },
      last_update: null,
    };
    expect(normalize('sr', 'SRPerson', sent)).toEqual({
      identifier: [{ identifier_type: 'UIN', identifier_value: '847951632' }],
      name: { surname: 'Phumchai', given_name: 'Sudarat' },
      sex: 'female',
      birth_date: '1995-09-21T11:20:00',
      phone_number: ['+14255551212'],
      address: [
        {
          address_line_1: 'Bophut',
          locality: 'Thani',
          postal_code: '84320',
          geo_location: { plus_code: { geometry: { location: { latitude: 9.5 } } } },
        },
      ],
    });
  });

  test('a member with its person one level deeper, or flat', () => {
    const person = { name: { surname: 'Test3' }, sex: 'F', birth_date: '1985-05-20T00:00:00Z' };
    const expected = { demographic_info: { ...person, sex: 'female' }, is_disabled: false, marital_status: 'S' };
    const flags = { is_disabled: '0', marital_status: 'Single' };
    expect(normalize('sr', 'Member', { demographic_info: { person }, ...flags })).toEqual(expected);
    expect(normalize('sr', 'Member', { demographic_info: person, ...flags })).toEqual(expected);
    expect(normalize('sr', 'Member', { household_member: { ...person, ...flags } })).toEqual(expected);
  });

  test('disability: labels, single support, a member without its frame', () => {
    const sent = {
      personal_details: {
        identifier: '123456',
        name: { first_name: 'John', last_name: 'Doe' },
        date_of_birth: '1990-05-15',
        gender: 'Male',
      },
      disability_status: 'Approved',
      disability_level: 'Severe',
      disability_details: [
        { impairment_type: 'Mobility', impairment_cause: 'Work Accident', age_on_set: 'Working age' },
      ],
      disability_support: [
        { human_assistance: { frequency: 'Permanent', type: 'mobility', support_status: 'Required' } },
      ],
      transport_requirement: 'Adaptable vehical',
      programs_enrollments: [{ programme_name: 'financial_assistance', programme_identifier: 'AD234' }],
    };
    expect(normalize('dr', 'DisabledPerson', sent)).toEqual({
      personal_details: {
        member_identifier: [{ identifier_value: '123456' }],
        demographic_info: { name: { given_name: 'John', surname: 'Doe' }, birth_date: '1990-05-15', sex: 'male' },
      },
      disability_status: '0',
      disability_status_level: '2',
      disability_details: [{ impairment_type: '3', impairment_cause: '5', age_on_set: '2' }],
      disability_support: [{ human_assistance: [{ intensity: '1', type: 'mobility', support: '0' }] }],
      transport_requirement: '2',
      programs_enrolments: [{ programme_name: 'financial_assistance', programme_identifier: 'AD234' }],
    });
  });

  test('a farm in the form of the specification’s example', () => {
    const sent = {
      famer_personal_details: { member_identifier: { identifier_type: 'NID', identifier_value: 'M1' } },
      farm_details: [
        {
          place: { name: 'Koh Samui', geo: { '@type': 'spdci:GeoLocation', latitude: 9.5604 } },
          measurement: 'Acre',
          farming_activities: [
            {
              crop_production: [
                { crop_type: 'Fruit and nuts', end_use: ['Food for human consumption'], irrigation: 1 },
              ],
              aqua_culture: ['Marine aquafarming'],
            },
          ],
        },
      ],
      machineries_details: [{ type: '31', count: '2', equipement_source: 'Provided by a cooperative' }],
    };
    expect(normalize('fr', 'Farmer', sent)).toEqual({
      farmer_personal_details: { member_identifier: [{ identifier_type: 'NID', identifier_value: 'M1' }] },
      farm_details: [
        {
          location: { name: 'Koh Samui', geo: { latitude: 9.5604 } },
          measurment: '1',
          farming_activities: {
            crop_production: [{ crop_type_name: '3', end_use: '1', irrigation: true }],
            aquaculture: ['0321'],
          },
        },
      ],
      machineries_details: [{ type: '31', count: 2, equipment_source: '5' }],
    });
  });

  test('an enrolment that is kept inside the member', () => {
    const enrolment = {
      programme: { programme_identifier: 'DCI001', programme_name: 'Test Programme' },
      enrolment_date: '2024-04-12T00:00',
      enrolment_status: 'Active',
      status_change_date: '',
      benefits: {
        benefit_type: 'Cash',
        benefit_date: '02.05.2024',
        benefit_value: 'USD 50',
        benefit_frequency: 'Monthly',
      },
    };
    const expected = {
      programme_identifier: [
        { benefit_frequency: [{ freq: 'Monthly' }], programme_identifier: 'DCI001', programme_name: 'Test Programme' },
      ],
      enrollment_date: '2024-04-12T00:00',
      enrollment_status: '1',
      benefits: [{ benefit_type: '1', benefit_date: '2024-05-02', benefit_value: 'USD 50' }],
    };
    const member = { member_identifier: [{ identifier_type: 'NID', identifier_value: '0205202401' }] };
    expect(normalize('ibr', 'Beneficiary', { member: { ...member, programme_identifier: enrolment } })).toEqual({
      member,
      ...expected,
    });
    expect(normalize('ibr', 'Beneficiary', { member, programme_identifier: enrolment })).toEqual({
      member,
      ...expected,
    });
  });

  test('what is normal already stays as it is', () => {
    const once = normalize('crvs', 'Person', {
      identifier: { type: 'BRN', value: '1' },
      marriage_date: '2019-09-21',
      birth_place: 'Koh Samui',
    });
    expect(once).toEqual({
      identifier: [{ identifier_type: 'BRN', identifier_value: '1' }],
      marriage_date: ['2019-09-21'],
      birth_place: { name: 'Koh Samui' },
    });
    expect(normalize('crvs', 'Person', once)).toEqual(once);
  });

  test('open lists keep what they do not have, places go as deep as they like', () => {
    const nested = { contained_in_place: { contained_in_place: { contained_in_place: { name: 'Earth' } } } };
    expect(normalize('crvs', 'Person', { birth_place: nested })).toEqual({ birth_place: nested });
    expect(
      normalize('sr', 'Member', { occupation: 'teacher', income_level: 'middle', language_code: ['eng'] }),
    ).toEqual({
      occupation: 'teacher',
      income_level: 'middle',
      language_code: '1',
    });
    expect(
      normalize('sr', 'SRPerson', { identifier: [{ identifier_type: 'LIBRARY_CARD', identifier_value: 'x' }] }),
    ).toEqual({
      identifier: [{ identifier_type: 'LIBRARY_CARD', identifier_value: 'x' }],
    });
  });
});

describe('refusals name path and remedy, never a value', () => {
  test.each<[string, string, unknown, string, string]>([
    ['sr', 'SRPerson', [], '', 'the record must be an object with identifier, name, sex'],
    ['sr', 'SRPerson', 'Secret', '', 'the record must be an object with'],
    ['sr', 'SRPerson', {}, '', 'the record is empty'],
    ['sr', 'SRPerson', { name: { surname: '' }, '@type': 'x' }, '', 'the record is empty'],
    [
      'sr',
      'Nobody',
      {},
      '',
      'the record has a record type that SOCIAL does not have: use one of SRPerson, Member, Group',
    ],
    [
      'sr',
      'SRPerson',
      { shoe_size: 'Secret' },
      '',
      'the record has the property "shoe_size", which the dictionary\'s SRPerson does not have: use one of identifier, name',
    ],
    [
      'sr',
      'Group',
      { shoe_size: 'Secret' },
      '',
      'the record has the property "shoe_size", which the dictionary\'s Group does not have: move it into additional_attributes',
    ],
    ['sr', 'SRPerson', { name: { nick: 'Secret' } }, 'name', 'name has the property "nick"'],
    ['sr', 'SRPerson', { name: 'Secret' }, 'name', 'name must be an object with surname, given_name'],
    [
      'sr',
      'SRPerson',
      { birth_date: 'Secret' },
      'birth_date',
      'birth_date must be a date such as 1985-05-20, or a date-time',
    ],
    ['sr', 'SRPerson', { birth_date: '1985-02-30' }, 'birth_date', 'birth_date must be a date'],
    ['sr', 'SRPerson', { birth_date: '1985-02-03T25:00' }, 'birth_date', 'birth_date must be a date'],
    ['sr', 'SRPerson', { birth_date: '1985-02-03T10:00:00+25:00' }, 'birth_date', 'birth_date must be a date'],
    ['sr', 'SRPerson', { birth_date: '1985-13' }, 'birth_date', 'birth_date must be a date'],
    ['sr', 'SRPerson', { birth_date: '85' }, 'birth_date', 'birth_date must be a date'],
    ['sr', 'SRPerson', { birth_date: 1985 }, 'birth_date', 'birth_date must be a date'],
    [
      'sr',
      'SRPerson',
      { birth_date: ['1985-05-20', '1985-05-21'] },
      'birth_date',
      'birth_date takes one value, not a list',
    ],
    [
      'sr',
      'SRPerson',
      { sex: 'Secret' },
      'sex',
      'sex must be a code or label of its list: male (Male), female (Female)',
    ],
    ['sr', 'SRPerson', { sex: true }, 'sex', 'sex must be text'],
    [
      'sr',
      'SRPerson',
      { sex: 'male', gender: 'female' },
      'sex',
      'sex is given twice, under two names, with different values: send it once',
    ],
    [
      'sr',
      'SRPerson',
      { address: [{ postal_code: '1' }, { postal_code: { a: 1 } }] },
      'address[1].postal_code',
      'address[1].postal_code must be text',
    ],
    [
      'sr',
      'SRPerson',
      { email: ['Secret\0'] },
      'email[0]',
      'email[0] must be text of at most 10000 characters, without NUL',
    ],
    ['sr', 'SRPerson', { email: ['\ud800'] }, 'email[0]', 'email[0] must be text'],
    ['sr', 'SRPerson', { email: ['x'.repeat(10_001)] }, 'email[0]', 'email[0] must be text'],
    ['sr', 'Group', { poverty_score: 'Secret' }, 'poverty_score', 'poverty_score must be a number'],
    ['sr', 'Group', { poverty_score: Infinity }, 'poverty_score', 'poverty_score must be a number'],
    ['sr', 'Group', { group_size: 2.5 }, 'group_size', 'group_size must be a whole number'],
    [
      'sr',
      'Group',
      { additional_attributes: [{ note: '\0' }] },
      'additional_attributes[0]',
      'additional_attributes[0] must be JSON without NUL',
    ],
    ['sr', 'Member', { is_disabled: '2' }, 'is_disabled', 'is_disabled must be true or false'],
    [
      'sr',
      'Member',
      { demographic_info: { person: 'Secret' } },
      'demographic_info',
      'demographic_info must be an object',
    ],
    [
      'crvs',
      'Person',
      { parent1_identifier: [{ value: '1' }, { value: '2' }] },
      'parent1_identifier',
      'parent1_identifier takes one value, not a list',
    ],
  ])('%s %s %j', (segment, recordType, data, path, message) => {
    const [where, text] = refusal(segment, recordType, data);
    expect(where).toBe(path);
    expect(text).toContain(message);
    expect(text).not.toContain('Secret');
  });

  test('data nested without end is refused, not followed', () => {
    let deep: unknown = { name: 'x' };
    for (let level = 0; level < 5000; level++) deep = { contained_in_place: deep };
    expect(refusal('crvs', 'Person', { birth_place: deep })).toEqual([
      '',
      'the record is nested deeper than 40 levels',
    ]);
  });

  test('a key that is a name of JavaScript’s is unknown like any other', () => {
    for (const key of ['__proto__', 'constructor', 'toString'])
      expect(refusal('sr', 'SRPerson', JSON.parse(`{"${key}": {"sex": "male"}}`))[1]).toContain(
        `has the property "${key}"`,
      );
  });
});

describe('identifiersOf', () => {
  test('collects a record’s own identifiers once each, under stored types, and those of nobody else', () => {
    const data = normalize('dr', 'DisabledPerson', {
      personal_details: {
        member_identifier: [
          { type: 'national_id', value: '1' },
          { type: 'LIBRARY_CARD', value: '7' },
          { value: 'untyped' },
        ],
        demographic_info: {
          identifier: [
            { type: 'UIN', value: '1' },
            { type: 'BRN', value: '2' },
          ],
        },
        related_person: [{ related_member: { identifier: [{ type: 'UIN', value: 'other' }] } }],
      },
      disability_support: [{ human_assistance: [{ caregiver: { identifier: [{ type: 'UIN', value: 'carer' }] } }] }],
    });
    expect(identifiersOf(registries.byPath('dr')!, 'DisabledPerson', data)).toEqual([
      { type: 'UIN', value: '1' },
      { type: 'LIBRARY_CARD', value: '7' },
      { type: 'BRN', value: '2' },
    ]);
  });

  test('a household has its own, not its members’', () => {
    const data = normalize('sr', 'Group', {
      group_identifier: { type: 'household_id', value: 'HH1' },
      member_list: [{ member_identifier: { type: 'UIN', value: '1' } }],
    });
    expect(identifiersOf(registries.byPath('sr')!, 'Group', data)).toEqual([{ type: 'HOUSEHOLD_ID', value: 'HH1' }]);
    expect(identifiersOf(registries.byPath('sr')!, 'Group', { group_identifier: 'odd' })).toEqual([]);
  });
});

test('a record leaves as JSON-LD of its class', () => {
  expect(presentRecord(registries.byPath('crvs')!, 'Person', { sex: 'female' })).toEqual({
    '@context': 'https://schema.spdci.org/extensions/crvs/v1/data/CRVSPerson.jsonld',
    '@type': 'CRVS_Person',
    sex: 'female',
  });
  const marks = registries.all.flatMap((definition) =>
    definition.recordTypes.map(({ name }) => Object.values(presentRecord(definition, name, {})).join(' ')),
  );
  expect(marks).toContain('https://schema.spdci.org/extensions/social/v1/data/Group.jsonld Group');
  expect(marks).toContain('https://schema.spdci.org/extensions/fr/v1/data/Farmer.jsonld Farmer_Person');
  expect(marks.every((mark) => mark.startsWith('https://schema.spdci.org/extensions/'))).toBe(true);
});

/** The value at a path of a sample file. */
const sample = (name: string, ...path: string[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (Array.isArray(value) ? value[Number(key)] : isObject(value) ? value[key] : undefined),
    JSON.parse(readFileSync(join(PUBLISHED, 'samples', name), 'utf8')),
  );

describeWhenPublished('published samples', () => {
  test('the civil person', () => {
    const sent = sample('crvs/processflow1res.json', 'message', 'search_response', '0', 'data', 'reg_records', '0');
    const record = normalize('crvs', 'Person', sent);
    expect(record).toMatchObject({
      identifier: [{ identifier_type: 'UIN', identifier_value: '847951632' }, { identifier_type: 'BRN' }],
      address: [{ address_line_1: 'Bophut Koh Samui', region_code: 'A205' }],
      marital_status: 'M',
      parent2_identifier: { identifier_type: 'UIN', identifier_value: '847941632' },
      birth_place: { contains_place: [{ name: "Fisherman's Village" }, { name: 'Big Buddha Beach' }] },
    });
    expect(JSON.stringify(record)).not.toContain('"@');
  });

  test('the enrolment push', () => {
    const sent = sample('ibr/processflow1req.json', 'message', 'receipt_information', 'beneficiaries', '0');
    expect(normalize('ibr', 'Beneficiary', sent)).toMatchObject({
      assistance_unit: '1',
      member: {
        demographic_info: { sex: 'female' },
        marital_status: 'S',
        occupation: 'Caregiver',
        education_level: '3',
      },
      programme_identifier: [{ programme_identifier: 'DCI001' }],
      enrollment_status: '1',
    });
  });
});
