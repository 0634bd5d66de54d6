/** A database of its own for each test that asks, cloned from a migrated template in some 25 ms. */
import { createHash, randomBytes } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';

import { Client } from 'pg';

const TEMPLATE_LOCK = 7_201_133;

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** Empty where `template` is false: for tests of the migrations themselves. */
export async function createTestDatabase({ template = true } = {}): Promise<TestDatabase> {
  const name = databaseName(randomBytes(6).toString('hex'));
  await asAdmin(async (client) => {
    const source = template ? await templateDatabase(client) : 'template0';
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${source} STRATEGY file_copy`);
  });
  return {
    url: urlOf(name),
    drop: () => asAdmin(async (client) => void (await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))),
  };
}

/**
 * Made by the first test file that needs it: only inside Jest are the entities' decorators compiled. The lock keeps
 * the other workers waiting, and the rename at the end makes a half-made template invisible. On a server that outlives
 * the run the next one finds it, while migrations and month are the same.
 */
async function templateDatabase(client: Client): Promise<string> {
  const name = templateName();
  await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (!rowCount) await makeTemplate(client, name);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
  return name;
}

function templateName(): string {
  const root = new URL('../../src/entities/', import.meta.url).pathname;
  const files = globSync(['migrations/**/*.ts', 'database/{migrate,former-migrations,partitions}.ts'], { cwd: root });
  const made = createHash('sha256').update(new Date().toISOString().slice(0, 7));
  for (const file of files.toSorted()) made.update(file).update(readFileSync(`${root}${file}`));
  return `dci_template_${made.digest('hex').slice(0, 12)}`;
}

async function makeTemplate(client: Client, name: string): Promise<void> {
  const unfinished = databaseName('unfinished');
  await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${unfinished} TEMPLATE template0`);
  const { migrate } = await import('../../src/entities/database/migrate.js');
  await migrate(urlOf(unfinished));
  await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${name}`);
}

const databaseName = (suffix: string): string => `dci_${process.env.TEST_RUN_ID}_${suffix}`;

function adminUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (!url) throw new Error('TEST_DATABASE_URL is not set: run the tests through npm test or Jest with its config');
  return url;
}

function urlOf(database: string): string {
  const url = new URL(adminUrl());
  url.pathname = `/${database}`;
  return url.href;
}

async function asAdmin<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: adminUrl() });
  client.on('error', () => undefined); // the server may stop under us when the run is cut short
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
