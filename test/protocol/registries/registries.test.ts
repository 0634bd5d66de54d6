import { CRVS } from '../../../src/protocol/registries/crvs/crvs.registry.js';
import type { RegistryDefinition } from '../../../src/protocol/registries/definition.js';
import { findAttribute } from '../../../src/protocol/registries/attributes.js';
import { normalizeRecord } from '../../../src/protocol/registries/records/normalize.js';
import {
  createRegistries,
  findEventType,
  findIdentifierType,
  findRecordType,
  identifierTypesOf,
} from '../../../src/protocol/registries/registries.js';
import { SOCIAL } from '../../../src/protocol/registries/social/social.registry.js';

const registries = createRegistries();
const registry = (name: string): RegistryDefinition => registries.byName(name)!;

describe('the table of contract: Registries', () => {
  test.each([
    ['SOCIAL', ['SRPerson', 'Member', 'Group'], ['NewHouseHoldMember']],
    ['CRVS', ['Person'], ['LiveBirth', 'FetalDeath', 'Death', 'Marriage', 'Divorce', 'Adoption']],
    ['DR', ['DisabledPerson'], ['DisabledPerson', 'NewDisabledNewborn']],
    ['FR', ['Farmer'], ['NewFarmer']],
    ['IBR', ['Beneficiary', 'Member', 'Group'], ['enrollement', 'enrollement_status_change']],
    ['ESS', ['ESSPerson', 'Beneficiary', 'Member', 'Group'], ['enrollement', 'enrollement_status_change']],
  ])('%s', (name, recordTypes, events) => {
    expect(registry(name).recordTypes.map((type) => type.name)).toEqual(recordTypes);
    expect(registry(name).events.map((event) => event.name)).toEqual(['REGISTER', 'UPDATE', 'DELETE', ...events]);
  });

  test.each([
    ['SOCIAL', 'SR_Person', 'SRPerson'],
    ['SOCIAL', 'member', 'Member'],
    ['SOCIAL', 'Household', 'Group'],
    ['CRVS', 'CRVS_Person', 'Person'],
    ['CRVS', 'spdci-extensions-dci:Person', 'Person'],
    ['DR', 'PWD_Person', 'DisabledPerson'],
    ['DR', 'DRPerson', 'DisabledPerson'],
    ['DR', 'spdci-extensions-dci:DisabledPerson', 'DisabledPerson'],
    ['FR', 'Farmer_Person', 'Farmer'],
    ['FR', 'FRPerson', 'Farmer'],
    ['IBR', 'ns:a:b:Group', 'Group'],
    ['IBR', 'Person', 'Beneficiary'],
    ['IBR', 'IBR_Person', 'Member'],
    ['IBR', 'BENEFICIARY', 'Beneficiary'],
    ['ESS', 'Person', 'ESSPerson'],
    ['SOCIAL', 'Individual', 'SRPerson'],
    ['FR', 'PERSON', 'Farmer'],
    ['DR', 'Person', 'DisabledPerson'],
    ['CRVS', 'individual', 'Person'],
    ['ESS', 'ESS_Person', 'ESSPerson'],
  ])('%s reads the record type %s as %s', (name, given, expected) => {
    expect(findRecordType(registry(name), given)?.name).toBe(expected);
  });

  test('without a name the first record type counts, an unknown one is none', () => {
    expect(findRecordType(registry('IBR'))?.name).toBe('Beneficiary');
    expect(findRecordType(registry('SOCIAL'), '')?.name).toBe('SRPerson');
    expect(findRecordType(registry('SOCIAL'), 'Farmer')).toBeUndefined();
    expect(findRecordType(registry('CRVS'), 'constructor')).toBeUndefined();
  });
});

describe('events', () => {
  test.each([
    ['CRVS', 'live_birth', 'LiveBirth'],
    ['CRVS', 'birth', 'LiveBirth'],
    ['CRVS', 'BIRTH', 'LiveBirth'],
    ['CRVS', 'spdci-common:RegistryEventType:LiveBirth', 'LiveBirth'],
    ['CRVS', 'fetal-death', 'FetalDeath'],
    ['CRVS', 'death', 'Death'],
    ['SOCIAL', 'registration', 'REGISTER'],
    ['SOCIAL', 'new_household_member', 'NewHouseHoldMember'],
    ['FR', 'Correction', 'UPDATE'],
    ['DR', 'DEREGISTER', 'DELETE'],
    ['IBR', 'enrollment', 'enrollement'],
    ['IBR', 'Enrolment-Status-Change', 'enrollement_status_change'],
    ['IBR', 'ENROLLMENT', 'enrollement'],
    ['IBR', 'DISENROLLMENT', 'enrollement_status_change'],
  ])('%s reads %s as %s', (name, given, expected) => {
    expect(findEventType(registry(name), given)?.name).toBe(expected);
  });

  test.each([
    ['SOCIAL', 'Death'],
    ['DR', 'HARVEST'],
    ['CRVS', ''],
    ['CRVS', 'toString'],
  ])('%s does not know %j', (name, given) => {
    expect(findEventType(registry(name), given)).toBeUndefined();
  });

  test('only what the notify schema of a domain lists is emitted', () => {
    const emitted = registries.all.map(({ registry: name, events }) => [
      name,
      events.filter((event) => event.emitted).map((event) => event.name),
    ]);
    expect(Object.fromEntries(emitted)).toMatchObject({
      SOCIAL: ['REGISTER', 'NewHouseHoldMember'],
      DR: ['REGISTER'],
      FR: ['REGISTER'],
      IBR: ['enrollement', 'enrollement_status_change'],
      ESS: ['enrollement', 'enrollement_status_change'],
    });
    expect(CRVS.events.every((event) => event.emitted)).toBe(true);
  });
});

describe('identifier types', () => {
  test.each([
    ['UIN', 'UIN'],
    ['uin', 'UIN'],
    ['national_id', 'UIN'],
    ['NationalID', 'UIN'],
    ['BIRTH_REG_NO', 'BRN'],
    ['death-reg-no', 'DRN'],
    ['mrn', 'MRN'],
    ['NIN', 'NIN'],
    ['ns:org:IdentifierType:NID', 'NID'],
    ['Household_ID', 'HOUSEHOLD_ID'],
    ['mobile', 'MOBILE'],
  ])('%s is stored as %s', (given, stored) => {
    expect(findIdentifierType(SOCIAL, given)).toBe(stored);
  });

  test('unknown types are unknown, and a registry may have its own', () => {
    expect(findIdentifierType(SOCIAL, 'SHOE_SIZE')).toBeUndefined();
    expect(findIdentifierType(SOCIAL, 'FARMER_ID')).toBeUndefined();
    expect(findIdentifierType(registry('FR'), 'farmer_id')).toBe('FARMER_ID');
    expect(identifierTypesOf(SOCIAL)).toEqual(expect.arrayContaining(['UIN', 'BRN', 'MRN', 'DRN', 'HOUSEHOLD_ID']));
    expect(identifierTypesOf(SOCIAL).filter((type) => type === 'UIN')).toHaveLength(1);
  });
});

test.each([
  ['social', 'SOCIAL'],
  ['sr', 'SOCIAL'],
  ['crvs', 'CRVS'],
  ['civil', 'CRVS'],
  ['dr', 'DR'],
  ['disability', 'DR'],
  ['fr', 'FR'],
  ['farmer', 'FR'],
  ['ibr', 'IBR'],
  ['beneficiary', 'IBR'],
  ['ess', 'ESS'],
  ['employment', 'ESS'],
])('the path segment %s leads to %s', (segment, name) => {
  expect(registries.byPath(segment)?.registry).toBe(name);
});

test('an unknown path or name leads nowhere', () => {
  expect(registries.byPath('mapper')).toBeUndefined();
  expect(registries.byPath('constructor')).toBeUndefined();
  expect(registries.byName('MAPPER')).toBeUndefined();
});

test('each registry serves the common operations and its own', () => {
  const common = [
    'SEARCH',
    'VERIFY',
    'SUBSCRIBE',
    'UNSUBSCRIBE',
    'NOTIFY',
    'TXN_STATUS',
    'RECEIPT',
    'BULK_SEARCH',
    'BULK_VERIFY',
  ];
  for (const { operations } of registries.all) expect(operations).toEqual(expect.arrayContaining(common));
  expect(registry('SOCIAL').operations).toHaveLength(common.length);
  expect(registry('DR').operations).toEqual([...common, 'DISABLED', 'DISABILITY_DETAILS', 'DISABILITY_SUPPORT']);
  expect(registry('IBR').operations).toEqual([...common, 'ENROLLED', 'ENROLLMENT_UPDATES']);
  expect(registry('ESS').operations).toEqual([...common, 'ENROLLED']);
});

describe('a further registry', () => {
  const PERMITS: RegistryDefinition = {
    ...SOCIAL,
    registry: 'PERMITS',
    title: 'Permit Registry',
    paths: ['permits'],
    recordTypes: [
      {
        name: 'Permit',
        aliases: ['Licence'],
        class: 'Permit',
        typeName: 'Permit',
        identifierPaths: ['holder.identifier'],
        memberPaths: [],
        identifying: ['UIN'],
        attributeAliases: { birth_date: 'holder.birth_date' },
      },
    ],
    classes: {
      ...SOCIAL.classes,
      Permit: { name: 'Permit', properties: { kind: { codes: 'PermitKind' }, holder: { class: 'SRPerson' } } },
    },
    codes: { PermitKind: [{ code: 'F', label: 'Fishing' }] },
  };

  test('is one more definition in the list', () => {
    const more = createRegistries([...registries.all, PERMITS]);
    expect(more.all).toHaveLength(registries.all.length + 1);
    expect(more.byPath('permits')).toBe(PERMITS);
    expect(findAttribute(PERMITS, 'Permit', 'dob')?.path).toBeUndefined();
    expect(findAttribute(PERMITS, 'Permit', 'birth_date')?.path).toBe('holder.birth_date');
    expect(findAttribute(PERMITS, 'Permit', 'kind')?.codes).toEqual([{ code: 'F', label: 'Fishing' }]);
    expect(normalizeRecord(PERMITS, 'Permit', { Kind: 'fishing' })).toEqual({ kind: 'F' });
  });

  test('every mistake in it is named at start', () => {
    const [type] = PERMITS.recordTypes;
    const broken = {
      ...PERMITS,
      registry: 'CRVS',
      paths: ['civil'],
      recordTypes: [{ ...type!, class: 'Nothing' }],
      codes: {},
    };
    expect(() => createRegistries([...registries.all, broken])).toThrow(
      [
        'registry definitions are wrong:',
        '  registry CRVS is defined twice',
        '  path civil is used twice',
        '  CRVS: Permit.kind refers to code list PermitKind, which is not defined',
        '  CRVS: record type Permit has class Nothing, which is not defined',
      ].join('\n'),
    );
    const astray = { ...PERMITS, recordTypes: [{ ...type!, identifierPaths: ['holder.identifiers'] }] };
    expect(() => createRegistries([astray])).toThrow(
      'record type Permit names holder.identifiers, which is not a path of its class',
    );
    expect(() => createRegistries([{ ...PERMITS, recordTypes: [] }])).toThrow('PERMITS: it has no record type');
  });
});
