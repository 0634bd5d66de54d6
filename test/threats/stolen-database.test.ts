/** A stolen database opens what it holds. Here nothing in it does without the master key, which can be replaced while the gateway runs. */
import { randomBytes } from 'node:crypto';
import { KeyRing } from '../../src/access/key-ring.js';
import { DataVault } from '../../src/entities/database/data-vault.js';
import { SenderOutboundStore } from '../../src/entities/senders/sender-outbound.repository.js';
import { rewrapKeys } from '../../src/jobs/rewrap-keys.job.js';
import { createLog } from '../../src/platform/log.js';
import { MasterKey, MasterKeyWrong } from '../../src/platform/master-key.js';
import { SealBroken } from '../../src/platform/sealed-box.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { MASTER_KEY, SEALED_BY_TEST } from '../support/seal.js';

const PERSON = {
  recordType: 'SRPerson',
  identifiers: [{ type: 'UIN', value: 'SECRET-4711' }],
  data: { name: { surname: 'Verysecret', given_name: 'Ada' } },
};
const log = createLog('silent');

describe('at rest', () => {
  let gateway: TestGateway;
  let partner: Partner;

  beforeAll(async () => {
    gateway = await startTestGateway({ env: SEALED_BY_TEST });
    partner = await createPartner(gateway);
    // Versions are kept where somebody may be told of them.
    await gateway.database.query(
      `insert into subscription (id, code, sender_id, registry, event_type, event_type_as_sent, record_type, channel, target, dedupe_key, state, transaction_id, reference_id)
       values (gen_random_uuid(), 'c', $1, 'SOCIAL', 'DELETE', 'DELETE', 'SRPerson', 'STANDARD', 'https://partner.example', 'd', 'ACTIVE', 't', 'r')`,
      [partner.senderId],
    );
    await gateway.admin(
      `mutation ($records: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $records) { inserted } }`,
      {
        records: [PERSON],
      },
    );
    await partner.send('social/registry/sync/search', 'search', searchById('SECRET-4711'));
  });
  afterAll(() => gateway.close());

  test.each(['transaction', 'record_version', 'outbox_event', 'audit_entry', 'server_key', 'data_key', 'admin_action'])(
    'the table %s shows no identifier, name or private key',
    async (table) => {
      const rows = await gateway.database.query<{ row: string }>(`select t::text as row from ${table} t`);
      expect(rows.length).toBeGreaterThan(0);
      const plain = rows.map(({ row }) =>
        row.replace(/\\x([0-9a-f]+)/g, (_, hex: string) => Buffer.from(hex, 'hex').toString('latin1')),
      );
      for (const row of plain) expect(row).not.toMatch(/SECRET-4711|Verysecret|PRIVATE KEY/);
    },
  );

  test('client secrets are kept as hashes only', async () => {
    const rows = await gateway.database.query<{ row: string }>('select s::text as row from sender s');
    expect(rows.length).toBeGreaterThan(0);
    for (const { row } of rows) expect(row).not.toContain(partner.clientSecret);
  });

  test('another master key opens no payload and no signing key', async () => {
    const other = randomBytes(32);
    const [row] = await gateway.database.query<{ id: string; data_key_id: string; request_sealed: Buffer }>(
      'select id, data_key_id, request_sealed from transaction where request_sealed is not null limit 1',
    );
    if (row === undefined) throw new Error('no payload');
    const place = `transaction:${row.id}:request`;
    await expect(
      new DataVault(gateway.database, other).open(row.data_key_id, row.request_sealed, place),
    ).rejects.toThrow(MasterKeyWrong);
    await expect(new KeyRing(gateway.database, other).signingKey()).rejects.toThrow(MasterKeyWrong);
    await expect(
      new DataVault(gateway.database, MASTER_KEY).open(row.data_key_id, row.request_sealed, place),
    ).resolves.toHaveProperty('header');
  });

  test('a payload opens in its own row and column only', async () => {
    const [row] = await gateway.database.query<{ id: string; data_key_id: string; request_sealed: Buffer }>(
      'select id, data_key_id, request_sealed from transaction where request_sealed is not null limit 1',
    );
    if (row === undefined) throw new Error('no payload');
    const vault = new DataVault(gateway.database, MASTER_KEY);
    for (const place of [`transaction:${row.id}:response`, `transaction:00000000-0000-7000-8000-000000000000:request`])
      await expect(vault.open(row.data_key_id, row.request_sealed, place)).rejects.toThrow(SealBroken);
  });

  test('a new master key takes over, batch by batch, and the old one is worth nothing afterwards', async () => {
    const { database } = gateway;
    const store = (key: MasterKey) => new SenderOutboundStore(database, key);
    const [sender] = await database.query<{ id: string }>('select id from sender limit 1');
    if (sender === undefined) throw new Error('no sender');
    const outbound = { oauth: { tokenUrl: 'https://p.test/token', clientId: 'us', clientSecret: 'outbound-secret' } };
    await store(new MasterKey(MASTER_KEY)).save(database, sender.id, outbound);
    const next = randomBytes(32);
    const both = new MasterKey(next, MASTER_KEY);
    expect((await rewrapKeys(database, both, log)).rewrapped).toBeGreaterThanOrEqual(5);
    expect(await rewrapKeys(database, both, log)).toEqual({ rewrapped: 0 });
    await expect(new KeyRing(database, next).signingKey()).resolves.toHaveProperty('kid');
    await expect(store(new MasterKey(next)).load(sender.id)).resolves.toMatchObject(outbound);
    await expect(new KeyRing(database, MASTER_KEY).signingKey()).rejects.toThrow(MasterKeyWrong);
    expect((await rewrapKeys(database, new MasterKey(MASTER_KEY, next), log)).rewrapped).toBeGreaterThanOrEqual(5);
  });
});
