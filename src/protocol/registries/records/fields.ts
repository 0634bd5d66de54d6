/**
 * Which fields of a record may leave. Patterns are compiled once into a tree of what is covered; a record is rebuilt from
 * that tree, so that what nobody named cannot pass: no unknown property, no JSON-LD key, no text where an object belongs.
 */
import { resolveName } from '../attributes.js';
import type { RegistryDefinition } from '../definition.js';
import { isObject, type PlainObject } from '../../../platform/plain-object.js';
import { resolvePath } from './property.path.js';

/** Compiled patterns. `ALL` covers the value and everything below it. */
export type Clamp = typeof ALL | Branch;
export const ALL = 'ALL';
interface Branch {
  entries: [name: string, below: Clamp][];
}

type Tree = Map<string, Tree | typeof ALL>;

/** Distinct pattern sets kept compiled per registry; projections of partners must not grow it without bound. */
const MAX_COMPILED = 1000;
const compiled = new WeakMap<RegistryDefinition, Map<string, Clamp>>();

/**
 * Compiles patterns for one record type: `*`, a leaf (`name.surname`), a branch that covers all below (`name`, `name.*`),
 * or any name that a search would read for it. A pattern that the record type does not know covers nothing.
 */
export function expandFields(definition: RegistryDefinition, recordType: string, patterns: string[]): Clamp {
  const known = compiled.get(definition) ?? new Map<string, Clamp>();
  compiled.set(definition, known);
  const key = JSON.stringify([recordType, ...patterns]);
  const clamp = known.get(key) ?? compile(definition, recordType, patterns);
  if (known.size >= MAX_COMPILED) known.clear();
  known.set(key, clamp);
  return clamp;
}

/** The same for an object of a class inside a record, such as a member of a household; not kept compiled. */
export function expandClassFields(definition: RegistryDefinition, className: string, patterns: string[]): Clamp {
  return plantAll(patterns, (pattern) => resolvePath(definition, className, withoutStar(pattern))?.path);
}

/** A new object with the covered paths only; lists element by element. What is left empty, or is null, is absent. */
export function clampRecord(clamp: Clamp, data: PlainObject): PlainObject {
  return clamp === ALL ? { ...data } : (clampObject(clamp, data) ?? {});
}

/** Whether everything at a canonical path is covered, the end of the path included. */
export function covers(clamp: Clamp, path: string): boolean {
  let at: Clamp | undefined = clamp;
  for (const segment of path.split('.')) {
    if (at === ALL) return true;
    at = at?.entries.find(([name]) => name === segment)?.[1];
  }
  return at === ALL;
}

/** What both cover. */
export function both(one: Clamp, other: Clamp): Clamp {
  if (one === ALL) return other;
  if (other === ALL) return one;
  const entries = one.entries.flatMap(([name, below]): [string, Clamp][] => {
    const beside = other.entries.find(([own]) => own === name)?.[1];
    const shared = beside && both(below, beside);
    return shared === undefined || (shared !== ALL && shared.entries.length === 0) ? [] : [[name, shared]];
  });
  return { entries };
}

/** Whether everything that `inner` covers is covered by `outer` too. */
export const includes = (outer: Clamp, inner: Clamp): boolean =>
  outer === ALL ||
  (inner !== ALL &&
    inner.entries.every(([name, below]) => {
      const covering = outer.entries.find(([own]) => own === name)?.[1];
      return covering !== undefined && includes(covering, below);
    }));

/** Whether a pattern names something in a record type; without a record type, in any of the registry. */
export function isKnownField(definition: RegistryDefinition, recordType: string | undefined, path: string): boolean {
  if (path === '*') return true;
  const types = recordType === undefined ? definition.recordTypes.map(({ name }) => name) : [recordType];
  return types.some((type) => canonical(definition, type, path) !== undefined);
}

const canonical = (definition: RegistryDefinition, recordType: string, pattern: string): string | undefined =>
  resolveName(definition, recordType, withoutStar(pattern))?.path;

const withoutStar = (pattern: string): string => pattern.replace(/\.\*$/, '');

/** The canonical paths that a pattern names in the record types of a registry; empty for one that names nothing. */
export const canonicalPaths = (definition: RegistryDefinition, pattern: string): string[] =>
  pattern === '*'
    ? ['*']
    : [...new Set(definition.recordTypes.flatMap(({ name }) => canonical(definition, name, pattern) ?? []))];

const compile = (definition: RegistryDefinition, recordType: string, patterns: string[]): Clamp =>
  plantAll(patterns, (pattern) => canonical(definition, recordType, pattern));

function plantAll(patterns: string[], pathOf: (pattern: string) => string | undefined): Clamp {
  if (patterns.includes('*')) return ALL;
  const tree: Tree = new Map();
  for (const pattern of patterns) {
    const path = pathOf(pattern);
    if (path !== undefined) plant(tree, path.split('.'));
  }
  return freeze(tree);
}

// A branch that is covered whole swallows what is named below it, in either order.
function plant(tree: Tree, [name = '', ...rest]: string[]): void {
  const below = tree.get(name);
  if (below === ALL) return;
  if (rest.length === 0) tree.set(name, ALL);
  else {
    const branch: Tree = below ?? new Map();
    tree.set(name, branch);
    plant(branch, rest);
  }
}

const freeze = (tree: Tree): Branch => ({
  entries: [...tree].map(([name, below]) => [name, below === ALL ? ALL : freeze(below)]),
});

function clampObject(branch: Branch, data: PlainObject): PlainObject | undefined {
  let kept: PlainObject | undefined;
  for (const [name, below] of branch.entries) {
    if (!Object.hasOwn(data, name)) continue;
    const value = clampValue(below, data[name]);
    if (value !== undefined) (kept ??= {})[name] = value;
  }
  return kept;
}

function clampValue(clamp: Clamp, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (clamp === ALL) return value;
  if (Array.isArray(value)) return clampList(clamp, value);
  return isObject(value) ? clampObject(clamp, value) : undefined;
}

function clampList(clamp: Clamp, list: unknown[]): unknown[] | undefined {
  const kept = list.map((element) => clampValue(clamp, element)).filter((element) => element !== undefined);
  return kept.length > 0 ? kept : undefined;
}
