/** Finds records in which several persons were merged: by a number they share, or by a value that names nobody. */
import { findContradictingVersions, findDoubtfulIdentifiers } from '../../entities/records/merged-record.repository.js';
import type { Sql } from '../../entities/database/database.js';
import { placeholderProblem } from '../../protocol/registries/placeholder.js';
import type { Registries } from '../../protocol/registries/registries.js';

export interface MergedRecord {
  id: string;
  registry: string;
  recordType: string;
  /** `VERSIONS`: a version is about somebody else than the one before it. `PLACEHOLDER`: a value that identifies nobody. */
  found: 'VERSIONS' | 'PLACEHOLDER';
  /** Those that are about somebody else; of a placeholder the newest. */
  versions: number[];
  /** Types of the identifiers that tell. */
  types: string[];
}

export async function findMergedRecords(sql: Sql, registries: Registries): Promise<MergedRecord[]> {
  const rules = registries.all.flatMap(({ registry, recordTypes }) =>
    recordTypes.flatMap(({ name, identifying }) => identifying.map((type) => ({ registry, recordType: name, type }))),
  );
  const versions = await findContradictingVersions(sql, rules);
  const held = (await findDoubtfulIdentifiers(sql, rules)).filter(
    ({ value }) => placeholderProblem(value) !== undefined,
  );
  return [
    ...collect('VERSIONS', versions),
    ...collect(
      'PLACEHOLDER',
      held.map(({ value: _value, type, ...record }) => ({ ...record, types: [type] })),
    ),
  ];
}

type Finding = Omit<MergedRecord, 'versions' | 'found'> & { version: number };

function collect(found: MergedRecord['found'], findings: Finding[]): MergedRecord[] {
  return [...Map.groupBy(findings, ({ id }) => id).values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined) return [];
    const { version: _version, ...record } = first;
    const versions = [...new Set(all.map(({ version }) => version))];
    return [{ ...record, found, versions, types: [...new Set(all.flatMap(({ types }) => types))] }];
  });
}
