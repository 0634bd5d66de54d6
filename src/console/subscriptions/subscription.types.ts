import type { ResultOf } from '../graphql/graphql.js';
import type { SUBSCRIPTION_ROW } from './subscriptions.document.js';

export type SubscriptionRow = ResultOf<typeof SUBSCRIPTION_ROW>;
