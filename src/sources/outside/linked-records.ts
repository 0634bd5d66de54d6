/** Facts of one record that belong to another about the same person: a death that the birth must tell of. */
import type { Sql } from '../../entities/database/database.js';
import { identifiersUnder, keysUnder, linkedData } from '../../entities/sources/linked-record.repository.js';
import { valuesAt } from '../../protocol/query/evaluate.js';
import { put, type Data } from './map-fields.js';
import type { MappedRecord } from './map-records.js';
import type { OpenSource } from './source-connections.js';
import type { RecordMapping } from './source-file.schema.js';
import type { Key } from './source-row.js';

const IDENTIFIER = 'identifier.';

/** Records of an entry with what other entries give to it, as far as those are copied. */
export async function withLinked(
  sql: Sql,
  { file }: OpenSource,
  mapping: RecordMapping,
  records: MappedRecord[],
): Promise<MappedRecord[]> {
  let linked = records;
  for (const { name, link } of file.records) {
    if (link?.to !== mapping.name) continue;
    const values = linked.flatMap(({ identifiers }) => identifiers.filter(({ type }) => type === link.by));
    const given = await linkedData(sql, { source: file.source.name, entry: name, type: link.by }, values);
    linked = linked.map((record) => {
      const own = record.identifiers.filter(({ type }) => type === link.by).map(({ value }) => value);
      const [facts] = own.flatMap((value) => given.get(value) ?? []);
      return facts === undefined ? record : withFacts(record, facts, link.give);
    });
  }
  return linked;
}

function withFacts(
  record: MappedRecord,
  { data: from, identifiers: known }: LinkedFacts,
  give: string[],
): MappedRecord {
  const data: Data = structuredClone(record.data);
  const identifiers = [...record.identifiers];
  for (const path of give) {
    if (path.startsWith(IDENTIFIER)) {
      const found = known.filter(({ type }) => type === path.slice(IDENTIFIER.length));
      const held: unknown = data['identifier'];
      const told = found.map(({ type, value }) => ({ identifier_type: type, identifier_value: value }));
      data['identifier'] = [...(Array.isArray(held) ? (held as unknown[]) : []), ...told];
      identifiers.push(...found);
      continue;
    }
    const [value] = valuesAt([from], path.split('.'));
    if (value !== undefined && valuesAt([data], path.split('.')).length === 0) put(data, path.split('.'), value);
  }
  return { ...record, data, identifiers };
}

export interface LinkedFacts {
  data: Data;
  identifiers: { type: string; value: string }[];
}

/** Values by which records of a linking entry were known before they are written anew. */
export const linkValues = (sql: Sql, { link }: RecordMapping, ids: string[]): Promise<string[]> =>
  link === undefined ? Promise.resolve([]) : identifiersUnder(sql, link.by, ids);

/** Keys of the copies of an entry that facts go into: one that is not copied yet is read with them. */
export const linkedKeys = (
  sql: Sql,
  { file, mapper }: OpenSource,
  { link }: RecordMapping,
  target: RecordMapping,
  values: string[],
): Promise<Key[]> => {
  const { registry } = mapper.typeOf(target).definition;
  const identifiers = values.map((value) => ({ type: link?.by ?? '', value }));
  return keysUnder(sql, { source: file.source.name, entry: target.name, registry }, identifiers);
};
