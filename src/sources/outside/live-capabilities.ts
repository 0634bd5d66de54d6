/** What a live source can be asked, by what its file lists; an entry that cannot hold a value needs no way to find it. */
import type { RecordTypeDefinition } from '../../protocol/registries/definition.js';
import type { Capabilities, Comparable } from '../registry-source.js';
import type { Field, List, RecordMapping, Searched, SourceFile } from './source-file.schema.js';

const COMPARABLE: Record<Searched['ops'][number], Comparable[]> = {
  eq: ['eq', 'in'],
  in: ['eq', 'in'],
  ge: ['gt', 'gte'],
  le: ['lt', 'lte'],
};

/** Of all entries of a record type together: what one of them could hold and not find is not askable. */
export function capabilitiesOf(
  file: SourceFile,
  mappings: RecordMapping[],
  recordType: RecordTypeDefinition,
): Capabilities {
  const paths = new Set(mappings.flatMap(({ search }) => Object.keys(search).filter((path) => path !== 'identifier')));
  const criteria = [...paths].map((path): [string, Comparable[]] => {
    const holding = mappings.filter((mapping) => holds(mapping, path));
    const each = holding.map((mapping) => comparableAt(mapping, path, file.source.allow_scan));
    return [path, (each[0] ?? []).filter((operator) => each.every((others) => others.includes(operator)))];
  });
  return {
    identifiers: identifiersOf(file, mappings, recordType.identifierPaths),
    criteria: Object.fromEntries(criteria.filter(([, operators]) => operators.length > 0)),
  };
}

export function comparableAt({ search }: RecordMapping, path: string, allowScan: boolean): Comparable[] {
  const searched = search[path];
  if (typeof searched !== 'object' || !('ops' in searched)) return [];
  const { ops, indexed } = searched;
  return indexed || allowScan ? [...new Set(ops.flatMap((op) => COMPARABLE[op]))] : [];
}

function identifiersOf(file: SourceFile, mappings: RecordMapping[], paths: string[]): Capabilities['identifiers'] {
  const ways = mappings.map(({ search }) => search.identifier);
  if (ways.every((way) => typeof way === 'string')) return 'ALL';
  const named = new Set(ways.flatMap((way) => (typeof way === 'object' ? Object.keys(way) : [])));
  return [...named].filter((type) =>
    mappings.every(
      (mapping) => identifierSql(mapping, type) !== undefined || !holdsIdentifier(file, mapping, paths, type),
    ),
  );
}

export function identifierSql({ search }: RecordMapping, type: string): string | undefined {
  const way = search.identifier;
  if (way === undefined || typeof way === 'string') return way;
  return Object.hasOwn(way, type) ? way[type] : undefined;
}

function holdsIdentifier(file: SourceFile, mapping: RecordMapping, paths: string[], type: string): boolean {
  return mapping.identifiers.some((one) => one.type === type) || identifierTypeFields(file, mapping, paths).length > 0;
}

/** Where identifiers come from rows of their own: of the entry's lists, and of those of a record that it embeds. */
function identifierTypeFields(file: SourceFile, { lists, embed }: RecordMapping, paths: string[]): Field[] {
  const embedded = Object.entries(embed).flatMap(([above, { record, at }]) => {
    const target = file.records.find(({ name }) => name === record);
    return Object.entries(target?.lists ?? {}).map(([path, of]): [string, List[]] => [
      [above, at, path].filter(Boolean).join('.'),
      of,
    ]);
  });
  return [...Object.entries(lists), ...embedded]
    .filter(([path]) => paths.includes(path))
    .flatMap(([, of]) => of.flatMap(({ fields }) => fields['identifier_type'] ?? []));
}

/** Whether a record of this entry can have a value at a path. */
function holds(
  { fields, constants, lists, embed, identifiers, first_of: firstOf }: RecordMapping,
  path: string,
): boolean {
  const given = [fields, constants, lists, embed, firstOf].flatMap((part) => Object.keys(part));
  const related = (one: string): boolean => one === path || one.startsWith(`${path}.`) || path.startsWith(`${one}.`);
  return given.some(related) || (identifiers.length > 0 && /(^|\.)identifier_(value|type)$/.test(path));
}

/**
 * The source's own identifier types that are ours of this name: by the codes of the list that holds identifiers, else the
 * name itself.
 */
export function sourceTypes(file: SourceFile, mapping: RecordMapping, paths: string[], type: string): string[] {
  const fields = identifierTypeFields(file, mapping, paths);
  const values = fields.flatMap((field) => sourceValues(file, field, type).values);
  return fields.length === 0 ? [type] : [...new Set(values)];
}

/** The source's values of a code; `others` where each value that the table does not have means it too. */
export function sourceValues(
  { codes }: SourceFile,
  { codes: name, otherwise }: Field,
  code: string,
): { values: string[]; others?: string[] } {
  if (name === undefined) return { values: [code] };
  const table = Object.entries(codes[name] ?? {});
  const values = table.filter(([, target]) => target === code).map(([value]) => value);
  const known = table.map(([value]) => value);
  if (otherwise === 'keep') return { values: known.includes(code) ? values : [...values, code] };
  return otherwise === code ? { values, others: known } : { values };
}
