import { tmpdir } from 'node:os';
import { greeting } from '../../src/server/greeting.js';

const address = 'http://127.0.0.1:38467';
const greet = (url: string, secrets = {}) => greeting({ url, address }, { dataDir: `${tmpdir()}/none` }, secrets);

test('tells where everything is', async () => {
  const text = await greet(address);
  expect(text).toContain(`  GraphQL   ${address}/graphql\n`);
  expect(text).not.toContain('Listens');
});

test('tells the port also where others know the gateway by another URL', async () => {
  const text = await greet('https://dci.example.org');
  expect(text).toContain(`\n  Listens   ${address}\n  Console   https://dci.example.org/console\n`);
});

test('shows an admin token that was made now, and no other', async () => {
  expect(await greet(address, { adminToken: 'made', adminTokenIsNew: true })).toContain('  Admin     made ');
  expect(await greet(address, { adminToken: 'given', adminTokenIsNew: false })).not.toContain('given');
});
