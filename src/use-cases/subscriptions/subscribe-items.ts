/** The items of one subscribe request, each judged alone: a new subscription, or the reason why there is none. */
import { randomBytes } from 'node:crypto';
import { LockMode } from '@mikro-orm/core';
import { decideItem, summarizeDecision, type Grant } from '../../access/decide-access.js';
import { purposeOf, refuseProof } from '../../access/purpose.js';
import type { KnownSender } from '../../access/sender-directory.js';
import { addRow, type Unit } from '../../entities/database/database.js';
import type { AgreementTerms } from '../../entities/senders/sender.repository.js';
import { Subscription } from '../../entities/subscriptions/subscription.entity.js';
import { expire } from '../../entities/subscriptions/subscription-end.repository.js';
import { announce, LIVE_STATES } from '../../entities/subscriptions/subscription.repository.js';
import { OutboundRefused } from '../../platform/outbound-errors.js';
import { ItemRejected } from '../../protocol/errors.js';
import { ReferenceIds } from '../../protocol/reference-ids.js';
import { checkFrequency } from '../../protocol/subscribe/frequency.js';
import type { EventTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import { findEventType } from '../../protocol/registries/registries.js';
import type { SubscribeItem, SubscribeItemAnswer, SubscribeQuestion } from '../../protocol/subscribe/subscription.js';
import type { Services } from '../services.js';
import { assertSearchable } from '../search/search.js';
import { asDetails, dedupeKey, detailsInvalid, readFilter } from './subscription.filter.js';
import { factsOf } from './subscription.facts.js';

export interface Subscriber {
  sender: KnownSender;
  definition: RegistryDefinition;
  agreements: AgreementTerms[];
  question: SubscribeQuestion;
}

export class SubscribeItems {
  readonly decisions: Record<string, unknown>[] = [];
  readonly made: Subscription[] = [];
  readonly #references = new ReferenceIds();

  /** @param since from when on events are told */
  constructor(
    private readonly services: Services,
    private readonly unit: Unit,
    private readonly subscriber: Subscriber,
    private readonly since: Date,
  ) {}

  async answer(item: SubscribeItem): Promise<SubscribeItemAnswer> {
    const { referenceId, locale } = item;
    const head = { referenceId, locale, timestamp: this.services.clock().toISOString() };
    try {
      const subscription = await this.#subscribe(item);
      this.made.push(subscription);
      const status = subscription.state === 'ACTIVE' ? 'SUCCEEDED' : 'PENDING';
      return { ...head, status, subscription: factsOf(subscription) };
    } catch (error) {
      if (!(error instanceof ItemRejected)) throw error;
      const there = error instanceof AlreadySubscribed ? factsOf(error.subscription) : undefined;
      return {
        ...head,
        status: 'REJECTED',
        reasonCode: error.code,
        reasonMessage: error.message,
        subscription: there,
      };
    }
  }

  async #subscribe(item: SubscribeItem): Promise<Subscription> {
    const { definition } = this.subscriber;
    this.#references.take(item.referenceId);
    const event = eventOf(definition, item.eventType);
    assertNotLarge(item.filter);
    const text = { recordType: item.recordType, queryType: item.filterType, filter: item.filter };
    const { recordType, criteria } = readFilter(definition, text, this.services.clock().toISOString().slice(0, 10));
    const grant = this.#decide(item, recordType);
    if (criteria !== undefined) asDetails(() => assertSearchable(grant, criteria));
    if (item.frequency != null) checkFrequency(item.frequency, this.services.clock());
    const target = this.#target(item);
    const key = dedupeKey(this.subscriber.sender.senderId, definition, event.name, text, target);
    await this.#checkRoom(key);
    return this.#add(item, { event, recordType: recordType.name, criteria, target, dedupeKey: key });
  }

  #decide(item: SubscribeItem, recordType: Grant['recordType']): Grant {
    const { agreements, definition } = this.subscriber;
    refuseProof(item);
    const decision = decideItem(agreements, definition, { recordType, purpose: purposeOf(item.authorize) });
    this.decisions.push(summarizeDecision(decision));
    if (!decision.allowed) throw detailsInvalid(decision.explanation);
    return decision;
  }

  /** The address configured for the sender, else one beside its `on-subscribe` (protocol 5). */
  #target({ callbackUrl }: SubscribeItem): string {
    const { sender, question } = this.subscriber;
    const target = callbackUrl ?? sender.notifyUri ?? question.senderUri?.replace(/\/on-subscribe(\/?)$/, '/notify$1');
    if (target === undefined || target === '')
      throw detailsInvalid('there is no address for notifications: send header.sender_uri or a callback URL');
    try {
      this.services.outbound.assertAllowed(target, sender.callbackHosts);
    } catch (error) {
      if (!(error instanceof OutboundRefused)) throw error;
      throw detailsInvalid(`the address for notifications is refused: ${error.message}`);
    }
    return target;
  }

  async #checkRoom(key: string): Promise<void> {
    const { em } = this.unit;
    const live = { senderId: this.subscriber.sender.senderId, state: { $in: LIVE_STATES } };
    const same = await em.findOne(Subscription, { ...live, dedupeKey: key }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    // Whoever renews one in the seconds before it is ended would be told that it is there, and hear nothing any more.
    if (same !== null && !(await expire(this.unit, same, this.services.clock()))) throw new AlreadySubscribed(same);
    const most = this.services.settings.maxSubscriptionsPerSender;
    if ((await em.count(Subscription, live)) >= most)
      throw detailsInvalid(`a sender has at most ${most} subscriptions; end one first`);
  }

  async #add(
    item: SubscribeItem,
    {
      event,
      ...read
    }: { event: EventTypeDefinition } & Pick<Subscription, 'recordType' | 'criteria' | 'target' | 'dedupeKey'>,
  ): Promise<Subscription> {
    const { sender, definition, question } = this.subscriber;
    const approved = sender.autoApproveSubscriptions;
    const subscription = addRow(this.unit.em, Subscription, {
      ...read,
      code: `SUB-${randomBytes(18).toString('base64url')}`,
      senderId: sender.senderId,
      registry: definition.registry,
      eventType: event.name,
      eventTypeAsSent: item.eventType,
      recordTypeAsSent: item.recordType,
      queryType: item.filterType,
      filter: item.filter,
      frequency: item.frequency,
      channel: question.senderUri === undefined ? 'SHORT' : 'STANDARD',
      replyUri: question.senderUri,
      state: approved ? 'ACTIVE' : 'PENDING',
      approvedBy: approved ? '(auto)' : null,
      activeSince: approved ? this.since : null,
      transactionId: question.transactionId,
      referenceId: item.referenceId,
      locale: item.locale,
      authorize: item.authorize,
      expiresAt: item.frequency == null ? null : new Date(item.frequency.end_time),
      createdAt: this.services.clock(),
    });
    await this.unit.em.flush();
    await announce(this.unit, subscription);
    return subscription;
  }
}

/** It is compared with every event for as long as its subscription lasts, and so costs everybody. */
const MOST_FILTER_BYTES = 65_536;

function assertNotLarge(filter: unknown): void {
  if (filter != null && Buffer.byteLength(JSON.stringify(filter)) > MOST_FILTER_BYTES)
    throw detailsInvalid(`filter: is longer than ${MOST_FILTER_BYTES} bytes; make several subscriptions of it`);
}

class AlreadySubscribed extends ItemRejected {
  constructor(readonly subscription: Subscription) {
    super('rjct.event.already_subscribed', 'the same subscription is there already');
  }
}

function eventOf(definition: RegistryDefinition, name: string): EventTypeDefinition {
  const event = findEventType(definition, name);
  if (event !== undefined) return event;
  const known = definition.events.map((one) => one.name).join(', ');
  throw new ItemRejected('rjct.notify_types.invalid', `reg_event_type: use one of ${known}`);
}
