/** The house, wired in one place: `const gateway = await startGateway(config, secrets); … await gateway.close()`. */
import proxyAddress from 'proxy-addr';
import { Admission } from './access/admission.js';
import { RecentCallers } from './access/recent-callers.js';
import { AdminToken } from './access/admin-token.js';
import { Admins } from './access/admins.js';
import { KeyRing } from './access/key-ring.js';
import { LocalAdmins } from './access/local-admins.js';
import { OidcAdmins } from './access/oidc-admin.js';
import { RateLimits, type Counters } from './access/rate-limits.js';
import { SecondFactors } from './access/second-factor.js';
import { SenderDirectory } from './access/sender-directory.js';
import { createCounterStore } from './access/shared-counters.js';
import { TokenService } from './access/token.js';
import { createAuthenticator } from './dci-rest/graphql-authenticator.js';
import type { FacadeServices } from './dci-rest/services.js';
import { DataVault } from './entities/database/data-vault.js';
import type { Database } from './entities/database/database.js';
import { SenderOutboundStore } from './entities/senders/sender-outbound.repository.js';
import { WakeChannel } from './entities/queues/wake-channel.js';
import { FrontDoor } from './server/front-door.js';
import { openReplica, type Replica } from './entities/database/replica.js';
import { replicatedSource } from './sources/replicated.source.js';
import type { RecordTables } from './sources/registry-source.js';
import { LiveTail } from './graphql/live/live-tail.js';
import { PersistedOperations } from './graphql/persisted-operations.js';
import { gatewaySchema } from './graphql/schema.js';
import { TrafficMeter } from './use-cases/overview/traffic-meter.js';
import { startGraphqlServer } from './graphql/server.js';
import { recurringJobs, startBackground, workerQueues, type BackgroundServices } from './jobs/background.js';
import { createJobStore } from './jobs/job-store.js';
import type { Config } from './platform/config.js';
import { createLog, type Log } from './platform/log.js';
import { createMetrics, type Metrics } from './platform/metrics.js';
import { createTracer } from './platform/tracing.js';
import { createOutbound, type OutboundOptions } from './platform/outbound-http.js';
import { within } from './platform/within.js';
import type { Registries } from './protocol/registries/registries.js';
import { openStore, type StoreSecrets } from './server/open-store.js';
import { createRecordSource } from './sources/record.source.js';
import { LiveSources } from './sources/outside/live-sources.js';
import { SourceConnections, type SourceUrls } from './sources/outside/source-connections.js';
import { createSourceRouter, type BroughtSource } from './sources/source-router.js';
import { SourceRoutes } from './sources/source-routes.js';
import { createListener } from './server/listener.js';
import { exportStanding } from './server/metrics/standing.metrics.js';
import { countJobs, countTraffic } from './server/metrics/work.metrics.js';
import { upstreamAt } from './upstream.js';

export interface Gateway {
  /** Under which others know it, without a final slash. */
  url: string;
  /** Where it listens, which differs behind a proxy. */
  address: string;
  database: Database;
  /** For commands that run the use cases from the inside. */
  services: FacadeServices & BackgroundServices;
  /** @param graceMs how long connections that stand may still bring a request */
  close(graceMs?: number): Promise<void>;
}

export interface GatewayOverrides {
  clock?: () => Date;
  log?: Log;
  /** Of the process too, where this gateway is all it runs. */
  metrics?: Metrics;
  /** How long a database that refuses is asked again at the start. */
  patienceMs?: number;
  /** Resolves the names of partners' hosts; the system's resolver where left out. */
  lookup?: OutboundOptions['lookup'];
  /** Sources that are part of this process, and need no file. */
  sources?: BroughtSource[];
  /** Whether it must not start where nobody could sign in; the command line runs without anybody. */
  needsAdministrator?: boolean;
}

const PATIENCE_MS = 60_000;
/** Times its `statement_timeout` that a source may take for a page of its mirror. */
const MIRROR_PATIENCE = 12;
/** Of one step of closing; what takes longer is left. */
const CLOSE_MS = 6000;

export async function startGateway(
  config: Config,
  secrets: StoreSecrets,
  overrides: GatewayOverrides = {},
): Promise<Gateway> {
  // From here on whoever asks is told that we start.
  const door = await FrontDoor.open(config);
  try {
    return await startBehind(door, config, secrets, overrides);
  } catch (error) {
    await door.close();
    throw error;
  }
}

async function startBehind(
  door: FrontDoor,
  config: Config,
  secrets: StoreSecrets,
  {
    clock = () => new Date(),
    log = createLog(config.logLevel),
    metrics = createMetrics(),
    patienceMs = PATIENCE_MS,
    lookup,
    sources,
    needsAdministrator = false,
  }: GatewayOverrides,
): Promise<Gateway> {
  const { databaseUrl, databaseDirectUrl: directUrl = databaseUrl } = secrets;
  const store = await openStore(config, secrets, { clock, log, patienceMs, needsAdministrator });
  const { database, masterKey, vault, keyRing, registries } = store;
  const replica = replicaOf(config, secrets, database, log);
  const { server, address } = door;
  const url = config.publicUrl ?? address;
  const counterStore = await createCounterStore(database, secrets.redisUrl, log);
  const wakeChannel = new WakeChannel(database, directUrl, log);
  await wakeChannel.open();
  const services: FacadeServices & BackgroundServices = {
    ...(await wire(config, {
      sourceUrls: secrets.sourceUrls,
      database,
      replica: replica?.replica,
      vault,
      keyRing,
      registries,
      clock,
      log,
      url,
      counters: counterStore.counters,
      wakeChannel,
      lookup,
      sources,
    })),
    wakeChannel,
    tracer: await createTracer(config.tracesTo, log),
    wake: (...queues) => wakeChannel.wake(...queues),
    senderOutbound: new SenderOutboundStore(database, masterKey),
    secondFactors: new SecondFactors(masterKey, config.serverId),
    jobHealth: () => background.health(),
    makeJobDue: (name) => background.makeDue(name),
    keeping: {
      masterKey,
      retentionDays: config.retentionDays,
      rotationDays: config.signingKeyRotationDays,
    },
    deliverySettings: { retrySeconds: config.deliveryRetrySeconds, suspendAfterHours: config.suspendAfterHours },
  };
  wakeChannel.onWake(() => services.tail.heard());
  database.onEvents(() => services.tail.nudge());
  const admins = adminsOf(config, secrets, services);
  const authenticator = createAuthenticator(services, admins);
  const persisted = await PersistedOperations.load(config.persistedOperations);
  const graphql = await startGraphqlServer(services.schema, services, authenticator, server, { persisted, metrics });
  exportStanding(metrics, services);
  countTraffic(metrics, services.traffic, services.registries);
  door.serve(
    createListener(services, graphql, config, metrics, (token) => authenticator.webSocket(token), admins.oidc),
  );
  if (config.role !== 'worker') void askIssuer(admins.oidc, log);
  const background = startBackground(services, await createJobStore(secrets.jobsUrl ?? secrets.databaseUrl, log), {
    works: config.role !== 'api',
    queues: workerQueues(services),
    jobs: recurringJobs(services),
    ran: countJobs(metrics),
  });
  return {
    url,
    address,
    database,
    services,
    close: async (graceMs) => {
      const inTime = (step: string, closing: Promise<unknown>): Promise<unknown> =>
        within(CLOSE_MS, closing).catch((error: unknown) => log.warn({ step, err: error }, 'did not close in time'));
      services.tail.close();
      await inTime('WebSockets', graphql.hangUp());
      await door.close(graceMs);
      await inTime('GraphQL', graphql.close());
      await inTime('background work', background.close());
      await inTime('traffic', services.traffic.close());
      await inTime('traces', services.tracer.close());
      await inTime('sources', Promise.all([services.connections.close(), services.live.close()]));
      if (replica !== undefined) await inTime('replica', replica.close());
      await wakeChannel.close();
      counterStore.close();
      await database.close();
    },
  };
}

/** The gateway serves partners without it; whoever runs it shall not learn of it from those who cannot sign in. */
async function askIssuer(oidc: OidcAdmins | undefined, log: Log): Promise<void> {
  await oidc?.reach().catch((error: unknown) => {
    log.warn(
      { err: error },
      'ADMIN_OIDC_ISSUER: its administrators cannot sign in until its metadata and keys can be read; they are asked for again at each sign in',
    );
  });
}

function replicaOf(config: Config, { databaseReplicaUrl: url }: StoreSecrets, database: Database, log: Log) {
  if (url === undefined) return undefined;
  const pool = { poolSize: config.dbPoolSize, statementTimeoutMs: config.dbStatementTimeoutMs, log };
  return openReplica(database, url, pool, { maxLagMs: config.databaseReplicaMaxLagMs });
}

function ownRecords(config: Config, database: Database, replica: Replica | undefined): RecordTables {
  const own = createRecordSource(database, config);
  return replica === undefined ? own : replicatedSource(own, createRecordSource(replica.sql, config), replica);
}

type Wired = Omit<
  FacadeServices & BackgroundServices,
  | 'wakeChannel'
  | 'wake'
  | 'tracer'
  | 'senderOutbound'
  | 'secondFactors'
  | 'jobHealth'
  | 'makeJobDue'
  | 'deliverySettings'
  | 'keeping'
>;

interface Built {
  sourceUrls: SourceUrls;
  database: Database;
  replica: Replica | undefined;
  vault: DataVault;
  keyRing: KeyRing;
  registries: Registries;
  clock: () => Date;
  log: Log;
  url: string;
  counters: Counters;
  lookup: OutboundOptions['lookup'];
  wakeChannel: WakeChannel;
  sources: BroughtSource[] | undefined;
}

async function wire(
  config: Config,
  { database, replica, url, counters, wakeChannel, lookup, sources, ...built }: Built,
): Promise<Wired> {
  const { keyRing, clock, log } = built;
  const sourceRoutes = new SourceRoutes(database, built.registries);
  const live = new LiveSources({
    sql: database,
    registries: built.registries,
    connections: new SourceConnections(built.sourceUrls, built.registries, 1),
    urls: built.sourceUrls,
    upstreamAt: (address) => upstreamAt(address, { keyRing, serverId: config.serverId, clock }),
    clock,
  });
  return {
    ...built,
    database,
    schema: await gatewaySchema(),
    source: createSourceRouter({
      sql: database,
      routes: sourceRoutes,
      own: ownRecords(config, database, replica),
      live: (keeper) => live.of(keeper),
      brought: sources,
      clock,
      log,
    }),
    sourceRoutes,
    live,
    connections: new SourceConnections(built.sourceUrls, built.registries, MIRROR_PATIENCE),
    directory: new SenderDirectory(database),
    tail: new LiveTail(database, log, () => wakeChannel.wake('tail'), clock),
    traffic: new TrafficMeter(database, clock, log),
    outbound: createOutbound({
      allowHttp: config.allowHttpCallbacks,
      allowPrivate: config.allowPrivateCallbacks,
      timeoutMs: config.deliveryTimeoutMs,
      maxResponseBytes: 65_536,
      proxyUrl: config.outboundProxy,
      ...(lookup === undefined ? {} : { lookup }),
    }),
    tokens: new TokenService(keyRing, { issuer: url, audience: config.serverId, ttlSeconds: config.tokenTtlSeconds }),
    limiter: new RateLimits(counters, {
      unprovenPerMinute: config.addressLimitPerMinute,
      verificationsPerHour: config.verifyLimitPerHour,
    }),
    maxBodyBytes: config.maxBodyBytes,
    maxUploadBytes: config.maxUploadBytes,
    mtlsHeader: config.mtlsHeader,
    trusts: proxyAddress.compile(config.trustProxy),
    admission: new Admission(config.maxRequestsAtOnce),
    recentCallers: new RecentCallers(),
    messageLimits: { items: config.maxBatchItems, strictTotalCount: config.strictTotalCount },
    settings: {
      serverId: config.serverId,
      publicUrl: url,
      consentManagerUrl: config.consentManagerUrl,
      fourEyes: config.fourEyes,
      maxSubscriptionsPerSender: config.maxSubscriptionsPerSender,
      maxRecordsFound: config.maxRecordsFound,
      operationTimeoutMs: config.graphqlTimeoutMs,
    },
  };
}

/** The issuer is the operator's choice and may stand in the same private network. */
function adminsOf(config: Config, secrets: StoreSecrets, { database, clock }: BackgroundServices): Admins {
  const bootstrap = new AdminToken(secrets.adminToken);
  const local = new LocalAdmins(database, clock, config.adminSecondFactor === 'required');
  if (config.oidc === undefined) return new Admins(bootstrap, local);
  const allowHttp = config.oidc.issuer.startsWith('http:');
  const outbound = createOutbound({ allowHttp, allowPrivate: true, timeoutMs: 5_000, maxResponseBytes: 1_048_576 });
  return new Admins(bootstrap, local, new OidcAdmins(config.oidc, outbound, database, clock));
}
