/** Brings messages to partners: at least once, in order, each receiver at its own pace. */
import type { KnownSender, SenderDirectory } from '../access/sender-directory.js';
import { whyWithheld } from '../access/recheck-release.js';
import { releaseClaims, renewClaims } from '../entities/queues/claim.repository.js';
import type { DataVault } from '../entities/database/data-vault.js';
import type { Database } from '../entities/database/database.js';
import { isRowFault } from '../entities/database/row-fault.js';
import {
  cancelDeliveries,
  finishAttempts,
  finishedRow,
  placeOfExcerpt,
  type FinishedRow,
} from '../entities/deliveries/delivery-outcome.repository.js';
import { fixMessages, type FixedMessage } from '../entities/deliveries/fixed-message.repository.js';
import { placeOfMessage } from '../entities/deliveries/delivery-message.repository.js';
import { coalesce } from '../platform/coalesce.js';
import {
  claimDeliveries,
  postponeDelivery,
  type AttemptRow,
  type DueDelivery,
} from '../entities/deliveries/due-delivery.repository.js';
import { isTest } from '../entities/subscriptions/notification.repository.js';
import type { CallOutcome, TrafficMeter } from '../use-cases/overview/traffic-meter.js';
import type { Log } from '../platform/log.js';
import { OutboundRefused } from '../platform/outbound-errors.js';
import type { OutboundResponse } from '../platform/outbound-http.js';
import { Turns } from '../platform/turns.js';
import { uuidv7 } from '../platform/uuid.js';
import type { JsonObject } from '../protocol/envelope/json.js';
import type { Verdict } from './classify-answer.js';
import { tracedAttempt, type Attempting, type Prepared } from './attempt-delivery.js';
import { judgeEndpoint } from './endpoint-breaker.js';
import { endUnwanted, suspendLongFailing } from './failing-subscription.js';
import { HostPace } from './host-pace.js';
import type { NotificationRenderer } from './notification.renderer.js';
import { covers } from './outgoing-message.js';
import { NoAccessToken } from './receiver-credentials.js';
import { nextAttemptIn } from './retry-schedule.js';
import type { Work } from './work-queue.js';
import { noLonger, WITHHELD } from '../access/withheld.js';

export interface Delivering extends Attempting {
  database: Database;
  vault: DataVault;
  directory: SenderDirectory;
  traffic: TrafficMeter;
  renderNotification: NotificationRenderer;
  log: Log;
  deliverySettings: { retrySeconds: number[]; suspendAfterHours: number };
}

const CAPACITY = 1024;
const EXCERPT_BYTES = 1024;
const OWN_FAULT_MS = 5000;
/** What was decided longer ago is decided again before it leaves. */
const FRESH_MS = 500;
/** Statements for what comes at the same time: one costs ten times what one more row in it does. */
const TOGETHER = { underWay: 1, atOnce: 200, share: 1 / 4 };
/** Steps in one turn of the event loop: whoever asks meanwhile waits for a turn at each of its own. */
const EACH_TURN = 4;

/** What the attempts of one process share. */
interface Shared extends Delivering {
  pace: HostPace;
  turns: Turns;
  fix: (message: FixedMessage & { worker: string }) => Promise<number | undefined>;
  finish: (finished: FinishedRow & { worker: string }) => Promise<boolean>;
}

function share(delivering: Delivering): Shared {
  const { database } = delivering;
  const workerOf = ([first]: readonly { worker: string }[]): string => first?.worker ?? '';
  return {
    ...delivering,
    pace: new HostPace(),
    turns: new Turns(EACH_TURN),
    fix: coalesce((all) => fixMessages(database, workerOf(all), all), TOGETHER),
    finish: coalesce((all) => finishAttempts(database, workerOf(all), all), TOGETHER),
  };
}

export function deliverWork(delivering: Delivering): Work<DueDelivery> {
  const services = share(delivering);
  const { database, pace } = services;
  return {
    name: 'deliver',
    capacity: CAPACITY,
    claim: async (worker, free) => {
      await pace.untilClaim();
      const began = performance.now();
      const claimed = await claimDeliveries(database, worker, pace.room(), free);
      for (const delivery of claimed) pace.started(delivery);
      pace.claimed(performance.now() - began);
      return claimed;
    },
    hopOf: ({ hop }) => hop,
    run: async (delivery, worker, signal) => {
      try {
        await deliver(services, delivery, worker, signal);
      } finally {
        pace.ended(delivery);
      }
    },
    postpone: ({ id }, worker) => postponeDelivery(database, worker, id, OWN_FAULT_MS),
    renew: (worker, ids) => renewClaims(database, 'delivery', worker, ids),
    release: (worker, ids) => releaseClaims(database, 'delivery', worker, ids),
  };
}

/** One attempt at most. */
async function deliver(services: Shared, delivery: DueDelivery, worker: string, signal: AbortSignal): Promise<void> {
  const { database, clock } = services;
  const sent = await prepareAndSend(services, delivery, worker, signal).catch((error: unknown): Attempted => {
    if (signal.aborted || !isRowFault(error)) throw error;
    services.log.error(
      { delivery: delivery.id, err: error },
      'a message cannot be made: it is set aside, and may be retried',
    );
    return { at: clock(), verdict: NOT_MADE };
  });
  if (sent === 'REST') return releaseClaims(database, 'delivery', worker, [delivery.id]);
  if ('cancelled' in sent) {
    const { cancelled } = sent;
    await database.transaction((unit) => cancelDeliveries(unit, [delivery.id], cancelled, 'gateway', clock()));
    return;
  }
  const { at, verdict, answer } = sent;
  await services.turns.next();
  const row = await attemptRow(services, delivery, { at, verdict, answer });
  const now = clock();
  // Before its row is free again, or the same endpoint could be asked at once.
  await judgeEndpoint(services, delivery, verdict);
  // Before its row is free: the next one must not go to a receiver that wants no more.
  if (verdict.outcome === 'GONE') await endUnwanted(services, delivery, now);
  const end = endOf(services, delivery, verdict, now);
  // A test says nothing of how long its subscription has failed.
  const tells = !isTest(delivery) && verdict.isOurs !== true;
  await services.finish({ worker, ...finishedRow({ delivery, attempt: row, end, now, tells }) });
  const givenUp = end.state === 'FAILED' && verdict.outcome !== 'GONE';
  countAttempt(services.traffic, delivery, row, givenUp ? 'GIVEN_UP' : verdict.outcome);
  await followUp(services, delivery, verdict, tells, now);
}

const NOT_MADE: Verdict = { outcome: 'BLOCKED', error: WITHHELD.NOT_MADE, overloaded: false, isOurs: true };

type Attempted = { at: Date; verdict: Verdict; answer?: OutboundResponse | undefined };

/** `REST` where it may not go now: its sender was suspended since the claim, or its host failed while it waited its turn. */
async function prepareAndSend(
  services: Shared,
  delivery: DueDelivery,
  worker: string,
  signal: AbortSignal,
): Promise<Attempted | { cancelled: string } | 'REST'> {
  const prepare = async () => {
    const sender = await services.directory.bySenderId(delivery.senderId);
    if (sender?.state !== 'ACTIVE') return 'REST';
    const preparedAt = performance.now();
    const message = await prepareMessage(services, delivery, sender, worker);
    if (!('envelope' in message)) return message;
    // Before its turn comes: who waits for an access token holds no place at the host.
    const credentials = await services.credentials.of(sender.id).catch(orNone);
    if (credentials instanceof NoAccessToken) return { at: services.clock(), verdict: withoutToken(credentials) };
    return { sender, preparedAt, ...message, credentials };
  };
  const first = await prepare();
  if (first === 'REST' || !('envelope' in first)) return first;
  const sent = await services.pace.inTurn(delivery.host, async () => {
    const prepared = performance.now() - first.preparedAt < FRESH_MS ? first : await prepare();
    if (prepared === 'REST' || !('envelope' in prepared)) return prepared;
    await services.turns.next();
    const at = services.clock();
    const tried = await tracedAttempt(services, delivery, prepared, signal);
    services.pace.answered(delivery, { ok: !tried.verdict.overloaded, latencyMs: latencyOf(tried) ?? 0 });
    return { at, ...tried };
  });
  return sent ?? 'REST';
}

function orNone(error: unknown): NoAccessToken {
  if (error instanceof NoAccessToken) return error;
  throw error;
}

/** Nothing can go there until there is one: its endpoint is spared, and with it the token endpoint. */
const withoutToken = ({ message, cause }: NoAccessToken): Verdict => ({
  outcome: cause instanceof OutboundRefused ? 'BLOCKED' : 'FAILED',
  error: message,
  overloaded: true,
});

const latencyOf = ({ verdict, answer }: Pick<Attempted, 'verdict' | 'answer'>): number | null =>
  answer?.durationMs ?? verdict.latencyMs ?? null;

function countAttempt(
  traffic: TrafficMeter,
  { registry, senderId }: DueDelivery,
  { latencyMs }: AttemptRow,
  outcome: CallOutcome,
) {
  traffic.observe({ kind: 'DELIVERY', registry, senderId, outcome, durationMs: latencyMs ?? 0 });
}

/**
 * A callback as it was made, while the rights that made it stand; a notification as the rights of this moment have it. The first attempt fixes its message;
 * where the rights have narrowed since, it is not sent again.
 */
async function prepareMessage(
  services: Shared,
  delivery: DueDelivery,
  sender: KnownSender,
  worker: string,
): Promise<Pick<Prepared, 'envelope' | 'event'> | { cancelled: string } | Attempted> {
  const { vault, clock, renderNotification, fix } = services;
  const place = placeOfMessage(delivery.id);
  const { dataKeyId, messageSealed } = delivery;
  // What is made now is read for all that were claimed together, before each waits for its turn.
  if (messageSealed !== null) await services.turns.next();
  const fixed =
    dataKeyId === null || messageSealed === null
      ? undefined
      : ((await vault.open(dataKeyId, messageSealed, place)) as JsonObject | undefined);
  if (messageSealed !== null && fixed === undefined) return { cancelled: WITHHELD.MESSAGE_NOT_KEPT };
  if (delivery.kind === 'CALLBACK') {
    if (fixed === undefined) return { cancelled: WITHHELD.NO_MESSAGE };
    const why = await whyNotSent(services, delivery, sender);
    if (why === undefined) return { envelope: fixed };
    return why === WITHHELD.CONSENT_NOT_ANSWERED
      ? { at: clock(), verdict: { outcome: 'BLOCKED', error: why, overloaded: false } }
      : { cancelled: noLonger(why) };
  }
  const rendered = await renderNotification(delivery);
  if ('cancelled' in rendered) return rendered;
  if (fixed !== undefined)
    return covers(rendered.envelope['message'], fixed['message'])
      ? { envelope: fixed, event: rendered.event }
      : { cancelled: WITHHELD.NARROWED };
  const { envelope, event, accessDecision } = rendered;
  const sealed = await vault.seal(delivery.senderId, clock(), place, envelope);
  const notificationNumber = await fix({ worker, id: delivery.id, message: sealed, accessDecision });
  if (notificationNumber === undefined) throw new Error('the claim was lost');
  Object.assign(delivery, { dataKeyId: sealed.dataKeyId, messageSealed: sealed.sealed, notificationNumber });
  // As the row has it now: the audit proves it.
  delivery.accessDecision = accessDecision ?? delivery.accessDecision;
  return { envelope, event };
}

async function whyNotSent(
  { database, outbound, registries, clock }: Delivering,
  delivery: DueDelivery,
  sender: KnownSender,
): Promise<string | undefined> {
  const definition = registries.byName(delivery.registry);
  return whyWithheld({ database, outbound }, { sender, definition, now: clock() }, delivery);
}

/** The answer is sealed: a receiver may repeat what it was sent. */
async function attemptRow(
  { vault }: Delivering,
  { senderId }: DueDelivery,
  { at, verdict, answer }: Attempted,
): Promise<AttemptRow> {
  const id = uuidv7();
  const text = answer?.body.subarray(0, EXCERPT_BYTES).toString('utf8') ?? '';
  return {
    id,
    at,
    address: answer?.address ?? verdict.address ?? null,
    outcome: verdict.outcome,
    status: answer?.status ?? null,
    latencyMs: latencyOf({ verdict, answer }),
    error: verdict.error,
    excerpt: text === '' ? null : await vault.seal(senderId, at, placeOfExcerpt(id), text),
  };
}

/** A test is tried once: whoever sent it looks on. What we cannot make holds up nothing that comes later. */
function endOf({ deliverySettings }: Delivering, delivery: DueDelivery, verdict: Verdict, now: Date) {
  if (verdict.outcome === 'DELIVERED') return { state: 'DELIVERED', reason: null, dueAt: null } as const;
  const reason = verdict.error;
  const isLast = isTest(delivery) || verdict.isOurs === true;
  const retrySeconds = isLast ? [] : deliverySettings.retrySeconds;
  const wait = nextAttemptIn(delivery.attempts + 1, retrySeconds, verdict.retryAfter);
  if (verdict.outcome === 'GONE' || wait === undefined) return { state: 'FAILED', reason, dueAt: null } as const;
  return { state: 'PENDING', reason, dueAt: new Date(now.getTime() + wait) } as const;
}

async function followUp(
  services: Delivering,
  delivery: DueDelivery,
  verdict: Verdict,
  tells: boolean,
  now: Date,
): Promise<void> {
  const { log } = services;
  const { id, senderId, subscriptionId } = delivery;
  if (verdict.outcome === 'DELIVERED') return;
  log.info(
    { delivery: id, sender: senderId, outcome: verdict.outcome, reason: verdict.error },
    'delivery attempt failed',
  );
  if (subscriptionId !== null && tells) await suspendLongFailing(services, subscriptionId, now);
}
