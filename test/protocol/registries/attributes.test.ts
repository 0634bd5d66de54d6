import { attributesOf, contactAttribute, findAttribute } from '../../../src/protocol/registries/attributes.js';
import { createRegistries } from '../../../src/protocol/registries/registries.js';

const registries = createRegistries();
const path = (segment: string, recordType: string, name: string) =>
  findAttribute(registries.byPath(segment)!, recordType, name)?.path;
const find = (segment: string, recordType: string, name: string) =>
  findAttribute(registries.byPath(segment)!, recordType, name);

describe('names of protocol 3.2 and of the samples', () => {
  test.each([
    ['sr', 'SRPerson', 'gender', 'sex'],
    ['sr', 'SRPerson', 'DOB', 'birth_date'],
    ['sr', 'SRPerson', 'birthDate', 'birth_date'],
    ['sr', 'SRPerson', 'mobile', 'phone_number'],
    ['sr', 'SRPerson', 'area-code', 'address.region_code'],
    ['sr', 'SRPerson', 'pin-code', 'address.postal_code'],
    ['sr', 'SRPerson', 'postal_code', 'address.postal_code'],
    ['sr', 'SRPerson', 'location', 'address.region_code'],
    ['sr', 'SRPerson', 'district', 'address.sub_region_code'],
    ['sr', 'SRPerson', 'name.sur_name', 'name.surname'],
    ['sr', 'SRPerson', 'spdci:name.spdci:surname', 'name.surname'],
    ['sr', 'SRPerson', 'identifier', 'identifier.identifier_value'],
    ['sr', 'Group', 'poverty_score', 'poverty_score'],
    ['sr', 'Group', 'household_size', 'group_size'],
    ['sr', 'Group', 'location', 'address.region_code'],
    ['sr', 'Group', 'member_list.demographic_info.person.sex', 'member_list.demographic_info.sex'],
    ['sr', 'Group', 'place.geo.latitude', 'geographical_location.geo.latitude'],
    ['sr', 'Member', 'demographic_info.person.sex', 'demographic_info.sex'],
    ['sr', 'Member', 'marital_status', 'marital_status'],
    ['sr', 'Member', 'birth_date', 'demographic_info.birth_date'],
    ['crvs', 'Person', 'date_of_birth', 'birth_date'],
    ['crvs', 'Person', 'date_of_death', 'death_date'],
    ['crvs', 'Person', 'date_of_marriage', 'marriage_date'],
    ['crvs', 'Person', 'place_of_birth', 'birth_place.name'],
    ['crvs', 'Person', 'birth_place.contained_in_place.name', 'birth_place.contained_in_place.name'],
    ['dr', 'DisabledPerson', 'location', 'personal_details.demographic_info.address.region_code'],
    ['dr', 'DisabledPerson', 'disability_details.impairment_type', 'disability_details.impairment_type'],
    ['dr', 'DisabledPerson', 'disability_level', 'disability_status_level'],
    ['dr', 'DisabledPerson', 'member.demographic_info.birth_date', 'personal_details.demographic_info.birth_date'],
    ['dr', 'DisabledPerson', 'demographic_info.birth_date', 'personal_details.demographic_info.birth_date'],
    ['dr', 'DisabledPerson', 'member.member_identifier', 'personal_details.member_identifier.identifier_value'],
    ['dr', 'DisabledPerson', 'person_identifier', 'personal_details.member_identifier.identifier_value'],
    ['fr', 'Farmer', 'farm_info.location.geo.latitude', 'farm_details.location.geo.latitude'],
    [
      'fr',
      'Farmer',
      'land_details.address.region_code',
      'farmer_personal_details.demographic_info.address.region_code',
    ],
    ['fr', 'Farmer', 'farm_size', 'farm_details.land_size'],
    ['fr', 'Farmer', 'crop_type', 'farm_details.farming_activities.crop_production.crop_type_name'],
    ['fr', 'Farmer', 'livestock_type', 'farm_details.farming_activities.animal_production.type'],
    ['fr', 'Farmer', 'land_tenure', 'farm_details.land_tenure'],
    ['fr', 'Farmer', 'irrigation_type', 'farm_details.farming_activities.crop_production.irrigation_water'],
    ['ibr', 'Beneficiary', 'person_identifier', 'member.member_identifier.identifier_value'],
    [
      'ibr',
      'Beneficiary',
      'programme_identifier.program.programme_identifier',
      'programme_identifier.programme_identifier',
    ],
    ['ibr', 'Beneficiary', 'enrolment_status', 'enrollment_status'],
    ['ibr', 'Beneficiary', 'member.programme_identifier.enrolment_status', 'enrollment_status'],
    ['ibr', 'Beneficiary', 'poverty_score', 'group.poverty_score'],
  ])('%s %s: %s is %s', (segment, recordType, name, expected) => {
    expect(path(segment, recordType, name)).toBe(expected);
  });

  test.each([
    ['sr', 'SRPerson', 'poverty_score'],
    ['sr', 'SRPerson', 'address'],
    ['sr', 'SRPerson', 'age'],
    ['sr', 'SRPerson', 'UIN'],
    ['sr', 'SRPerson', ''],
    ['sr', 'SRPerson', '.'],
    ['sr', 'SRPerson', 'name..surname'],
    ['sr', 'SRPerson', 'name.surname.x'],
    ['sr', 'SRPerson', '__proto__'],
    ['sr', 'SRPerson', 'constructor.name'],
    ['sr', 'SRPerson', "sex' or 1=1"],
    ['sr', 'SRPerson', 'person.'.repeat(10_000) + 'sex'],
    ['sr', 'Member', 'additional_attributes'],
    ['sr', 'Nothing', 'sex'],
    ['crvs', 'Person', 'birth_place.contained_in_place.contained_in_place.name'],
  ])('%s %s: %.40s is no attribute', (segment, recordType, name) => {
    expect(path(segment, recordType, name)).toBeUndefined();
  });
});

test('an attribute tells its type, its codes and whether it crosses a list', () => {
  expect(find('sr', 'SRPerson', 'birth_date')).toEqual({ path: 'birth_date', type: 'date', many: false });
  expect(find('sr', 'SRPerson', 'address.postal_code')).toMatchObject({ type: 'string', many: true });
  expect(find('sr', 'SRPerson', 'phone_number')).toMatchObject({ type: 'string', many: true });
  expect(find('sr', 'Group', 'poverty_score')).toMatchObject({ type: 'number', many: false });
  expect(find('sr', 'Group', 'group_size')).toMatchObject({ type: 'integer' });
  expect(find('sr', 'Member', 'is_disabled')).toMatchObject({ type: 'boolean' });
  expect(find('sr', 'SRPerson', 'sex')?.codes).toContainEqual({ code: 'female', label: 'Female', also: ['F'] });
  expect(find('sr', 'SRPerson', 'sex')?.open).toBeUndefined();
  expect(find('sr', 'Member', 'occupation')).toMatchObject({ open: true });
  expect(find('sr', 'SRPerson', 'identifier.identifier_type')?.codes).toBeUndefined();
});

test('every record type has its attributes, each found under its own path, and a bounded number of them', () => {
  for (const definition of registries.all)
    for (const type of definition.recordTypes) {
      const attributes = attributesOf(definition, type);
      expect(attributes).toBe(attributesOf(definition, type.name));
      expect(attributes.size).toBeGreaterThan(20);
      expect(attributes.size).toBeLessThan(320);
      for (const [name, attribute] of attributes) expect(findAttribute(definition, type, name)).toBe(attribute);
    }
});

test('a mobile number or an e-mail used as an identifier type is compared with the contact', () => {
  const sr = registries.byPath('sr')!;
  expect(contactAttribute(sr, 'SRPerson', 'MOBILE')?.path).toBe('phone_number');
  expect(contactAttribute(sr, 'Member', 'email')?.path).toBe('demographic_info.email');
  expect(contactAttribute(registries.byPath('dr')!, 'DisabledPerson', 'Mobile')?.path).toBe(
    'personal_details.demographic_info.phone_number',
  );
  expect(contactAttribute(sr, 'SRPerson', 'UIN')).toBeUndefined();
  expect(contactAttribute(sr, 'Group', 'MOBILE')).toBeUndefined();
});
