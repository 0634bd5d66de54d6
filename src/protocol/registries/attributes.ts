/** Searchable attributes: every scalar path of a record type, and the names they are asked by (contract, Registries). */
import { normalizeName } from './core/code-list.js';
import { CODES, OPEN_CODES } from './core/codes.js';
import type {
  Attribute,
  ClassDefinition,
  PropertyDefinition,
  RecordTypeDefinition,
  RegistryDefinition,
} from './definition.js';
import { bare, resolvePath, type ResolvedPath } from './records/property.path.js';

const walked = new WeakMap<RegistryDefinition, Map<string, Map<string, Attribute>>>();

/** Every searchable attribute of a record type by its canonical path, in the order of the dictionary. Empty for an unknown record type. */
export function attributesOf(
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition | string,
): Map<string, Attribute> {
  const type = typeOf(definition, recordType);
  if (!type) return new Map();
  const types = walked.get(definition) ?? new Map<string, Map<string, Attribute>>();
  const known = types.get(type.name) ?? collect(definition, type.class);
  walked.set(definition, types.set(type.name, known));
  return known;
}

/**
 * The attribute that a name means: a path, an alias of protocol 3.2, an old spelling, with or without prefix. A name that
 * ends on an object with a value of its own (Identifier, Place) means that value. Derived names (`age`, `YOB`) and
 * identifier types are no attributes: the query parser reads those.
 */
export function findAttribute(
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition | string,
  name: string,
): Attribute | undefined {
  const resolved = resolveName(definition, recordType, name);
  if (!resolved) return undefined;
  const value = 'class' in resolved.property ? definition.classes[resolved.property.class]?.value : undefined;
  return attributesOf(definition, recordType).get(value ? `${resolved.path}.${value}` : resolved.path);
}

/** What a contact used as an identifier type (`MOBILE`, `EMAIL`) is compared with; undefined for every other type. */
export function contactAttribute(
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition | string,
  identifierType: string,
): Attribute | undefined {
  const contact = CONTACTS.get(normalizeName(identifierType));
  return contact === undefined ? undefined : findAttribute(definition, recordType, contact);
}

const CONTACTS = new Map([
  ['mobile', 'phone_number'],
  ['email', 'email'],
]);

/** The leaf or branch that a name means in a record type; one reading for searches, agreements and projections. */
export function resolveName(
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition | string,
  name: string,
): ResolvedPath | undefined {
  const type = typeOf(definition, recordType);
  if (!type) return undefined;
  return resolvePath(definition, type.class, name) ?? resolveAlias(definition, type, name);
}

// The longest alias that the name begins with; what follows is read below it.
function resolveAlias(definition: RegistryDefinition, type: RecordTypeDefinition, name: string) {
  const segments = name.split('.').map(bare);
  const aliases = new Map(Object.entries(type.attributeAliases).map(([alias, path]) => [normalizeName(alias), path]));
  for (let used = segments.length; used > 0; used--) {
    const path = aliases.get(normalizeName(segments.slice(0, used).join('.')));
    if (path !== undefined) return resolvePath(definition, type.class, [path, ...segments.slice(used)].join('.'));
  }
  return undefined;
}

const typeOf = (definition: RegistryDefinition, recordType: RecordTypeDefinition | string) =>
  typeof recordType === 'string' ? definition.recordTypes.find(({ name }) => name === recordType) : recordType;

function collect(definition: RegistryDefinition, className: string): Map<string, Attribute> {
  const found = new Map<string, Attribute>();
  const visit = (owner: ClassDefinition, prefix: string, many: boolean, above: string[]): void => {
    for (const [name, property] of Object.entries(owner.properties)) {
      const path = prefix + name;
      const crosses = many || (property.list ?? false);
      const inner = 'class' in property ? definition.classes[property.class] : undefined;
      if (!inner) keep(found, definition, path, property, crosses);
      else if (mayEnter(inner.name, above)) visit(inner, `${path}.`, crosses, [...above, inner.name]);
    }
  };
  const root = definition.classes[className];
  if (root) visit(root, '', false, [root.name]);
  return found;
}

// A class stands once on a path, or twice where it holds itself directly (`birth_place.contained_in_place.name`).
const mayEnter = (name: string, above: string[]): boolean =>
  above.filter((other) => other === name).length < (above.at(-1) === name ? 2 : 1);

function keep(
  found: Map<string, Attribute>,
  definition: RegistryDefinition,
  path: string,
  property: PropertyDefinition,
  many: boolean,
): void {
  if ('codes' in property) found.set(path, { path, type: 'string', many, ...codesOf(definition, property.codes) });
  else if ('type' in property && property.type !== 'json') found.set(path, { path, type: property.type, many });
}

// A list that is open and whose labels say no more than its codes decides nothing.
function codesOf(definition: RegistryDefinition, name: string): Pick<Attribute, 'codes' | 'open'> {
  const codes = definition.codes?.[name] ?? CODES[name] ?? [];
  if (!OPEN_CODES.has(name)) return { codes };
  return codes.every(({ code, label }) => code === label) ? {} : { codes, open: true };
}
