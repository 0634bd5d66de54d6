/** Records in: every spelling the field has seen becomes the dictionary's, which is what we store. Records out: marked as JSON-LD. */
import { CODES, OPEN_CODES } from '../core/codes.js';
import type { ClassDefinition, PropertyDefinition, RecordTypeDefinition, RegistryDefinition } from '../definition.js';
import { isObject, type PlainObject } from '../../../platform/plain-object.js';
import { RecordInvalid } from './record-invalid.js';
import { findIdentifierType } from '../registries.js';
import { readCode, readOpenCode, readScalar, readWord } from './scalar.reader.js';
import { isEmpty, join, readSpellings } from './spelling.reader.js';

export interface RecordIdentifier {
  type: string;
  value: string;
}

/** Deeper data is no record: the dictionary's own depth is about twenty, places within places aside. */
const MAX_DEPTH = 40;

/**
 * The record in the dictionary's form: its property names, codes for labels, numbers for numeric text, a list where the
 * dictionary has one. Empty values are left out, and so are JSON-LD keys, which `presentRecord` writes afresh.
 *
 * @throws RecordInvalid naming the path and the remedy, never a value
 */
export function normalizeRecord(definition: RegistryDefinition, recordType: string, data: unknown): PlainObject {
  const record = readRecord(definition, recordType, data);
  if (record === undefined) throw new RecordInvalid('', 'is empty: give at least one identifier or field');
  return record;
}

/** The same; undefined where nothing is said. */
export function readRecord(definition: RegistryDefinition, recordType: string, data: unknown): PlainObject | undefined {
  const { class: name } = typeNamed(definition, recordType);
  if (isDeeper(data, MAX_DEPTH)) throw new RecordInvalid('', `is nested deeper than ${MAX_DEPTH} levels`);
  const record = readObject(definition, name, data, '');
  return isObject(record) ? record : undefined;
}

/** The record's own identifiers, each once, under their stored types; an identifier without a type identifies nothing. */
export function identifiersOf(
  definition: RegistryDefinition,
  recordType: string,
  data: PlainObject,
): RecordIdentifier[] {
  const found = new Map<string, RecordIdentifier>();
  const { identifierPaths, identifying, otherwise } = typeNamed(definition, recordType);
  // A household may go by the number of a person, such as its head: in a member's record that is somebody else.
  const others = otherwise !== undefined && otherwise.unless in data ? otherwise.path : undefined;
  for (const path of identifierPaths)
    for (const { identifier_type: given, identifier_value: value } of objectsAt(data, path.split('.'))) {
      if (typeof given !== 'string' || typeof value !== 'string') continue;
      const type = findIdentifierType(definition, given) ?? given;
      if (path === others && identifying.includes(type)) continue;
      found.set(JSON.stringify([type, value]), { type, value });
    }
  return [...found.values()];
}

/** The record with those of its own identifiers alone that are among these. */
export function keepIdentifiers(
  definition: RegistryDefinition,
  recordType: string,
  data: PlainObject,
  kept: RecordIdentifier[],
): PlainObject {
  const isKept = (identifier: PlainObject): boolean => {
    const type = findIdentifierType(definition, String(identifier['identifier_type']));
    return kept.some(
      (one) => one.value === identifier['identifier_value'] && [type, identifier['identifier_type']].includes(one.type),
    );
  };
  return typeNamed(definition, recordType).identifierPaths.reduce(
    (record, path) => siftAt(record, path.split('.'), isKept) as PlainObject,
    data,
  );
}

/** A record as it leaves, after the clamp: `@context` is the dictionary's file of its class, `@type` the class (protocol 4.8). */
export function presentRecord(definition: RegistryDefinition, recordType: string, data: PlainObject): PlainObject {
  const type = typeNamed(definition, recordType);
  const context = definition.classes[type.class]?.context;
  return { ...(context !== undefined && { '@context': context }), '@type': type.typeName, ...data };
}

function typeNamed(definition: RegistryDefinition, recordType: string): RecordTypeDefinition {
  const type = definition.recordTypes.find(({ name }) => name === recordType);
  if (type) return type;
  const known = definition.recordTypes.map(({ name }) => name).join(', ');
  throw new RecordInvalid('', `has a record type that ${definition.registry} does not have: use one of ${known}`);
}

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)));

function objectsAt(value: unknown, path: string[]): PlainObject[] {
  if (Array.isArray(value)) return value.flatMap((element) => objectsAt(element, path));
  if (!isObject(value)) return [];
  const [name, ...below] = path;
  return name === undefined ? [value] : objectsAt(value[name], below);
}

/** Objects at a path that are to stay; a list of which none does is left out. */
function siftAt(value: unknown, path: string[], isKept: (found: PlainObject) => boolean): unknown {
  if (Array.isArray(value)) {
    const kept = value.map((one) => siftAt(one, path, isKept)).filter((one) => one !== undefined);
    return kept.length === 0 ? undefined : kept;
  }
  if (!isObject(value)) return undefined;
  const [name, ...below] = path;
  if (name === undefined) return isKept(value) ? value : undefined;
  return Object.hasOwn(value, name) ? { ...value, [name]: siftAt(value[name], below, isKept) } : value;
}

function readObject(definition: RegistryDefinition, name: string, value: unknown, path: string): unknown {
  const owner = definition.classes[name];
  if (!owner) throw new RecordInvalid(path, `is of the class ${name}, which is not defined`);
  const read: PlainObject = {};
  for (const [key, sent] of readSpellings(owner, asObject(owner, value, path), path)) {
    const property = owner.properties[key];
    const kept = property && readProperty(definition, property, sent, join(path, key));
    if (kept !== undefined) read[key] = kept;
  }
  return Object.keys(read).length > 0 ? read : undefined;
}

// An identifier or a place may come as its bare value (protocol 8.18).
function asObject(owner: ClassDefinition, value: unknown, path: string): PlainObject {
  if (isObject(value)) return value;
  if (owner.value !== undefined && (typeof value === 'string' || typeof value === 'number'))
    return { [owner.value]: value };
  throw new RecordInvalid(path, `must be an object with ${Object.keys(owner.properties).join(', ')}`);
}

function readProperty(
  definition: RegistryDefinition,
  property: PropertyDefinition,
  sent: unknown,
  path: string,
): unknown {
  if (!Array.isArray(sent)) {
    const read = readOne(definition, property, sent, property.list ? `${path}[0]` : path);
    return read === undefined || !property.list ? read : [read];
  }
  const values = sent.filter((value) => !isEmpty(value));
  const place = (index: number) => (property.list ? `${path}[${index}]` : path);
  if (!property.list && values.length > 1) throw new RecordInvalid(path, 'takes one value, not a list');
  const read = values
    .map((value, index) => readOne(definition, property, value, place(index)))
    .filter((value) => value !== undefined);
  if (read.length === 0) return undefined;
  return property.list ? read : read[0];
}

function readOne(definition: RegistryDefinition, property: PropertyDefinition, value: unknown, path: string): unknown {
  if ('class' in property) return readObject(definition, property.class, value, path);
  if ('type' in property) return readScalar(property.type, value, path);
  const { codes: name } = property;
  if (name === 'IdentifierTypeEnum')
    return findIdentifierType(definition, readWord(value, path)) ?? readWord(value, path);
  const list = definition.codes?.[name] ?? CODES[name] ?? [];
  return OPEN_CODES.has(name) ? readOpenCode(list, value, path) : readCode(list, value, path);
}
