/** What resolvers need of the house; `app.ts` passes an object that has it all. */
import type DataLoader from 'dataloader';
import type { Principal } from '../access/principal.js';
import type { KeyRing } from '../access/key-ring.js';
import type { RateLimits } from '../access/rate-limits.js';
import type { SenderDirectory } from '../access/sender-directory.js';
import type { Database } from '../entities/database/database.js';
import type { DataVault } from '../entities/database/data-vault.js';
import type { SenderOutboundStore } from '../entities/senders/sender-outbound.repository.js';
import type { Log } from '../platform/log.js';
import type { Outbound } from '../platform/outbound-http.js';
import type { Registries } from '../protocol/registries/registries.js';
import type { ProtocolError } from '../protocol/errors.js';
import type { RegistrySource } from '../sources/registry-source.js';
import type { Call } from '../use-cases/call.js';
import type { JobHealthReader } from '../use-cases/overview/job-health.js';
import type { LiveTail } from './live/live-tail.js';
import type { Loaders } from './loaders.js';
import type { Reading } from './reading.js';
import type { TrafficMeter } from '../use-cases/overview/traffic-meter.js';

export interface Services {
  database: Database;
  vault: DataVault;
  registries: Registries;
  source: RegistrySource;
  directory: SenderDirectory;
  keyRing: KeyRing;
  tail: LiveTail;
  limiter: RateLimits;
  /** Judges addresses that partners give us. */
  outbound: Pick<Outbound, 'assertAllowed' | 'request'>;
  /** After a commit that left work for a queue. */
  wake: (...queues: QueueName[]) => void;
  /** How we show who we are to receivers. */
  senderOutbound: SenderOutboundStore;
  jobHealth: JobHealthReader;
  /** What the overview counts. */
  traffic: TrafficMeter;
  /** Server keys are replaced after so many days; 0 = never by themselves. */
  keeping?: { rotationDays: number };
  clock: () => Date;
  log: Log;
  settings: GraphqlSettings;
}

export type QueueName = 'process-requests' | 'fan-out' | 'deliver';

export interface GraphqlSettings {
  serverId: string;
  publicUrl: string;
  fourEyes: boolean;
  /** Pending, active and resting ones together. */
  maxSubscriptionsPerSender: number;
  /** A search that matches more is refused (`rjct.search.too_many_records_found`). */
  maxRecordsFound: number;
}

/** A response → the headers that sign it. */
export type SignResponse = (response: { status: number; body: Buffer }) => Promise<Record<string, string>>;

export interface Context {
  principal: Principal;
  /** Present on calls of partners; an admin's mutation is audited as an admin action instead. */
  call?: Call;
  /** Records why a partner's operation failed, where no use case has settled its call. */
  refused?: (error: ProtocolError) => Promise<void>;
  /** Of a partner that signed its operation: its answer is signed likewise. */
  sign?: SignResponse;
  services: Services;
  loaders: Loaders;
  /** What an administrator reads of persons, before it leaves; made by the first of them. */
  readings?: DataLoader<Reading, undefined>;
  /** When an operation from the network must have ended, by `performance.now()`. */
  deadline?: number;
  /** Whether the caller may still be told; asked before each live event. */
  stillAllowed?: () => Promise<boolean>;
}
