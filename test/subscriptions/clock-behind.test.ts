/** A worker whose clock is behind: what was agreed before an event is in force when it is told, whatever the worker's time. */
import { randomUUID } from 'node:crypto';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner } from '../support/partner.js';
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
