import type { ResultOf } from '../graphql/graphql.js';
import type { DELIVERY, DELIVERY_ROW } from './deliveries.document.js';

export type Delivery = NonNullable<ResultOf<typeof DELIVERY>['delivery']>;
export type DeliveryRow = ResultOf<typeof DELIVERY_ROW>;
export type Waiting = NonNullable<DeliveryRow['waiting']>;
