/** Reading a dotted path against the dictionary: old spellings, prefixes and letter case in, the dictionary's path out. */
import { normalizeName } from '../core/code-list.js';
import type { ClassDefinition, PropertyDefinition, RegistryDefinition } from '../definition.js';

export interface ResolvedPath {
  /** The dictionary's spelling. */
  path: string;
  property: PropertyDefinition;
  /** Whether the path crosses a list, its own end included. */
  many: boolean;
}

/** Longer paths name nothing: the deepest of the dictionary has nine segments. */
const MAX_SEGMENTS = 16;

/** The property at a path below a class; undefined where the dictionary has none. Old spellings may lead elsewhere (`person.sex` → `sex`). */
export function resolvePath(definition: RegistryDefinition, className: string, path: string): ResolvedPath | undefined {
  const segments = path.split('.').map(bare);
  return segments.length > MAX_SEGMENTS ? undefined : walk(definition, className, segments, MAX_SEGMENTS);
}

/** A name without its namespace: `spdci:identifier` → `identifier`. */
export const bare = (name: string): string => name.slice(name.lastIndexOf(':') + 1);

function walk(
  definition: RegistryDefinition,
  className: string,
  segments: string[],
  steps: number,
): ResolvedPath | undefined {
  const owner = definition.classes[className];
  const found = owner && findProperty(owner, segments);
  if (!found || steps === 0) return undefined;
  const rest = segments.slice(found.used);
  if (found.target === '.') return rest.length === 0 ? undefined : walk(definition, className, rest, steps - 1);
  const [name = '', ...below] = [...found.target.split('.'), ...rest];
  const property = owner.properties[name];
  if (!property) return undefined;
  const many = property.list ?? false;
  if (below.length === 0) return { path: name, property, many };
  const inner = 'class' in property && walk(definition, property.class, below, steps - 1);
  return inner ? { path: `${name}.${inner.path}`, property: inner.property, many: many || inner.many } : undefined;
}

/**
 * What the first segments of a path mean in a class: the longest entry of `spellings` that they begin with, else a
 * property. `used` counts the segments consumed, `target` is dotted and in the dictionary's spelling (`.`: nothing).
 */
export function findProperty(owner: ClassDefinition, segments: string[]): { used: number; target: string } | undefined {
  const [only = ''] = segments;
  // Most records come in the dictionary's own spelling.
  if (segments.length === 1 && Object.hasOwn(owner.properties, only)) return { used: 1, target: only };
  const index = indexOf(owner);
  for (let used = Math.min(segments.length, index.depth); used > 0; used--) {
    const target = index.names.get(segments.slice(0, used).map(normalizeName).join('.'));
    if (target !== undefined) return { used, target };
  }
  return undefined;
}

/** Whether values below this (normalized, dotted) place have an entry of their own in `spellings`. */
export const namesBelow = (owner: ClassDefinition, place: string): boolean => indexOf(owner).branches.has(place);

interface NameIndex {
  names: Map<string, string>;
  /** Places above a dotted name. */
  branches: Set<string>;
  /** Segments of the longest name. */
  depth: number;
}

const indexes = new WeakMap<ClassDefinition, NameIndex>();

// Properties last: an old spelling never hides a property of the dictionary.
function indexOf(owner: ClassDefinition): NameIndex {
  const known = indexes.get(owner);
  if (known) return known;
  const spellings = Object.entries(owner.spellings ?? {});
  const names = new Map(spellings.map(([name, target]) => [name.split('.').map(normalizeName).join('.'), target]));
  for (const name of Object.keys(owner.properties)) names.set(normalizeName(name), name);
  const branches = new Set([...names.keys()].flatMap((name) => ancestors(name.split('.'))));
  const index = { names, branches, depth: Math.max(1, ...spellings.map(([name]) => name.split('.').length)) };
  indexes.set(owner, index);
  return index;
}

const ancestors = (segments: string[]): string[] =>
  segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('.'));
