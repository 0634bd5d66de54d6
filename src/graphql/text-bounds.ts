/**
 * No argument takes a text without end: an index of PostgreSQL holds no row beyond 2704 bytes, and what is listed, audited
 * and sent on should stay readable. Each text of the schema is bounded here, unless it stands in the table of exceptions.
 */
import {
  defaultFieldResolver,
  getNullableType,
  isInputObjectType,
  isListType,
  isObjectType,
  isScalarType,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { invalid } from '../use-cases/errors.js';
import type { Context } from './context.js';

/** As long as an address may be on the wire. */
const USUAL_BYTES = 2048;
/** Bounded where it is read, each with the words that belong to it. */
const ELSEWHERE = Infinity;

/** Characters, by the name of the argument, or of the field of an input. */
export const BOUNDS: Record<string, number> = {
  // The wire's own (protocol 2): a longer one could be sent back to nobody.
  transactionId: 99,
  // The wire has no bound for it; it is kept in sealed messages only.
  referenceId: ELSEWHERE,
  // A record that is wrong keeps only itself out of its batch.
  externalId: ELSEWHERE,
  value: ELSEWHERE,
  // Made by the gateway itself, of the values of a record.
  after: 20_000,
  before: 20_000,
  cursor: 30_000,
  notes: 20_000,
  evidence: 20_000,
  bearer: ELSEWHERE,
  // Files, bounded as the body of the request is.
  yaml: ELSEWHERE,
  mapping: ELSEWHERE,
  publicKeyPem: ELSEWHERE,
  privateKeyPem: ELSEWHERE,
  certificate: ELSEWHERE,
  key: ELSEWHERE,
  authority: ELSEWHERE,
};

const TEXTS = new Set(['String', 'ID']);

interface TooLong {
  path: (string | number)[];
  most: string;
}
type Check = (value: unknown) => TooLong | undefined;

/** Makes every field refuse a text that is too long, before anything is done with it. */
export function boundTexts(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap()))
    if (isObjectType(type))
      for (const field of Object.values(type.getFields())) {
        const check = checkOfMembers(field.args);
        if (check === undefined) continue;
        const resolve = field.resolve ?? defaultFieldResolver;
        field.resolve = (source, args, context: Context, info) => {
          const found = check(args);
          if (found !== undefined) throw tooLongError(found);
          return resolve(source, args, context, info);
        };
      }
  return schema;
}

/** Named as the use cases name it: without the `input` that holds it. */
function tooLongError({ path, most }: TooLong): Error {
  const field = path.slice(path[0] === 'input' ? 1 : 0).join('.');
  return invalid(field, `at most ${most}: shorten it`);
}

function checkOf(type: GraphQLInputType, name: string): Check | undefined {
  const named = getNullableType(type);
  if (isListType(named)) return each(checkOf(named.ofType, name));
  if (isInputObjectType(named)) return checkOfMembers(Object.values(named.getFields()));
  if (!isScalarType(named) || !TEXTS.has(named.name)) return undefined;
  const most = BOUNDS[name];
  if (most === ELSEWHERE) return undefined;
  const isLonger =
    most === undefined
      ? (text: string) => text.length > USUAL_BYTES / 3 && Buffer.byteLength(text) > USUAL_BYTES
      : // As PostgreSQL and the wire's schemas count: a character beyond the Basic Multilingual Plane is one, not two.
        (text: string) => text.length > 2 * most || (text.length > most && Array.from(text).length > most);
  const found: TooLong = {
    path: [],
    most: most === undefined ? `${USUAL_BYTES} characters (bytes of UTF-8)` : `${most} characters`,
  };
  return (value) => (typeof value === 'string' && isLonger(value) ? found : undefined);
}

function checkOfMembers(members: readonly { name: string; type: GraphQLInputType }[]): Check | undefined {
  const checks = members.flatMap(({ name, type }) => {
    const check = checkOf(type, name);
    return check === undefined ? [] : [{ name, check }];
  });
  if (checks.length === 0) return undefined;
  return (value) => {
    if (typeof value !== 'object' || value === null) return undefined;
    for (const { name, check } of checks) {
      const found = check((value as Record<string, unknown>)[name]);
      if (found !== undefined) return { ...found, path: [name, ...found.path] };
    }
    return undefined;
  };
}

function each(check: Check | undefined): Check | undefined {
  if (check === undefined) return undefined;
  return (value) => {
    for (const [index, one] of Array.isArray(value) ? value.entries() : []) {
      const found = check(one);
      if (found !== undefined) return { ...found, path: [index, ...found.path] };
    }
    return undefined;
  };
}
