/** Every payload is kept for ever. Here each class has its time, a legal hold stops it, and proofs outlive the data. */
import { purgedUntil } from '../../src/entities/audit/audit-check.repository.js';
import { DataVault } from '../../src/entities/database/data-vault.js';
import { isTold } from '../../src/entities/retention/purge.repository.js';
import { GATEWAY, recordAdminAction } from '../../src/use-cases/admin-change.js';
import { verifyAudit } from '../../src/use-cases/audit/verify-audit.js';
import { recordTransaction, type TransactionEntry } from '../../src/entities/transactions/transaction.repository.js';
import { uuidv7 } from '../../src/platform/uuid.js';
import { keepRetention } from '../../src/jobs/retention.job.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';
import { createLog } from '../../src/platform/log.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { MASTER_KEY, SEALED_BY_TEST, sealNow } from '../support/seal.js';

const DAYS = { payloads: 30, transactions: 400, attempts: 60, outbox: 20, versions: 60 };
const MONTH = new Date().toISOString().slice(0, 7);
/** The last moment of the month before. */
const MONTHS_END = new Date(Date.parse(`${MONTH}-01`) - 1);
const BEFORE = MONTHS_END.toISOString().slice(0, 7);

describe('retention', () => {
  let gateway: TestGateway;
  let kept: Partner;
  let purged: Partner;
  /** Received in the month before, and written in this one. */
  let late: Partner;

  const after = (days: number) => {
    const now = new Date(Date.now() + days * 86_400_000);
    const vault = new DataVault(gateway.database, MASTER_KEY);
    const registries = createRegistries();
    return keepRetention({
      database: gateway.database,
      vault,
      registries,
      clock: () => now,
      log: createLog('silent'),
      days: DAYS,
    });
  };
  const entryOf = ({ senderId }: Partner): TransactionEntry => ({
    senderId,
    messageId: 'late',
    transactionId: 'late',
    correlationId: uuidv7(),
    action: 'search',
    channel: 'SYNC',
    operation: 'SEARCH',
    registry: 'SOCIAL',
    status: 'SUCCEEDED',
    digest: Buffer.alloc(32),
    claim: false,
    request: { asked: 1 },
    receivedAt: MONTHS_END,
  });
  const whose = async () =>
    (await gateway.database.query<{ by: string }>('select distinct sender_id as by from transaction order by 1')).map(
      ({ by }) => by,
    );
  const payloadsOf = async ({ senderId }: Partner) =>
    (
      await gateway.database.query(
        'select 1 from transaction where sender_id = $1 and (request_sealed is not null or response_sealed is not null)',
        [senderId],
      )
    ).length;
  const hold = (mutation: string, senderId: string, month = MONTH) =>
    gateway.graphql(
      `mutation ($id: String!, $month: String!) { ${mutation}(senderId: $id, month: $month, reason: "case 1") { owner month } }`,
      { id: senderId, month },
    );

  beforeAll(async () => {
    gateway = await startTestGateway({ env: SEALED_BY_TEST });
    kept = await createPartner(gateway);
    purged = await createPartner(gateway);
    for (const partner of [kept, purged]) await partner.send('social/registry/sync/search', 'search', searchById('1'));
    await hold('placeLegalHold', kept.senderId);
    late = await createPartner(gateway);
    await recordTransaction(gateway.database, new DataVault(gateway.database, MASTER_KEY), entryOf(late), new Date());
    await hold('placeLegalHold', late.senderId, BEFORE);
    await sealNow(gateway.database);
  });
  afterAll(() => gateway.close());

  test('leaves alone what is young', async () => {
    expect(await after(1)).toMatchObject({ payloads: 0, transactions: 0, dataKeys: 0 });
    expect(await payloadsOf(purged)).toBe(1);
  });

  test('purges payloads past their time, not those under legal hold, and the proofs stay valid', async () => {
    expect((await after(32)).payloads).toBeGreaterThanOrEqual(1);
    expect(await payloadsOf(purged)).toBe(0);
    expect(await payloadsOf(kept)).toBe(1);
    const removed = [{ what: 'payloads', until: expect.any(Date) }];
    expect(await verifyAudit(gateway.database)).toMatchObject({ intact: true, problem: null, removed });
  });

  test('says in the audit what it deleted, so that nobody else can pass for it', async () => {
    const { adminActions } = await gateway.admin<{
      adminActions: { nodes: { actor: string; after: { until: string } }[] };
    }>('{ adminActions(filter: { action: "purge", targetId: "payloads" }) { nodes { actor after } } }');
    expect(adminActions.nodes).toMatchObject([{ actor: 'gateway' }]);
  });

  test('keeps the key that a pending delivery needs, until that has ended', async () => {
    const { id } = (
      await gateway.database.query<{ id: string }>('select id from data_key where owner = $1', [purged.senderId])
    )[0] ?? { id: '' };
    const whole = async () =>
      (await gateway.database.query('select 1 from data_key where id = $1 and wrapped is not null', [id])).length === 1;
    await gateway.database.query(
      `insert into delivery (id, kind, action, sender_id, registry, target, host, message_id, state, message_sealed, data_key_id)
       values (gen_random_uuid(), 'CALLBACK', 'on-search', $1, 'SOCIAL', 't', 'h', 'needed', 'PENDING', 'sealed', $2)`,
      [purged.senderId, id],
    );
    await after(120);
    expect(await whole()).toBe(true);
    // The next test finds it shredded.
    await gateway.database.query(`delete from delivery where message_id = 'needed'`);
  });

  test('shreds the data keys of old months, not those under legal hold', async () => {
    expect((await after(120)).dataKeys).toBeGreaterThanOrEqual(1);
    const keys = await gateway.database.query<{ owner: string; shredded: boolean }>(
      'select owner, wrapped is null as shredded from data_key',
    );
    expect(keys.find(({ owner }) => owner === kept.senderId)).toMatchObject({ shredded: false });
    expect(keys.find(({ owner }) => owner === purged.senderId)).toMatchObject({ shredded: true });
    expect(await verifyAudit(gateway.database)).toMatchObject({ intact: true });
  });

  test('keeps the event that a pending delivery tells, until that has ended', async () => {
    const [event, notification] = [uuidv7(), uuidv7()];
    await gateway.database.query(
      `insert into registry_event (id, registry, record_type, event_type, record_id, version, identifiers, fanned_out_at)
       values ($1, 'SOCIAL', 'SRPerson', 'UPDATE', $1, 1, '[]', now())`,
      [event],
    );
    await gateway.database.query(
      `insert into delivery (id, kind, action, sender_id, registry, target, host, message_id, state, event_id)
       values ($1, 'NOTIFICATION', 'notify', $2, 'SOCIAL', 't', 'h', 'told', 'PENDING', $3)`,
      [notification, purged.senderId, event],
    );
    // Only what was told goes with its month; here a hold keeps all of it.
    expect(await isTold(gateway.database, MONTH)).toBe(false);
    await gateway.database.query(`update delivery set state = 'DELIVERED' where id = $1`, [notification]);
    expect(await isTold(gateway.database, MONTH)).toBe(true);
  });

  test('shredding makes a copy of a ciphertext unreadable', async () => {
    const vault = new DataVault(gateway.database, MASTER_KEY);
    const { dataKeyId, sealed } = await vault.seal('someone', new Date('2020-01-05'), 'place', { a: 1 });
    expect(await vault.open(dataKeyId, sealed, 'place')).toEqual({ a: 1 });
    await after(1);
    expect(await new DataVault(gateway.database, MASTER_KEY).open(dataKeyId, sealed, 'place')).toBeUndefined();
    await expect(
      new DataVault(gateway.database, MASTER_KEY).seal('someone', new Date('2020-01-05'), 'p', 1),
    ).rejects.toThrow(/shredded/);
  });

  test('a hold cannot be placed on what is gone, on nobody, or for no month', async () => {
    expect((await hold('placeLegalHold', purged.senderId)).errors?.[0]).toMatchObject({
      extensions: { code: 'CONFLICT', field: 'month' },
    });
    expect((await hold('placeLegalHold', 'nobody')).errors?.[0]).toMatchObject({ extensions: { code: 'NOT_FOUND' } });
    for (const month of ['2026-13', '0000-01'])
      expect((await hold('placeLegalHold', kept.senderId, month)).errors?.[0]).toMatchObject({
        extensions: { code: 'BAD_USER_INPUT', field: 'month' },
      });
  });

  test('a hold that is not there is lifted for nobody, and leaves no key behind', async () => {
    expect((await hold('liftLegalHold', kept.senderId, '2019-01')).errors?.[0]).toMatchObject({
      extensions: { code: 'CONFLICT', field: 'month' },
    });
    expect(await gateway.database.query(`select owner from data_key where month = '2019-01-01'`)).toEqual([]);
  });

  test('drops transactions of old months except those under hold, and the proofs stay valid', async () => {
    expect((await after(500)).transactions).toBeGreaterThanOrEqual(1);
    expect(await whose()).toEqual([kept.senderId, late.senderId].toSorted());
    expect(await payloadsOf(kept)).toBe(1);
    expect(await verifyAudit(gateway.database)).toMatchObject({ intact: true, problem: null });
  });

  test('takes up again what a lifted hold kept', async () => {
    expect((await hold('liftLegalHold', kept.senderId)).errors).toBeUndefined();
    await after(500);
    expect(await whose()).toEqual([late.senderId]);
    expect((await hold('liftLegalHold', late.senderId, BEFORE)).errors).toBeUndefined();
    await after(500);
    expect(await gateway.database.query('select 1 from transaction')).toEqual([]);
    await sealNow(gateway.database);
    expect(await verifyAudit(gateway.database)).toMatchObject({ intact: true, problem: null, unsealed: 0 });
  });

  test('what claims to have removed rows that are still to come covers nothing', async () => {
    const now = new Date();
    const before = await purgedUntil(gateway.database, 'transactions');
    const change = { action: 'purge', targetType: 'Retention', targetId: 'transactions' };
    await gateway.database.transaction((unit) =>
      recordAdminAction(unit, GATEWAY, { ...change, after: { until: '2999-01-01T00:00:00.000Z' } }, now),
    );
    expect(await purgedUntil(gateway.database, 'transactions')).toEqual(before);
  });

  test('never touches the audit, its seals and admin actions', async () => {
    const [counts] = await gateway.database.query<Record<string, number>>(
      `select (select count(*)::int from audit_entry) as entries, (select count(*)::int from audit_seal) as seals,
         (select count(*)::int from admin_action) as actions`,
    );
    expect(counts).toMatchObject({ seals: 2 });
    expect(counts?.['entries']).toBeGreaterThan(5);
    expect(counts?.['actions']).toBeGreaterThan(5);
  });
});
