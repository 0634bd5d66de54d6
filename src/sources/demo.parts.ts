/** Parts of records that several registries share: the same person and household, in the dictionary's classes. */
import { SURVEY_DAY, type Household } from './demo.household.js';
import type { DemoPerson } from './demo.person.js';

type Part = Record<string, unknown>;

/** What a builder gives for one record; type and value of its identifiers follow from the data. */
export interface DemoDraft {
  recordType: string;
  /** Unique within registry and record type. */
  key: string;
  data: Part;
}

export const isAlive = ({ death }: DemoPerson): boolean => death === undefined;

/** Full years on the survey day, or at death. */
export function ageOf({ birth, death }: DemoPerson): number {
  const [day, of] = [death ?? SURVEY_DAY, birth];
  const years = Number(day.slice(0, 4)) - Number(of.slice(0, 4));
  return day.slice(5) < of.slice(5) ? years - 1 : years;
}

export const identifier = (type: string, value: string): Part => ({ identifier_type: type, identifier_value: value });

export const registered = ({ registered: registration_date, updated: last_updated }: Household): Part => ({
  registration_date,
  last_updated,
});

export const addressOf = (household: Household): Part => ({
  address_line_1: household.addressLine,
  locality: household.town,
  sub_region_code: household.district,
  region_code: household.region.code,
  postal_code: household.postalCode,
  country_code: household.region.country,
});

export const placeOf = ({ region, town, index }: Household): Part => ({
  name: town,
  geo: {
    latitude: degrees(region.latitude + (index % 50) / 100),
    longitude: degrees(region.longitude + (index % 70) / 100),
  },
  contained_in_place: { name: region.name },
});

export const nameOf = ({ surname, givenName, maidenName, prefix, suffix }: DemoPerson): Part => ({
  surname,
  given_name: givenName,
  ...(maidenName && { maiden_name: maidenName }),
  ...(prefix && { prefix }),
  ...(suffix && { suffix }),
});

const degrees = (sum: number): number => Math.round(sum * 100) / 100;

/** Person of the core, as the social side knows it: by its UIN. */
export const personOf = (household: Household, person: DemoPerson): Part => ({
  identifier: [identifier('UIN', person.uin)],
  name: nameOf(person),
  sex: person.sex,
  birth_date: person.birth,
  ...(person.death && { death_date: person.death }),
  address: [addressOf(household)],
  ...(person.phone && { phone_number: [person.phone] }),
  ...(person.email && { email: [person.email] }),
  ...registered(household),
});

/** Member of the core, with the head of the household as its relation. */
export function memberOf(household: Household, person: DemoPerson): Part & { demographic_info: Part } {
  const age = ageOf(person);
  const [head] = household.persons;
  return {
    member_identifier: [identifier('UIN', person.uin)],
    demographic_info: personOf(household, person),
    ...(head && head.uin !== person.uin && { related_person: [relationTo(head, person)] }),
    is_disabled: person.disabled,
    ...(person.disabled && { disability_info: [{ disability_limitation_type: 'HEAR_SS', functional_severity: '3' }] }),
    marital_status: person.maritalStatus,
    ...(age >= 15 && { employment_status: age < 65 ? '1' : '2', occupation: household.farms ? '6' : '5' }),
    income_level: '1',
    language_code: '1',
    education_level: age < 6 ? '0' : age < 12 ? '1' : '3',
    ...registered(household),
  };
}

/** What the head is to this person. */
const OF_HEAD: Record<string, string> = { SPS: 'SPS', CHILD: 'PRN', PRN: 'CHILD' };

const relationTo = (head: DemoPerson, person: DemoPerson): Part => ({
  relationship_type: OF_HEAD[person.relationship],
  related_member: otherPerson(head),
});

/** Somebody who stands in another person's record. */
export const otherPerson = (person: DemoPerson): Part => ({
  identifier: [identifier('UIN', person.uin)],
  name: nameOf(person),
  sex: person.sex,
  birth_date: person.birth,
});

/** Group without its persons. */
export const groupOf = (household: Household): Part => ({
  group_identifier: [identifier('HOUSEHOLD_ID', household.id)],
  group_type: '2',
  geographical_location: placeOf(household),
  address: [addressOf(household)],
  place_address: true,
  poverty_score: household.povertyScore,
  poverty_score_type: 'proxy means test',
  group_size: household.persons.filter(isAlive).length,
  ...registered(household),
});

/** Group with its head and its living members, whose address is the group's. */
export function fullGroupOf(household: Household): Part {
  const [head, ...others] = household.persons.filter(isAlive).map((person) => memberOf(household, person));
  const members = others.map((member) => ({ ...member, demographic_info: withoutAddress(member.demographic_info) }));
  return { ...groupOf(household), group_head_info: head, member_list: [head, ...members] };
}

const withoutAddress = (person: Part): Part =>
  Object.fromEntries(Object.entries(person).filter(([name]) => name !== 'address'));
