/** What the readers take for an absent member (`protocol/envelope/absent.ts`), as a schema says it: null where it may be left out. */
import { isObject, type PlainObject } from '../../platform/plain-object.js';

const NULL = { type: 'null' };

/** The same schema, in which each member that is not required may be null; data without a schema stays as it is. */
export function withNulls(schema: PlainObject): PlainObject {
  const { properties, required } = schema;
  const needed = new Set(Array.isArray(required) ? required : []);
  const inner = Object.entries(schema).map(([name, value]) => [name, inside(value)] as const);
  if (!isObject(properties)) return Object.fromEntries(inner);
  const members = Object.entries(properties).map(([name, value]) => {
    const member = inside(value);
    return [name, needed.has(name) || !isObject(member) ? member : orNull(member)] as const;
  });
  return { ...Object.fromEntries(inner), properties: Object.fromEntries(members) };
}

const inside = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(inside) : isObject(value) ? withNulls(value) : value;

function orNull(member: PlainObject): PlainObject {
  const { anyOf, type } = member;
  if (Array.isArray(anyOf)) return { ...member, anyOf: [...(anyOf as unknown[]), NULL] };
  return type === undefined && !('$ref' in member) && !('const' in member) && !('enum' in member)
    ? member
    : { anyOf: [member, NULL] };
}
