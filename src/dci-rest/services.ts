/** What the facade needs of the house. */
import type { GraphQLSchema } from 'graphql';
import type { TokenService } from '../access/token.js';
import type { Services } from '../use-cases/services.js';

export interface FacadeServices extends Services {
  schema: GraphQLSchema;
  tokens: TokenService;
  maxBodyBytes: number;
  maxUploadBytes: number;
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
