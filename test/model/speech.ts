/** How an answer stands in the words of a vendor's system, from docs/partners: what the standard's form holds, and no more. */
import type { Data, Identifier } from './world.js';

export const DIALECTS = ['DCI', 'OPENSPP', 'OPENCRVS', 'OPENG2P', 'OPENIMIS'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** Doors that speak the standard's messages; the short form and GraphQL have one form for everybody. */
const WIRE = new Set(['idtype', 'expression', 'predicate', 'graphql', 'async', 'upload', 'encrypted']);

const WORDS: Partial<Record<`${Dialect} ${string}`, (record: Data) => Data>> = {
  'OPENCRVS CRVS': ({ identifier, name, sex, birth_date: birthDate, death_date: deathDate }) => ({
    identifier: ((identifier ?? []) as Identifier[]).map(({ identifier_type: type, identifier_value: value }) => ({
      name: type === 'UIN' ? 'NID' : type,
      identifier: value,
    })),
    ...without({ sex, birthDate, deathDate }),
    ...without({ familyName: (name as Data)?.['surname'], givenName: (name as Data)?.['given_name'] }),
  }),
  // An impairment is told of who is known to be approved: the code 1 is Vision.
  'OPENSPP DR': ({ disability_details: details, ...record }) => ({
    ...record,
    ...(record['disability_status'] === undefined
      ? {}
      : without({ disability_status: 'approved', disability_details: details && [{ impairment_type: 'Vision' }] })),
    identifier: (record['personal_details'] as Data | undefined)?.['member_identifier'] ?? [],
  }),
  'OPENSPP IBR': (record) => ({
    ...record,
    programs: [],
    identifiers: (record['member'] as Data | undefined)?.['member_identifier'] ?? [],
  }),
};

const without = (record: Data): Data =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));

export interface Speech {
  dialect: Dialect;
  registry: string;
  door: string;
}

export const spoken = (record: Data, { dialect, registry, door }: Speech): Data =>
  WIRE.has(door) ? (WORDS[`${dialect} ${registry}`]?.(record) ?? record) : record;
