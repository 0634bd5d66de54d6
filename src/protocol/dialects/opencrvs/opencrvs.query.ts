/** Its questions: operator objects with a `type`, its names of dates and sorts, `NID` for the national number. */
import type { Json, JsonObject } from '../../envelope/json.js';
import { isObject, readExpression, renameAttributes, within } from '../dialect.js';

const NAMES: Record<string, string> = {
  createdAt: 'registration_date',
  dateOfDeclaration: 'registration_date',
  NID: 'UIN',
};

/** The date of an event is that of the event that is asked about. */
const DATES: Record<string, string> = {
  birth: 'birth_date',
  death: 'death_date',
  marriage: 'marriage_date',
  divorce: 'divorce_date',
};

export function readCriteria(criteria: JsonObject): JsonObject {
  const date = DATES[eventOf(criteria)];
  const names = date === undefined ? NAMES : { ...NAMES, dateOfEvent: date };
  return readNumber(renameAttributes(readExpression(criteria, readOperators), names));
}

/** `ocrvs:registry_type:birth`, `birth`, or the event beside it. */
function eventOf({ reg_event_type: event, reg_type: type }: JsonObject): string {
  const name = [event, type].find((one) => typeof one === 'string' && one !== '') as string | undefined;
  if (name === undefined) return '';
  return name.slice(name.lastIndexOf(':') + 1).toLowerCase();
}

const BOUNDS = new Set(['gt', 'gte', 'lt', 'lte']);

const readOperators = (expression: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(expression).map(([name, value]) => [name, readOperator(value)]));

/** Another type, and one with a member that is not known, is left as it is, and refused by name. */
function readOperator(value: Json): Json {
  if (Array.isArray(value)) return value.map(readOperator);
  if (!isObject(value)) return value;
  const { type, ...members } = value;
  if (typeof type !== 'string') return readOperators(value);
  const names = Object.keys(members);
  if (type === 'exact' && names.join() === 'term') return { $eq: members['term'] ?? null };
  if (type !== 'range' || names.length === 0 || !names.every((name) => BOUNDS.has(name))) return value;
  return Object.fromEntries(names.map((name) => [`$${name}`, members[name] ?? null]));
}

/** In any letter case, and however the identifier is wrapped. */
function readNumber(criteria: JsonObject): JsonObject {
  if (criteria['query_type'] !== 'idtype-value') return criteria;
  const renamed = (query: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(query).map(([name, value]) => [name, isNumber(name, value) ? 'UIN' : value]));
  return within(criteria, 'query', (query) => within(renamed(query), 'value', renamed));
}

const isNumber = (name: string, value: Json): boolean =>
  /^((id|identifier)_)?type$/.test(name) && typeof value === 'string' && value.toUpperCase() === 'NID';
