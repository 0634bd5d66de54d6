/** What use cases need of the house; `app.ts` passes an object that has it all. */
import type { KeyRing } from '../access/key-ring.js';
import type { RateLimits } from '../access/rate-limits.js';
import type { SecondFactors } from '../access/second-factor.js';
import type { SenderDirectory } from '../access/sender-directory.js';
import type { DataVault } from '../entities/database/data-vault.js';
import type { Database } from '../entities/database/database.js';
import type { SenderOutboundStore } from '../entities/senders/sender-outbound.repository.js';
import type { Log } from '../platform/log.js';
import type { Tracer } from '../platform/tracer.js';
import type { Outbound } from '../platform/outbound-http.js';
import type { Registries } from '../protocol/registries/registries.js';
import type { LiveSources } from '../sources/outside/live-sources.js';
import type { SourceUrls } from '../sources/outside/source-connections.js';
import type { SourceRouter } from '../sources/source-router.js';
import type { SourceRoutes } from '../sources/source-routes.js';
import type { JobHealthReader } from './overview/job-health.js';
import type { TrafficMeter } from './overview/traffic-meter.js';

export interface Services {
  database: Database;
  vault: DataVault;
  registries: Registries;
  source: SourceRouter;
  /** Sources that are asked at every question. */
  live: LiveSources;
  /** Which source keeps which records. */
  sourceRoutes: Pick<SourceRoutes, 'forget'>;
  /** Where sources are; addresses with passwords, which never leave the process. */
  sourceUrls: SourceUrls;
  directory: SenderDirectory;
  keyRing: KeyRing;
  limiter: RateLimits;
  /** Judges addresses that partners give us. */
  outbound: Pick<Outbound, 'assertAllowed' | 'request'>;
  /** After a commit that left work for a queue. */
  wake: (...queues: QueueName[]) => void;
  /** How we show who we are to receivers. */
  senderOutbound: SenderOutboundStore;
  /** Of administrators with an account here. */
  secondFactors: SecondFactors;
  jobHealth: JobHealthReader;
  /** Lets a recurring job run before its time. */
  makeJobDue: (name: string) => Promise<void>;
  /** What the overview counts. */
  traffic: TrafficMeter;
  /** Server keys are replaced after so many days; 0 = never by themselves. */
  keeping?: { rotationDays: number };
  clock: () => Date;
  log: Log;
  tracer: Tracer;
  settings: Settings;
}

export type QueueName = 'process-requests' | 'fan-out' | 'deliver' | 'mirror-sources' | 'import-files';

export interface Settings {
  serverId: string;
  publicUrl: string;
  /** Asked about every consent that a message brings. */
  consentManagerUrl?: string | undefined;
  fourEyes: boolean;
  /** Pending, active and resting ones together. */
  maxSubscriptionsPerSender: number;
  /** A search that matches more is refused (`rjct.search.too_many_records_found`); none is where left out. */
  maxRecordsFound: number | undefined;
  /** Of one operation from the network, whichever door it came through. */
  operationTimeoutMs: number;
}
