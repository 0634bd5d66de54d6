/** The audit stays provable while workers go on with what it speaks of: callbacks, notifications, failures, retries. */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { appendAudit, auditEntry, hashContent } from '../../src/entities/audit/audit.repository.js';
import { verifyAudit, type AuditReport } from '../../src/use-cases/audit/verify-audit.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { answer, startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { MASTER_KEY, sealNow } from '../support/seal.js';
import { allEnded, change, settled, subscribed, upsert } from '../subscriptions/subscriptions.js';

describe('the audit of a gateway at work', () => {
  let gateway: TestGateway;
  let inbox: Inbox;
  let partner: Partner;

  beforeAll(async () => {
    const env = { DELIVERY_RETRY_SECONDS: '0,0', MASTER_KEY: MASTER_KEY.toString('base64') };
    gateway = await startTestGateway({ env });
    inbox = await startInbox(gateway.url);
    partner = await createPartner(gateway, {
      agreements: [{}, { registry: 'CRVS' }],
      sender: { autoApproveSubscriptions: true },
    });
  });
  afterAll(async () => {
    await inbox.close();
    await gateway.close();
  });

  const expectIntact = (report: AuditReport) => expect(report).toMatchObject({ intact: true, problem: null });

  test('is whole at every moment, whoever is in the middle of something', async () => {
    const { code } = await subscribed(partner, inbox, { event: 'LiveBirth' });
    const inThe = { sender_uri: `${inbox.url}/on-search` };
    for (let round = 0; round < 3; round++) {
      await partner.send('social/registry/search', 'search', searchById('1'), inThe);
      await upsert(gateway, { id: randomUUID(), event: 'LiveBirth', data: { name: { surname: 'One' } } });
      expectIntact(await verifyAudit(gateway.database));
      await sealNow(gateway.database);
    }
    await settled(gateway, code, allEnded(3));
    await inbox.wait(6);
    let refusals = 2;
    inbox.behave((received, response) => answer(refusals-- > 0 ? 500 : 200)(received, response));
    await upsert(gateway, { id: randomUUID(), event: 'LiveBirth', data: { name: { surname: 'Two' } } });
    await settled(gateway, code, allEnded(4));
    await change(gateway, 'pauseSubscription', code);
    await change(gateway, 'cancelSubscription', code);
    await wait(200);
    await sealNow(gateway.database);
    expectIntact(await verifyAudit(gateway.database));
  });

  test('names a message to a partner that was changed after it was sent', async () => {
    const client = await gateway.database.pool.connect();
    try {
      const { rows } = await client.query<{ id: string; message_sealed: Buffer }>(
        `select id, message_sealed from delivery where message_sealed is not null and state = 'DELIVERED' limit 1`,
      );
      const [row] = rows;
      await client.query(`update delivery set message_sealed = message_sealed || '\\x00' where id = $1`, [row?.id]);
      const { problem } = await verifyAudit(gateway.database);
      expect(problem).toMatchObject({ kind: 'PAYLOAD_EDITED', subject: row?.id });
      await client.query('update delivery set message_sealed = $2 where id = $1', [row?.id, row?.message_sealed]);
      expectIntact(await verifyAudit(gateway.database));
    } finally {
      client.release();
    }
  });

  test('goes on behind what a dump from another cluster brought along, whose counter was ahead', async () => {
    const { database, databaseUrl } = gateway;
    const entry = auditEntry({
      kind: 'SUBSCRIPTION',
      subject: randomUUID(),
      transition: 'RESTORED',
      actor: 'gateway',
      at: new Date(),
      contentHash: hashContent(null),
    });
    await appendAudit(database, entry);
    const client = await database.pool.connect();
    await client.query('set session_replication_role = replica');
    await client.query(`update audit_entry set xid = '900000000000' where id = $1`, [entry.id]);
    await client.query('reset session_replication_role');
    client.release();
    const restarted = await startTestGateway({
      databaseUrl,
      env: { ROLE: 'api', MASTER_KEY: MASTER_KEY.toString('base64') },
    });
    await restarted.admin('mutation { generateServerKey { kid } }');
    await wait(200);
    await sealNow(restarted.database);
    const report = await verifyAudit(restarted.database);
    await restarted.close();
    expectIntact(report);
    const [newest] = await database.query<{ xid: string; kind: string }>(
      'select xid::text as xid, kind from audit_entry order by id desc limit 1',
    );
    expect(newest?.kind).toBe('ADMIN');
    expect(Number(newest?.xid)).toBeGreaterThan(900_000_000_000);
    expect(report.unsealed).toBe(0);
  });
});
