/** The record types of a registry with their attributes, and what a record holds at a path of them. */
import type { ResultOf } from '../graphql/graphql.js';
import { useLasting } from '../graphql/use-lasting.js';
import { isObject } from '../shared/json-object.js';
import type { Registry } from '../shared/vocabulary.js';
import { DICTIONARY } from './records.document.js';

export type Dictionary = ResultOf<typeof DICTIONARY>['registryDefinitions'][number]['recordTypes'];
export type DictionaryType = Dictionary[number];
export type Attribute = DictionaryType['attributes'][number];
type Data = Record<string, unknown>;

export function useDictionary(registry: Registry): Dictionary {
  const data = useLasting(DICTIONARY, { registry });
  return data?.registryDefinitions.find((definition) => definition.registry === registry)?.recordTypes ?? [];
}

export const typeOf = (dictionary: Dictionary, name: string | null | undefined): DictionaryType | undefined =>
  name == null ? dictionary[0] : dictionary.find((one) => one.name === name);

/** What stands there; of a list its first. */
export function valueAt(data: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, step) => {
    const one: unknown = Array.isArray(at) ? at[0] : at;
    return isObject(one) ? one[step] : undefined;
  }, data);
}

/** A copy with the value there; what is left empty by taking it away goes too. */
export function withValue(data: Data, path: string, value: unknown): Data {
  const [step = '', ...rest] = path.split('.');
  const { [step]: old, ...others } = data;
  const inner = rest.length === 0 ? value : withValue(isObject(old) ? old : {}, rest.join('.'), value);
  const empty = inner === undefined || (rest.length > 0 && isObject(inner) && Object.keys(inner).length === 0);
  if (empty) return others;
  return step in data
    ? Object.fromEntries(Object.entries(data).map(([name, was]) => [name, name === step ? inner : was]))
    : { ...data, [step]: inner };
}

/** Of the attributes that end so, the one that belongs to the record's own subject. */
export const nearest = ({ attributes }: DictionaryType, ending: string): Attribute | undefined =>
  attributes
    .filter(({ path }) => path === ending || path.endsWith(`.${ending}`))
    .toSorted((a, b) => a.path.split('.').length - b.path.split('.').length)[0];

export const NAME_PARTS = ['given_name', 'second_name', 'surname'] as const;

/** The name of its subject as it is said; undefined for what has none. */
export function fullName(type: DictionaryType, data: unknown): string | undefined {
  const parts = NAME_PARTS.map((part) => nearest(type, `name.${part}`)).map(
    (attribute) => attribute && valueAt(data, attribute.path),
  );
  const text = parts.filter((part) => typeof part === 'string' && part !== '').join(' ');
  return text === '' ? undefined : text;
}

/** What can stand in one line; of anything else nothing. */
export const plainText = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;

/** As the dictionary words it. */
export function shown(attribute: Attribute | undefined, data: unknown): string | undefined {
  const value = attribute && plainText(valueAt(data, attribute.path));
  return attribute?.codes?.find(({ code }) => code === value)?.label ?? value;
}
