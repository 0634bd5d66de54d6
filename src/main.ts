/** The process: reads the environment, starts what is asked for, says where everything is, and closes in order. */
import { startGateway } from './app.js';
import { findDemoPartner } from './server/demo-partner.js';
import { greeting } from './server/greeting.js';
import { startEmbeddedPostgres } from './platform/embedded-postgres.js';
import { ConfigInvalid, readConfig, type Config, type Secrets } from './platform/config.js';
import { giveBackWhenIdle } from './platform/give-back.js';
import { loadLocalSecrets, type LocalSecrets } from './platform/local-secrets.js';
import { createLog, type Log } from './platform/log.js';
import { createMetrics } from './platform/metrics.js';
import { endFaulty, stopOnFault, stopOnRequest } from './platform/shutdown.js';
import { startFault } from './platform/start-fault.js';

/** For requests that are on their way on connections that stand. */
const GRACE_MS = 1000;

/** What was started, to be closed in the opposite order. */
const started: { close(): Promise<void> }[] = [];
let closing: Promise<void> | undefined;

/** Once, however many ask. */
const closeAll = (): Promise<void> => (closing ??= closeEach());

async function closeEach(): Promise<void> {
  for (let last = started.pop(); last !== undefined; last = started.pop()) await last.close();
}

async function main(): Promise<void> {
  const { config, secrets } = readConfig(process.env);
  const log = createLog(config.logLevel);
  stopOnRequest(
    (reason) => {
      log.info({ reason }, 'stopping');
      return closeAll();
    },
    (error) => log.error({ err: error }, 'could not stop in order'),
  );
  stopOnFault(closeAll, log);
  const { databaseUrl, local } = await findDatabase(config, secrets, log);
  const metrics = createMetrics({ ofProcess: true });
  const gateway = await startGateway(
    config,
    { ...secrets, ...local, databaseUrl },
    { log, metrics, needsAdministrator: true },
  );
  started.push({ close: () => gateway.close(GRACE_MS) }, giveBackWhenIdle());
  // It serves whether or not anybody can read this.
  process.stdout.on('error', () => undefined);
  process.stdout.write(greeting(gateway, await findDemoPartner(gateway, config.dataDir), local, config));
}

/** Without a database nothing can be done: whoever watches the process may start it anew, or look. */
function endWithout(log: Log): void {
  log.error('the embedded PostgreSQL could not be started again: the gateway ends');
  endFaulty(closeAll);
}

/** The database of `DATABASE_URL`, or one of our own whose secrets are made beside it. */
async function findDatabase(
  config: Config,
  secrets: Secrets,
  log: Log,
): Promise<{ databaseUrl: string; local: Partial<LocalSecrets> & Pick<LocalSecrets, 'masterKey'> }> {
  const { databaseUrl, masterKey } = secrets;
  // Together by `readConfig`: a server's database without its master key is refused there.
  if (databaseUrl !== undefined && masterKey !== undefined) return { databaseUrl, local: { masterKey } };
  const local = await loadLocalSecrets(config.dataDir, secrets);
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log, onLost: () => endWithout(log) });
  started.push(postgres);
  return { databaseUrl: postgres.url, local };
}

try {
  await main();
} catch (error) {
  const text =
    error instanceof ConfigInvalid ? error.message : `the gateway could not start: ${startFault(error, process.env)}`;
  process.stderr.write(`${text}\n`);
  await closeAll();
  process.exit(1);
}
