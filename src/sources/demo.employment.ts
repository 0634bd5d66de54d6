/** Employment of the demo country: who has which work, and who is in the job placement programme. */
import type { Household } from './demo.household.js';
import { ageOf, fullGroupOf, isAlive, memberOf, personOf, type DemoDraft } from './demo.parts.js';
import type { DemoPerson } from './demo.person.js';
import { enrolment, programme } from './demo.programmes.js';

const JOB_PLACEMENT = programme('DCI004', 'Job placement', '6', ['7', '11']);

/** ESS: of every fourth household the living of working age as ESSPerson and Member, its head as Beneficiary, itself as Group. */
export function employmentRecords(household: Household): DemoDraft[] {
  if (household.index % 4 !== 0) return [];
  const workers = household.persons.filter((person) => isAlive(person) && ageOf(person) >= 15 && ageOf(person) < 65);
  return [
    ...workers.flatMap((person) => [
      { recordType: 'ESSPerson', key: person.uin, data: personOf(household, person) },
      { recordType: 'Member', key: person.uin, data: workerOf(household, person) },
    ]),
    ...workers.slice(0, 1).map((person) => placement(household, person)),
    { recordType: 'Group', key: household.id, data: fullGroupOf(household) },
  ];
}

const placement = (household: Household, person: DemoPerson): DemoDraft => ({
  recordType: 'Beneficiary',
  key: `${person.uin}:${JOB_PLACEMENT.programme_identifier}`,
  data: {
    assistance_unit: '1',
    member: workerOf(household, person),
    ...enrolment(household, JOB_PLACEMENT, household.index % 8 === 0 ? '1' : '3'),
  },
});

/** The member as every registry has it, with the job that the person has. */
const workerOf = (household: Household, person: DemoPerson): Record<string, unknown> => ({
  ...memberOf(household, person),
  employment_info: [
    {
      start_date: household.registered,
      job_title: household.farms ? 'Farm worker' : 'Shop assistant',
      employer: `${household.town} Cooperative`,
      employment_type: household.farms ? '4' : '1',
    },
  ],
});
