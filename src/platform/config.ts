/** The environment, read once: plain settings, and apart from them what must never be printed. */
import { environment } from './config.schema.js';
import type { Environment, Retention } from './config.schema.js';
import { misspelt } from './misspelt.js';

export interface Config {
  port: number;
  host: string;
  dataDir: string;
  /** No `DATABASE_URL`: we run a PostgreSQL of our own. */
  embedded: boolean;
  /** The database of `DATABASE_URL` is made where it is missing. */
  createDatabase: boolean;
  /** What stands between us and PostgreSQL. */
  databasePooler: Pooler;
  databaseReplicaMaxLagMs: number;
  dbPoolSize: number;
  /** Of one statement; 0 = none. */
  dbStatementTimeoutMs: number;
  role: 'api' | 'worker' | 'all';
  serverId: string;
  /** Without a final slash; absent where `HOST:PORT` is all there is. */
  publicUrl?: string;
  /** `clientId` is the console's own, at the issuer; the audience where it has none. */
  oidc?: { issuer: string; audience: string; clientId: string; rolesClaim: string };
  /** Of accounts here: an issuer sees to its own. */
  adminSecondFactor: 'optional' | 'required';
  seed: 'demo' | 'none';
  fourEyes: boolean;
  /** Addresses and ranges whose forwarding headers are believed. */
  trustProxy: string[];
  /** Whom to tell of a weakness; `security.txt` is served where there is somebody. */
  securityContacts: string[];
  /** Lower case; the header in which a trusted proxy passes the client's certificate. */
  mtlsHeader?: string;
  tokenTtlSeconds: number;
  /** Refused requests a minute of one address. */
  addressLimitPerMinute: number;
  /** Copies of a source that are older make a process not ready; 0: never. */
  maxSourceLagSeconds: number;
  consentManagerUrl?: string;
  /** Verifications of one person by one sender. */
  verifyLimitPerHour: number;
  /** Beyond them a request is refused with 503. */
  maxRequestsAtOnce: number;
  maxBodyBytes: number;
  maxUploadBytes: number;
  maxBatchItems: number;
  strictTotalCount: boolean;
  /** Searches count so far; above, a total is marked as not exact. */
  exactTotals: number;
  maxRecordsFound: number | undefined;
  allowHttpCallbacks: boolean;
  allowPrivateCallbacks: boolean;
  outboundProxy?: string;
  /** Waiting time before the second, third … attempt. */
  deliveryRetrySeconds: number[];
  deliveryTimeoutMs: number;
  maxSubscriptionsPerSender: number;
  /** How long a subscription may fail before it is suspended. */
  suspendAfterHours: number;
  retentionDays: Retention;
  /** 0: keys are changed by hand only. */
  signingKeyRotationDays: number;
  /** Of one GraphQL operation. */
  graphqlTimeoutMs: number;
  /** File of the only GraphQL operations that are answered. */
  persistedOperations?: string;
  /** Where traces are sent: an OpenTelemetry collector. */
  tracesTo: string | undefined;
  logLevel: string;
}

export type Pooler = 'none' | 'session' | 'transaction';

export interface Secrets {
  databaseUrl?: string;
  /** Past a connection pooler. */
  databaseDirectUrl?: string;
  /** A streaming replica, for searches. */
  databaseReplicaUrl?: string;
  jobsUrl?: string;
  redisUrl?: string;
  /** 32 bytes. */
  masterKey?: Buffer;
  /** Another key that is accepted for opening while one replaces the other. */
  masterKeyPrevious?: Buffer;
  adminToken?: string;
  /** Addresses of databases and servers that sources may name, by variable. */
  sourceUrls: Record<string, string>;
}

export class ConfigInvalid extends Error {
  override name = 'ConfigInvalid';

  constructor(readonly problems: readonly string[]) {
    super(`the configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/** Of Node.js: with an older one a process starts, and fails at what it meets first that is not there. */
const OLDEST_RUNTIME = 22;
const OWN_RUNTIME = 'npm start and npx dci bring their own, node_modules/.bin/node';

/** @throws ConfigInvalid with every problem at once */
export function readConfig(
  env: Record<string, string | undefined>,
  runtime = process.versions.node,
): { config: Config; secrets: Secrets } {
  // Files of settings leave a blank or an end of line behind a value, which would stand in addresses that partners are given.
  const trimmed = Object.entries(env).map(([name, value]) => [name, value?.trim()] as const);
  const given = Object.fromEntries(trimmed.filter(([, value]) => value !== undefined && value !== ''));
  const read = environment.safeParse(given);
  const malformed = read.error?.issues.map(({ path, message }) => `${String(path[0])} ${message}`) ?? [];
  const unknown = misspelt(Object.keys(given), Object.keys(environment.shape));
  const old = Number.parseInt(runtime, 10) < OLDEST_RUNTIME;
  const outdated = old ? [`Node.js ${OLDEST_RUNTIME} or newer is needed, not ${runtime}: ${OWN_RUNTIME}`] : [];
  const problems = [...new Set([...outdated, ...malformed, ...unknown, ...contradictions(given)])];
  if (!read.success || problems.length > 0) throw new ConfigInvalid(problems);
  return { config: toConfig(read.data), secrets: { ...toSecrets(read.data), sourceUrls: sourceUrls(given) } };
}

/** Whether administrators can sign in by what is configured; a worker answers nobody, and needs none. */
export function namesAdministrator({ role, embedded, oidc }: Config, { adminToken }: Secrets): boolean {
  // Beside a database of our own a token is made.
  return embedded || role === 'worker' || oidc !== undefined || adminToken !== undefined;
}

function contradictions(env: Record<string, string | undefined>): string[] {
  const rules: [boolean, string][] = [
    [
      !!env.DATABASE_URL && !env.MASTER_KEY,
      'MASTER_KEY is needed with DATABASE_URL, the same for every process: openssl rand -base64 32',
    ],
    [
      !!env.ADMIN_OIDC_ISSUER !== !!env.ADMIN_OIDC_AUDIENCE,
      'ADMIN_OIDC_ISSUER and ADMIN_OIDC_AUDIENCE need each other',
    ],
    [
      !env.DATABASE_URL && !!env.DATABASE_DIRECT_URL,
      'DATABASE_DIRECT_URL needs DATABASE_URL: it leads to the same database, past a connection pooler',
    ],
    [
      !env.DATABASE_URL && !!env.DATABASE_REPLICA_URL,
      'DATABASE_REPLICA_URL needs DATABASE_URL: it leads to a replica of that database',
    ],
    [
      !env.ADMIN_OIDC_ISSUER && !!env.ADMIN_OIDC_CLIENT_ID,
      'ADMIN_OIDC_CLIENT_ID needs ADMIN_OIDC_ISSUER: it is the id of the console there',
    ],
    [!!env.MTLS_HEADER && !env.TRUST_PROXY, 'MTLS_HEADER needs TRUST_PROXY: the addresses that may set it'],
  ];
  return rules.flatMap(([broken, problem]) => (broken ? [problem] : []));
}

function toConfig(env: Environment): Config {
  const { ADMIN_OIDC_ISSUER: issuer, ADMIN_OIDC_AUDIENCE: audience, ADMIN_OIDC_ROLES_CLAIM: rolesClaim } = env;
  return {
    port: env.PORT,
    host: env.HOST,
    dataDir: env.DATA_DIR,
    embedded: env.DATABASE_URL === undefined,
    createDatabase: env.CREATE_DATABASE,
    databasePooler: env.DATABASE_POOLER,
    databaseReplicaMaxLagMs: env.DATABASE_REPLICA_MAX_LAG_MS,
    dbPoolSize: env.DB_POOL_SIZE,
    dbStatementTimeoutMs: env.DB_STATEMENT_TIMEOUT_MS,
    role: env.ROLE,
    serverId: env.SERVER_ID,
    publicUrl: env.PUBLIC_URL,
    oidc:
      issuer && audience ? { issuer, audience, clientId: env.ADMIN_OIDC_CLIENT_ID ?? audience, rolesClaim } : undefined,
    seed: env.SEED ?? (env.DATABASE_URL ? 'none' : 'demo'),
    adminSecondFactor: env.ADMIN_SECOND_FACTOR,
    fourEyes: env.FOUR_EYES,
    trustProxy: env.TRUST_PROXY,
    securityContacts: env.SECURITY_CONTACT,
    mtlsHeader: env.MTLS_HEADER?.toLowerCase(),
    tokenTtlSeconds: env.TOKEN_TTL_SECONDS,
    addressLimitPerMinute: env.ADDRESS_LIMIT_PER_MINUTE,
    maxSourceLagSeconds: env.MAX_SOURCE_LAG_SECONDS,
    consentManagerUrl: env.CONSENT_MANAGER_URL,
    verifyLimitPerHour: env.VERIFY_LIMIT_PER_HOUR,
    maxRequestsAtOnce: env.MAX_REQUESTS_AT_ONCE,
    maxBodyBytes: env.MAX_BODY_BYTES,
    maxUploadBytes: env.MAX_UPLOAD_BYTES,
    maxBatchItems: env.MAX_BATCH_ITEMS,
    strictTotalCount: env.STRICT_TOTAL_COUNT,
    exactTotals: env.EXACT_TOTALS,
    maxRecordsFound: env.MAX_RECORDS_FOUND,
    allowHttpCallbacks: env.ALLOW_HTTP_CALLBACKS,
    allowPrivateCallbacks: env.ALLOW_PRIVATE_CALLBACKS,
    outboundProxy: env.OUTBOUND_PROXY,
    deliveryRetrySeconds: env.DELIVERY_RETRY_SECONDS,
    deliveryTimeoutMs: env.DELIVERY_TIMEOUT_MS,
    maxSubscriptionsPerSender: env.MAX_SUBSCRIPTIONS_PER_SENDER,
    suspendAfterHours: env.SUSPEND_AFTER_HOURS,
    retentionDays: env.RETENTION_DAYS,
    signingKeyRotationDays: env.SIGNING_KEY_ROTATION_DAYS,
    graphqlTimeoutMs: env.GRAPHQL_TIMEOUT_MS,
    persistedOperations: env.PERSISTED_OPERATIONS,
    tracesTo: env.OTEL_EXPORTER_OTLP_ENDPOINT,
    logLevel: env.LOG_LEVEL,
  };
}

/** Variables of other names than the gateway's own that hold the address of a database, or of another server with our secret there. */
function sourceUrls(env: Record<string, string | undefined>): Record<string, string> {
  const own = new Set(Object.keys(environment.shape));
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value = '']) =>
      !own.has(name) && /^((postgres|postgresql|mysql|mariadb):\/\/|https?:\/\/[^/@]+:[^/@]+@)/.test(value)
        ? [[name, value]]
        : [],
    ),
  );
}

function toSecrets(env: Environment): Omit<Secrets, 'sourceUrls'> {
  return {
    databaseUrl: env.DATABASE_URL,
    databaseDirectUrl: env.DATABASE_DIRECT_URL,
    databaseReplicaUrl: env.DATABASE_REPLICA_URL,
    jobsUrl: env.JOBS_URL,
    redisUrl: env.REDIS_URL,
    masterKey: env.MASTER_KEY,
    masterKeyPrevious: env.MASTER_KEY_PREVIOUS,
    adminToken: env.ADMIN_TOKEN,
  };
}
