import { Client } from 'pg';

import { createTestDatabase } from '../support/postgres.js';

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}

test('every test database is its own, and has our tables', async () => {
  const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  const one = await connect(first.url);
  const two = await connect(second.url);
  await one.query('CREATE TABLE mine AS SELECT FROM sender');
  await expect(two.query('SELECT FROM mine')).rejects.toThrow('relation "mine" does not exist');
  await Promise.all([one.end(), two.end()]);
  await Promise.all([first.drop(), second.drop()]);
  await expect(connect(first.url)).rejects.toThrow('does not exist');
});
