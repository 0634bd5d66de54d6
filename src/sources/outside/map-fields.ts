/** One row → the members that its columns mean. */
import type { PropertyDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import { resolvePath } from '../../protocol/registries/records/property.path.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import { isoTime } from './local-time.js';
import type { Row } from './source-database.js';
import type { Field, SourceFile } from './source-file.schema.js';
import { trimmed } from './source-row.js';

export type Data = Record<string, unknown>;

/** What leaves an element of a list, or a record, out without refusing it. */
export const SKIPPED: unique symbol = Symbol('skipped');

export interface Fields {
  fields: Record<string, Field>;
  constants: Record<string, string>;
}

/** @throws RecordInvalid for a value that has no code */
export function mapFields(
  { codes, source }: SourceFile,
  definition: RegistryDefinition,
  className: string,
  { fields, constants }: Fields,
  row: Row,
): Data | typeof SKIPPED {
  const data: Data = {};
  for (const [path, field] of Object.entries(fields)) {
    const value = readField(codes, path, field, row);
    if (value === SKIPPED) return SKIPPED;
    const property = resolvePath(definition, className, path)?.property;
    if (value === undefined) continue;
    const isList = property?.list === true && !('class' in property);
    const written = isList ? listIn(path, value) : asWritten(property, value, source.time_zone);
    if (written !== undefined) put(data, path.split('.'), written);
  }
  if (Object.keys(data).length > 0 || Object.keys(fields).length === 0)
    for (const [path, value] of Object.entries(constants)) put(data, path.split('.'), value);
  return data;
}

export function readField(
  codes: SourceFile['codes'],
  path: string,
  { column, codes: name, otherwise }: Field,
  row: Row,
): string | typeof SKIPPED | undefined {
  const text = trimmed(row, column);
  if (text === undefined) return undefined;
  if (name === undefined) return text;
  const table = codes[name] ?? {};
  const code = table[asNamed(text, Object.keys(table))];
  if (code !== undefined) return code;
  if (otherwise === undefined)
    throw new RecordInvalid(path, `has a value that codes.${name} does not have: add it there, or say otherwise`);
  if (otherwise === 'keep') return text;
  if (otherwise === 'skip') return SKIPPED;
  return otherwise === 'null' ? undefined : otherwise;
}

const TRUTH = new Map([
  ['t', 'true'],
  ['f', 'false'],
]);

/** A value of the source as the file names it: PostgreSQL writes `t` for what everybody calls true. */
export function asNamed(text: string, names: readonly string[]): string {
  const truth = TRUTH.get(text);
  return truth !== undefined && !names.includes(text) && names.includes(truth) ? truth : text;
}

/** A list in one column, as JSON; any other text is the only one of its list. */
function listIn(path: string, text: string): unknown {
  if (/^\{.*\}$/s.test(text))
    throw new RecordInvalid(path, 'is an array of the source: let its SQL give JSON, such as by to_json, or use lists');
  if (!text.startsWith('[')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Databases write times and truth in their own way. */
function asWritten(property: PropertyDefinition | undefined, text: string, zone: string): string | undefined {
  if (property === undefined || !('type' in property)) return text;
  if (property.type === 'date') return isoTime(knownOf(text), zone) || undefined;
  return property.type === 'boolean' ? (TRUTH.get(text) ?? text) : text;
}

const WITH_ZEROS = /^(\d{4})-(?:00-\d{2}|(\d{2})-00)(?: 00:00:00(?:\.0+)?(?:[+-]\d{2}:\d{2})?)?$/;

/** Of a day that MariaDB or MySQL keeps with zeros in it, what is known: its year, its month, or nothing. */
function knownOf(text: string): string {
  if (/^0000(?!\d)/.test(text)) return '';
  const [, year, month] = WITH_ZEROS.exec(text) ?? [];
  return year === undefined ? text : [year, month].filter(Boolean).join('-');
}

/** Lists are left to the dictionary's reader: one value in the place of a list is a list of one. */
export function put(data: Data, [name = '', ...below]: string[], value: unknown): void {
  if (below.length === 0) {
    data[name] = value;
    return;
  }
  const held = data[name];
  const inner: Data = typeof held === 'object' && held !== null && !Array.isArray(held) ? (held as Data) : {};
  data[name] = inner;
  put(inner, below, value);
}
