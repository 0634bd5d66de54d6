/** Persons inside a record who are somebody else than its subject: whom consent is asked for one by one. */
import type { ClassDefinition, PropertyDefinition, RecordTypeDefinition, RegistryDefinition } from '../definition.js';
import type { RecordIdentifier } from './normalize.js';
import { isObject, type PlainObject } from '../../../platform/plain-object.js';
import { resolvePath } from './property.path.js';
import { findIdentifierType } from '../registries.js';
import { identifyingInside } from './identifying.js';

export interface InnerPerson {
  /** Class of the dictionary that the object belongs to. */
  className: string;
  data: PlainObject;
  /** Its own identifiers; none = nobody can say who it is. */
  identifiers: RecordIdentifier[];
}

/** Below one person another may stand (a member's relatives), and so on; deeper is left out. */
const MAX_DEPTH = 4;

/** A person's own place for other persons. */
const RELATIVES = 'related_person.related_member';

/** Whether a canonical path lies inside somebody else's data. */
export const isMemberPath = ({ memberPaths }: RecordTypeDefinition, path: string): boolean =>
  memberPaths.some((member) => path === member || path.startsWith(`${member}.`));

/** The record with every inner person replaced by what `keep` makes of it; `undefined` leaves that person out. */
export function mapMembers(
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
  data: PlainObject,
  keep: (person: InnerPerson) => PlainObject | undefined,
): PlainObject {
  return recordType.memberPaths.reduce(
    (record, path) => mapAt(definition, recordType.class, record, path, keep, MAX_DEPTH),
    data,
  );
}

/** Every inner person, theirs included. */
export function membersIn(
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
  data: PlainObject,
): InnerPerson[] {
  const found: InnerPerson[] = [];
  mapMembers(definition, recordType, data, (person) => {
    found.push(person);
    return person.data;
  });
  return found;
}

/** What says who the inner persons of a record are. */
export const identifiersInside =
  (definition: RegistryDefinition, recordType: RecordTypeDefinition) =>
  (data: PlainObject): RecordIdentifier[] =>
    membersIn(definition, recordType, data).flatMap(({ identifiers }) => identifyingInside(identifiers));

/** Where the identifiers of inner persons stand. */
export const memberIdentifierPaths = (definition: RegistryDefinition, recordType: RecordTypeDefinition): string[] =>
  recordType.memberPaths.flatMap((path) => pathsBelow(definition, recordType.class, path, MAX_DEPTH));

function pathsBelow(definition: RegistryDefinition, owner: string, member: string, depth: number): string[] {
  const property = resolvePath(definition, owner, member)?.property;
  if (property === undefined || !('class' in property)) return [];
  if (isIdentifier(property)) return [member];
  const related = depth === 0 ? [] : pathsBelow(definition, property.class, RELATIVES, depth - 1);
  return [...identifierPathsOf(definition, property.class), ...related].map((path) => `${member}.${path}`);
}

function identifierPathsOf(definition: RegistryDefinition, className: string): string[] {
  return Object.entries(definition.classes[className]?.properties ?? {}).flatMap(([name, property]) => {
    if (isIdentifier(property)) return [name];
    const part = partOf(definition, property);
    return part === undefined ? [] : identifierPathsOf(definition, part.name).map((path) => `${name}.${path}`);
  });
}

/** The demographic part of a person: one object that is a person too. */
function partOf(definition: RegistryDefinition, property: PropertyDefinition): ClassDefinition | undefined {
  const part = property.list || !('class' in property) ? undefined : definition.classes[property.class];
  return part !== undefined && 'birth_date' in part.properties ? part : undefined;
}

type Keep = (person: InnerPerson) => PlainObject | undefined;

function mapAt(
  definition: RegistryDefinition,
  owner: string,
  data: PlainObject,
  path: string,
  keep: Keep,
  depth: number,
): PlainObject {
  const resolved = resolvePath(definition, owner, path);
  if (resolved === undefined || !('class' in resolved.property)) return data;
  const className = resolved.property.class;
  return replaceAt(data, resolved.path.split('.'), (person) => {
    const inner =
      depth === 0 ? withoutRelatives(person) : mapAt(definition, className, person, RELATIVES, keep, depth - 1);
    return keep({ className, data: inner, identifiers: ownIdentifiers(definition, className, person) });
  });
}

const withoutRelatives = (person: PlainObject): PlainObject => ({ ...person, related_person: undefined });

function replaceAt(
  data: PlainObject,
  [name = '', ...rest]: string[],
  change: (person: PlainObject) => unknown,
): PlainObject {
  if (!Object.hasOwn(data, name)) return data;
  const { [name]: value, ...others } = data;
  const one = (element: unknown): unknown => {
    if (!isObject(element)) return undefined;
    return rest.length === 0 ? change(element) : replaceAt(element, rest, change);
  };
  const kept = Array.isArray(value) ? value.map(one).filter((element) => element !== undefined) : one(value);
  if (kept === undefined || (Array.isArray(kept) && kept.length === 0)) return others;
  return { ...others, [name]: kept };
}

/** Identifiers that stand in the person itself, or in its demographic part; not those of anybody it is related to. */
function ownIdentifiers(definition: RegistryDefinition, className: string, data: PlainObject): RecordIdentifier[] {
  const owner = definition.classes[className];
  if (owner === undefined) return [];
  if (className === IDENTIFIER) return readIdentifier(definition, data);
  return Object.entries(owner.properties).flatMap(([name, property]): RecordIdentifier[] => {
    const values = [data[name]].flat().filter(isObject);
    if (isIdentifier(property)) return values.flatMap((value) => readIdentifier(definition, value));
    const part = partOf(definition, property);
    return part === undefined ? [] : values.flatMap((value) => ownIdentifiers(definition, part.name, value));
  });
}

const IDENTIFIER = 'Identifier';
const isIdentifier = (property: PropertyDefinition): boolean => 'class' in property && property.class === IDENTIFIER;

/** Patterns for a person, such as a consent has them, as they hold for an object that is nothing but its identifier. */
export function fieldsWithin(className: string, fields: string[]): string[] {
  if (className !== IDENTIFIER) return fields;
  return fields.flatMap((field) => {
    const [name, ...below] = field.split('.');
    if (name !== '*' && name !== 'identifier') return [];
    return [below.join('.') || '*'];
  });
}

function readIdentifier(definition: RegistryDefinition, data: PlainObject): RecordIdentifier[] {
  const { identifier_type: type, identifier_value: value } = data;
  if (typeof type !== 'string' || typeof value !== 'string') return [];
  return [{ type: findIdentifierType(definition, type) ?? type, value }];
}
