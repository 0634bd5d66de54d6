/** Every environment variable: its form, its default, and the remedy when it is wrong. Values are never echoed. */
import { isIP } from 'node:net';

import { z } from 'zod';

const MASTER_KEY_BYTES = 32;

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`);

const flag = z.stringbool({ error: 'must be true or false' }).default(false);

const oneOf = <const Value extends string>(values: readonly Value[]) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

const url = (protocols: readonly string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be a URL that starts with ${protocols.map((one) => (WITHOUT_HOST.has(one) ? one : `${one}//`)).join(' or ')}`,
    );

const WITHOUT_HOST: ReadonlySet<string> = new Set(['mailto:', 'tel:']);

const web = url(['http:', 'https:']).transform((text) => text.replace(/\/+$/, ''));
/** Paths are put behind it. */
const webBase = web.refine((text) => !/[?#]/.test(text), 'must not hold ? or #');

const proxyUrl = url(['http:']).refine((text) => {
  const { username, password } = URL.parse(text) ?? { username: '', password: '' };
  return isDecodable(username) && isDecodable(password);
}, 'must have a % of its user or password written as %25');

function isDecodable(part: string): boolean {
  try {
    return decodeURIComponent(part) !== undefined;
  } catch {
    return false;
  }
}

/** Of several hosts with ports, as a replica set of MongoDB has them, `URL` reads none; its driver does. */
const jobsUrl = z.union([z.string().regex(/^mongodb(\+srv)?:\/\/[^/]/), url(['postgres:', 'postgresql:'])], {
  error: 'must be a URL that starts with mongodb://, mongodb+srv:// or postgres://, with a host',
});

const list = <Item>(item: z.ZodType<Item, string>) =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(item));

const masterKey = z
  .string()
  .transform((text) => Buffer.from(text, 'base64'))
  .refine(
    (key) => key.length === MASTER_KEY_BYTES,
    `must be ${MASTER_KEY_BYTES} bytes in base64: openssl rand -base64 32`,
  );

const proxyAddress = z.string().refine((text) => {
  const [, address = '', bits] = /^([^/]+)(?:\/([1-9]\d{0,2}))?$/.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits ?? 1) <= (family === 4 ? 32 : 128);
}, 'must be IP addresses or ranges such as 10.0.0.0/8, separated by commas; a range of all is none');

const senderId = z.string().regex(/^[A-Za-z0-9._-]+$/, 'may hold only letters, digits, ".", "_" and "-"');

/** Days: sealed messages of transactions, the transactions, what delivery left, the outbox, record versions of events. */
const RETENTION = { payloads: 365, transactions: 3650, attempts: 90, outbox: 30, versions: 90 };
export type Retention = typeof RETENTION;

/** `365` is for payloads; `payloads=365,attempts=30` names classes. */
const retention = z.string().transform((text, context): Retention => {
  const given = text.split(',').map((part) => /^\s*(?:([a-z]+)\s*=)?\s*(\d{1,5})\s*$/.exec(part));
  const days = given.map((match) => [match?.[1] ?? 'payloads', Number(match?.[2] ?? 0)] as const);
  if (days.some(([name, count]) => !Object.hasOwn(RETENTION, name) || count < 1 || count > 36_500))
    context.addIssue(`must be days from 1 to 36500, alone or by class: ${Object.keys(RETENTION).join(', ')}`);
  return { ...RETENTION, ...Object.fromEntries(days) };
});

export const environment = z.object({
  PORT: whole(0, 65_535).default(4000),
  HOST: z.string().default('127.0.0.1'),
  DATA_DIR: z.string().default('.data'),
  DATABASE_URL: url(['postgres:', 'postgresql:']).optional(),
  DATABASE_DIRECT_URL: url(['postgres:', 'postgresql:']).optional(),
  DATABASE_POOLER: oneOf(['none', 'session', 'transaction']).default('none'),
  DATABASE_REPLICA_URL: url(['postgres:', 'postgresql:']).optional(),
  DATABASE_REPLICA_MAX_LAG_MS: whole(100, 600_000).default(2000),
  CREATE_DATABASE: flag,
  DB_POOL_SIZE: whole(2, 500).default(10),
  DB_STATEMENT_TIMEOUT_MS: whole(0, 3_600_000).default(30_000),
  JOBS_URL: jobsUrl.optional(),
  REDIS_URL: url(['redis:', 'rediss:']).optional(),
  ROLE: oneOf(['api', 'worker', 'all']).default('all'),
  SERVER_ID: senderId.default('dci-gateway'),
  PUBLIC_URL: web.refine((text) => !/[?#@]/.test(text), 'must not hold a password, ? or #').optional(),
  MASTER_KEY: masterKey.optional(),
  MASTER_KEY_PREVIOUS: masterKey.optional(),
  ADMIN_TOKEN: z
    .string()
    .regex(/^\S{8,}$/, 'must have at least 8 characters, none a space: openssl rand -base64 32')
    .optional(),
  ADMIN_OIDC_ISSUER: url(['http:', 'https:']).optional(),
  ADMIN_OIDC_AUDIENCE: z.string().optional(),
  ADMIN_OIDC_CLIENT_ID: z.string().optional(),
  ADMIN_OIDC_ROLES_CLAIM: z.string().default('roles'),
  ADMIN_SECOND_FACTOR: oneOf(['optional', 'required']).default('optional'),
  SEED: oneOf(['demo', 'none']).optional(),
  FOUR_EYES: flag,
  TRUST_PROXY: list(proxyAddress).default([]),
  SECURITY_CONTACT: list(url(['mailto:', 'https:', 'tel:'])).default([]),
  MTLS_HEADER: z
    .string()
    .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be the name of a header')
    .optional(),
  TOKEN_TTL_SECONDS: whole(30, 86_400).default(600),
  ADDRESS_LIMIT_PER_MINUTE: whole(1, 1_000_000).default(1200),
  MAX_SOURCE_LAG_SECONDS: whole(0, 31_536_000).default(0),
  CONSENT_MANAGER_URL: webBase.transform((text) => text.replace(/\/consent\/v1(\/validate)?$/, '')).optional(),
  VERIFY_LIMIT_PER_HOUR: whole(1, 1_000_000).default(60),
  MAX_REQUESTS_AT_ONCE: whole(1, 100_000).default(256),
  MAX_BODY_BYTES: whole(1_024, 100 * 1_048_576).default(1_048_576),
  MAX_UPLOAD_BYTES: whole(1_024, 1_024 * 1_048_576).default(32 * 1_048_576),
  MAX_BATCH_ITEMS: whole(1, 100_000).default(500),
  STRICT_TOTAL_COUNT: flag,
  EXACT_TOTALS: whole(0, 2_000_000_000).default(10_000),
  MAX_RECORDS_FOUND: whole(1, 2_000_000_000).optional(),
  ALLOW_HTTP_CALLBACKS: flag,
  ALLOW_PRIVATE_CALLBACKS: flag,
  OUTBOUND_PROXY: proxyUrl.optional(),
  DELIVERY_RETRY_SECONDS: list(whole(0, 30 * 86_400)).default([5, 30, 120, 600, 3600, 21_600, 86_400]),
  DELIVERY_TIMEOUT_MS: whole(100, 120_000).default(10_000),
  MAX_SUBSCRIPTIONS_PER_SENDER: whole(0, 1_000_000).default(100),
  SUSPEND_AFTER_HOURS: whole(1, 8_760).default(72),
  RETENTION_DAYS: retention.default(RETENTION),
  SIGNING_KEY_ROTATION_DAYS: whole(0, 3_650).default(90),
  GRAPHQL_TIMEOUT_MS: whole(10, 600_000).default(30_000),
  PERSISTED_OPERATIONS: z.string().optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: webBase.optional(),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export type Environment = z.infer<typeof environment>;
