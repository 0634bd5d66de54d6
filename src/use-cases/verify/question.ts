/** What a verification asks, read under its agreement: who is meant, what is claimed; and whether a claim holds of a person. */
import { mayLookUp, notCoveredBy, type Grant } from '../../access/decide-access.js';
import type { Criteria } from '../../protocol/query/criteria.js';
import { ItemRejected, ProtocolError, RequestInvalid } from '../../protocol/errors.js';
import { compareIdentifier } from '../../protocol/query/comparison.js';
import { attributesIn, identifiersIn } from '../../protocol/query/criteria-walk.js';
import { isRecorded, matches } from '../../protocol/query/evaluate.js';
import { recorded } from '../../protocol/query/event-query.js';
import { parseQuery } from '../../protocol/query/parse-query.js';
import { attributesOf, contactAttribute, findAttribute } from '../../protocol/registries/attributes.js';
import { lastDayAnywhere } from '../../protocol/registries/date.js';
import { covers } from '../../protocol/registries/records/fields.js';
import { pathsOfType } from '../../protocol/registries/records/identifying.js';
import { isMemberPath } from '../../protocol/registries/records/members.js';
import {
  IDENTIFIER_VALUE,
  isBlankValue,
  readIdentifierValue,
} from '../../protocol/registries/records/identifier-value.js';
import { findIdentifierType } from '../../protocol/registries/registries.js';
import type { SourceRecord } from '../../sources/registry-source.js';
import type { VerifyInput } from './verify.types.js';

const MOST_IDENTIFIERS = 10;

interface Claim {
  key: string;
  criteria: Criteria;
  /** Paths that it speaks about. */
  about: string[];
}

interface Claims {
  claims: Claim[];
  /** Paths that the claims speak about; one list for all questions of a file that speak about the same. */
  about: string[];
}

export interface Question extends Claims {
  named: Criteria[];
}

type Asked = Pick<VerifyInput, 'identifiers' | 'claims'>;

/** Rows of a file claim the same again and again, and name persons in the same way: each is read once. @throws ProtocolError from what it gives */
export function questionReader(grant: Grant, now: Date): (asked: Asked) => Question {
  const readClaim = once(
    (key: string, value: unknown) => JSON.stringify([key, value]),
    (key, value) => readClaimOf(grant, key, value, now),
  );
  const aboutSame = once(
    (about: string[]) => about.join(' '),
    (about) => about,
  );
  const readAll = once(
    (claims: Record<string, unknown>) => JSON.stringify(claims),
    (given): Claims => {
      const claims = readClaims(given, readClaim);
      return { claims, about: aboutSame(claims.flatMap((claim) => claim.about)) };
    },
  );
  const readType = once(
    (type: string) => type,
    (type) => identifierReader(grant, type),
  );
  return ({ identifiers, claims }) => {
    const { claims: read, about } = readAll(claims);
    return { claims: read, about, named: readIdentifiers(grant, identifiers, readType) };
  };
}

/** The same outcome for the same, a refusal too. */
function once<Given extends unknown[], T>(
  nameOf: (...given: Given) => string,
  read: (...given: Given) => T,
): (...given: Given) => T {
  const known = new Map<string, { value: T } | { refusal: ProtocolError }>();
  return (...given) => {
    const name = nameOf(...given);
    let outcome = known.get(name);
    if (outcome === undefined) known.set(name, (outcome = outcomeOf(() => read(...given))));
    if ('refusal' in outcome) throw outcome.refusal;
    return outcome.value;
  };
}

function outcomeOf<T>(read: () => T): { value: T } | { refusal: ProtocolError } {
  try {
    return { value: read() };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { refusal: error };
  }
}

type ReadClaim = (key: string, value: unknown) => Claim;

function readClaimOf(grant: Grant, key: string, value: unknown, now: Date): Claim {
  const criteria = key === 'is_alive' ? aliveCriteria(grant, value, now) : claimCriteria(grant, key, value, now);
  const about = [...attributesIn(criteria)];
  const refused = about.find((path) => !mayClaim(grant, path));
  if (refused !== undefined) throw notCovered(grant, key, refused);
  return { key, criteria, about };
}

/** One claim of each attribute, whatever names it goes by, or one message could try every day of a birth date. */
function readClaims(claims: Record<string, unknown>, readClaim: ReadClaim): Claim[] {
  const claimed = new Map<string, string>();
  return Object.entries(claims).map(([key, value]) => {
    const claim = readClaim(key, value);
    for (const path of claim.about) {
      const other = claimed.get(path);
      if (other !== undefined)
        throw new RequestInvalid(`verify.${key}: claims ${path}, as ${other} does; claim each attribute once`);
      claimed.set(path, key);
    }
    return claim;
  });
}

/** The consent of the record's subject does not decide about the persons inside. */
const mayClaim = ({ agreement, recordType, clamp }: Grant, path: string): boolean =>
  covers(clamp, path) && !(agreement.requiresConsent && isMemberPath(recordType, path));

function claimCriteria({ definition, recordType }: Grant, key: string, value: unknown, now: Date): Criteria {
  // Of a form that was left empty; judged, it would read as a claim that is wrong.
  if (value === null || typeof value === 'object' || isBlankValue(value))
    throw new RequestInvalid(`verify.${key}: claim a text, a number or true/false, or leave it out`);
  const today = now.toISOString().slice(0, 10);
  const criteria = asRequest(key, () =>
    parseQuery('EXPRESSION', { [key]: { $eq: value } }, definition, recordType, { today }),
  );
  // Identifiers say who is meant; a yes or no to one would let a person's other numbers be tried.
  if (identifiersIn(criteria).length > 0)
    throw new RequestInvalid(`verify.${key}: is an identifier, and no claim: name the person by it`);
  return criteria;
}

/** A refused query is a refused request here. */
function asRequest(key: string, read: () => Criteria): Criteria {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ItemRejected)) throw error;
    throw new RequestInvalid(`verify.${key}: ${error.message}`);
  }
}

/** Alive = no death date is recorded that may have come; so the claim can always be judged. */
function aliveCriteria({ definition, recordType }: Grant, value: unknown, now: Date): Criteria {
  if (typeof value !== 'boolean') throw new RequestInvalid('verify.is_alive: claim true or false');
  const path = findAttribute(definition, recordType, 'death_date')?.path;
  if (path === undefined) throw new RequestInvalid('verify.is_alive: this registry records no deaths');
  const ahead: Criteria = { attribute: path, operator: 'gt', value: lastDayAnywhere(now) };
  const dead: Criteria = { and: [recorded(path), { not: ahead }] };
  return value ? { not: dead } : dead;
}

/** Null for what is not recorded, or not so precisely: a year of birth says neither yes nor no to a day of that year. */
export function judge(
  { definition, recordType }: Grant,
  { key, criteria, about }: Claim,
  person: Pick<SourceRecord, 'data'>,
): boolean | null {
  if (key !== 'is_alive' && !about.every((path) => isRecorded(path, person.data))) return null;
  const record = { data: person.data, identifiers: [] };
  const attributes = attributesOf(definition, recordType);
  if (matches(criteria, record, attributes)) return true;
  return key !== 'is_alive' && matches(criteria, record, attributes, 'POSSIBLE') ? null : false;
}

/** As a search reads it: a contact is compared with the contacts, which the agreement must cover. */
function whoCriteria(grant: Grant, type: string, value: string): Criteria {
  const criteria = asRequest(type, () => compareIdentifier(grant, type, 'eq', value));
  const refused = [...attributesIn(criteria)].find((path) => !mayClaim(grant, path));
  if (refused === undefined) return criteria;
  throw notCovered(grant, type, refused);
}

const notCovered = (grant: Grant, name: string, path: string) =>
  notCoveredBy(grant, path, `${name}: the agreement does not cover ${path}`);

type ReadIdentifier = (value: string) => Criteria;

/** @throws Forbidden where the agreement covers none */
function readIdentifiers(
  grant: Grant,
  identifiers: { type: string; value: string }[],
  readType: (type: string) => ReadIdentifier,
): Criteria[] {
  if (identifiers.length === 0)
    throw new RequestInvalid('verify: name the person by at least one identifier, such as national_id');
  if (identifiers.length > MOST_IDENTIFIERS)
    throw new RequestInvalid(`verify: name the person by at most ${MOST_IDENTIFIERS} identifiers`);
  if (!grant.identifiable)
    throw notCoveredBy(
      grant,
      grant.recordType.identifierPaths[0] ?? 'identifier',
      'the agreement does not cover identifiers, so persons cannot be looked up',
    );
  return identifiers.map(({ type, value }) => readType(type)(value));
}

function identifierReader(grant: Grant, type: string): ReadIdentifier {
  const known = findIdentifierType(grant.definition, type);
  if (known === undefined) throw new RequestInvalid(`verify.${type}: no identifier type of this registry`);
  const isContact = contactAttribute(grant.definition, grant.recordType, known) !== undefined;
  if (!isContact && !mayLookUp(grant, known)) {
    const [path = 'identifier'] = pathsOfType(grant.recordType, known);
    throw notCovered(grant, type, path);
  }
  return (given) => {
    const value = readIdentifierValue(given);
    if (value === undefined) throw new RequestInvalid(`verify.${type}: takes ${IDENTIFIER_VALUE}`);
    return isContact ? whoCriteria(grant, known, value) : { identifier: { type: known, value } };
  };
}
