/** What a change puts in place of what was there: names of paths, never values. */
import { isDeepStrictEqual } from 'node:util';
import type { RegistryDefinition } from '../definition.js';
import { isObject, type PlainObject } from '../../../platform/plain-object.js';

/** Dotted paths that had a value and have another, or none, afterwards; a list is one path. */
export function overwrittenPaths(
  definition: RegistryDefinition,
  className: string,
  before: PlainObject,
  after: PlainObject,
): string[] {
  const properties = definition.classes[className]?.properties ?? {};
  return Object.keys(before).flatMap((name) => {
    const [held, given] = [before[name], after[name]];
    if (isDeepStrictEqual(held, given)) return [];
    const property = properties[name];
    if (property === undefined || !('class' in property) || !isObject(held) || !isObject(given)) return [name];
    return overwrittenPaths(definition, property.class, held, given).map((path) => `${name}.${path}`);
  });
}
