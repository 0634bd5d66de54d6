/** Why a pending delivery has not gone yet, in words for an operator: the first reason that holds. */
import type { DeliveryWait } from '../../entities/deliveries/delivery-wait.repository.js';

export function waitsFor(wait: DeliveryWait, now: Date): string {
  const { senderState, subscriptionState, restsUntil, restReason, earlier, dueAt } = wait;
  if (wait.beingTried) return 'an attempt is under way';
  if (senderState !== 'ACTIVE') return `its sender is ${senderState ?? 'gone'}`;
  if (subscriptionState === 'PAUSED' || subscriptionState === 'SUSPENDED')
    return `its subscription is ${subscriptionState}`;
  if (restsUntil !== null && (dueAt === null || dueAt <= restsUntil))
    return `its endpoint rests until ${restsUntil.toISOString()} after failures: ${restReason}; a retry by hand goes at once`;
  if (dueAt !== null && dueAt > now)
    return wait.attempts > 0
      ? `its next attempt is due at ${dueAt.toISOString()}`
      : `it is due at ${dueAt.toISOString()}`;
  if (earlier !== null) return `an earlier one of the same record goes first: delivery ${earlier}`;
  return 'a free worker: it is due';
}
