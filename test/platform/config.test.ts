import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';

import { describeFailure } from '../../src/cli/failure.js';
import { awaitDatabase } from '../../src/entities/database/await-database.js';
import { environment } from '../../src/platform/config.schema.js';
import { ConfigInvalid, readConfig, namesAdministrator } from '../../src/platform/config.js';
import { loadLocalSecrets } from '../../src/platform/local-secrets.js';
import { startFault } from '../../src/platform/start-fault.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const KEY = randomBytes(32).toString('base64');
const SERVER = { DATABASE_URL: 'postgres://u:p4ss@db/dci', MASTER_KEY: KEY };

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.problems;
    throw error;
  }
  return [];
}

test('nothing set: the embedded gateway (contract: Start)', () => {
  const { config, secrets } = readConfig({});
  expect(config).toMatchObject({ port: 4000, host: '127.0.0.1', dataDir: '.data', role: 'all', embedded: true });
  expect(config).toMatchObject({ serverId: 'dci-gateway', seed: 'demo', fourEyes: false, logLevel: 'info' });
  expect(config).toMatchObject({ deliveryRetrySeconds: [5, 30, 120, 600, 3600, 21600, 86400], maxBodyBytes: 1048576 });
  expect(Object.entries(secrets).filter(([, value]) => value !== undefined)).toEqual([['sourceUrls', {}]]);
});

test('a server of its own: no demo data, and secrets stay out of the config', () => {
  const { config, secrets } = readConfig({
    ...SERVER,
    ADMIN_TOKEN: 'bootstrap',
    ROLE: 'worker',
    TRUST_PROXY: '10.0.0.0/8, ::1',
  });
  expect(config).toMatchObject({ embedded: false, seed: 'none', role: 'worker', trustProxy: ['10.0.0.0/8', '::1'] });
  expect(secrets.masterKey).toHaveLength(32);
  expect(JSON.stringify(config)).not.toMatch(/p4ss|bootstrap/);
});

test('sources may name addresses of databases, none of our own', () => {
  const school = 'mysql://reader:p4ss@db/school';
  const { secrets } = readConfig({ ...SERVER, SCHOOL_DATABASE_URL: school, SCHOOL_URL: 'https://school.example' });
  expect(secrets.sourceUrls).toEqual({ SCHOOL_DATABASE_URL: school });
});

test('how the database is reached: made only when asked for, and past a pooler only with one', () => {
  const direct = 'postgres://u:p4ss@db:5432/dci';
  expect(readConfig(SERVER)).toMatchObject({ config: { createDatabase: false } });
  const { config, secrets } = readConfig({ ...SERVER, CREATE_DATABASE: 'true', DATABASE_DIRECT_URL: direct });
  expect(config.createDatabase).toBe(true);
  expect(secrets.databaseDirectUrl).toBe(direct);
  expect(problemsOf({ DATABASE_DIRECT_URL: direct })).toEqual([
    'DATABASE_DIRECT_URL needs DATABASE_URL: it leads to the same database, past a connection pooler',
  ]);
});

test('an empty value is no value, and a final slash of PUBLIC_URL goes', () => {
  const { config } = readConfig({ PORT: '', PUBLIC_URL: 'https://dci.example.org/' });
  expect(config).toMatchObject({ port: 4000, publicUrl: 'https://dci.example.org' });
});

test('what a file of settings leaves around a value goes', () => {
  const { config, secrets } = readConfig({
    PUBLIC_URL: ' https://dci.example.org/ \n',
    ADMIN_TOKEN: 'bootstrap\n',
    SEED: ' ',
  });
  expect(config).toMatchObject({ publicUrl: 'https://dci.example.org', seed: 'demo' });
  expect(secrets.adminToken).toBe('bootstrap');
});

test('a replica set of MongoDB has several hosts', () => {
  const JOBS_URL = 'mongodb://u:p4ss@one:27017,two:27017/jobs?replicaSet=rs';
  expect(readConfig({ ...SERVER, JOBS_URL }).secrets.jobsUrl).toBe(JOBS_URL);
});

test('every problem is reported at once, without the values', () => {
  const env = { PORT: '70000', ROLE: 'boss', DATABASE_URL: 'mysql://u:p4ss@db/x', SEED: 'lots', LOG_LEVEL: 'loud' };
  expect(problemsOf(env)).toEqual([
    'PORT must be a whole number from 0 to 65535',
    'DATABASE_URL must be a URL that starts with postgres:// or postgresql://',
    'ROLE must be one of api, worker, all',
    'SEED must be one of demo, none',
    'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent',
    'MASTER_KEY is needed with DATABASE_URL, the same for every process: openssl rand -base64 32',
  ]);
  expect(() => readConfig(env)).toThrow('the configuration is not valid:\n  - PORT must');
  expect(problemsOf(env).join('')).not.toContain('p4ss');
});

test.each([
  [{ PORT: '80x' }, 'PORT must be a whole number from 0 to 65535'],
  [{ MASTER_KEY: 'c2hvcnQ=' }, 'MASTER_KEY must be 32 bytes in base64: openssl rand -base64 32'],
  [{ DATABASE_URL: SERVER.DATABASE_URL }, 'MASTER_KEY is needed with DATABASE_URL'],
  [{ JOBS_URL: 'redis://x' }, 'JOBS_URL must be a URL that starts with mongodb://'],
  [{ SERVER_ID: 'a b' }, 'SERVER_ID may hold only letters, digits, ".", "_" and "-"'],
  [{ PUBLIC_URL: 'dci.example.org' }, 'PUBLIC_URL must be a URL that starts with http:// or https://'],
  [{ ADMIN_OIDC_ISSUER: 'https://id.example.org' }, 'ADMIN_OIDC_ISSUER and ADMIN_OIDC_AUDIENCE need each other'],
  [{ FOUR_EYES: 'maybe' }, 'FOUR_EYES must be true or false'],
  [{ ADMIN_SECOND_FACTOR: 'true' }, 'ADMIN_SECOND_FACTOR must be one of optional, required'],
  [{ TRUST_PROXY: '10.0.0.0/33' }, 'TRUST_PROXY must be IP addresses or ranges such as 10.0.0.0/8'],
  [{ TRUST_PROXY: 'proxy' }, 'TRUST_PROXY must be IP addresses or ranges'],
  [{ TRUST_PROXY: '10.0.0.0/' }, 'TRUST_PROXY must be IP addresses or ranges'],
  [{ TRUST_PROXY: '0.0.0.0/0' }, 'a range of all is none'],
  [{ JOBS_URL: 'mongodb://' }, 'JOBS_URL must be a URL that starts with mongodb://'],
  [{ MTLS_HEADER: 'x-client-cert' }, 'MTLS_HEADER needs TRUST_PROXY'],
  [{ MTLS_HEADER: 'x client', TRUST_PROXY: '10.0.0.1' }, 'MTLS_HEADER must be the name of a header'],
  [{ DATABASE_REPLICA_URL: 'postgres://h/x' }, 'DATABASE_REPLICA_URL needs DATABASE_URL'],
  [{ ADMIN_OIDC_CLIENT_ID: 'console' }, 'ADMIN_OIDC_CLIENT_ID needs ADMIN_OIDC_ISSUER'],
  [{ PUBLIC_URL: 'https://dci.example.org/?a=b' }, 'PUBLIC_URL must not hold a password, ? or #'],
  [{ SECURITY_CONTACT: 'me@example.org' }, 'SECURITY_CONTACT must be a URL that starts with mailto: or https://'],
  [{ CONSENT_MANAGER_URL: 'https://consent.example.org/?a=b' }, 'CONSENT_MANAGER_URL must not hold ? or #'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/#' }, 'OTEL_EXPORTER_OTLP_ENDPOINT must not hold ? or #'],
  [
    { OUTBOUND_PROXY: 'http://me:50%off@proxy:3128' },
    'OUTBOUND_PROXY must have a % of its user or password written as',
  ],
  // Ignored, each would leave a gateway that is not what its operator believes it to be.
  [{ FOUR_EYE: 'true' }, 'FOUR_EYE is no setting: if FOUR_EYES is meant, write it so'],
  [{ four_eyes: 'true' }, 'four_eyes is no setting: if FOUR_EYES is meant'],
  [{ DATABASE_URI: 'postgres://h/x' }, 'DATABASE_URI is no setting: if DATABASE_URL is meant'],
  [{ DATABSAE_URL: 'postgres://h/x' }, 'DATABSAE_URL is no setting: if DATABASE_URL is meant'],
  [{ MASTERKEY: 'x' }, 'MASTERKEY is no setting: if MASTER_KEY is meant'],
  [{ DELIVERY_RETRY_SECONDS: '5,soon' }, 'DELIVERY_RETRY_SECONDS must be a whole number'],
])('%j is refused with its remedy', (env, problem) => {
  expect(problemsOf(env)).toEqual([expect.stringContaining(problem)]);
});

test('a runtime that lacks what the code uses is refused at the start', () => {
  const old =
    'Node.js 22 or newer is needed, not 20.20.2: npm start and npx dci bring their own, node_modules/.bin/node';
  expect(() => readConfig({}, '20.20.2')).toThrow(old);
  expect(() => readConfig({}, '24.15.0')).not.toThrow();
});

test('variables of others are none of ours, however they are called', () => {
  const others = [
    'SERVER_IP',
    'JOB_URL',
    'DATABASE_SSL',
    'DATABASE_USER',
    'SCHOOL_DATABASE_URL',
    'HOSTS',
    'REDIS_PORT',
  ];
  expect(problemsOf(Object.fromEntries(others.map((name) => [name, 'x'])))).toEqual([]);
});

test.each(['a', 'seven77', 'with a space in it'])('an ADMIN_TOKEN that is soon guessed is refused: %p', (token) => {
  expect(problemsOf({ ...SERVER, ADMIN_TOKEN: token })).toEqual([
    'ADMIN_TOKEN must have at least 8 characters, none a space: openssl rand -base64 32',
  ]);
});

test('.env.example documents every variable with its default', async () => {
  const example = await readFile(new URL('../../.env.example', import.meta.url), 'utf8');
  const documented = Object.fromEntries(
    [...example.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  expect(Object.keys(documented).sort()).toEqual(Object.keys(environment.shape).sort());
  expect(readConfig(documented)).toEqual(readConfig({}));
});

test('what the system says of a start that failed is told by the setting that mends it', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const listening = async (port: number, host: string) => {
    const [error] = (await once(createServer().listen(port, host), 'error')) as unknown[];
    return startFault(error, {});
  };
  const { port } = taken.address() as AddressInfo;
  expect(await listening(port, '127.0.0.1')).toMatch(/^PORT: another process listens there; .*EADDRINUSE/);
  expect(await listening(0, 'http://x')).toMatch(/^HOST: must be a name or an address of this machine/);
  taken.close();
  const denied = Object.assign(new Error('permission denied for schema public'), { code: '42501' });
  expect(startFault(denied, {})).toMatch(/^DATABASE_URL: permission denied for schema public: .*OWNER TO/);
  expect(describeFailure(denied)).toMatchObject({ code: '42501', remedy: expect.stringContaining('OWNER TO') });
  const full = Object.assign(new Error('sorry, too many clients already'), { code: '53300' });
  expect(startFault(full, {})).toMatch(/^DATABASE_URL: sorry, too many clients already: .*max_connections/);
  expect(describeFailure(full)).toMatchObject({ remedy: expect.stringContaining('DB_POOL_SIZE') });
  const broken = Object.assign(new Error('duplicate key: (UIN)=(1)'), { code: '23505' });
  expect(describeFailure(broken).message).toBe('PostgreSQL answers 23505 (its appendix A, error codes)');
  const dataDir = join(temporaryFolder(), 'file');
  await writeFile(dataDir, '');
  const error: unknown = await loadLocalSecrets(dataDir, {}).catch((thrown: unknown) => thrown);
  expect(startFault(error, { DATA_DIR: dataDir })).toMatch(/^DATA_DIR: must be a folder that this user may write to/);
  expect(startFault(error, {})).toMatch(/^Error: EEXIST/);
  const nowhere: unknown = await loadLocalSecrets('/proc/x/y', {}).catch((thrown: unknown) => thrown);
  expect(startFault(nowhere, { DATA_DIR: '/proc/x/y' })).toMatch(/^DATA_DIR: must be a folder that .*ENOENT/);
});

test('a database whose TLS is not believed, or that has none, is told by the setting that mends it', async () => {
  const tls = fileURLToPath(new URL('../support/tls/', import.meta.url));
  const [cert, key] = await Promise.all(
    ['gateway.test.pem', 'gateway.test.key.pem'].map((name) => readFile(tls + name)),
  );
  /** As PostgreSQL answers who asks for TLS. */
  const serve = async (answer: 'S' | 'N') => {
    const server = createServer((socket) => {
      socket
        .on('error', () => undefined)
        .once('data', () => {
          socket.write(answer);
          if (answer === 'S') new TLSSocket(socket, { isServer: true, cert, key }).on('error', () => undefined);
        });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  const told = async (answer: 'S' | 'N'): Promise<string> => {
    const server = await serve(answer);
    const { port } = server.address() as AddressInfo;
    const url = `postgres://u@127.0.0.1:${port}/dci?sslmode=verify-full`;
    const error: unknown = await awaitDatabase(url).catch((thrown: unknown) => thrown);
    server.close();
    return startFault(error, {});
  };
  expect(await told('S')).toMatch(/^DATABASE_URL: the certificate of the server is not believed .*sslrootcert=FILE/);
  expect(await told('N')).toMatch(/^DATABASE_URL: The server does not support SSL connections: /);
});

describe('local secrets', () => {
  test('are made once, private, and the same ever after', async () => {
    const dataDir = temporaryFolder();
    const [first, racing] = await Promise.all([loadLocalSecrets(dataDir, {}), loadLocalSecrets(dataDir, {})]);
    expect(first.masterKey).toHaveLength(32);
    expect(first.adminTokenIsNew).toBe(!racing.adminTokenIsNew);
    expect(racing).toMatchObject({ masterKey: first.masterKey, adminToken: first.adminToken });
    const again = await loadLocalSecrets(dataDir, {});
    expect(again).toEqual({ ...first, adminTokenIsNew: false });
    for (const name of ['master-key', 'admin-token'])
      expect((await stat(join(dataDir, name))).mode & 0o777).toBe(0o600);
  });

  test('given ones win and are never called new', async () => {
    const masterKey = randomBytes(32);
    const secrets = await loadLocalSecrets(temporaryFolder(), { masterKey, adminToken: 'mine' });
    expect(secrets).toEqual({ masterKey, adminToken: 'mine', adminTokenIsNew: false });
  });

  test('an empty file is no secret', async () => {
    const dataDir = temporaryFolder();
    await writeFile(join(dataDir, 'admin-token'), '');
    await expect(loadLocalSecrets(dataDir, {})).rejects.toThrow(
      /admin-token is empty: put its content back, or delete/,
    );
    expect((await readdir(dataDir)).toSorted()).toEqual(['admin-token', 'master-key']);
  });

  test('a master key that is missing beside a database that was used is not made anew', async () => {
    const [dataDir, moved, unused] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    for (const one of [dataDir, unused]) await mkdir(join(one, 'postgres', 'data'), { recursive: true });
    await symlink(join(moved, 'elsewhere'), join(moved, 'postgres'));
    for (const one of [dataDir, moved]) {
      await writeFile(join(one, 'admin-token'), 'of a start before');
      await expect(loadLocalSecrets(one, {})).rejects.toThrow(/master-key is not there.* put the file back/);
      expect((await readdir(one)).toSorted()).toEqual(['admin-token', 'postgres']);
    }
    const given = await loadLocalSecrets(dataDir, { masterKey: randomBytes(32) });
    expect(given).toMatchObject({ adminToken: 'of a start before', adminTokenIsNew: false });
    // As `npx dci migrate` leaves it, which needs no key.
    expect((await loadLocalSecrets(unused, {})).masterKey).toHaveLength(32);
  });

  test('a damaged master key stops the start', async () => {
    const dataDir = temporaryFolder();
    await writeFile(join(dataDir, 'master-key'), 'c2hvcnQ=');
    await expect(loadLocalSecrets(dataDir, {})).rejects.toThrow('master-key does not hold 32 bytes in base64');
  });
});

describe('RETENTION_DAYS', () => {
  const read = (text: string) => readConfig({ RETENTION_DAYS: text }).config.retentionDays;

  test('alone is for payloads, by name for its class', () => {
    const defaults = { payloads: 365, transactions: 3650, attempts: 90, outbox: 30, versions: 90 };
    expect(readConfig({}).config.retentionDays).toEqual(defaults);
    expect(read('30')).toEqual({ ...defaults, payloads: 30 });
    expect(read('payloads=10, attempts = 5')).toEqual({ ...defaults, payloads: 10, attempts: 5 });
  });

  test.each(['0', '-1', 'forever', 'payloads', 'audit=1', 'payloads=40000', '1,,2'])('refuses %p by name', (text) => {
    expect(problemsOf({ RETENTION_DAYS: text })).toEqual([
      'RETENTION_DAYS must be days from 1 to 36500, alone or by class: payloads, transactions, attempts, outbox, versions',
    ]);
  });
});

test.each<[string, Record<string, string>, boolean]>([
  ['a server’s database and nobody who could sign in', SERVER, false],
  ['the same as an API process', { ...SERVER, ROLE: 'api' }, false],
  ['a worker', { ...SERVER, ROLE: 'worker' }, true],
  ['a token', { ...SERVER, ADMIN_TOKEN: 'bootstrap' }, true],
  ['an issuer', { ...SERVER, ADMIN_OIDC_ISSUER: 'https://id.example', ADMIN_OIDC_AUDIENCE: 'gateway' }, true],
  ['a database of our own', {}, true],
])('names somebody who can sign in, or not, with %s', (_, env, starts) => {
  const { config, secrets } = readConfig(env);
  expect(namesAdministrator(config, secrets)).toBe(starts);
});
