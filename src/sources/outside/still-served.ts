/** By which identifiers of a record that ends a source still serves somebody: a person may have several rows, or get another key. */
import type { Identifier } from '../../entities/records/record.repository.js';
import { keysNamed, nameOf } from './named-keys.js';
import type { OpenSource } from './source-connections.js';
import type { RecordMapping } from './source-file.schema.js';
import { keyText } from './source-row.js';

/** By the id of the record that ends. */
export type StillServed = ReadonlyMap<string, Identifier[]>;

export interface Ending {
  id: string;
  identifiers: Identifier[];
}

/** Of one that is asked live, by the statements of its file; none of a type that has no statement. @throws SourceFault */
export async function stillServedBy(open: OpenSource, mapping: RecordMapping, ending: Ending[]): Promise<StillServed> {
  const { reader, mapper, file } = open;
  const { definition, recordType } = mapper.typeOf(mapping);
  const holders = new Map<string, Set<string>>();
  for (const other of file.records) {
    const of = mapper.typeOf(other);
    if (of.definition !== definition || of.recordType !== recordType) continue;
    const named = await keysNamed(
      open,
      other,
      ending.flatMap(({ identifiers }) => identifiers),
    );
    const keys = new Map([...named.values()].flat().map((key) => [keyText(key), key]));
    if (keys.size === 0) continue;
    const records = await mapper.map(other, await reader.byKeys(other, [...keys.values()]));
    for (const { id, state, identifiers } of records)
      if (state === 'SERVED')
        for (const one of identifiers) holders.set(nameOf(one), (holders.get(nameOf(one)) ?? new Set()).add(id));
  }
  const isHeld = (id: string) => (one: Identifier) =>
    [...(holders.get(nameOf(one)) ?? [])].some((other) => other !== id);
  return new Map(ending.map(({ id, identifiers }) => [id, identifiers.filter(isHeld(id))]));
}
