/** What delivery asks of the matching of subscriptions: the message of a notification, as the rights of this moment have it. */
import type { DueDelivery } from '../entities/deliveries/due-delivery.repository.js';
import type { RenderedNotification } from '../use-cases/notify/render-notification.js';

/**
 * The unsigned envelope (its `message_id` and `message_ts` are set at each send), or why nothing may be sent. Called
 * before every attempt; with the same rights it must give the same `message` again.
 */
export type NotificationRenderer = (delivery: DueDelivery) => Promise<RenderedNotification>;
