/** What resolvers find beside their arguments: who asks, how the request came in, and the services of the house. */
import type DataLoader from 'dataloader';
import type { GraphQLSchema } from 'graphql';
import type { Admission } from '../access/admission.js';
import type { RecentCallers } from '../access/recent-callers.js';
import type { Principal } from '../access/principal.js';
import type { ProtocolError } from '../protocol/errors.js';
import type { Call } from '../use-cases/call.js';
import type { Services } from '../use-cases/services.js';
import type { LiveTail } from './live/live-tail.js';
import type { Sharing } from './live/telling.js';
import type { Loaders } from './loaders.js';
import type { Reading } from './reading.js';

/** Live subscriptions read the tail, which use cases only wake. */
export interface GraphqlServices extends Services {
  tail: LiveTail;
  /** The crowd that is served at once. */
  admission: Admission;
  /** Whether one caller is alone here. */
  recentCallers: RecentCallers;
}

/** What executing a document in process takes. */
export interface ExecutionServices extends GraphqlServices {
  schema: GraphQLSchema;
}

/** A response → the headers that sign it. */
export type SignResponse = (response: { status: number; body: Buffer }) => Promise<Record<string, string>>;

export interface Context {
  principal: Principal;
  /** Present on calls of partners; an admin's mutation is audited as an admin action instead. */
  call?: Call;
  /** Of a partner that signed a query: it works once. */
  claimQuery?: () => Promise<void>;
  /** Records why a partner's operation failed, where no use case has settled its call. */
  refused?: (error: ProtocolError) => Promise<void>;
  /** Of a partner that signed its operation: its answer is signed likewise. */
  sign?: SignResponse;
  services: GraphqlServices;
  loaders: Loaders;
  /** Gives back the caller's turn. */
  endTurn?: () => void;
  /** What an administrator reads of persons, before it leaves; made by the first of them. */
  readings?: DataLoader<Reading, undefined>;
  /** Aborts when an operation from the network must have ended. */
  deadline?: AbortSignal;
  /** Of a live subscription that is told together with others like it. */
  sharing?: Sharing;
  /** Whether the caller may still be told; asked before each live event. */
  stillAllowed?: () => Promise<boolean>;
}
