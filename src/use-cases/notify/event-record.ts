/** What an event made of a record, as those are told of it who subscribed. */
import { readPage, type Order } from '../../entities/database/read-rows.js';
import { placeOfMessage } from '../../entities/deliveries/delivery-message.repository.js';
import { numbersInUse, type ToldEnd } from '../../entities/records/left-number.repository.js';
import type { Identifier } from '../../entities/records/record.repository.js';
import { findVersions, lastData, type OpenVersion } from '../../entities/records/record-version.repository.js';
import { findEvents, type WaitingEvent } from '../../entities/records/registry-event.repository.js';
import { Subscription } from '../../entities/subscriptions/subscription.entity.js';
import { coalesce } from '../../platform/coalesce.js';
import { Turns } from '../../platform/turns.js';
import type { Services } from '../services.js';

export type RenderingServices = Pick<
  Services,
  'database' | 'vault' | 'registries' | 'directory' | 'clock' | 'settings'
>;

/** What of a delivery says which notification it is. */
export interface NotificationDelivery {
  id: string;
  subscriptionId: string | null;
  eventId: string | null;
  unmatched: boolean;
  messageId: string;
  dataKeyId: string | null;
  messageSealed: Buffer | null;
}

type Data = Record<string, unknown>;

/** An event, and what it made of its record: opened once for all who are told of it at the same time. */
export interface EventMaterial {
  event: WaitingEvent;
  version: OpenVersion;
}

/** What a notification is made of, read afresh, for all that are made at the same time together. */
export interface Material {
  subscription: (id: string) => Promise<Subscription | undefined>;
  event: (id: string) => Promise<EventMaterial | undefined>;
  /** Of the end of a record, numbers by which its receiver was told of somebody since. */
  inUse: (end: ToldEnd) => Promise<Identifier[]>;
}

const TOGETHER = { underWay: 1, atOnce: 200 };
/** Opened and rendered in one turn of the event loop. */
const EACH_TURN = 4;

export function readMaterial({ database, vault }: Pick<RenderingServices, 'database' | 'vault'>): Material {
  const turns = new Turns(EACH_TURN);
  return {
    subscription: coalesce(async (ids: readonly string[]) => {
      const wanted = [...new Set(ids)];
      const page = { order: [['id', 'asc']] as Order, size: wanted.length, backward: false, from: undefined };
      const { items } = await readPage(database, Subscription, { id: { $in: wanted } }, page);
      const byId = new Map(items.map((one) => [one.id, one]));
      return ids.map((id) => byId.get(id));
    }, TOGETHER),
    event: coalesce(async (ids: readonly string[]) => {
      const events = (await findEvents(database, [...new Set(ids)])).filter((event) => event !== undefined);
      const versions = await findVersions(database, vault, events);
      const made = new Map(
        events.map((event, place) => {
          let opened: Promise<Data | undefined> | undefined;
          const version = async () => {
            await turns.next();
            return (opened ??= versions[place]?.());
          };
          return [event.id, { event, version }];
        }),
      );
      return ids.map((id) => made.get(id));
    }, TOGETHER),
    inUse: coalesce((ends: readonly ToldEnd[]) => numbersInUse(database, ends), TOGETHER),
  };
}

/**
 * The record as the event made it. For a delivery that is brought again after its version was forgotten, what was sent
 * then: that may leave again only where the rights of now cover it.
 */
export async function recordOfEvent(
  { database, vault }: RenderingServices,
  delivery: NotificationDelivery,
  { event, version }: EventMaterial,
): Promise<Data | undefined> {
  const kept = (await version()) ?? (event.eventType === 'DELETE' ? await lastData(database, event) : undefined);
  if (kept !== undefined || delivery.dataKeyId === null || delivery.messageSealed === null) return kept;
  const sent = await vault.open(delivery.dataKeyId, delivery.messageSealed, placeOfMessage(delivery.id));
  const message = (sent as { message: { notify_event: { data: { reg_records: Data } }[] } } | undefined)?.message;
  const record = message?.notify_event[0]?.data.reg_records;
  return record && Object.fromEntries(Object.entries(record).filter(([name]) => !name.startsWith('@')));
}
