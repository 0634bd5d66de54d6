/** What the columns of a file mean: a choice for each, and the mapping that it makes. */
import type { RegistryDefinition } from '../shared/registry-definition.js';
import type { DictionaryType } from './dictionary.js';

/** `field:name.surname`, `identifier:UIN`, `key`, or nothing. */
export type Choices = Record<string, string | null>;

export const EXTERNAL_ID = 'key';
export const fieldOf = (path: string): string => `field:${path}`;
export const identifierOf = (type: string): string => `identifier:${type}`;

export const formatOf = (name: string): 'CSV' | 'NDJSON' | 'PARQUET' => {
  if (/\.parquet$/i.test(name)) return 'PARQUET';
  return /\.(nd)?jsonl?$/i.test(name) ? 'NDJSON' : 'CSV';
};

/** Lists need more than a column. */
export const mappable = ({ attributes, identifierPaths }: DictionaryType) =>
  attributes.filter(
    ({ path, many, type }) => !many && type !== 'json' && !identifierPaths.some((inner) => path.startsWith(inner)),
  );

const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** A column named as an attribute, the end of one, or an identifier type means that. */
export function guess(columns: string[], type: DictionaryType, definition: RegistryDefinition): Choices {
  const attributes = mappable(type);
  return Object.fromEntries(
    columns.map((column) => {
      const name = plain(column);
      const identifier = definition.identifierTypes.find((one) => plain(one) === name);
      const whole = attributes.find(({ path }) => plain(path) === name);
      const end = attributes.find(({ path }) => plain(path.split('.').at(-1) ?? '') === name);
      const path = (whole ?? end)?.path;
      if (identifier !== undefined) return [column, identifierOf(identifier)];
      if (name === 'externalid') return [column, EXTERNAL_ID];
      return [column, path === undefined ? null : fieldOf(path)];
    }),
  );
}

export interface Mapped {
  registry: string;
  type: string;
  format: string;
  dates: string;
  choices: Choices;
}

/** JSON, which is YAML. */
export function mappingOf({ registry, type, format, dates, choices }: Mapped): string {
  const chosen = (prefix: string) =>
    Object.entries(choices).flatMap(([column, choice]) =>
      choice?.startsWith(prefix) === true ? [[choice.slice(prefix.length), column] as const] : [],
    );
  const [key] = chosen(EXTERNAL_ID);
  return JSON.stringify({
    version: 1,
    file: { format: format.toLowerCase(), dates: [dates] },
    records: [
      {
        registry,
        type,
        ...(key === undefined ? {} : { key: key[1] }),
        fields: Object.fromEntries(chosen('field:')),
        identifiers: chosen('identifier:').map(([kind, value]) => ({ type: kind, value })),
      },
    ],
  });
}
