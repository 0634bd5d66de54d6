/** `reg_records` in the form that was chosen for the sender, or that its registry’s published schema has. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foreignCall } from '../support/foreign-call.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById } from '../support/partner.js';

const dataDir = mkdtempSync(join(tmpdir(), 'records-form-'));
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { SEED: 'demo', DATA_DIR: dataDir } });
}, 120_000);
afterAll(async () => {
  await gateway.close();
  rmSync(dataDir, { recursive: true });
});

const SUDARAT = '847951632';

test.each([
  [{}, 'dr', 'object'],
  [{}, 'social', 'list'],
  [{ recordsAs: 'ARRAY' }, 'dr', 'list'],
  [{ recordsAs: 'OBJECT' }, 'social', 'object'],
  [{ dialect: 'OPENSPP' }, 'dr', 'list'],
  [{ dialect: 'OPENSPP', recordsAs: 'OBJECT' }, 'dr', 'object'],
] as const)('%j in %s: %s', async (sender, registry, form) => {
  const agreements = [{ registry: registry.toUpperCase() }];
  const partner = await createPartner(gateway, { sender, agreements });
  const { body } = await foreignCall(
    gateway,
    partner,
    `${registry}/registry/sync/search`,
    await partner.envelope('search', searchById(SUDARAT)),
  );
  const [{ data }] = body.message.search_response;
  expect(Array.isArray(data.reg_records) ? 'list' : typeof data.reg_records).toBe(form);
});

test('a name of ours that no header could hold is refused', async () => {
  await createPartner(gateway, { senderId: 'named' });
  const { errors } = await gateway.graphql(
    `mutation { updateSender(senderId: "named", input: { receiverAliases: ["two words"] }) { id } }`,
  );
  expect(errors).toMatchObject([
    { message: expect.stringContaining('receiverAliases'), extensions: { code: 'BAD_USER_INPUT' } },
  ]);
});
