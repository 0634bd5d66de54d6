/** Its questions: operator objects with a `type`, its names of dates and sorts, `NID` for the national number. */
import type { Json, JsonObject } from '../../envelope/json.js';
import { isObject, readExpression, renameAttributes } from '../dialect.js';

const NAMES: Record<string, string> = { createdAt: 'registration_date', dateOfDeclaration: 'registration_date' };

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

const BOUNDS = ['gt', 'gte', 'lt', 'lte'] as const;

function readOperators(expression: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(expression).map(([name, value]) => [name, readOperator(value)]));
}

/** Another type is left as it is, and refused by name. */
function readOperator(value: Json): Json {
  if (Array.isArray(value)) return value.map((one) => (isObject(one) ? readOperators(one) : one));
  if (!isObject(value)) return value;
  if (value['type'] === 'exact' && value['term'] !== undefined) return { $eq: value['term'] };
  const bounds = BOUNDS.flatMap((name): [string, Json][] =>
    value[name] === undefined ? [] : [[`$${name}`, value[name]]],
  );
  return value['type'] === 'range' && bounds.length > 0 ? Object.fromEntries(bounds) : value;
}

function readNumber(criteria: JsonObject): JsonObject {
  const { query } = criteria;
  if (criteria['query_type'] !== 'idtype-value' || !isObject(query) || query['type'] !== 'NID') return criteria;
  return { ...criteria, query: { ...query, type: 'UIN' } };
}
