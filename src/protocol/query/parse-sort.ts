/** `sort` of a search (protocol 2.5), after translation: a list of `{attribute, order}`. Texts name the wire's members. */
import type { Sort } from './criteria.js';
import { ItemRejected } from '../errors.js';
import { attributesOf } from '../registries/attributes.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../registries/definition.js';
import { findIdentifierType } from '../registries/registries.js';
import { resolveAttribute } from './comparison.js';
import { derivedFrom } from './derived.js';
import { namesOf, type Names } from './query-context.js';
import { isObject } from '../../platform/plain-object.js';
import { listed, quoteName } from './query-rejection.js';

const MAX_KEYS = 8;

/** A sort key that may name an identifier type, as samples do (`UIN`): of a record's identifiers, the one of that type. */
export interface SortKey extends Sort {
  identifierType?: string;
}

/** @throws ItemRejected `rjct.sort.invalid` */
export function parseSort(
  sort: unknown,
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition | string,
): SortKey[] {
  if (sort === undefined || sort === null || sort === '') return [];
  if (!Array.isArray(sort)) throw sortInvalid('sort is a list of {"attribute_name": "…", "sort_order": "asc"}');
  if (sort.length > MAX_KEYS) throw sortInvalid(`sort takes at most ${MAX_KEYS} attributes`);
  const names = namesOf(definition, recordType);
  return sort.map((item: unknown) => readKey(names, item));
}

function readKey(names: Names, item: unknown): SortKey {
  const { attribute: name, order = 'asc' } = isObject(item) ? item : {};
  if (typeof name !== 'string' || name === '') throw sortInvalid('every item of sort names an "attribute_name"');
  if (order !== 'asc' && order !== 'desc') throw sortInvalid(`sort_order of ${quoteName(name)} is asc or desc`);
  const key = attributeKey(names, name, order) ?? identifierKey(names, name, order) ?? derivedKey(names, name, order);
  if (key) return key;
  const known = listed(attributesOf(names.definition, names.recordType).keys());
  throw sortInvalid(`${names.recordType.name} cannot be sorted by ${quoteName(name)}; use ${known}`);
}

function attributeKey(names: Names, name: string, order: Order): SortKey | undefined {
  const attribute = resolveAttribute(names, name);
  return attribute && { attribute: attribute.path, order };
}

function identifierKey({ definition, recordType }: Names, name: string, order: Order): SortKey | undefined {
  const identifierType = findIdentifierType(definition, name);
  const path = recordType.identifierPaths[0];
  return identifierType && path ? { attribute: `${path}.identifier_value`, order, identifierType } : undefined;
}

/** The oldest was born first: `age` sorts against `birth_date`, `YOB` with it. */
function derivedKey(names: Names, name: string, order: Order): SortKey | undefined {
  const derived = derivedFrom(name);
  const attribute = derived && resolveAttribute(names, derived.path);
  if (!attribute) return undefined;
  return { attribute: attribute.path, order: derived.grows ? order : order === 'asc' ? 'desc' : 'asc' };
}

type Order = Sort['order'];

const sortInvalid = (text: string): ItemRejected => new ItemRejected('rjct.sort.invalid', text);
