/** What the registries have in common: events, operations and identifier types. */
import { OPERATIONS, type Operation } from '../../vocabulary.js';
import type { EventTypeDefinition } from '../definition.js';

type Shown = EventTypeDefinition['shownBy'];

export const event = (
  name: string,
  emitted: boolean,
  aliases: string[] = [],
  shownBy?: Shown,
): EventTypeDefinition => ({
  name,
  aliases,
  emitted,
  ...(shownBy === undefined ? {} : { shownBy }),
});

/** REGISTER, UPDATE and DELETE, of which the domain's notify schema lists those named in `emitted`. */
export const lifecycle = (emitted: string[]): EventTypeDefinition[] => [
  event('REGISTER', emitted.includes('REGISTER'), ['REGISTRATION'], 'EVERY_RECORD'),
  event('UPDATE', emitted.includes('UPDATE'), ['CORRECTION']),
  event('DELETE', emitted.includes('DELETE'), ['DEREGISTER', 'DEREGISTRATION'], 'NO_RECORD'),
];

const SPECIAL = new Set<Operation>([
  'ENROLLED',
  'ENROLLMENT_UPDATES',
  'DISABLED',
  'DISABILITY_DETAILS',
  'DISABILITY_SUPPORT',
]);

/** Operations that every registry serves, then its own. */
export const operations = (...own: Operation[]): Operation[] => [
  ...OPERATIONS.filter((operation) => !SPECIAL.has(operation)),
  ...own,
];

/**
 * Types of the dictionary, and others in use, with the names read for them. `national_id` is the UIN (contract: Short form); `NIN`
 * and `NID` stay types of their own, since a country may issue both. `MOBILE` and `EMAIL` name a person by a contact.
 */
export const IDENTIFIER_TYPES: Record<string, string> = {
  UIN: 'UIN',
  national_id: 'UIN',
  BRN: 'BRN',
  birth_reg_no: 'BRN',
  DRN: 'DRN',
  death_reg_no: 'DRN',
  MRN: 'MRN',
  marriage_reg_no: 'MRN',
  NIN: 'NIN',
  NID: 'NID',
  HOUSEHOLD_ID: 'HOUSEHOLD_ID',
  GROUP_ID: 'GROUP_ID',
  MEMBER_ID: 'MEMBER_ID',
  DISABILITY_ID: 'DISABILITY_ID',
  BENEFICIARY_ID: 'BENEFICIARY_ID',
  PASSPORT: 'PASSPORT',
  passport_no: 'PASSPORT',
  passport_number: 'PASSPORT',
  DRIVING_LICENCE: 'DRIVING_LICENCE',
  driving_license: 'DRIVING_LICENCE',
  VOTER_ID: 'VOTER_ID',
  TAX_ID: 'TAX_ID',
  REFUGEE_ID: 'REFUGEE_ID',
  MOBILE: 'MOBILE',
  EMAIL: 'EMAIL',
};

/** Types that one person alone carries. `MRN`, `HOUSEHOLD_ID`, `MOBILE` and the like are shared. */
export const PERSON_IDENTIFYING = [
  'UIN',
  'NIN',
  'NID',
  'BRN',
  'PASSPORT',
  'DISABILITY_ID',
  'BENEFICIARY_ID',
  'DRIVING_LICENCE',
  'VOTER_ID',
  'TAX_ID',
  'REFUGEE_ID',
];
export const MEMBER_IDENTIFYING = [...PERSON_IDENTIFYING, 'MEMBER_ID'];
export const GROUP_IDENTIFYING = ['GROUP_ID', 'HOUSEHOLD_ID'];
