/**
 * Aliases name one value several times, and each is written out: a JSON value of one object is bounded by whoever made it,
 * what repeats it is counted here.
 */
import { defaultFieldResolver, getNamedType, isObjectType, type GraphQLSchema } from 'graphql';
import type { Context } from './context.js';
import { takeRoom } from './payload-room.js';

const JSON_TYPES = new Set(['JSON', 'JSONObject']);

/** By operation: names of what was told of each object. */
const told = new WeakMap<object, WeakMap<object, Set<string>>>();
/** What one event tells one subscriber is an operation of its own. */
const events = new WeakMap<Context, WeakMap<object, object>>();

/** @throws DomainError where repeats make the answer too large */
export function boundRepeats(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (!JSON_TYPES.has(getNamedType(field.type).name)) continue;
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = (source, args, context: Context, info) => {
        const result: unknown = resolve(source, args, context, info);
        const operation = operationOf(context, info.rootValue);
        if (!isObject(source) || !isRepeated(operation, source, field.name)) return result;
        const counted = (value: unknown): unknown => {
          takeRoom(operation, Buffer.byteLength(JSON.stringify(value) ?? ''));
          return value;
        };
        return result instanceof Promise ? result.then(counted) : counted(result);
      };
    }
  }
  return schema;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function operationOf(context: Context, event: unknown): object {
  if (!isObject(event)) return context;
  const own = events.get(context) ?? new WeakMap<object, object>();
  events.set(context, own);
  const operation = own.get(event) ?? {};
  own.set(event, operation);
  return operation;
}

function isRepeated(operation: object, source: object, name: string): boolean {
  const objects = told.get(operation) ?? new WeakMap<object, Set<string>>();
  told.set(operation, objects);
  const names = objects.get(source) ?? new Set();
  objects.set(source, names);
  if (names.has(name)) return true;
  names.add(name);
  return false;
}
