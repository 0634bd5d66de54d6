/** Identifier types of a file under the names by which they are stored and asked for: where `NATIONAL_ID` is a name of `UIN`, a file may say either. */
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { findIdentifierType, type Registries } from '../../protocol/registries/registries.js';
import type { RecordMapping, SourceFile } from './source-file.schema.js';

export function withStoredTypes(file: SourceFile, registries: Registries): SourceFile {
  const codes = { ...file.codes };
  const records = file.records.map((mapping) => {
    const definition = registries.byName(mapping.registry);
    if (definition === undefined) return mapping;
    for (const name of tablesOfTypes(mapping))
      codes[name] = mapValues(codes[name] ?? {}, (type) => stored(definition, type));
    return named(mapping, (type) => stored(definition, type));
  });
  return { ...file, codes, records };
}

const stored = (definition: RegistryDefinition, type: string): string => findIdentifierType(definition, type) ?? type;

function named(mapping: RecordMapping, name: (type: string) => string): RecordMapping {
  const { identifiers, link } = mapping;
  const search: RecordMapping['search'] = { ...mapping.search };
  if (typeof search.identifier === 'object') search.identifier = mapKeys(search.identifier, name);
  return {
    ...mapping,
    identifiers: identifiers.map((one) => ({ ...one, type: name(one.type) })),
    search,
    link: link && { ...link, by: name(link.by), give: link.give.map((path) => givenAs(path, name)) },
  };
}

const GIVEN = 'identifier.';
const givenAs = (path: string, name: (type: string) => string): string =>
  path.startsWith(GIVEN) ? GIVEN + name(path.slice(GIVEN.length)) : path;

/** Code tables that tell of which type an identifier of a list is. */
const tablesOfTypes = ({ lists }: RecordMapping): string[] =>
  Object.values(lists).flatMap((of) => of.flatMap(({ fields }) => fields['identifier_type']?.codes ?? []));

const mapKeys = <Value>(of: Record<string, Value>, name: (key: string) => string): Record<string, Value> =>
  Object.fromEntries(Object.entries(of).map(([key, value]) => [name(key), value]));

const mapValues = (of: Record<string, string>, name: (value: string) => string): Record<string, string> =>
  Object.fromEntries(Object.entries(of).map(([key, value]) => [key, name(value)]));
