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
