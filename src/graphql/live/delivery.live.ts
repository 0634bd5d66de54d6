/** `deliveryChanged`: deliveries as they come and change. */
import type { Delivery } from '../../entities/deliveries/delivery.entity.js';
import { Subscription } from '../../entities/subscriptions/subscription.entity.js';
import type { Context } from '../context.js';
import type { DeliveryFilter } from '../deliveries/delivery.types.js';
import { isUuid } from '../../platform/uuid.js';
import { invalid, notFound } from '../../use-cases/errors.js';
import { detailMeets, follow } from './follow.js';
import type { Telling } from './telling.js';
import type { DeliveryChange } from './live.types.js';

export async function watchDeliveries(
  context: Context,
  filter: DeliveryFilter,
  after: string | null | undefined,
): Promise<AsyncGenerator<DeliveryChange | Telling>> {
  const { senderId, registry } = filter;
  const columns = await columnsOf(context, filter);
  return follow(context, after, {
    topic: 'delivery',
    accepts: (detail) => detailMeets(detail, { senderId, registry }),
    load: (loaders, id) => loaders.deliveryById.load(id),
    matches: (delivery) => inTime(filter, delivery) && columns.every(([name, value]) => delivery[name] === value),
    told: (delivery, cursor) => ({ cursor, delivery }),
  });
}

/** The filter as columns of the row; what was not given is left out. */
async function columnsOf(
  { services }: Context,
  { createdFrom: _from, createdUntil: _until, subscriptionCode, transactionId: requestId, ...same }: DeliveryFilter,
): Promise<[keyof Delivery, unknown][]> {
  // As the list has it: of no transaction there will never be one.
  if (requestId != null && !isUuid(requestId)) throw invalid('filter.transactionId', 'must be a UUID');
  const columns = { ...same, requestId, subscriptionId: undefined as string | undefined };
  if (subscriptionCode != null) {
    const subscription = await services.database.em().findOne(Subscription, { code: subscriptionCode });
    if (subscription === null) throw notFound('filter.subscriptionCode', 'no such subscription');
    columns.subscriptionId = subscription.id;
  }
  return (Object.entries(columns) as [keyof Delivery, unknown][]).filter(([, value]) => value != null);
}

function inTime({ createdFrom, createdUntil }: DeliveryFilter, { createdAt }: Delivery): boolean {
  return !(createdFrom != null && createdAt < createdFrom) && !(createdUntil != null && createdAt >= createdUntil);
}
