import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDemoPartner } from '../../src/server/demo-partner.file.js';
import { findDemoPartner, makeDemoPartner } from '../../src/server/demo-partner.js';
import { greeting } from '../../src/server/greeting.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';
import { startTestGateway } from '../support/gateway.js';

const address = 'http://127.0.0.1:38467';
const closed = { allowHttpCallbacks: false, allowPrivateCallbacks: false };
const greet = (url: string, secrets = {}) => greeting({ url, address }, undefined, secrets, closed);

test('tells where everything is', () => {
  const text = greet(address);
  expect(text).toContain(`  GraphQL   ${address}/graphql\n`);
  expect(text).not.toContain('Listens');
});

test('tells the port also where others know the gateway by another URL', () => {
  const text = greet('https://dci.example.org');
  expect(text).toContain(`\n  Listens   ${address}\n  Console   https://dci.example.org/console\n`);
});

test('shows an admin token that was made now, and no other', () => {
  expect(greet(address, { adminToken: 'made', adminTokenIsNew: true })).toContain('  Admin     made ');
  expect(greet(address, { adminToken: 'given', adminTokenIsNew: false })).not.toContain('given');
});

test('shows a call of the demo partner only where this database has it', async () => {
  const gateway = await startTestGateway({ env: { ROLE: 'api' } });
  const dataDir = await mkdtemp(join(tmpdir(), 'dci-greeting-'));
  try {
    expect(await findDemoPartner(gateway, dataDir)).toBeUndefined();
    await makeDemoPartner(gateway.database, createRegistries(), dataDir);
    const partner = await findDemoPartner(gateway, dataDir);
    expect((await readDemoPartner(dataDir))?.url).toBe(gateway.url);
    const told = greeting(gateway, partner, {}, closed);
    expect(told).toContain(`client_id=demo-partner&client_secret=${partner?.clientSecret}`);
    const opened = 'ALLOW_HTTP_CALLBACKS=true ALLOW_PRIVATE_CALLBACKS=true npm start';
    expect(told).toContain(opened);
    const open = { allowHttpCallbacks: true, allowPrivateCallbacks: true };
    expect(greeting(gateway, partner, {}, open)).not.toContain(opened);
    await gateway.admin(`mutation { rotateSenderSecret(senderId: "demo-partner") { clientId } }`);
    expect(await findDemoPartner(gateway, dataDir)).toBeUndefined();
    expect(greeting(gateway, undefined, {}, closed)).not.toMatch(/curl|ALLOW_/);
  } finally {
    await gateway.close();
    await rm(dataDir, { recursive: true });
  }
});
