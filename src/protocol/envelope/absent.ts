/** Optional members of the wire's messages that come as null: many libraries write what they have not. */
import type { z } from 'zod';
import { isObject } from '../../platform/plain-object.js';

type Place = PropertyKey[];

/**
 * Reads a message of the wire; a member that is null where its schema takes no null is read as absent. A required one is
 * then missing, and data without a schema (queries, records) keeps its nulls.
 */
export function readWire<T>(schema: z.ZodType<T>, value: unknown): z.ZodSafeParseResult<T> {
  let [message, read] = [value, schema.safeParse(value)];
  while (!read.success) {
    const nulls = read.error.issues.flatMap((issue) => placesOf(issue)).filter((place) => isNullMember(message, place));
    if (nulls.length === 0) break;
    message = without(message, nulls);
    read = schema.safeParse(message);
  }
  return read;
}

/** Of a union's alternatives too. */
function placesOf(issue: z.core.$ZodIssue, above: Place = []): Place[] {
  const place = [...above, ...issue.path];
  const inside = issue.code === 'invalid_union' ? issue.errors.flat() : [];
  return [place, ...inside.flatMap((one) => placesOf(one, place))];
}

/** An element of a list is no member: leaving it out would move the others. */
function isNullMember(message: unknown, place: Place): boolean {
  const owner = at(message, place.slice(0, -1));
  const name = place.at(-1);
  return name !== undefined && isObject(owner) && Object.hasOwn(owner, name) && Reflect.get(owner, name) === null;
}

function without(message: unknown, places: Place[]): unknown {
  const copy: unknown = structuredClone(message);
  for (const place of places) {
    const owner = at(copy, place.slice(0, -1));
    if (isObject(owner)) Reflect.deleteProperty(owner, place.at(-1) ?? '');
  }
  return copy;
}

const at = (value: unknown, place: Place): unknown =>
  place.reduce<unknown>(
    (inner, name) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined),
    value,
  );
