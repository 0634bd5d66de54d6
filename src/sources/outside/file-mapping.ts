/** What the columns of an operator's file mean: the grammar of sources, where the rows come from a file and not from SQL. */
import { z } from 'zod';
import { resolvePath } from '../../protocol/registries/records/property.path.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import { ROW_FORMATS } from '../files/given-file.js';
import type { Registries } from '../../protocol/registries/registries.js';
import type { Finding } from './finding.js';
import { RecordMapper, type MappedRecord } from './map-records.js';
import type { Row } from './source-database.js';
import { checkAgainstDictionary } from './source-file.check.js';
import { readForm, type ReadFile } from './source-file.js';
import { record, sourceFile, timeZone, type RecordMapping, type SourceFile } from './source-file.schema.js';

const date = z
  .string({ error: 'must be a form of dates such as DD/MM/YYYY' })
  .regex(/^(?=.*D)(?=.*M)(?=.*YYYY)(DD?|MM?|YYYY|[./ -])+$/, 'must be a form of dates such as DD/MM/YYYY or D.M.YYYY');

const mappingFile = z.strictObject({
  version: z.literal(1, { error: 'must be 1' }),
  file: z
    .strictObject({
      format: z.enum(ROW_FORMATS).optional(),
      encoding: z.string().optional(),
      delimiter: z.string().length(1, 'must be one character').optional(),
      dates: z
        .union([date, z.array(date)])
        .transform((given) => [given].flat())
        .default([]),
      time_zone: timeZone.default('UTC'),
    })
    .prefault({}),
  codes: z.record(z.string(), z.record(z.string(), z.coerce.string())).default({}),
  records: z
    .array(z.preprocess((given) => (isPlain(given) ? { key: 'line', ...given, from: 'file' } : given), record))
    .length(1, 'must have one entry: a file has rows of one kind'),
});

export type FileMapping = z.output<typeof mappingFile>;

export const readFileMapping = (yaml: string, registries: Registries): ReadFile<FileMapping> =>
  readForm(yaml, mappingFile, (file) => {
    const { errors, warnings } = checkAgainstDictionary(asSource(file), registries);
    return { errors: [...errors, ...file.records.flatMap(onlyOwnRows)], warnings };
  });

/** Everything is in the row: nothing else can be asked. */
function onlyOwnRows({ lists, embed, link, touched_by: touching, identifiers }: RecordMapping): Finding[] {
  const away = Object.entries(lists).flatMap(([path, parts]) =>
    parts.some(({ from, embed: other }) => from !== undefined || other !== undefined) ? [['lists', path]] : [],
  );
  if (Object.keys(embed).length > 0) away.push(['embed']);
  if (Object.keys(touching).length > 0) away.push(['touched_by']);
  if (link !== undefined) away.push(['link']);
  if (identifiers.some(({ ambiguous }) => ambiguous === 'refuse')) away.push(['identifiers']);
  return away.map((place) => ({ place: ['records', 0, ...place], message: 'needs another table, and this is a file' }));
}

function asSource({ codes, records, file }: FileMapping): SourceFile {
  const source = { name: 'file', kind: 'postgres', url: '${FILE}', time_zone: file.time_zone };
  const empty = { registry: 'file', type: 'file', from: 'file', key: 'line', constants: { file: '1' } };
  return { ...sourceFile.parse({ version: 1, source, records: [empty] }), codes, records };
}

/** Columns that the mapping reads. */
export function columnsOf({ records: [mapping] }: FileMapping): string[] {
  if (mapping === undefined) return [];
  const own = [{ fields: mapping.fields }, ...Object.values(mapping.lists).flat()];
  const columns = [
    ...mapping.key,
    ...(mapping.state === undefined ? [] : [mapping.state.column]),
    ...own.flatMap(({ fields }) => Object.values(fields).map(({ column }) => column)),
    ...Object.values(mapping.lists).flatMap((parts) => parts.flatMap(({ value }) => value?.column ?? [])),
    ...mapping.identifiers.map(({ value }) => value),
    ...Object.values(mapping.first_of).flatMap((choices) => choices.map(({ value }) => value)),
  ];
  return [...new Set(columns)].filter((column) => column !== 'line');
}

/** Gives what each row becomes, in their order. */
export function mapFileRows(file: FileMapping, registries: Registries): (rows: Row[]) => Promise<MappedRecord[]> {
  const source = asSource(file);
  const [mapping] = source.records;
  if (mapping === undefined) throw new Error('a mapping has one entry');
  const mapper = new RecordMapper(source, registries, undefined);
  const dated = dateColumns(mapping, registries);
  const readers = file.file.dates.map(dateReader);
  return async (rows) => {
    const faults = new Map<number, RecordInvalid>();
    const ready = rows.map((row, index) => {
      try {
        return readers.length === 0 ? row : withDates(row, dated, readers, file.file.dates);
      } catch (error) {
        if (!(error instanceof RecordInvalid)) throw error;
        faults.set(index, error);
        return row;
      }
    });
    const mapped = await mapper.map(mapping, ready);
    return mapped.map((one, index) => {
      const fault = faults.get(index);
      return fault === undefined ? one : { ...one, state: 'REFUSED', path: fault.path, reason: fault.message };
    });
  };
}

function dateColumns(
  { registry, type, fields }: RecordMapping,
  registries: Registries,
): [path: string, column: string][] {
  const definition = registries.byName(registry);
  const className = definition?.recordTypes.find(({ name }) => name === type)?.class;
  if (definition === undefined || className === undefined) return [];
  const isDate = (path: string): boolean => {
    const property = resolvePath(definition, className, path)?.property;
    return property !== undefined && 'type' in property && property.type === 'date';
  };
  return Object.entries(fields).flatMap(([path, { column }]) => (isDate(path) ? [[path, column]] : []));
}

type DateReader = (text: string) => string | undefined;

function withDates(row: Row, dated: [string, string][], readers: DateReader[], forms: string[]): Row {
  const read = { ...row };
  for (const [path, column] of dated) {
    const text = row[column]?.trim() ?? '';
    if (text === '') continue;
    const iso = readers.map((reader) => reader(text)).find((found) => found !== undefined);
    if (iso === undefined) throw new RecordInvalid(path, `is no date in the form ${forms.join(' or ')}`);
    read[column] = iso;
  }
  return read;
}

/** `DD/MM/YYYY` → a reader of such dates; a day that the month does not have is none. */
function dateReader(form: string): DateReader {
  const parts = form.match(/D+|M+|Y+|[^DMY]+/g) ?? [];
  const digits: Record<string, string> = {
    D: String.raw`(?<D>\d{1,2})`,
    M: String.raw`(?<M>\d{1,2})`,
    Y: String.raw`(?<Y>\d{4})`,
  };
  const pattern = new RegExp(
    `^${parts.map((part) => digits[part.charAt(0)] ?? `\\${part.split('').join('\\')}`).join('')}$`,
  );
  return (text) => {
    const { D: day = '', M: month = '', Y: year = '' } = pattern.exec(text)?.groups ?? {};
    const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
    const at = new Date(`${iso}T00:00:00Z`);
    return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(iso) ? iso : undefined;
  };
}

const isPlain = (given: unknown): given is Record<string, unknown> =>
  typeof given === 'object' && given !== null && !Array.isArray(given);
