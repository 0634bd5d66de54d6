/**
 * From an event to what is owed for it: one delivery per subscription that matches, numbered per subscription. Matching,
 * deliveries and the event's flag commit together, so any number of processes may run this.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DataVault } from '../entities/database/data-vault.js';
import type { Database, Unit } from '../entities/database/database.js';
import { isRowFault, madeOfRow } from '../entities/database/row-fault.js';
import { insertNotifications, type NewNotification } from '../entities/subscriptions/notification.repository.js';
import { eventsBefore } from '../entities/records/left-number.repository.js';
import { findVersions, forgetVersions, lastData } from '../entities/records/record-version.repository.js';
import {
  markFannedOut,
  nextEvents,
  putOffEvent,
  takeEvents,
  type TakenEvent,
} from '../entities/records/registry-event.repository.js';
import {
  findCollecting,
  findFilters,
  lockCounters,
  saveCounters,
  type Counter,
  type MatchableSubscription,
} from '../entities/subscriptions/subscription.repository.js';
import { collecting, matchingOf } from '../use-cases/subscriptions/subscription.matcher.js';
import type { Log } from '../platform/log.js';
import { SealBroken } from '../platform/sealed-box.js';
import { nextKnownTime } from '../protocol/subscribe/frequency.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import { identifyingOf } from '../protocol/registries/records/identifying.js';
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
/** Of matching, in one turn of the event loop: whoever asks meanwhile waits for no more of it. */
const TURN_MS = 10;
/** Of what cannot be told in any way: until somebody has mended it. */
const PUT_OFF_SECONDS = 60;

/** One batch; gives how many events it did. Where one of them stops it, each is done by itself. */
export async function fanOutBatch(services: FanningOut): Promise<number> {
  const { database, log } = services;
  try {
    return await fanOut(services, (unit) => takeEvents(unit, BATCH));
  } catch (error) {
    if (!isRowFault(error)) throw error;
    log.warn({ err: error }, 'one of several events cannot be told: each is told by itself');
  }
  let done = 0;
  for (const id of await nextEvents(database, BATCH)) done += await fanOutAlone(services, id);
  return done;
}

async function fanOutAlone(services: FanningOut, id: string): Promise<number> {
  const { database, log } = services;
  const take = (unit: Unit): Promise<TakenEvent[]> => takeEvents(unit, 1, id);
  try {
    return await fanOut(services, take);
  } catch (error) {
    if (!isRowFault(error)) throw error;
    log.error({ event: id, err: error }, 'an event cannot be matched: whoever it may concern is owed it unmatched');
  }
  try {
    return await fanOut(services, take, async () => 'UNREADABLE');
  } catch (error) {
    if (!isRowFault(error)) throw error;
    log.error({ event: id, err: error }, 'an event cannot be told: it is tried again each minute, and others go on');
    await putOffEvent(database, id, PUT_OFF_SECONDS);
    return 0;
  }
}

/** Of the record as an event made it; `UNREADABLE` where it is there. */
type Data = Record<string, unknown> | 'UNREADABLE' | undefined;
type ReadData = (event: TakenEvent) => Promise<Data>;

function fanOut(services: FanningOut, take: (unit: Unit) => Promise<TakenEvent[]>, read?: ReadData): Promise<number> {
  return services.database.transaction(async (unit) => {
    const events = await take(unit);
    if (events.length === 0) return 0;
    const now = services.clock();
    const pairs = await matchAll(services, unit, events, now, read);
    const behind = await numbersBefore(services, unit, new Set(pairs.map(({ event }) => event)));
    await insertNotifications(unit, await numbered(unit, pairs, behind, now), now);
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
  /** Whether they match could not be said: it is asked again when it is to be sent. */
  unmatched: boolean;
}

async function matchAll(
  services: FanningOut,
  unit: Unit,
  events: TakenEvent[],
  now: Date,
  read?: ReadData,
): Promise<Pair[]> {
  const subscriptions = await findCollecting(unit, events);
  const all = new Map(events.map((event) => [event, collecting(event, subscriptions, now)]));
  const wanted = events.filter((event) => all.get(event)?.length !== 0);
  const dataOf = read ?? (await readVersions(services, unit, wanted));
  const asked = wanted.flatMap((event) => (all.get(event) ?? []).map((subscription) => ({ event, subscription })));
  const isMatched = await matchingOf(asked, (ids) => findFilters(unit, ids));
  let began = performance.now();
  const pairs: Pair[] = [];
  for (const event of wanted) {
    const definition = services.registries.byName(event.registry);
    const data = definition && (await dataOf(event));
    if (definition === undefined || data === undefined) continue;
    const match = matching(services, definition, event, data, isMatched);
    for (const subscription of all.get(event) ?? []) {
      pairs.push(...match(subscription));
      if (performance.now() - began < TURN_MS) continue;
      await nextTurn();
      began = performance.now();
    }
  }
  return pairs;
}

/** What cannot be said of one subscription is owed to it all the same, and to no other. */
function matching(
  { log }: FanningOut,
  definition: RegistryDefinition,
  event: TakenEvent,
  data: NonNullable<Data>,
  isMatched: Awaited<ReturnType<typeof matchingOf>>,
) {
  return (subscription: MatchableSubscription): Pair[] => {
    try {
      const matched = data === 'UNREADABLE' ? undefined : isMatched(definition, subscription, event, data);
      return matched === false ? [] : [{ event, subscription, unmatched: matched === undefined }];
    } catch (error) {
      log.error({ event: event.id, subscription: subscription.id, err: error }, 'an event cannot be matched');
      return [{ event, subscription, unmatched: true }];
    }
  };
}

/** A version that was altered must not hold up all the others; where it cannot be read now, all are taken again. */
async function readVersions({ vault, log }: FanningOut, unit: Unit, events: TakenEvent[]): Promise<ReadData> {
  const versions = new Map((await findVersions(unit, vault, events)).map((open, index) => [events[index], open]));
  return async (event) => {
    const reading = async () =>
      (await versions.get(event)?.()) ?? (event.eventType === 'DELETE' ? lastData(unit, event) : undefined);
    const data = await reading().catch((error: unknown): Data => {
      if (!(error instanceof SealBroken)) throw error;
      log.error({ event: event.id, err: error }, 'a record version is broken: its event is owed unmatched');
      return 'UNREADABLE';
    });
    if (data === undefined)
      log.error({ event: event.id }, 'the record version of an event is gone: nobody is told of it');
    return data;
  };
}

/** Of who had a number of theirs before. */
function numbersBefore(
  { registries }: FanningOut,
  unit: Unit,
  events: Set<TakenEvent>,
): Promise<Map<string, string[]>> {
  const named = [...events].flatMap((event) => {
    const types = registries.byName(event.registry)?.recordTypes ?? [];
    const recordType = types.find(({ name }) => name === event.recordType);
    if (recordType === undefined) return [];
    return madeOfRow('numbers', () => identifyingOf(recordType, event)).map((one) => ({ ...one, event }));
  });
  return eventsBefore(unit, named);
}

async function numbered(
  unit: Unit,
  pairs: Pair[],
  before: Map<string, string[]>,
  now: Date,
): Promise<NewNotification[]> {
  const counters = await lockCounters(unit, [...new Set(pairs.map(({ subscription }) => subscription.id))]);
  const notifications = pairs.flatMap(({ event, subscription, unmatched }): NewNotification[] => {
    const counter = counters.get(subscription.id);
    if (counter === undefined || !COLLECTING.has(counter.state)) return [];
    counter.sequence += 1;
    const { id: eventId, recordId, version, registry, hop } = event;
    const { id: subscriptionId, senderId, target } = subscription;
    const { sequence } = counter;
    const what = { subscriptionId, eventId, recordId, version, sequence, senderId, registry, target, hop, unmatched };
    const behind = before.get(eventId) ?? null;
    return [{ ...what, behind, ...dueOf(subscription, counter, now) }];
  });
  await saveCounters(unit, counters);
  return notifications;
}

const COLLECTING = new Set(['ACTIVE', 'PAUSED', 'SUSPENDED']);

/** What belongs to a resting subscription is due when it is resumed. */
function dueOf({ frequency }: MatchableSubscription, { state }: Counter, now: Date) {
  if (state !== 'ACTIVE') return { dueAt: null };
  const dueAt = frequency === null ? now : nextKnownTime(frequency, now);
  return dueAt === undefined ? { dueAt: null, cancelled: WITHHELD.NO_TIME_LEFT } : { dueAt };
}
