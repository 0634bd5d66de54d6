/** What the facade needs of the house. */
import type { TokenService } from '../access/token.js';
import type { ExecutionServices } from '../graphql/context.js';
import type { Trusts } from './received.js';

export interface FacadeServices extends ExecutionServices {
  tokens: TokenService;
  maxBodyBytes: number;
  maxUploadBytes: number;
  trusts: Trusts;
  /** Lower case; the header in which a trusted proxy passes client certificates. */
  mtlsHeader: string | undefined;
  messageLimits: MessageLimits;
}

/** What a header's `total_count` is held to. */
export interface MessageLimits {
  /** Items of one message. */
  items: number;
  /** Whether `total_count` must equal their number. */
  strictTotalCount: boolean;
}
