/** Who a record is about: which of its identifiers say so, and which ones others may carry too. */
import { MEMBER_IDENTIFYING } from '../core/common.vocabulary.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../definition.js';
import type { RecordIdentifier } from './normalize.js';
import { placeholderProblem } from '../placeholder.js';
import type { PlainObject } from '../../../platform/plain-object.js';
import { RecordInvalid } from './record-invalid.js';
import { cutText } from '../../text.js';

/** Given to a person once, while passports, licences and the like are renewed under another number. */
const SINGLE = ['UIN', 'NIN', 'NID', 'BRN', 'DRN'];

export interface Identified {
  identifiers: RecordIdentifier[];
  /** Unknown where somebody only names a record. */
  data?: PlainObject;
}

/** Stored types that identify a record with this data. */
export function identifyingTypes({ identifying, otherwise }: RecordTypeDefinition, data?: PlainObject): string[] {
  if (otherwise === undefined) return identifying;
  if (data === undefined) return [...identifying, ...otherwise.identifying];
  return otherwise.unless in data ? identifying : otherwise.identifying;
}

/** Where a record holds identifiers of a type: a household's own stand apart from those of a member. */
export function pathsOfType({ identifierPaths, otherwise }: RecordTypeDefinition, type: string): string[] {
  if (otherwise === undefined) return identifierPaths;
  const ofHousehold = otherwise.identifying.includes(type);
  return identifierPaths.filter((path) => (path === otherwise.path) === ofHousehold);
}

/** Whether a type says of any record of a registry, or of a person inside one, who it is. */
export const identifiesSomebody = ({ recordTypes }: RegistryDefinition, type: string): boolean =>
  MEMBER_IDENTIFYING.includes(type) || recordTypes.some((recordType) => identifyingTypes(recordType).includes(type));

/** Those identifiers of a record that say which one it is. */
export function identifyingOf(recordType: RecordTypeDefinition, { identifiers, data }: Identified): RecordIdentifier[] {
  const types = identifyingTypes(recordType, data);
  return identifiers.filter(({ type, value }) => types.includes(type) && placeholderProblem(value) === undefined);
}

/** Those identifiers that say who a person inside somebody else's record is. */
export const identifyingInside = (identifiers: RecordIdentifier[]): RecordIdentifier[] =>
  identifiers.filter(({ type, value }) => MEMBER_IDENTIFYING.includes(type) && placeholderProblem(value) === undefined);

/** @throws RecordInvalid `UNIDENTIFIED` for a record that could be anybody's, `CONFLICTING_IDENTIFIER` for one of two persons */
export function assertIdentified(
  recordType: RecordTypeDefinition,
  record: Identified & { externalId?: string | null | undefined },
): void {
  const identifying = identifyingOf(recordType, record);
  const twice = SINGLE.find((type) => new Set(valuesOf(type, identifying)).size > 1);
  if (twice !== undefined)
    throw new RecordInvalid('', `has two values of ${twice}: a person has one`, 'CONFLICTING_IDENTIFIER');
  if (record.externalId != null || identifying.length > 0) return;
  const types = identifyingTypes(recordType, record.data).join(', ');
  throw new RecordInvalid(
    '',
    `is about nobody: give an external id or an identifier that is not shared (${types})`,
    'UNIDENTIFIED',
  );
}

/** @throws RecordInvalid naming the type of an identifier that identifies nobody */
export function assertNoPlaceholder(identifiers: RecordIdentifier[]): void {
  for (const { type, value } of identifiers) {
    const problem = placeholderProblem(value);
    if (problem !== undefined) throw new RecordInvalid(`identifier ${cutText(type, 64)}`, problem);
  }
}

/** Whether two lists have an identifier in common. */
export const agree = (one: RecordIdentifier[], other: RecordIdentifier[]): boolean =>
  one.some(({ type, value }) => other.some((held) => held.type === type && held.value === value));

/** Types of which both have values, and none in common. */
export function contradictions(one: RecordIdentifier[], other: RecordIdentifier[]): string[] {
  const shared = new Set(one.map(({ type }) => type).filter((type) => other.some((held) => held.type === type)));
  const of = (type: string, all: RecordIdentifier[]) => all.filter((each) => each.type === type);
  return [...shared].filter((type) => !agree(of(type, one), of(type, other)));
}

const valuesOf = (type: string, all: RecordIdentifier[]): string[] =>
  all.flatMap((each) => (each.type === type ? each.value : []));
