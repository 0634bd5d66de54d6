/** A worker whose clock is behind or ahead: what was agreed before an event is in force when it is told; what ended since is told to have. */
import { randomUUID } from 'node:crypto';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, searchById } from '../support/partner.js';
import { subscribed, upsert } from './subscriptions.js';

const BEHIND_MS = 60_000;

let api: TestGateway;
let worker: TestGateway;
let inbox: Inbox;
let offsetMs = 0;

beforeAll(async () => {
  api = await startTestGateway({ env: { ROLE: 'api' } });
  const clock = () => new Date(Date.now() + offsetMs);
  worker = await startTestGateway({ databaseUrl: api.databaseUrl, env: { ROLE: 'worker' }, clock });
  inbox = await startInbox(api.url);
});
afterAll(async () => {
  await inbox?.close();
  await worker?.close();
  await api?.close();
});

test('refuses what was accepted in time and is worked on after the agreement has ended, and says so', async () => {
  const validUntil = new Date(Date.now() + 3_600_000).toISOString();
  const partner = await createPartner(api, { agreements: [{ validUntil }] });
  offsetMs = 2 * 3_600_000;
  const before = inbox.received.length;
  const sender_uri = `${inbox.url}/on-search`;
  const { status } = await partner.send('social/registry/search', 'search', searchById('1'), { sender_uri });
  expect(status).toBe(202);
  const received = await inbox.wait(before + 1);
  expect(received.at(-1)?.body.header).toMatchObject({
    action: 'on-search',
    status: 'rjct',
    status_reason_message: expect.stringContaining('no agreement in force'),
  });
  offsetMs = 0;
});

test('refuses an upload likewise, which stays one of so many rows', async () => {
  const validUntil = new Date(Date.now() + 3_600_000).toISOString();
  const partner = await createPartner(api, { agreements: [{ validUntil }] });
  offsetMs = 2 * 3_600_000;
  const before = inbox.received.length;
  const identifiers = ['1', '2', '3'].map((identifier_value) => ({ identifier_type: 'UIN', identifier_value }));
  const envelope = await partner.envelope('search', { transaction_id: randomUUID(), identifiers });
  const form = new FormData();
  form.set('action', 'search');
  form.set('sender_uri', `${inbox.url}/on-search`);
  form.set('fileName', new Blob([JSON.stringify(envelope)]), 'ids.json');
  const headers = { authorization: `Bearer ${partner.token}` };
  const path = `${api.url}/dci/v1/social/registry/upload/search`;
  expect((await fetch(path, { method: 'POST', headers, body: form })).status).toBe(202);
  expect((await inbox.wait(before + 1)).at(-1)?.body.header.status).toBe('rjct');
  const rows = await api.database.query(
    'select status, item_count as rows, items_done as done from transaction where sender_id = $1',
    [partner.senderId],
  );
  expect(rows).toEqual([{ status: 'REJECTED', rows: 3, done: 0 }]);
  offsetMs = 0;
});

test('tells of an event on an agreement that is younger than the difference', async () => {
  const sender = { autoApproveSubscriptions: true };
  const partner = await createPartner(api, { agreements: [{ registry: 'CRVS' }], sender });
  await subscribed(partner, inbox, { event: 'LiveBirth' });
  const before = inbox.received.length;
  offsetMs = -BEHIND_MS;
  await upsert(api, { id: randomUUID(), data: { sex: 'female' }, event: 'LiveBirth' });
  const received = await inbox.wait(before + 1);
  expect(received.at(-1)?.body.header.action).toBe('notify');
  offsetMs = 0;
});
