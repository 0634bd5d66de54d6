/**
 * From an event to what is owed for it: one delivery per subscription that matches, numbered per subscription. Matching,
 * deliveries and the event's flag commit together, so any number of processes may run this.
 */
import type { DataVault } from '../entities/database/data-vault.js';
import type { Database, Unit } from '../entities/database/database.js';
import { insertNotifications, type NewNotification } from '../entities/subscriptions/notification.repository.js';
import {
  findVersions,
  forgetVersions,
  lastData,
  type OpenVersion,
} from '../entities/records/record-version.repository.js';
import { markFannedOut, takeEvents, type TakenEvent } from '../entities/records/registry-event.repository.js';
import {
  findCollecting,
  lockCounters,
  saveCounters,
  type Counter,
  type MatchableSubscription,
} from '../entities/subscriptions/subscription.repository.js';
import { matchSubscriptions } from '../use-cases/subscriptions/subscription.matcher.js';
import type { Log } from '../platform/log.js';
import { SealBroken } from '../platform/sealed-box.js';
import { nextTime } from '../protocol/subscribe/frequency.js';
import type { Registries } from '../protocol/registries/registries.js';
import { WITHHELD } from '../access/withheld.js';

export interface FanningOut {
  database: Database;
  vault: DataVault;
  registries: Registries;
  clock: () => Date;
  log: Log;
}

/** A longer transaction would delay the live tail of every reader. */
const BATCH = 100;

/** One batch; gives how many events it did. */
export function fanOutBatch(services: FanningOut): Promise<number> {
  return services.database.transaction(async (unit) => {
    const events = await takeEvents(unit, BATCH);
    if (events.length === 0) return 0;
    const now = services.clock();
    const pairs = await matchAll(services, unit, events, now);
    await insertNotifications(unit, await numbered(unit, pairs, now), now);
    const ids = events.map(({ id }) => id);
    await markFannedOut(unit, ids, now);
    const told = new Set(pairs.map(({ event }) => event.id));
    await forgetVersions(
      unit,
      events.filter(({ id }) => !told.has(id)),
    );
    return events.length;
  });
}

interface Pair {
  event: TakenEvent;
  subscription: MatchableSubscription;
}

async function matchAll(services: FanningOut, unit: Unit, events: TakenEvent[], now: Date): Promise<Pair[]> {
  const subscriptions = await findCollecting(unit, events);
  const pairs: Pair[] = [];
  const wanted = events.filter((event) =>
    subscriptions.some(({ registry, eventType }) => isOf(event, registry, eventType)),
  );
  const versions = await findVersions(unit, services.vault, wanted);
  for (const [index, event] of wanted.entries()) {
    const definition = services.registries.byName(event.registry);
    if (definition === undefined) continue;
    const data = await dataOf(services, unit, event, versions[index]);
    if (data === undefined) continue;
    const matched = matchSubscriptions(definition, event, data, subscriptions, now);
    pairs.push(...matched.map((subscription) => ({ event, subscription })));
  }
  return pairs;
}

const isOf = (event: TakenEvent, registry: string, eventType: string): boolean =>
  event.registry === registry && event.eventType === eventType;

/** A version that was altered must not hold up all the others; where it cannot be read now, all are taken again. */
async function dataOf({ log }: FanningOut, unit: Unit, event: TakenEvent, open: OpenVersion | undefined) {
  const reading = async () => (await open?.()) ?? (event.eventType === 'DELETE' ? lastData(unit, event) : undefined);
  const data = await reading().catch((error: unknown) => {
    if (!(error instanceof SealBroken)) throw error;
    log.error({ err: error }, 'a record version is broken');
    return undefined;
  });
  if (data === undefined)
    log.error({ event: event.id }, 'the record version of an event is gone: nobody is told of it');
  return data;
}

async function numbered(unit: Unit, pairs: Pair[], now: Date): Promise<NewNotification[]> {
  const counters = await lockCounters(unit, [...new Set(pairs.map(({ subscription }) => subscription.id))]);
  const notifications = pairs.flatMap(({ event, subscription }): NewNotification[] => {
    const counter = counters.get(subscription.id);
    if (counter === undefined || !COLLECTING.has(counter.state)) return [];
    counter.sequence += 1;
    const { id: eventId, recordId, version, registry, hop } = event;
    const { id: subscriptionId, senderId, target } = subscription;
    const { sequence } = counter;
    const what = { subscriptionId, eventId, recordId, version, sequence, senderId, registry, target, hop };
    return [{ ...what, ...dueOf(subscription, counter, now) }];
  });
  await saveCounters(unit, counters);
  return notifications;
}

const COLLECTING = new Set(['ACTIVE', 'PAUSED', 'SUSPENDED']);

/** What belongs to a resting subscription is due when it is resumed. */
function dueOf({ frequency }: MatchableSubscription, { state }: Counter, now: Date) {
  if (state !== 'ACTIVE') return { dueAt: null };
  const dueAt = frequency === null ? now : nextTime(frequency, now);
  return dueAt === undefined ? { dueAt: null, cancelled: WITHHELD.NO_TIME_LEFT } : { dueAt };
}
