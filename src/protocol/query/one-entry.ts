/**
 * What of a question is meant of one entry of a list. Compared by themselves, the bounds of a range are met by two dates of
 * which neither lies in it, the type and value of an identifier by two numbers, and what stands in one object by two
 * entries: who has both would be found.
 */
import { attributesOf, resolveName } from '../registries/attributes.js';
import { firstDay, lastDay } from '../registries/date.js';
import type { Attribute } from '../registries/definition.js';
import { findIdentifierType } from '../registries/registries.js';
import { compareIdentifier } from './comparison.js';
import type { Comparison, Criteria, OneEntry, Operator } from './criteria.js';
import type { Names } from './query-context.js';
import { criteriaInvalid, filterInvalid } from './query-rejection.js';

type Attributes = ReadonlyMap<string, Attribute>;

/** @throws ItemRejected `rjct.filter.invalid` where several types of identifiers and one value could mean anything */
export function ofOneEntry(criteria: Criteria, names: Names): Criteria {
  if ('or' in criteria) return { or: criteria.or.map((part) => ofOneEntry(part, names)) };
  if ('not' in criteria) return { not: ofOneEntry(criteria.not, names) };
  if (!('and' in criteria)) return criteria;
  if (criteria.ofOne !== undefined) return isIdentifier(criteria) ? asOne(groupOf(criteria), names) : criteria;
  const parts = withoutNesting(criteria.and);
  const groups = groupsIn(parts, attributesOf(names.definition, names.recordType));
  if (groups.length === 0) return { and: criteria.and.map((part) => ofOneEntry(part, names)) };
  const grouped = new Set<Criteria>(groups.flatMap(({ parts: some }) => some));
  const others = parts.filter((part) => !grouped.has(part)).map((part) => ofOneEntry(part, names));
  return allOf([...others, ...groups.map((group) => asOne(group, names))]);
}

const allOf = (parts: Criteria[]): Criteria => (parts.length === 1 && parts[0] ? parts[0] : { and: parts });

/** Whatever must hold together, however it was nested. */
const withoutNesting = (parts: Criteria[]): Criteria[] =>
  parts.flatMap((part) => ('and' in part && part.ofOne === undefined ? withoutNesting(part.and) : [part]));

/**
 * Members of one object at a path inside a list, such as `{"disability_details": {"impairment_type": …, "impairment_level": …}}`.
 *
 * @throws ItemRejected `rjct.search_criteria.invalid` where they are more than comparisons that hold of an entry
 */
export function insideEntry(names: Names, path: string, parts: Criteria[]): Criteria {
  const list = listAround(names, path);
  if (list === undefined) return { and: parts };
  const inside = membersOf(parts, list);
  const ofEntry = inside.filter((part): part is Comparison => 'attribute' in part && !NEGATIONS.has(part.operator));
  const deeper = ofEntry.filter(({ attribute }) => listAround(names, attribute) !== list);
  const isOfOne = groupsIn(deeper, attributesOf(names.definition, names.recordType)).length === 0;
  if (isOfOne && ofEntry.length === inside.length) return { and: ofEntry, ofOne: list };
  throw criteriaInvalid(
    `"${list}" is a list, and of one entry of it only comparisons are read, no negations, alternatives, and ranges or identifiers of a list inside it: put those beside it, under "$and"`,
  );
}

/** Of objects and ranges inside the entry too. */
const membersOf = (parts: Criteria[], list: string): Criteria[] =>
  parts.flatMap((part) => ('and' in part && (part.ofOne ?? list) === list ? membersOf(part.and, list) : [part]));

/** The nearest list that a path lies in, itself included. */
function listAround({ definition, recordType }: Names, path: string): string | undefined {
  const segments = resolveName(definition, recordType, path)?.path.split('.') ?? [];
  const above = segments.map((_, index) => segments.slice(0, segments.length - index).join('.'));
  return above.find((one) => resolveName(definition, recordType, one)?.property.list === true);
}

/** Comparisons of one entry of the list at `path`. */
interface Group {
  path: string;
  parts: Comparison[];
}

function groupsIn(parts: Criteria[], attributes: Attributes): Group[] {
  const ofLists = parts.filter((part): part is Comparison => 'attribute' in part && isMany(part, attributes));
  const bounds = Map.groupBy(ofLists.filter(isBound), ({ attribute }) => attribute);
  const identifiers = Map.groupBy(ofLists.filter(isOfIdentifier), ({ attribute }) => listOf(attribute));
  return [
    ...[...bounds].filter(([path, some]) => isRange(some, attributes.get(path))),
    ...[...identifiers].filter(([, some]) => some.some(isType) && !some.every(isType)),
  ].map(([path, some]) => ({ path, parts: some }));
}

const isMany = ({ attribute }: Comparison, attributes: Attributes): boolean => attributes.get(attribute)?.many === true;

const LOWER = new Set<Operator>(['gt', 'gte']);
const UPPER = new Set<Operator>(['lt', 'lte']);
const isBound = ({ operator }: Comparison): boolean => LOWER.has(operator) || UPPER.has(operator);

/** Bounds that leave nothing between them are of two entries: a household with a child and with somebody old. */
function isRange(bounds: Comparison[], attribute: Attribute | undefined): boolean {
  const from = bounds.filter(({ operator }) => LOWER.has(operator));
  const to = bounds.filter(({ operator }) => UPPER.has(operator));
  const isUpTo = attribute?.type === 'date' ? isDayUpTo : isValueUpTo;
  return from.length > 0 && to.length > 0 && from.every((low) => to.every((high) => isUpTo(low.value, high.value)));
}

type Value = Comparison['value'];
const isDayUpTo = (low: Value, high: Value): boolean => firstDay(String(low)) <= lastDay(String(high));
const isValueUpTo = (low: Value, high: Value): boolean => low <= high;

const NEGATIONS = new Set<Operator>(['ne', 'nin']);
const isType = ({ attribute }: Comparison): boolean => attribute.endsWith('.identifier_type');
const isOfIdentifier = (part: Comparison): boolean =>
  !NEGATIONS.has(part.operator) && (isType(part) || part.attribute.endsWith('.identifier_value'));
const listOf = (attribute: string): string => attribute.slice(0, attribute.lastIndexOf('.'));

const isIdentifier = ({ and }: OneEntry): boolean =>
  and.every(isOfIdentifier) && and.some(isType) && !and.every(isType);
const groupOf = ({ and, ofOne }: OneEntry): Group => ({ path: ofOne, parts: and });

function asOne({ path, parts }: Group, names: Names): Criteria {
  const types = parts.filter((part) => isOfIdentifier(part) && isType(part));
  const [type] = types;
  if (type === undefined) return { and: parts, ofOne: path };
  if (types.length > 1)
    throw filterInvalid(
      `"${path}" is compared with several types at once: name each identifier by its type, as {"UIN": …}`,
    );
  const known = type.operator === 'eq' ? findIdentifierType(names.definition, String(type.value)) : undefined;
  if (known === undefined || !names.recordType.identifierPaths.includes(path)) return { and: parts, ofOne: path };
  const values = parts.filter((part) => part !== type);
  return allOf(values.map(({ operator, value }) => compareIdentifier(names, known, operator, value)));
}
