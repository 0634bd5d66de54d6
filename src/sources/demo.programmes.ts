/** Programmes of the demo country, and who is enrolled in them: the poorest households, and old or disabled persons. */
import type { Household } from './demo.household.js';
import { ageOf, fullGroupOf, groupOf, isAlive, memberOf, type DemoDraft } from './demo.parts.js';
import type { DemoPerson } from './demo.person.js';

export const programme = (identifier: string, name: string, type: string, functions: string[]) => ({
  programme_name: name,
  programme_identifier: identifier,
  implementing_institution: 'Ministry of Social Welfare',
  institution_type: '1',
  legal_status: '1',
  social_protection_functions: functions,
  contribution_type: '3',
  programme_type: type,
});

const FAMILY_ALLOWANCE = programme('DCI001', 'Family allowance', '1', ['5', '14']);
const SOCIAL_PENSION = programme('DCI002', 'Social pension', '3', ['1']);
const DISABILITY_GRANT = programme('DCI003', 'Disability grant', '3', ['2']);

/** Below this poverty score a household receives the family allowance. */
const POOR = 35;

/** IBR: enrolments as Beneficiary, and once each the persons and households that are enrolled. */
export function beneficiaryRecords(household: Household): DemoDraft[] {
  const enrolled = household.persons.flatMap((person) =>
    programmesOf(household, person).map((one) => personEnrolment(household, person, one)),
  );
  const persons = household.persons.filter((person) => isAlive(person) && programmesOf(household, person).length > 0);
  const poor = household.povertyScore < POOR && household.index > 0;
  return [
    ...enrolled,
    ...persons.map((person) => ({ recordType: 'Member', key: person.uin, data: memberOf(household, person) })),
    ...(poor ? householdRecords(household) : []),
  ];
}

export type Programme = ReturnType<typeof programme>;

// The example person is herself enrolled in the example programme.
const programmesOf = ({ index }: Household, person: DemoPerson): Programme[] => [
  ...(index === 0 && person.relationship === 'SELF' ? [FAMILY_ALLOWANCE] : []),
  ...(ageOf(person) >= 65 ? [SOCIAL_PENSION] : []),
  ...(person.disabled ? [DISABILITY_GRANT] : []),
];

const personEnrolment = (household: Household, person: DemoPerson, one: Programme): DemoDraft => ({
  recordType: 'Beneficiary',
  key: `${person.uin}:${one.programme_identifier}`,
  data: {
    assistance_unit: '1',
    member: memberOf(household, person),
    ...enrolment(household, one, isAlive(person) ? statusOf(household) : '2'),
  },
});

const householdRecords = (household: Household): DemoDraft[] => [
  {
    recordType: 'Beneficiary',
    key: `${household.id}:${FAMILY_ALLOWANCE.programme_identifier}`,
    data: {
      assistance_unit: '2',
      group: groupOf(household),
      ...enrolment(household, FAMILY_ALLOWANCE, statusOf(household)),
    },
  },
  { recordType: 'Group', key: household.id, data: fullGroupOf(household) },
];

/** Codes of EnrollmentStatusEnum; most are active. */
const statusOf = ({ index }: Household): string => (index % 7 === 5 ? '3' : index % 11 === 6 ? '4' : '1');

export const enrolment = (household: Household, one: Programme, status: string): Record<string, unknown> => ({
  programme_identifier: [{ ...one, benefit_frequency: [{ freq: 'MONTHLY', interval: 1 }] }],
  enrollment_date: household.registered,
  enrollment_status: status,
  status_change_date: [household.updated],
  benefits: [
    { benefit_type: '1', benefit_date: household.updated, benefit_value: `USD ${40 + (household.index % 5) * 5}` },
  ],
});
