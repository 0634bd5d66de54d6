/** The endpoint table: path, action, message and handler; everything else about an endpoint follows from its row. */
import type { z } from 'zod';
import type { TransactionChannel } from '../entities/transaction.repository.js';
import { searchRequest } from '../protocol/search.schema.js';
import type { Operation } from '../protocol/vocabulary.js';
import type { Exchange, Reply } from './exchange.js';
import { syncSearch } from './search.handler.js';
import type { FacadeServices } from './services.js';

export interface Endpoint {
  /** Below `/dci/v1/{registry}/registry`. */
  path: string;
  /** `header.action` that it takes. */
  action: string;
  mode: Extract<TransactionChannel, 'SYNC' | 'ASYNC' | 'INBOUND'>;
  operation: Operation;
  message: z.ZodType;
  handle: (exchange: Exchange, services: FacadeServices) => Promise<Reply>;
  /** A receiver reads either header form. */
  receiver?: boolean;
}

export const ENDPOINTS: Endpoint[] = [
  { path: '/sync/search', action: 'search', mode: 'SYNC', operation: 'SEARCH', message: searchRequest, handle: syncSearch },
];
