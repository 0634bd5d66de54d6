/** An administrator tries whether a subscriber can be reached: a signed notification of no event. */
import type { Admin } from '../../access/principal.js';
import { Delivery } from '../../entities/deliveries/delivery.entity.js';
import { Sender } from '../../entities/senders/sender.entity.js';
import { insertTest } from '../../entities/subscriptions/notification.repository.js';
import { Subscription } from '../../entities/subscriptions/subscription.entity.js';
import { changeAsAdmin } from '../admin-change.js';
import { conflict } from '../errors.js';
import { lockById } from '../locked-row.js';
import type { Services } from '../services.js';

/** @throws DomainError CONFLICT where nothing may leave now */
export function sendTestNotification(services: Services, admin: Admin, id: string): Promise<Delivery> {
  return changeAsAdmin(services, admin, async (unit) => {
    const subscription = await lockById(unit, Subscription, id, 'id');
    if (subscription.state !== 'ACTIVE')
      throw conflict('id', `the subscription is ${subscription.state}: only an active one can be tested`);
    const sender = await unit.em.findOne(Sender, { senderId: subscription.senderId });
    if (sender?.state !== 'ACTIVE') throw conflict('id', `the sender is ${sender?.state ?? 'gone'}: activate it first`);
    const deliveryId = await insertTest(unit, subscription, services.clock());
    const result = await unit.em.findOneOrFail(Delivery, deliveryId);
    const change = { action: 'sendTestNotification', targetType: 'Subscription', targetId: id, after: { deliveryId } };
    return { result, change };
  });
}
