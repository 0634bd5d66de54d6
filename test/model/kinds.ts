/** The kinds of record in a made-up world, a table: where in each the person's attributes and identifiers lie. */
import type { Data, Held } from './world.js';

export interface Kind {
  registry: string;
  /** Of its endpoints, below `/dci/v1`. */
  path: string;
  recordType: string;
  /** Where name, sex and birth date lie; empty = at the top. */
  person: string;
  identifiers: string;
  /** Attributes that are the registry's own, at the top. */
  own: Data;
}

export const KINDS: Kind[] = [
  kindOf('SOCIAL', 'SRPerson', '', 'identifier', {}),
  kindOf('CRVS', 'Person', '', 'identifier', { death_date: '2020-02-03' }),
  kindOf('DR', 'DisabledPerson', 'personal_details.demographic_info', 'personal_details.member_identifier', {
    disability_status: '0',
    disability_details: [{ impairment_type: '1' }],
  }),
  kindOf('FR', 'Farmer', 'farmer_personal_details.demographic_info', 'farmer_personal_details.member_identifier', {
    farm_type: '1',
  }),
  kindOf('IBR', 'Beneficiary', 'member.demographic_info', 'member.member_identifier', { enrollment_status: '1' }),
  kindOf('ESS', 'ESSPerson', '', 'identifier', {}),
];

function kindOf(registry: string, recordType: string, person: string, identifiers: string, own: Kind['own']): Kind {
  return { registry, path: registry.toLowerCase(), recordType, person, identifiers, own };
}

export const at = (root: string, name: string): string => (root === '' ? name : `${root}.${name}`);

export interface Person {
  /** Within its kind. */
  index: number;
  sex: 'female' | 'male';
  surname: string;
  version: number;
}

/** Every value of a person that tells who it is bears the person's mark, so that it is known wherever it turns up. */
export const markOf = (kind: Kind, index: number): string => `${kind.registry}${index}`;
export const uinOf = (kind: Kind, index: number): string => `U-${markOf(kind, index)}`;

/** @param v `z` for other values of the same person */
export function heldOf(kind: Kind, person: Person, v: 'v' | 'z' = 'v'): Held {
  const mark = markOf(kind, person.index);
  const data: Data = {};
  put(data, at(kind.person, 'name'), { surname: person.surname, given_name: `gn-${mark}-${v}${person.version}` });
  put(data, at(kind.person, 'sex'), person.sex);
  put(data, at(kind.person, 'birth_date'), v === 'z' ? '1999-12-31' : birthDateOf(kind, person.index));
  Object.assign(data, kind.own);
  const identifiers = [
    { identifier_type: 'UIN', identifier_value: uinOf(kind, person.index) },
    { identifier_type: 'PASSPORT', identifier_value: `X-${mark}` },
  ];
  put(data, kind.identifiers, identifiers);
  return { registry: kind.registry, recordType: kind.recordType, identifiers, data };
}

/** A day of nobody else's. */
export function birthDateOf(kind: Kind, index: number): string {
  const day = String(KINDS.indexOf(kind) * 4 + index + 1).padStart(2, '0');
  return `1971-03-${day}`;
}

/** A household of the social registry, with persons of it inside; they bear their own marks. */
export function householdOf(number: number, members: Person[]): Held {
  const [social] = KINDS as [Kind];
  const identifiers = [{ identifier_type: 'HOUSEHOLD_ID', identifier_value: `H-${number}` }];
  const member = (person: Person): Data => ({
    member_identifier: [{ identifier_type: 'UIN', identifier_value: uinOf(social, person.index) }],
    demographic_info: {
      name: { surname: person.surname, given_name: `gn-${markOf(social, person.index)}-v${person.version}` },
      birth_date: birthDateOf(social, person.index),
    },
  });
  const data = { group_identifier: identifiers, group_type: '1', member_list: members.map(member) };
  return { registry: 'SOCIAL', recordType: 'Group', identifiers, data };
}

export function put(data: Data, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() as string;
  let inner = data;
  for (const name of names) inner = (inner[name] ??= {}) as Data;
  inner[last] = value;
}

export function get(data: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Data | undefined)?.[name], data);
}
