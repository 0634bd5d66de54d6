import type { ResultOf } from '../graphql/graphql.js';
import type { SENDER, SENDER_KEY } from './senders.document.js';

export type SenderData = ResultOf<typeof SENDER>;
export type Sender = NonNullable<ResultOf<typeof SENDER>['sender']>;
export type SenderAgreement = SenderData['agreements']['nodes'][number];
export type LastCall = SenderData['transactions']['nodes'][number];
export type EndpointTrouble = Sender['troubledEndpoints'][number];
export type Outbound = Sender['outbound'];
export type SenderKey = ResultOf<typeof SENDER_KEY>;
