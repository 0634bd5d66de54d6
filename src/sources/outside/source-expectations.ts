/** What a file says that its source must hold: compared by `check`, and before a sweep ends anything. */
import { sql } from 'kysely';
import type { Finding } from './finding.js';
import type { OpenSource } from './source-connections.js';
import type { RecordMapping } from './source-file.schema.js';

/** @throws SourceFault */
export async function unmetExpectations({ file, reader }: OpenSource): Promise<Finding[]> {
  const { expect, unique = [], min_rows: least } = file.check;
  const faults: Finding[] = [];
  const entry = (name: string): RecordMapping | undefined => file.records.find((mapping) => mapping.name === name);
  for (const [name, statement] of Object.entries(expect)) {
    const mapping = entry(name);
    if (mapping === undefined) continue;
    const [row] = await reader.database.query(reader.database.written(statement));
    const expected = Number(Object.values(row ?? {})[0]);
    const served = await reader.count(mapping, 'served');
    if (served !== expected)
      faults.push({
        place: ['check', 'expect', name],
        message: `its statement counts ${expected}, and ${served} records are to be served`,
      });
  }
  for (const [index, name] of unique.entries()) {
    const [of = '', column = ''] = name.split('.');
    const mapping = entry(of);
    if (mapping === undefined) continue;
    const [row] = await reader.database.query(
      sql`select count(*) as shared from (select ${sql.ref(column)} from ${reader.from(mapping)} where ${reader.where(mapping)}
        and ${sql.ref(column)} is not null group by ${sql.ref(column)} having count(*) > 1) as several`,
    );
    if (Number(row?.['shared']) > 0)
      faults.push({
        place: ['check', 'unique', index],
        message: `${String(row?.['shared'])} of its values stand in several rows`,
      });
  }
  if (least !== undefined)
    for (const mapping of file.records) {
      const rows = await reader.count(mapping);
      if (rows < least)
        faults.push({ place: ['check', 'min_rows'], message: `${mapping.name} has ${rows} rows, fewer than ${least}` });
    }
  return faults;
}
