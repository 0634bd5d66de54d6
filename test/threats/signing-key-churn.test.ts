/** Keys made anew at each boot and in each process, so that receivers' caches break. */
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const jwksOf = async ({ url }: TestGateway): Promise<unknown> => (await fetch(`${url}/.well-known/jwks.json`)).json();

test('processes that start at the same time, and those that start later, publish the same keys', async () => {
  const start = () => startTestGateway({ databaseUrl: database.url });
  const together = await Promise.all([start(), start(), start()]);
  const published = await Promise.all(together.map(jwksOf));
  for (const gateway of together) await gateway.close();
  expect(new Set(published.map((jwks) => JSON.stringify(jwks))).size).toBe(1);
  const later = await start();
  expect(await jwksOf(later)).toEqual(published[0]);
  await later.close();
});

test('a process with another master key does not start', async () => {
  const env = { MASTER_KEY: Buffer.alloc(32, 1).toString('base64') };
  await expect(startTestGateway({ databaseUrl: database.url, env })).rejects.toThrow(
    'MASTER_KEY is not the key that sealed the keys of this database',
  );
});
