/** What each registry holds of a household. */
import { chanceOf, type Chance } from './demo.chance.js';
import type { Household } from './demo.household.js';
import {
  ageOf,
  fullGroupOf,
  groupOf,
  identifier,
  isAlive,
  memberOf,
  otherPerson,
  personOf,
  placeOf,
  registered,
  type DemoDraft,
} from './demo.parts.js';
import type { DemoPerson } from './demo.person.js';

/** SOCIAL: everybody as SRPerson, the living as members, the household as a group. */
export const socialRecords = (household: Household): DemoDraft[] => [
  ...household.persons.map((person) => ({
    recordType: 'SRPerson',
    key: person.uin,
    data: personOf(household, person),
  })),
  ...household.persons
    .filter(isAlive)
    .map((person) => ({ recordType: 'Member', key: person.uin, data: memberOf(household, person) })),
  { recordType: 'Group', key: household.id, data: fullGroupOf(household) },
];

/** CRVS: everybody, with the numbers of birth, marriage and death. Both spouses carry the number of their marriage. */
export const civilRecords = (household: Household): DemoDraft[] =>
  household.persons.map((person) => ({ recordType: 'Person', key: person.uin, data: civilPerson(household, person) }));

function civilPerson(household: Household, person: DemoPerson): Record<string, unknown> {
  const numbers = [
    identifier('UIN', person.uin),
    identifier('BRN', person.brn),
    ...(person.marriage ? [identifier('MRN', person.marriage.mrn)] : []),
    ...(person.death ? [identifier('DRN', `D${person.uin}`)] : []),
  ];
  const [first, second] = person.parents;
  return {
    ...personOf(household, person),
    identifier: numbers,
    birth_place: placeOf(household),
    ...(person.death && { death_place: placeOf(household) }),
    marital_status: person.maritalStatus,
    ...(person.marriage && { marriage_date: [person.marriage.date] }),
    ...(person.divorce && { divorce_date: [person.divorce] }),
    ...(first && { parent1_identifier: identifier('UIN', first) }),
    ...(second && { parent2_identifier: identifier('UIN', second) }),
  };
}

/** DR: the living with a disability. */
export const disabilityRecords = (household: Household): DemoDraft[] =>
  household.persons
    .filter((person) => person.disabled && isAlive(person))
    .map((person) => ({ recordType: 'DisabledPerson', key: person.uin, data: disabledPerson(household, person) }));

function disabledPerson(household: Household, person: DemoPerson): Record<string, unknown> {
  const { index } = household;
  const chance = chanceOf(Number(person.uin));
  const age = ageOf(person);
  const caregiver = household.persons.find((other) => other.uin !== person.uin && isAlive(other) && ageOf(other) >= 18);
  const assistance = {
    type: 'mobility',
    intensity: chance.pick(['1', '2', '3', '4']),
    support: chance.pick(['0', '1']),
  };
  return {
    personal_details: memberOf(household, person),
    disability_status: index === 0 ? '0' : chance.pick(['0', '0', '0', '1', '2']),
    disability_status_level: chance.pick(['1', '2', '3', '4']),
    disability_details: [
      {
        impairment_type: index === 0 ? '2' : chance.pick(['1', '2', '3', '4', '5', '6']),
        impairment_level: chance.pick(['1', '2', '3', '4']),
        impairment_cause: chance.pick(['0', '1', '2', '3', '4', '5', '6', '7', '8']),
        age_on_set: chance.pick(age < 18 ? ['0', '1'] : age < 60 ? ['0', '1', '2'] : ['2', '3']),
      },
    ],
    disability_support: [
      {
        human_assistance: [{ ...assistance, ...(caregiver && { caregiver: otherPerson(caregiver) }) }],
        assistive_technology: [{ type: chance.pick(['1', '2', '3']), status: chance.pick(['0', '1']) }],
        ...registered(household),
      },
    ],
    transport_requirement: chance.pick(['0', '1', '2']),
    housing_type: chance.pick(['1', '2', '3', '4']),
    ...registered(household),
  };
}

/** FR: the head of a household that farms. */
export function farmerRecords(household: Household): DemoDraft[] {
  const [head] = household.persons;
  return household.farms && head ? [{ recordType: 'Farmer', key: head.uin, data: farmer(household, head) }] : [];
}

function farmer(household: Household, head: DemoPerson): Record<string, unknown> {
  const chance = chanceOf(Number(head.uin));
  const member = memberOf(household, head);
  return {
    farmer_personal_details: {
      ...member,
      member_identifier: [identifier('UIN', head.uin), identifier('FARMER_ID', `F${head.uin}`)],
    },
    family_details: groupOf(household),
    farm_type: chance.pick(['1', '2', '3', '4']),
    farm_details: Array.from({ length: chance.whole(1, 2) }, () => farm(household, chance)),
    machineries_details: [
      {
        type: chance.pick(['10', '20', '31', '32']),
        count: chance.whole(1, 3),
        equipment_source: chance.pick(['1', '2', '5']),
      },
    ],
    ...registered(household),
  };
}

function farm(household: Household, chance: Chance): Record<string, unknown> {
  const irrigation = chance.percent(40);
  return {
    location: placeOf(household),
    land_tenure: chance.pick(['1', '2', '4', '5']),
    land_size: chance.whole(2, 120) / 4,
    measurment: '0',
    farming_activities: {
      crop_production: [
        {
          activity_group: chance.pick(['011', '012']),
          crop_type_name: chance.pick(['1', '2', '3', '5', '7']),
          variety: 'local',
          season: chance.pick(['wet', 'dry']),
          end_use: '1',
          irrigation,
          ...(irrigation && { irrigation_water: [chance.pick(['1', '2', '3'])] }),
          fertilizer_type: [chance.pick(['3', '5'])],
        },
      ],
      animal_production: [
        { type: chance.pick(['1', '2', '3', '6']), count: chance.whole(1, 40), livestock_system: '4' },
      ],
      mixed_farming: true,
    },
    ...registered(household),
  };
}
