/** The endpoint table: a path, what its message means, and whether it is answered at once. */
import type { TransactionChannel } from '../entities/transaction.repository.js';
import type { Exchange, Reply } from './exchange.js';
import type { MessageKind } from './message-kind.js';
import { searchKind } from './search.kind.js';
import type { FacadeServices } from './services.js';
import { answerNow } from './sync.handler.js';

export interface Endpoint {
  /** Below `/dci/v1/{registry}/registry`. */
  path: string;
  mode: Extract<TransactionChannel, 'SYNC' | 'ASYNC' | 'INBOUND'>;
  kind: MessageKind;
  handle: (kind: MessageKind, exchange: Exchange, services: FacadeServices) => Promise<Reply>;
  /** Names of the registries that have it; all where left out. */
  registries?: string[];
  /** A receiver reads either header form. */
  receiver?: boolean;
}

export const ENDPOINTS: Endpoint[] = [{ path: '/sync/search', mode: 'SYNC', kind: searchKind, handle: answerNow }];
