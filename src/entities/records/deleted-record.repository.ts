/** What deleted records held. Once it is told nobody needs it, but the numbers by which an access report finds what was told. */
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { identifiersInside } from '../../protocol/registries/records/members.js';
import { identifiersOf } from '../../protocol/registries/records/normalize.js';
import { GATEWAY_OWNER } from '../database/data-vault.js';
import type { Sql, Transactional } from '../database/database.js';
import { waitingRecord } from '../queues/waiting-event.sql.js';
import { keepFormer } from './former-identifier.repository.js';

const BATCH = 500;

// A legal hold on what the gateway itself keeps holds records that were deleted in its month.
const FIND = `
select r.id, r.registry, r.record_type as "recordType", r.data, r.deleted_at as "deletedAt" from registry_record r
where r.deleted_at < $1 and r.data <> '{}'
  and not exists (select 1 from data_key k where k.owner = '${GATEWAY_OWNER}' and k.legal_hold
    and k.month = date_trunc('month', r.deleted_at at time zone 'UTC')::date)
  and not exists (select 1 from registry_event e where ${waitingRecord('e')} = r.id)
  and not exists (select 1 from delivery d where d.record_id = r.id and d.state = 'PENDING')
order by r.deleted_at limit ${BATCH} for update of r skip locked`;

interface Deleted {
  id: string;
  registry: string;
  recordType: string;
  data: Record<string, unknown>;
  deletedAt: string;
}

/** Of those that were deleted before `until`, and that nothing waits for. Gives their number. */
export async function forgetDeleted(
  database: Transactional,
  definitionOf: (registry: string) => RegistryDefinition | undefined,
  until: Date,
): Promise<number> {
  let forgotten = 0;
  for (let batch = BATCH; batch === BATCH; forgotten += batch)
    batch = await database.transaction(async (unit) => {
      const rows = await unit.query<Deleted>(FIND, [until]);
      await keepNames(unit, rows, definitionOf);
      await unit.query(`update registry_record set data = '{}', external_id = null where id = any($1::uuid[])`, [
        rows.map(({ id }) => id),
      ]);
      return rows.length;
    });
  return forgotten;
}

async function keepNames(
  sql: Sql,
  rows: Deleted[],
  definitionOf: (registry: string) => RegistryDefinition | undefined,
): Promise<void> {
  const named = rows.flatMap(({ id: recordId, registry, recordType: name, data, deletedAt }) => {
    const definition = definitionOf(registry);
    const recordType = definition?.recordTypes.find((one) => one.name === name);
    if (definition === undefined || recordType === undefined) return [];
    const at = { recordId, endedAt: new Date(deletedAt) };
    return [
      {
        own: identifiersOf(definition, name, data).map((one) => ({ ...one, ...at })),
        inside: identifiersInside(definition, recordType)(data).map((one) => ({ ...one, ...at })),
      },
    ];
  });
  const all = (whose: 'own' | 'inside') => named.flatMap((one) => one[whose]);
  await keepFormer(sql, all('own'), 'OWN');
  await keepFormer(sql, all('inside'), 'INSIDE');
}
