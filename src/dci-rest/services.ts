/** What the facade needs of the house. */
import type { GraphQLSchema } from 'graphql';
import type { TokenService } from '../access/token.js';
import type { Services } from '../graphql/context.js';

export interface FacadeServices extends Services {
  schema: GraphQLSchema;
  tokens: TokenService;
  limiter: RateLimiter;
  maxBodyBytes: number;
  messageLimits: MessageLimits;
}

/** What a header's `total_count` is held to. */
export interface MessageLimits {
  /** Items of one message. */
  items: number;
  /** Whether `total_count` must equal their number. */
  strictTotalCount: boolean;
}

/** Who has asked how often; a refusal says how long to wait. */
export interface RateLimiter {
  /** @throws TooManyRequests */
  byAddress(address: string | undefined): Promise<void>;
  /** @throws TooManyRequests */
  bySender(sender: { senderId: string; rateLimitPerMinute: number; rateLimitPerDay: number | null }): Promise<void>;
}
