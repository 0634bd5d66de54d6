/** The process: reads the environment, starts what is asked for, says where everything is, and closes in order. */
import { startGateway } from './app.js';
import { greet } from './greeting.js';
import { startEmbeddedPostgres } from './platform/embedded-postgres.js';
import { ConfigInvalid, readConfig } from './platform/config.js';
import { loadLocalSecrets } from './platform/local-secrets.js';
import { createLog } from './platform/log.js';

async function main(): Promise<void> {
  const { config, secrets } = readConfig(process.env);
  const log = createLog(config.logLevel);
  const local = await loadLocalSecrets(config.dataDir, secrets);
  const postgres =
    secrets.databaseUrl === undefined ? await startEmbeddedPostgres({ dataDir: config.dataDir, log }) : undefined;
  const databaseUrl = secrets.databaseUrl ?? postgres?.url ?? '';
  const gateway = await startGateway(config, { ...secrets, ...local, databaseUrl }, { log });
  await greet(gateway, config, local);
  const stop = async (signal: string): Promise<void> => {
    log.info({ signal }, 'stopping');
    await gateway.close();
    await postgres?.close();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      stop(signal).then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'could not stop in order');
          process.exit(1);
        },
      );
    });
}

try {
  await main();
} catch (error) {
  process.stderr.write(
    error instanceof ConfigInvalid ? `${error.message}\n` : `the gateway could not start: ${String(error)}\n`,
  );
  process.exit(1);
}
