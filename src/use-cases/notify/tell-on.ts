/** An event of a record that another DCI server keeps, told by that server: those are told on who subscribed here. */
import type { Grant } from '../../access/decide-access.js';
import type { Unit } from '../../entities/database/database.js';
import { keeperOf, lockSource } from '../../entities/sources/source.repository.js';
import { toldBy } from '../../entities/sources/source-subscription.repository.js';
import { ServiceUnavailable } from '../../protocol/errors.js';
import type { JsonObject } from '../../protocol/envelope/json.js';
import { clampRecord } from '../../protocol/registries/records/fields.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import { LiveTeller } from '../../sources/outside/live-teller.js';
import { isInRows } from '../records/partner-push.js';
import type { Services } from '../services.js';

export interface ToldElsewhere {
  senderId: string;
  /** As our request had it. */
  transactionId: string;
  /** The specification has no word for some. */
  eventType: string | undefined;
  record: Record<string, unknown>;
}

/**
 * Gives our id of the record; undefined where no source asked this sender to tell of such records.
 *
 * @throws RecordInvalid, or ServiceUnavailable while the source is paused: it is to be told again later
 */
export async function tellOn(
  { live, vault, registries, clock }: Services,
  unit: Unit,
  grant: Grant,
  told: ToldElsewhere,
): Promise<string | undefined> {
  const { definition, recordType, clamp } = grant;
  const type = { registry: definition.registry, recordType: recordType.name };
  const keeper = await keeperOf(unit, type);
  const asked = keeper === undefined ? undefined : await toldBy(unit, keeper, told, type);
  if (keeper === undefined || asked === undefined) return undefined;
  const eventType = told.eventType ?? asked.eventType ?? undefined;
  // One after the other: whatever is told of one record is told on in its order.
  const source = await lockSource(unit, keeper);
  if (source === undefined || source.state === 'PAUSED')
    throw new ServiceUnavailable('the records of this type are not taken over now: send it again later');
  const upstream = live.upstream(source);
  const of = { definition, recordType: recordType.name };
  const mapping = upstream.mappingOf(of);
  const read = upstream.read(of, told.record as JsonObject);
  if (mapping === undefined || read === undefined)
    throw new RecordInvalid('', 'is no record of this registry, or names nobody');
  if (!isInRows(grant, read)) throw new RecordInvalid('', 'is outside the rows that the agreement covers');
  const gone = eventType === 'DELETE';
  const event = { ...read, data: clampRecord(clamp, read.data), ...(gone ? { state: 'ENDED' as const } : {}) };
  const batch = { source: keeper, mapping, registry: definition.registry, records: [event], eventType };
  const teller = new LiveTeller(vault, registries, keeper);
  await teller.write(unit, { ...batch, generation: source.generation, silent: false }, clock());
  return read.id;
}
