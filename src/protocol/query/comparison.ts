/** One comparison of a query, whichever form it came in: name, operator and value become a leaf of the criteria. */
import type { Criteria, Operator, Scalar, TextOperator } from './criteria.js';
import { attributesOf, contactAttribute, findAttribute } from '../registries/attributes.js';
import type { Attribute } from '../registries/definition.js';
import { IDENTIFIER_VALUE, readIdentifierValue } from '../registries/records/identifier-value.js';
import { findIdentifierType } from '../registries/registries.js';
import { normalizeName } from '../registries/core/code-list.js';
import { bare } from '../registries/records/property.path.js';
import { derivedComparison, derivedFrom } from './derived.js';
import { eventDate } from './event-query.js';
import { isTextOperator, readOperator } from './operators.js';
import type { Names, QueryContext } from './query-context.js';
import { celUnread, criteriaInvalid, filterInvalid, listed, quoteName } from './query-rejection.js';
import { listOf, pieceOfText, typedValue } from './typed-value.js';

/** @throws ItemRejected `rjct.filter.invalid` */
export function comparison(context: QueryContext, name: unknown, operator: unknown, raw: unknown): Criteria {
  context.countComparison();
  if (typeof name !== 'string') throw criteriaInvalid('an attribute name must be text');
  const { names, today } = context;
  const read = readOperator(operator);
  const attribute = resolveAttribute(names, name) ?? dateOfEvent(context, name);
  if (attribute) return compareAttribute(attribute, read, raw);
  const identifierType = findIdentifierType(names.definition, name);
  if (identifierType) return compareIdentifier(names, identifierType, read, raw);
  const derived = derivedFrom(name);
  const date = derived && resolveAttribute(names, derived.path);
  if (date) return derivedComparison(name, date, read, raw, today);
  throw celUnread(name) ?? unknownAttribute(names, name);
}

/** `person_identifier` is any identifier of the record's subject (protocol 3.8). */
export function resolveAttribute({ definition, recordType }: Names, name: string): Attribute | undefined {
  const own = name === 'person_identifier' ? recordType.identifierPaths[0] : undefined;
  return findAttribute(definition, recordType, name) ?? (own ? findAttribute(definition, recordType, own) : undefined);
}

/** Clients write `dateOfEvent` for the date of the event that they search by. */
function dateOfEvent({ names, eventType }: QueryContext, name: string): Attribute | undefined {
  if (normalizeName(bare(name)) !== 'dateofevent') return undefined;
  const { definition, recordType } = names;
  const date = eventDate(eventType, definition, recordType);
  if (date !== undefined) return date;
  throw filterInvalid(`"${name}" is the date of the event searched by: name one with a date in reg_event_type`);
}

function unknownAttribute({ definition, recordType }: Names, name: string) {
  const paths = [...attributesOf(definition, recordType).keys()];
  const alike = paths.filter((path) => path.endsWith(name.slice(name.lastIndexOf('.') + 1)));
  const allowed = listed(alike.length > 0 ? alike : paths);
  return filterInvalid(`attribute ${quoteName(name)} is not searchable in ${recordType.name}; use ${allowed}`);
}

function compareAttribute(attribute: Attribute, operator: Operator, raw: unknown): Criteria {
  if (operator === 'in' || operator === 'nin')
    return leaf(attribute, operator, [
      ...new Set(listOf(`"${attribute.path}"`, raw).map((value) => typedValue(attribute, value))),
    ]);
  if (attribute.type === 'boolean' && operator !== 'eq' && operator !== 'ne')
    throw filterInvalid(`attribute "${attribute.path}" is true or false; compare it with eq, ne, in or nin`);
  if (Array.isArray(raw)) throw filterInvalid(`a list for "${attribute.path}" needs the operator in or nin`);
  if (isTextOperator(operator)) return leaf(attribute, operator, piece(attribute, operator, raw));
  return leaf(attribute, operator, typedValue(attribute, raw));
}

/** Codes are compared whole, and so are identifiers: nobody is found by a piece of a number. */
function piece(attribute: Attribute, operator: TextOperator, raw: unknown): Scalar {
  if (attribute.type !== 'string' || attribute.codes !== undefined)
    throw filterInvalid(`attribute "${attribute.path}" is no free text; compare it with eq, ne, in or nin`);
  const value = pieceOfText(attribute, raw);
  if (value === '') throw filterInvalid(`${operator} of "${attribute.path}" takes at least one character`);
  return value;
}

const leaf = ({ path }: Attribute, operator: Operator, value: Scalar | Scalar[]): Criteria => ({
  attribute: path,
  operator,
  value,
});

/** @param type a stored identifier type; contacts (`MOBILE`) are attributes of the person */
export function compareIdentifier({ definition, recordType }: Names, type: string, operator: Operator, raw: unknown) {
  const contact = contactAttribute(definition, recordType, type);
  if (contact) return compareAttribute(contact, operator, raw);
  if (operator !== 'eq' && operator !== 'ne' && operator !== 'in' && operator !== 'nin')
    throw filterInvalid(`identifier type "${type}" is compared with eq, ne, in or nin only`);
  const values = operator === 'in' || operator === 'nin' ? listOf(`"${type}"`, raw) : [raw];
  const all = values.map((value) => identifier(type, value));
  const matching = all.length === 1 ? all[0]! : { or: all };
  return operator === 'ne' || operator === 'nin' ? { not: matching } : matching;
}

function identifier(type: string, raw: unknown): Criteria {
  const value = readIdentifierValue(raw);
  if (value === undefined) throw filterInvalid(`identifier type "${type}" takes ${IDENTIFIER_VALUE}`);
  return { identifier: { type, value } };
}
