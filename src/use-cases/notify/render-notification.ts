/**
 * What a subscriber may see of an event, decided when it is sent: the record as the event made it, under the rights of
 * this moment. A right that has ended since cancels the notification and says why (decision 0001).
 */
import { decideGate, decideItem, summarizeDecision, type Grant } from '../../access/decide-access.js';
import { purposeOf } from '../../access/purpose.js';
import { releaseEach, type Released } from '../../access/release.js';
import type { Sql } from '../../entities/database/database.js';
import { madeOfRow } from '../../entities/database/row-fault.js';
import type { WaitingEvent } from '../../entities/records/registry-event.repository.js';
import type { Identifier } from '../../entities/records/record.repository.js';
import type { Subscription } from '../../entities/subscriptions/subscription.entity.js';
import { LIVE_STATES } from '../../entities/subscriptions/subscription.repository.js';
import { ItemRejected } from '../../protocol/errors.js';
import type { JsonObject } from '../../protocol/envelope/json.js';
import { writeNotifyEvent } from '../../protocol/notify/notification.translate.js';
import { attributesIn } from '../../protocol/query/criteria-walk.js';
import { matches } from '../../protocol/query/evaluate.js';
import { attributesOf } from '../../protocol/registries/attributes.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import { identifyingOf } from '../../protocol/registries/records/identifying.js';
import { clampRecord, expandFields } from '../../protocol/registries/records/fields.js';
import { keepIdentifiers, presentRecord } from '../../protocol/registries/records/normalize.js';
import { findEventType } from '../../protocol/registries/registries.js';
import { replyHeader } from '../../protocol/envelope/reply.js';
import { assertSearchable } from '../search/search.js';
import { readFilter, type SubscriptionFilter } from '../subscriptions/subscription.filter.js';
import { isMatched } from '../subscriptions/subscription.matcher.js';
import { coalesce } from '../../platform/coalesce.js';
import { uuidOf } from '../../platform/uuid.js';
import type { SourceRecord } from '../../sources/registry-source.js';
import {
  readMaterial,
  recordOfEvent,
  type EventMaterial,
  type Material,
  type NotificationDelivery,
  type RenderingServices,
} from './event-record.js';
import { WITHHELD } from '../../access/withheld.js';

/** The unsigned envelope and its event, or why nothing may be sent; with the same rights it has the same message again. */
export type RenderedNotification = ({ envelope: JsonObject; event?: string } | { cancelled: string }) & {
  accessDecision?: Record<string, unknown>;
};

export type RenderNotification = (delivery: NotificationDelivery) => Promise<RenderedNotification>;

/** Those that are asked for at the same time are read together, and the rights of each subscription judged once. */
export function notificationRenderer(services: RenderingServices): RenderNotification {
  const material = readMaterial(services);
  // A subscription is read afresh for each batch, and so what it is allowed is too.
  const judged = new WeakMap<Subscription, { now: Date; allowed: ReturnType<typeof allow> }>();
  const judgedFor = (subscription: Subscription, definition: RegistryDefinition, { createdAt }: WaitingEvent) => {
    const known = judged.get(subscription);
    if (known !== undefined && createdAt <= known.now) return known;
    // Where our clock is behind that of whoever wrote the event, what was agreed before it would not be in force yet.
    const now = new Date(Math.max(services.clock().getTime(), createdAt.getTime()));
    const made = { now, allowed: allow(services, subscription, definition, now) };
    judged.set(subscription, made);
    return made;
  };
  return async (delivery) => {
    const { eventId } = delivery;
    const [subscription, made] = await Promise.all([
      material.subscription(delivery.subscriptionId ?? ''),
      eventId === null ? undefined : material.event(eventId),
    ]);
    if (eventId === null) return renderTest(services, delivery, subscription);
    const definition = services.registries.byName(subscription?.registry ?? '');
    if (subscription === undefined || made === undefined || definition === undefined)
      return { cancelled: WITHHELD.SUBJECT_GONE };
    const { event } = made;
    const { now, allowed: judging } = judgedFor(subscription, definition, event);
    const [over, allowed] = [whyOver(subscription, now), await judging];
    if (over !== undefined) return { cancelled: over };
    if ('cancelled' in allowed) return allowed;
    const { accessDecision } = allowed;
    const record = await releaseRecord(services, delivery, { ...made, subscription, inUse: material.inUse }, allowed);
    if ('cancelled' in record) return { ...record, accessDecision };
    const subject = { subscription, event, definition };
    const envelope = madeOfRow('a message', () => envelopeOf(services, delivery, subject, record.record));
    return { envelope, event: event.eventType, accessDecision };
  };
}

interface Allowed {
  grant: Grant;
  accessDecision: Record<string, unknown>;
  filter: SubscriptionFilter;
  /** Undefined where its subject has not consented, also to what the filter compares. */
  release: (record: SourceRecord) => Promise<Released | undefined>;
}

function whyOver({ state, stateReason, expiresAt }: Subscription, now: Date): string | undefined {
  if (!LIVE_STATES.includes(state)) return `the subscription is ${state}: ${stateReason ?? 'it has ended'}`;
  return expiresAt != null && expiresAt <= now ? WITHHELD.SUBSCRIPTION_EXPIRED : undefined;
}

/** Whether subscriber and subscription would be let in now. */
async function allow(
  { database, directory }: RenderingServices,
  subscription: Subscription,
  definition: RegistryDefinition,
  now: Date,
): Promise<Allowed | { cancelled: string; accessDecision?: Record<string, unknown> }> {
  const sender = await directory.bySenderId(subscription.senderId);
  if (sender === undefined) return { cancelled: WITHHELD.SENDER_GONE };
  const gate = decideGate({ sender, definition, operation: 'SUBSCRIBE', now });
  if (!gate.allowed) return { cancelled: gate.explanation, accessDecision: summarizeDecision(gate) };
  try {
    const filter = readFilter(definition, subscription, now.toISOString().slice(0, 10));
    const { recordType, criteria } = filter;
    const grant = decideItem(gate.agreements, definition, {
      recordType,
      purpose: purposeOf(subscription.authorize ?? undefined),
    });
    if (!grant.allowed) return { cancelled: grant.explanation, accessDecision: summarizeDecision(grant) };
    // A filter on what may no longer be seen would tell it all the same.
    if (criteria !== undefined) assertSearchable(grant, criteria);
    const about = criteria === undefined ? [] : [...attributesIn(criteria)];
    return {
      grant,
      accessDecision: summarizeDecision(grant),
      filter,
      release: releaser(database, grant, about),
    };
  } catch (error) {
    if (!(error instanceof ItemRejected)) throw error;
    return { cancelled: `its filter is no longer allowed: ${error.message}` };
  }
}

/** Consents of all that are released at the same time are read together. */
function releaser(sql: Sql, grant: Grant, about: string[]): (record: SourceRecord) => Promise<Released | undefined> {
  const run = (records: readonly SourceRecord[]) => releaseEach(sql, grant, [...records], about);
  return coalesce(run, { underWay: 2, atOnce: 100 });
}

type ReleasedRecord = { record: Record<string, unknown> } | { cancelled: string };

async function releaseRecord(
  services: RenderingServices,
  delivery: NotificationDelivery,
  made: EventMaterial & { subscription: Subscription } & Pick<Material, 'inUse'>,
  { grant, filter, release: releasing }: Allowed,
): Promise<ReleasedRecord> {
  const { definition, recordType, rowFilter } = grant;
  const { event, subscription } = made;
  const data = await recordOfEvent(services, delivery, made);
  if (data === undefined) return { cancelled: WITHHELD.RECORD_NOT_KEPT };
  if (delivery.unmatched && isMatched(definition, subscription, event, data) !== true)
    return { cancelled: WITHHELD.NOT_MATCHED };
  const whole = { data, identifiers: event.identifiers };
  const lies = () => rowFilter === undefined || matches(rowFilter, whole, attributesOf(definition, recordType));
  if (!madeOfRow('a comparison of record and row filter', lies)) return { cancelled: WITHHELD.OUTSIDE_ROWS };
  const deleted = event.eventType === 'DELETE';
  const kept = deleted ? await stillGone(delivery, made, recordType) : event.identifiers;
  if (kept === undefined) return { cancelled: WITHHELD.NUMBER_IN_USE };
  const sent = madeOfRow('a record', () => (deleted ? whoAlone(grant, data) : data));
  const { recordId: id, version } = event;
  const source = { id, recordType: recordType.name, version, data: sent };
  const released = await releasing(source);
  if (released === undefined) return { cancelled: WITHHELD.NOT_CONSENTED };
  const record = madeOfRow('a record', () =>
    deleted ? goneBy(grant, kept, released.data) : project(grant, filter.projection, released.data),
  );
  if (Object.keys(record).every((name) => name.startsWith('@')))
    return {
      cancelled: deleted ? WITHHELD.NO_IDENTIFIERS : WITHHELD.NOTHING_COVERED,
    };
  return { record };
}

/**
 * Identifiers by which a deleted record is gone. Sent late, such as by a retry, its end could reach a receiver that has been
 * told of somebody by the same number since. Undefined where none is left, or the message was made with it.
 */
async function stillGone(
  { messageSealed }: NotificationDelivery,
  { event, subscription, inUse }: { event: WaitingEvent; subscription: Subscription } & Pick<Material, 'inUse'>,
  recordType: RecordTypeDefinition,
): Promise<Identifier[] | undefined> {
  const { id: eventId, identifiers } = event;
  const numbers = identifyingOf(recordType, { identifiers });
  const { senderId, target } = subscription;
  const several = recordType.severalPerSubject !== undefined;
  const used = numbers.length === 0 ? [] : await inUse({ eventId, senderId, target, identifiers: numbers, several });
  if (used.length === 0) return identifiers;
  if (messageSealed !== null || used.length === numbers.length) return undefined;
  return identifiers.filter(({ type, value }) => !used.some((one) => one.type === type && one.value === value));
}

const alone = ({ definition, recordType }: Grant, paths: string[], data: Record<string, unknown>) =>
  clampRecord(expandFields(definition, recordType.name, paths), data);

/** Of a person with several records, which of them too. */
const whoAlone = (grant: Grant, data: Record<string, unknown>) =>
  alone(grant, [...grant.recordType.identifierPaths, ...[grant.recordType.severalPerSubject ?? []].flat()], data);

/** A copy may end while another of the same person is served: who is still found by a number is not gone by it. */
function goneBy(grant: Grant, identifiers: Identifier[], data: Record<string, unknown>) {
  const { definition, recordType } = grant;
  const told = keepIdentifiers(definition, recordType.name, data, identifiers);
  const isNamed = Object.keys(alone(grant, recordType.identifierPaths, told)).length > 0;
  return presentRecord(definition, recordType.name, isNamed ? whoAlone(grant, told) : {});
}

/** What a `graphql` filter selects, of what the agreement lets out. */
function project({ definition, recordType }: Grant, projection: string[] | undefined, data: Record<string, unknown>) {
  if (projection === undefined) return data;
  const selected = expandFields(definition, recordType.name, projection);
  return presentRecord(definition, recordType.name, clampRecord(selected, data));
}

interface Subject {
  subscription: Subscription;
  event: WaitingEvent;
  definition: RegistryDefinition;
}

function envelopeOf(
  { settings, clock }: RenderingServices,
  { messageId }: NotificationDelivery,
  { subscription, event, definition }: Subject,
  record: Record<string, unknown>,
): JsonObject {
  const { senderId, code, transactionId, referenceId, locale } = subscription;
  const status = { status: 'SUCCEEDED', totalCount: 1, completedCount: 1 } as const;
  const header = replyHeader('notify', { sender_id: senderId }, settings.serverId, status, clock(), messageId);
  const eventType = findEventType(definition, event.eventType) ?? {
    name: event.eventType,
    aliases: [],
    emitted: false,
  };
  const notice = { transactionId, referenceId, locale, at: event.createdAt, event: eventType, record };
  // The same in all subscriptions of one receiver, and another for everybody else: two could tell by it of whom both heard.
  const eventId = uuidOf(event.id, senderId);
  return {
    header: { ...header, meta: { subscription_code: code, event_id: eventId } },
    message: writeNotifyEvent({ ...notice, recordType: event.recordType }, definition),
  };
}

/** Tries a receiver and tells of nobody: no event, counts of zero, and marked, so that nobody takes it for news. */
function renderTest(
  { settings, clock }: RenderingServices,
  { messageId }: NotificationDelivery,
  subscription: Subscription | undefined,
): RenderedNotification {
  if (subscription === undefined) return { cancelled: 'its subscription is gone' };
  const over = whyOver(subscription, clock());
  if (over !== undefined) return { cancelled: over };
  const { senderId, code, transactionId } = subscription;
  const status = { status: 'SUCCEEDED', totalCount: 0, completedCount: 0 } as const;
  const header = replyHeader('notify', { sender_id: senderId }, settings.serverId, status, clock(), messageId);
  return {
    envelope: {
      header: { ...header, meta: { subscription_code: code, test: true } },
      message: { transaction_id: transactionId, notify_event: [] },
    },
  };
}
