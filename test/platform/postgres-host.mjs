/** A process that holds an embedded PostgreSQL until it is killed: `postgres-host.mjs SOURCE_ROOT DATA_DIR`. */
import '../support/platform-sources.mjs';

const [sourceRoot, dataDir] = process.argv.slice(2);
const { startEmbeddedPostgres } = await import(`${sourceRoot}/src/platform/embedded-postgres.ts`);
const log = { info: (message) => console.log(`log ${message}`), error: console.error };
const server = await startEmbeddedPostgres({ dataDir, log });
console.log(`url ${server.url}`);
process.once('SIGTERM', () => void server.close().then(() => process.exit(0)));
setInterval(() => undefined, 60_000);
