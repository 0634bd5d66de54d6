/** A record as a row of a CSV: a column for each single value, one for each type of identifier, and lists as JSON. */
import type { RegistryDefinition, RecordTypeDefinition } from '../../protocol/registries/definition.js';
import { ALL, type Clamp } from '../../protocol/registries/records/fields.js';
import { identifiersOf } from '../../protocol/registries/records/normalize.js';
import type { ExportedRecord } from './export.types.js';

export interface Column {
  name: string;
  cell: (record: ExportedRecord) => string;
}

/** @param clamp what may leave: no other column is there */
export function columnsOf(definition: RegistryDefinition, recordType: RecordTypeDefinition, clamp: Clamp): Column[] {
  const { identifierPaths } = recordType;
  const named = identifierPaths.some((path) => reaches(clamp, path)) ? Object.keys(definition.identifierTypes) : [];
  const paths = pathsOf(definition, recordType.class, clamp, []).filter(
    (path) => !identifierPaths.includes(path.join('.')),
  );
  return [
    { name: 'record_type', cell: () => recordType.name },
    ...(clamp === ALL ? [{ name: 'external_id', cell: ({ externalId }: ExportedRecord) => externalId ?? '' }] : []),
    ...named.map((type) => ({
      name: `identifier.${type}`,
      cell: ({ data }: ExportedRecord) =>
        identifiersOf(definition, recordType.name, data).find((identifier) => identifier.type === type)?.value ?? '',
    })),
    ...paths.map((path) => ({ name: path.join('.'), cell: ({ data }: ExportedRecord) => textOf(at(data, path)) })),
  ];
}

/** Of single values and of lists; a class inside itself, such as a parent's parent, is told by the first only. */
function pathsOf(definition: RegistryDefinition, className: string, clamp: Clamp, above: string[]): string[][] {
  const { properties = {} } = definition.classes[className] ?? {};
  return Object.entries(properties).flatMap(([name, property]) => {
    const path = [...above, name];
    const below = clamp === ALL ? ALL : clamp.entries.find(([own]) => own === name)?.[1];
    if (below === undefined) return [];
    if (property.list === true || !('class' in property) || path.length > DEEPEST) return [path];
    return pathsOf(definition, property.class, below, path);
  });
}
const DEEPEST = 3;

const reaches = (clamp: Clamp, path: string): boolean =>
  path
    .split('.')
    .reduce<Clamp | undefined>(
      (at, name) => (at === undefined || at === ALL ? at : at.entries.find(([own]) => own === name)?.[1]),
      clamp,
    ) !== undefined;

const at = (data: unknown, path: string[]): unknown =>
  path.reduce<unknown>((inner, name) => (Object(inner) as Record<string, unknown>)[name], data);

const textOf = (value: unknown): string =>
  value == null ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** What a spreadsheet would take for a formula begins with an apostrophe; numbers and telephones stay as they are. */
export function csvLine(cells: string[]): string {
  return `${cells.map(quoted).join(',')}\r\n`;
}

function quoted(cell: string): string {
  const safe = /^[=@\t\r]/.test(cell) || /^[+-](?![\d\s().-]*$)/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
