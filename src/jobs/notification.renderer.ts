/** What delivery asks of the matching of subscriptions: the message of a notification, as the rights of this moment have it. */
import type { JsonObject } from '../protocol/envelope/json.js';
import type { DueDelivery } from '../entities/deliveries/due-delivery.repository.js';

/**
 * The unsigned envelope (its `message_id` and `message_ts` are set at each send), or why nothing may be sent. Called
 * before every attempt; with the same rights it must give the same `message` again.
 */
export type RenderedNotification =
  | { envelope: JsonObject; accessDecision?: Record<string, unknown> }
  | { cancelled: string; accessDecision?: Record<string, unknown> };

export type NotificationRenderer = (delivery: DueDelivery) => Promise<RenderedNotification>;
