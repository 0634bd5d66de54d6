import { realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { Client } from 'pg';

export default async function stopPostgres() {
  const embedded = globalThis.testPostgres;
  if (!embedded) return dropLeftovers();
  await embedded.server.close();
  for (const folder of [await realpath(join(embedded.dataDir, 'postgres')), embedded.dataDir])
    await rm(folder, { recursive: true, force: true });
}

/** On a server that outlives the run only this run's databases go. */
async function dropLeftovers() {
  const client = new Client({ connectionString: process.env.TEST_DATABASE_URL });
  await client.connect();
  const ours = `dci\\_${process.env.TEST_RUN_ID}\\_%`;
  const { rows } = await client.query('SELECT datname FROM pg_database WHERE datname LIKE $1', [ours]);
  for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
  await client.end();
}
