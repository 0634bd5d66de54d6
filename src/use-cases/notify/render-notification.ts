/**
 * What a subscriber may see of an event, decided when it is sent: the record as the event made it, under the rights of
 * this moment. A right that has ended since cancels the notification and says why (decision 0001).
 */
import { decideGate, decideItem, summarizeDecision, type Grant } from '../../access/decide-access.js';
import { purposeOf } from '../../access/purpose.js';
import { release } from '../../access/release.js';
import { findEvent, type WaitingEvent } from '../../entities/records/registry-event.repository.js';
import { Subscription } from '../../entities/subscriptions/subscription.entity.js';
import { LIVE_STATES } from '../../entities/subscriptions/subscription.repository.js';
import { ItemRejected } from '../../protocol/errors.js';
import type { JsonObject } from '../../protocol/envelope/json.js';
import { writeNotifyEvent } from '../../protocol/notify/notification.translate.js';
import { attributesIn } from '../../protocol/query/criteria-walk.js';
import { matches } from '../../protocol/query/evaluate.js';
import { attributesOf } from '../../protocol/registries/attributes.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { clampRecord, expandFields } from '../../protocol/registries/records/fields.js';
import { presentRecord } from '../../protocol/registries/records/normalize.js';
import { findEventType } from '../../protocol/registries/registries.js';
import { replyHeader } from '../../protocol/envelope/reply.js';
import { assertSearchable } from '../search/search.js';
import { readFilter, type SubscriptionFilter } from '../subscriptions/subscription.filter.js';
import { recordOfEvent, type NotificationDelivery, type RenderingServices } from './event-record.js';

/** The unsigned envelope, or why nothing may be sent; with the same rights it has the same message again. */
export type RenderedNotification = ({ envelope: JsonObject } | { cancelled: string }) & {
  accessDecision?: Record<string, unknown>;
};

export async function renderNotification(
  services: RenderingServices,
  delivery: NotificationDelivery,
): Promise<RenderedNotification> {
  const { database, registries } = services;
  const subscription = await database.em().findOne(Subscription, { id: delivery.subscriptionId ?? '' });
  const event = await findEvent(database, delivery.eventId ?? '');
  const definition = registries.byName(subscription?.registry ?? '');
  if (subscription === null || event === undefined || definition === undefined)
    return { cancelled: 'its subscription, event or registry is gone' };
  const over = whyOver(subscription, services.clock());
  if (over !== undefined) return { cancelled: over };
  const allowed = await allow(services, subscription, definition);
  if ('cancelled' in allowed) return allowed;
  const accessDecision = summarizeDecision(allowed.grant);
  const record = await releaseRecord(services, delivery, event, allowed);
  if ('cancelled' in record) return { ...record, accessDecision };
  return {
    envelope: envelopeOf(services, delivery, { subscription, event, definition }, record.record),
    accessDecision,
  };
}

interface Allowed {
  grant: Grant;
  filter: SubscriptionFilter;
}

function whyOver({ state, stateReason, expiresAt }: Subscription, now: Date): string | undefined {
  if (!LIVE_STATES.includes(state)) return `the subscription is ${state}: ${stateReason ?? 'it has ended'}`;
  return expiresAt != null && expiresAt <= now ? 'the subscription has expired' : undefined;
}

/** Whether subscriber and subscription would be let in now. */
async function allow(
  { directory, clock }: RenderingServices,
  subscription: Subscription,
  definition: RegistryDefinition,
): Promise<Allowed | { cancelled: string; accessDecision?: Record<string, unknown> }> {
  const now = clock();
  const sender = await directory.bySenderId(subscription.senderId);
  if (sender === undefined) return { cancelled: 'its sender is gone' };
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
    return { grant, filter };
  } catch (error) {
    if (!(error instanceof ItemRejected)) throw error;
    return { cancelled: `its filter is no longer allowed: ${error.message}` };
  }
}

type ReleasedRecord = { record: Record<string, unknown> } | { cancelled: string };

async function releaseRecord(
  services: RenderingServices,
  delivery: NotificationDelivery,
  event: WaitingEvent,
  { grant, filter }: Allowed,
): Promise<ReleasedRecord> {
  const { definition, recordType, rowFilter } = grant;
  const data = await recordOfEvent(services, delivery, event);
  if (data === undefined) return { cancelled: 'the record as the event made it is no longer kept' };
  const whole = { data, identifiers: event.identifiers };
  if (rowFilter !== undefined && !matches(rowFilter, whole, attributesOf(definition, recordType)))
    return { cancelled: 'the record lies outside the rows that the agreement covers' };
  const deleted = event.eventType === 'DELETE';
  const sent = deleted
    ? clampRecord(expandFields(definition, recordType.name, recordType.identifierPaths), data)
    : data;
  const about = filter.criteria === undefined ? [] : [...attributesIn(filter.criteria)];
  const { recordId: id, version } = event;
  const source = { id, recordType: recordType.name, version, data: sent };
  const [released] = await release(services.database, grant, [source], deleted ? [] : about);
  if (released === undefined) return { cancelled: 'the person has not consented' };
  const record = deleted ? released.data : project(grant, filter.projection, released.data);
  if (Object.keys(record).every((name) => name.startsWith('@')))
    return {
      cancelled: deleted ? 'the agreement does not cover identifiers' : 'the agreement covers nothing of the record',
    };
  return { record };
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
  return {
    header: { ...header, meta: { subscription_code: code, event_id: event.id } },
    message: writeNotifyEvent({ ...notice, recordType: event.recordType }, definition),
  };
}
