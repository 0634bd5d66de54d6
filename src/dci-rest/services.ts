/** What the facade needs of the house. */
import type proxyAddress from 'proxy-addr';
import type { TokenService } from '../access/token.js';
import type { ExecutionServices } from '../graphql/context.js';

export interface FacadeServices extends ExecutionServices {
  tokens: TokenService;
  maxBodyBytes: number;
  maxUploadBytes: number;
  /** Whether an address is one of `TRUST_PROXY`, whose forwarding headers are believed. */
  trusts: ReturnType<typeof proxyAddress.compile>;
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
