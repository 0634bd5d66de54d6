/** Attribute names of protocol 3.2 and of partners in the field → canonical paths, for records that are or hold a person or a household. */

/** Names of places and contacts, relative to whatever carries an address; `area-code` is read as the region's. */
const ADDRESS_NAMES: Record<string, string> = {
  location: 'address.region_code',
  region: 'address.region_code',
  region_code: 'address.region_code',
  area_code: 'address.region_code',
  district: 'address.sub_region_code',
  postal_code: 'address.postal_code',
  pin_code: 'address.postal_code',
};

const PERSON_NAMES: Record<string, string> = {
  ...ADDRESS_NAMES,
  surname: 'name.surname',
  last_name: 'name.surname',
  family_name: 'name.surname',
  given_name: 'name.given_name',
  first_name: 'name.given_name',
  second_name: 'name.second_name',
  middle_name: 'name.second_name',
  mobile: 'phone_number',
};

const PERSON_BRANCHES = ['name', 'sex', 'birth_date', 'death_date', 'address', 'phone_number', 'email'];
const PERSON_SPELLINGS = { gender: 'sex', date_of_birth: 'birth_date', dob: 'birth_date', date_of_death: 'death_date' };
const MEMBER_BRANCHES = ['related_person', 'is_disabled', 'disability_info', 'marital_status', 'employment_status'];
const MEMBER_DETAILS = ['occupation', 'income_level', 'language_code', 'education_level', 'additional_attributes'];

const under = (prefix: string, names: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(names).map(([name, path]) => [name, `${prefix}${path}`]));
const same = (names: string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, name]));

/** Names for a record that is a person. */
export const personAliases = (): Record<string, string> => PERSON_NAMES;

/** Names for a record that is, or holds at `prefix`, a member: what is asked about the person is found in `demographic_info`. */
export const memberAliases = (prefix = ''): Record<string, string> => ({
  ...under(`${prefix}demographic_info.`, { ...PERSON_NAMES, ...same(PERSON_BRANCHES), ...PERSON_SPELLINGS }),
  ...under(prefix, same([...MEMBER_BRANCHES, ...MEMBER_DETAILS])),
  ...under(prefix, { demographic_info: 'demographic_info', member_identifier: 'member_identifier' }),
  identifier: `${prefix}member_identifier`,
  person_identifier: `${prefix}member_identifier`,
});

/** Names for a record that is, or holds at `prefix`, a household. */
export const groupAliases = (prefix = ''): Record<string, string> =>
  under(prefix, {
    poverty_score: 'poverty_score',
    poverty_score_type: 'poverty_score_type',
    group_size: 'group_size',
    household_size: 'group_size',
    group_type: 'group_type',
    group_identifier: 'group_identifier',
  });

/** Names for a household's own address. */
export const householdAddressAliases = (): Record<string, string> => ADDRESS_NAMES;
