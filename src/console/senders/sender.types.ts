import type { ResultOf } from '../graphql/graphql.js';
import type { SENDER, SENDER_KEY } from './senders.document.js';

export type Sender = NonNullable<ResultOf<typeof SENDER>['sender']>;
export type Outbound = Sender['outbound'];
export type SenderKey = ResultOf<typeof SENDER_KEY>;
