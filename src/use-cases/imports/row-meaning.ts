/** What the rows of a file are: as its mapping says, else rows of one record type in the dictionary's own words. */
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { isKnownField } from '../../protocol/registries/records/fields.js';
import { findRecordType, type Registries } from '../../protocol/registries/registries.js';
import { readRows, type Row } from '../../sources/files/file-rows.js';
import type { GivenFile } from '../../sources/files/given-file.js';
import { readMapped } from '../../sources/files/mapped-rows.js';
import { readFileMapping, type FileMapping } from '../../sources/outside/file-mapping.js';
import type { FileProblem } from '../../sources/outside/source-file.js';
import { invalid } from '../errors.js';

export interface RowMeaning {
  definition: RegistryDefinition;
  recordType: string;
  mapping?: FileMapping;
}

/** What says it: a mapping, or a registry and, unless it is the registry's first, a record type. */
export interface SaidMeaning {
  mapping?: string | undefined;
  registry?: string | undefined;
  recordType?: string | undefined;
}

/** @throws DomainError; mistakes of a mapping are returned, each with its line and column */
export function readMeaning(said: SaidMeaning, registries: Registries): RowMeaning | FileProblem[] {
  const { mapping: yaml, registry, recordType } = said;
  if (yaml === undefined) {
    if (registry === undefined) throw invalid('registry', 'name it, or give a mapping, which says it');
    return meaningOf(registries, registry, recordType);
  }
  if (registry !== undefined) throw invalid('registry', 'the mapping says it: leave it out');
  if (recordType !== undefined) throw invalid('recordType', 'the mapping says it: leave it out');
  const { file, errors } = readFileMapping(yaml, registries);
  const [entry] = file?.records ?? [];
  if (file === undefined || entry === undefined) return errors;
  return { ...meaningOf(registries, entry.registry, entry.type), mapping: file };
}

function meaningOf(registries: Registries, registry: string, named: string | undefined): RowMeaning {
  const definition = registries.byName(registry) ?? registries.byPath(registry);
  if (definition === undefined)
    throw invalid('registry', `use one of ${registries.all.map(({ paths }) => paths[0]).join(', ')}`);
  const recordType = findRecordType(definition, named);
  if (recordType === undefined)
    throw invalid('recordType', `use one of ${definition.recordTypes.map(({ name }) => name).join(', ')}`);
  return { definition, recordType: recordType.name };
}

/** @throws FileFault while they are read */
export function rowsOf(
  file: GivenFile,
  { definition, recordType, mapping }: RowMeaning,
  registries: Registries,
): AsyncGenerator<Row> {
  if (mapping !== undefined) return readMapped(file, mapping, registries);
  return readRows(file, (path) =>
    isKnownField(definition, recordType, path) && path !== '*' ? undefined : `${recordType} has no field ${path}`,
  );
}
