/** The persons of a household: head, spouse, children, grandparents, and who of them is married, widowed, dead or disabled. */
import type { Chance } from './demo.chance.js';
import { FEMALE_NAMES, MALE_NAMES, SURNAMES } from './demo.names.js';

export interface DemoPerson {
  uin: string;
  surname: string;
  givenName: string;
  maidenName?: string;
  prefix?: string;
  suffix?: string;
  /** Code of SexCategoryEnum. */
  sex: string;
  /** `YYYY-MM-DD`, as are all dates here. */
  birth: string;
  death?: string;
  /** Birth registration number. */
  brn: string;
  marriage?: { date: string; mrn: string };
  divorce?: string;
  /** Code of MaritalStatusEnum. */
  maritalStatus: string;
  /** Code of RelationshipTypeEnum: what this person is to the head. */
  relationship: string;
  /** UINs of parents who live in the household. */
  parents: string[];
  phone?: string;
  email?: string;
  disabled: boolean;
}

/** A person needs a number of its own: eight of them a household. */
const PLACES = 8;

// Odd multiplier: every number below 2^32 is reached once, so identifiers never meet; ten digits, unlike the two known ones.
const uinAt = (number: number): string => String(1_000_000_000 + (Math.imul(number, 2_654_435_761) >>> 0));

/** About one person in seventy is recorded as neither male nor female. */
const RARE_SEXES = [
  { sex: 'other', every: 97, at: 43 },
  { sex: 'unknown', every: 211, at: 34 },
];

export function drawPersons(household: number, chance: Chance, atMost: number): DemoPerson[] {
  const surname = chance.pick(SURNAMES);
  const draw = (place: number, year: number, relationship: string, female = chance.percent(50)) =>
    drawPerson(household * PLACES + place, chance, { year, relationship, female, surname });
  const born = chance.whole(1948, 1994);
  const head = draw(0, born, 'SELF');
  const paired = household === 0 || chance.percent(70);
  const spouse = paired ? draw(1, born + chance.whole(-4, 2), 'SPS', head.sex === 'male') : undefined;
  const children = Array.from({ length: household === 0 ? 2 : chance.whole(0, 4) }, (_, child) =>
    draw(2 + child, Math.min(born + chance.whole(20, 34), 2025), 'CHILD'),
  );
  const elder = household > 0 && chance.percent(20) ? draw(7, born - chance.whole(20, 35), 'PRN') : undefined;
  if (household === 0) nameKnownPersons(head, spouse, children);
  settle(household, chance, head, spouse);
  if (elder) widow(elder, household % 3 === 0);
  const persons = [head, spouse, ...children, elder].filter((person) => person !== undefined).slice(0, atMost);
  return persons.map((person) => ({ ...person, parents: parentsOf(person, persons) }));
}

interface Outline {
  year: number;
  relationship: string;
  female: boolean;
  surname: string;
}

function drawPerson(number: number, chance: Chance, { year, relationship, female, surname }: Outline): DemoPerson {
  const uin = uinAt(number);
  const adult = year <= 2007;
  return {
    uin,
    surname,
    givenName: chance.pick(female ? FEMALE_NAMES : MALE_NAMES),
    sex: RARE_SEXES.find(({ every, at }) => number % every === at)?.sex ?? (female ? 'female' : 'male'),
    birth: [year, two(chance.whole(1, 12)), two(chance.whole(1, 28))].join('-'),
    brn: `B${uin}`,
    maritalStatus: 'S',
    relationship,
    parents: [],
    ...(adult && chance.percent(75) && { phone: `+99970${uin.slice(-8)}` }),
    ...(adult && chance.percent(35) && { email: `person.${uin}@example.org` }),
    disabled: chance.percent(9),
  };
}

// The specification's own example, and the one of the short form, who are married to each other here.
function nameKnownPersons(head: DemoPerson, spouse: DemoPerson | undefined, children: DemoPerson[]): void {
  const name = { surname: 'Phumchai', givenName: 'Sudarat', prefix: 'Dr.', suffix: 'PhD', sex: 'female' };
  const contact = { phone: '+14255551212', email: 'PhumchaiS@isp.com' };
  Object.assign(head, name, contact, { uin: '847951632', brn: '947951532', birth: '1995-09-21', disabled: true });
  const second = { uin: '123456789', brn: 'B123456789', surname: 'Phumchai', givenName: 'Anan', sex: 'male' };
  if (spouse) Object.assign(spouse, { ...second, birth: '1985-05-20', phone: '+99970123456789', disabled: false });
  for (const [index, child] of children.entries())
    Object.assign(child, { surname: 'Phumchai', birth: index === 0 ? '2020-03-14' : '2023-07-02', disabled: false });
}

/** Marriage, and what ended it in some households. */
function settle(household: number, chance: Chance, head: DemoPerson, spouse: DemoPerson | undefined): void {
  const year = Math.max(yearOf(head), spouse ? yearOf(spouse) : 0) + chance.whole(18, 22);
  const date = household === 0 ? '2019-09-21' : `${year}-${two(chance.whole(1, 12))}-12`;
  const marriage = { date, mrn: `M${head.uin}` };
  if (!spouse) {
    if (household % 4 === 1) Object.assign(head, { maritalStatus: 'D', marriage, divorce: '2019-05-07' });
    return;
  }
  Object.assign(head, { maritalStatus: 'M', marriage });
  Object.assign(spouse, { maritalStatus: 'M', marriage });
  if (spouse.sex === 'female') spouse.maidenName = chance.pick(SURNAMES);
  if (household % 9 !== 4) return;
  head.maritalStatus = 'W';
  spouse.death = `202${household % 6}-${two(1 + (household % 12))}-17`;
}

function widow(elder: DemoPerson, dead: boolean): void {
  elder.maritalStatus = 'W';
  if (dead) elder.death = '2024-11-03';
}

function parentsOf(person: DemoPerson, persons: DemoPerson[]): string[] {
  if (person.relationship === 'CHILD')
    return persons.filter(({ relationship }) => ['SELF', 'SPS'].includes(relationship)).map(({ uin }) => uin);
  if (person.relationship === 'SELF')
    return persons.filter(({ relationship }) => relationship === 'PRN').map(({ uin }) => uin);
  return [];
}

const yearOf = ({ birth }: DemoPerson): number => Number(birth.slice(0, 4));
const two = (number: number): string => String(number).padStart(2, '0');
