/** The endpoint table: a path, what its message means, and whether it is answered at once. */
import type { TransactionChannel } from '../entities/transactions/transaction.repository.js';
import { bulkSearchKind, bulkVerifyKind } from './bulk/bulk.kinds.js';
import { disabilityDetailsKind, disabilitySupportKind, disabledKind } from './disability/disability.kinds.js';
import { enrolledKind, enrollmentUpdatesKind } from './enrollment/enrollment.kinds.js';
import type { MessageKind } from './message-kind.js';
import { receiptKind } from './receipt/receipt.kind.js';
import {
  notifyKind,
  onSearchKind,
  onStatusKind,
  onSubscribeKind,
  onUnsubscribeKind,
} from './receivers/receivers.kinds.js';
import { searchKind } from './search/search.kind.js';
import { subscribeKind } from './subscribe/subscribe.kind.js';
import { unsubscribeKind } from './subscribe/unsubscribe.kind.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import { txnStatusKind } from './txn-status/txn-status.kind.js';

export interface Endpoint {
  /** Below `/dci/v1/{registry}/registry`. */
  path: string;
  mode: Extract<TransactionChannel, 'SYNC' | 'ASYNC' | 'INBOUND'>;
  kind: MessageKind;
  /** A receiver reads either header form. */
  receiver?: boolean;
  /** Takes no form (protocol 1.3). */
  jsonOnly?: boolean;
  /** Takes a file of any length as it streams in: `upload.handler.ts` accepts it, its rows become the message. */
  upload?: boolean;
}

/** A registry has the endpoints of the operations that its definition names. */
export const endpointsOf = ({ operations }: RegistryDefinition): Endpoint[] =>
  ENDPOINTS.filter(({ kind }) => operations.includes(kind.operation));

const sync = { mode: 'SYNC' } as const;
const inbound = { mode: 'INBOUND', receiver: true } as const;
const later = { mode: 'ASYNC' } as const;

export const ENDPOINTS: Endpoint[] = [
  { ...later, path: '/search', kind: searchKind },
  { ...sync, path: '/sync/search', kind: searchKind, jsonOnly: true },
  { ...later, path: '/subscribe', kind: subscribeKind },
  { ...later, path: '/unsubscribe', kind: unsubscribeKind },
  { ...later, path: '/txn/status', kind: txnStatusKind },
  { ...sync, path: '/sync/txn/status', kind: txnStatusKind, jsonOnly: true },
  { ...later, path: '/receipt', kind: receiptKind },
  { ...sync, path: '/sync/receipt', kind: receiptKind },
  { ...later, path: '/upload/search', kind: bulkSearchKind, upload: true },
  { ...later, path: '/upload/verify', kind: bulkVerifyKind, upload: true },
  { ...sync, path: '/sync/disabled', kind: disabledKind },
  { ...sync, path: '/sync/get-disability-details', kind: disabilityDetailsKind },
  // An older name for it.
  { ...sync, path: '/sync/get-disability-info', kind: disabilityDetailsKind },
  { ...sync, path: '/sync/get-disability-support', kind: disabilitySupportKind },
  { ...sync, path: '/sync/enrolled', kind: enrolledKind },
  // The employment registry's name for it.
  { ...sync, path: '/sync/check-enrollment', kind: enrolledKind },
  { ...sync, path: '/sync/enrollment/updates', kind: enrollmentUpdatesKind, receiver: true },
  { ...inbound, path: '/notify', kind: notifyKind },
  { ...inbound, path: '/on-search', kind: onSearchKind },
  { ...inbound, path: '/on-subscribe', kind: onSubscribeKind },
  { ...inbound, path: '/on-unsubscribe', kind: onUnsubscribeKind },
  { ...inbound, path: '/txn/on-status', kind: onStatusKind },
];
