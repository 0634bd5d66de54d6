/** An object of a record sorted by the dictionary's properties, whatever spelling or place its values came in. */
import { normalizeName } from '../core/code-list.js';
import type { ClassDefinition } from '../definition.js';
import { isObject, type PlainObject } from '../../../platform/plain-object.js';
import { withoutMarks } from '../../text.js';
import { bare, findProperty, namesBelow } from './property.path.js';
import { RecordInvalid } from './record-invalid.js';

/** `null`, blank text and empty objects or lists say nothing: the published samples are full of them. */
export const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  (typeof value === 'string' && withoutMarks(value).trim() === '') ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/** Property of the class → value as sent. JSON-LD keys are left out: we write our own. @throws RecordInvalid for a property nobody knows. */
export function readSpellings(owner: ClassDefinition, data: PlainObject, path: string): Map<string, unknown> {
  const sorted = new Map<string, unknown>();
  sort(owner, data, [], sorted, path);
  return sorted;
}

// Values whose old place lies deeper are taken out first; what is left of their parent is then read where it stands.
function sort(
  owner: ClassDefinition,
  data: PlainObject,
  above: string[],
  into: Map<string, unknown>,
  path: string,
): PlainObject {
  const left: PlainObject = {};
  for (const [key, sent] of Object.entries(data)) {
    if (key.startsWith('@') || isEmpty(sent)) continue;
    // Most values come under the dictionary's own name.
    if (above.length === 0 && !isObject(sent) && Object.hasOwn(owner.properties, key)) {
      put(owner, key, sent, into, path);
      continue;
    }
    const place = [...above, bare(key)];
    const deeper = isObject(sent) && namesBelow(owner, place.map(normalizeName).join('.'));
    const value = deeper ? sort(owner, sent, place, into, path) : sent;
    if (isEmpty(value)) continue;
    const found = findProperty(owner, place);
    if (found?.used === place.length) put(owner, found.target, value, into, path);
    else if (above.length > 0) left[key] = value;
    else
      throw new RecordInvalid(
        path,
        `has the property ${quote(key)}, which the dictionary's ${owner.name} does not have: ${remedy(owner)}`,
      );
  }
  return left;
}

function put(owner: ClassDefinition, target: string, value: unknown, into: Map<string, unknown>, path: string): void {
  if (target === '.') {
    if (!isObject(value)) throw new RecordInvalid(path, 'must be an object');
    sort(owner, value, [], into, path);
    return;
  }
  const [name = '', ...below] = target.split('.');
  const nested = below.reduceRight<unknown>((inner, segment) => ({ [segment]: inner }), value);
  into.set(name, into.has(name) ? merge(into.get(name), nested, join(path, name)) : nested);
}

function merge(known: unknown, added: unknown, path: string): unknown {
  if (Array.isArray(known) && known.length === 1) return [merge(known[0], added, path)];
  if (!isObject(known) || !isObject(added)) {
    if (JSON.stringify(known) === JSON.stringify(added)) return known;
    throw new RecordInvalid(path, 'is given twice, under two names, with different values: send it once');
  }
  const merged = { ...known };
  for (const [key, value] of Object.entries(added))
    merged[key] = Object.hasOwn(merged, key) ? merge(merged[key], value, join(path, key)) : value;
  return merged;
}

export const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
const quote = (name: string): string => JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);

const remedy = (owner: ClassDefinition): string =>
  'additional_attributes' in owner.properties
    ? 'move it into additional_attributes'
    : `use one of ${Object.keys(owner.properties).join(', ')}`;
