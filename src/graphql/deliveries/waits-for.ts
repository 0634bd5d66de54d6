/** Why a pending delivery has not gone yet: the first reason that holds, by the rules that claims follow. */
import type { DeliveryWait } from '../../entities/deliveries/delivery-wait.repository.js';

/** In the order in which they are asked. */
export const WAIT_REASONS = {
  BEING_TRIED: 'An attempt is under way.',
  SENDER_NOT_ACTIVE: 'Its sender is suspended or disabled.',
  SUBSCRIPTION_RESTS: 'Its subscription is paused or suspended.',
  ENDPOINT_RESTS: 'Its endpoint rests after failures, `until` then; a retry by hand goes at once.',
  NOT_DUE: 'Its next attempt, or its frequency, is due at `until`.',
  EARLIER_ONE: 'An earlier version of the same record goes first: `earlier`.',
  ENDPOINT_ON_TRIAL: 'Its endpoint failed often: one message at a time tries whether it is back.',
  WORKER: 'It is due and goes as soon as a worker is free.',
} as const;

export type WaitReason = keyof typeof WAIT_REASONS;

export interface Waiting {
  reason: WaitReason;
  until: Date | null;
  problem: string | null;
  together: number | null;
  earlierId: string | null;
}

export function waitingOf(wait: DeliveryWait, now: Date): Waiting {
  const reason = reasonOf(wait, now);
  const ofEndpoint = reason === 'ENDPOINT_RESTS' || reason === 'ENDPOINT_ON_TRIAL';
  return {
    reason,
    until: reason === 'ENDPOINT_RESTS' ? wait.restsUntil : reason === 'NOT_DUE' ? wait.dueAt : null,
    problem: ofEndpoint ? wait.problem : null,
    together: ofEndpoint ? wait.together : null,
    earlierId: reason === 'EARLIER_ONE' ? wait.earlier : null,
  };
}

function reasonOf(wait: DeliveryWait, now: Date): WaitReason {
  const { senderState, subscriptionState, restsUntil, dueAt } = wait;
  if (wait.beingTried) return 'BEING_TRIED';
  if (senderState !== 'ACTIVE') return 'SENDER_NOT_ACTIVE';
  if (subscriptionState === 'PAUSED' || subscriptionState === 'SUSPENDED') return 'SUBSCRIPTION_RESTS';
  if (!wait.byHand && restsUntil !== null && (dueAt === null || dueAt <= restsUntil)) return 'ENDPOINT_RESTS';
  if (dueAt !== null && dueAt > now) return 'NOT_DUE';
  if (wait.earlier !== null) return 'EARLIER_ONE';
  return wait.onTrial && !wait.byHand ? 'ENDPOINT_ON_TRIAL' : 'WORKER';
}

/** The same in words, for an operator. */
export function waitsFor(wait: DeliveryWait, now: Date): string {
  const { reason, until, problem, together, earlierId } = waitingOf(wait, now);
  const at = until?.toISOString() ?? '';
  const words: Record<WaitReason, string> = {
    BEING_TRIED: 'an attempt is under way',
    SENDER_NOT_ACTIVE: `its sender is ${wait.senderState ?? 'gone'}`,
    SUBSCRIPTION_RESTS: `its subscription is ${wait.subscriptionState ?? 'gone'}`,
    ENDPOINT_RESTS: `its endpoint rests until ${at} after failures: ${problem}; ${together} wait for it; a retry by hand goes at once`,
    NOT_DUE: wait.attempts > 0 ? `its next attempt is due at ${at}` : `it is due at ${at}`,
    EARLIER_ONE: `an earlier one of the same record goes first: delivery ${earlierId}`,
    ENDPOINT_ON_TRIAL: `its endpoint failed often: one at a time tries whether it is back; ${together} wait for it`,
    WORKER: 'a free worker: it is due',
  };
  return words[reason];
}
