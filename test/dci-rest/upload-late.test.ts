/** An upload that is accepted only when its sender has been told that it takes too long. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner } from '../support/partner.js';
import { until } from '../support/until.js';

const TIMEOUT_MS = 1000;

let gateway: TestGateway;
let inbox: Inbox;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { GRAPHQL_TIMEOUT_MS: String(TIMEOUT_MS) } });
  inbox = await startInbox(gateway.url);
});
afterAll(async () => {
  await inbox?.close();
  await gateway?.close();
});

test('keeps its rows, and is answered', async () => {
  const partner = await createPartner(gateway);
  const identifiers = ['1', '2', '3'].map((identifier_value) => ({ identifier_type: 'UIN', identifier_value }));
  const envelope = await partner.envelope('search', { transaction_id: randomUUID(), identifiers });
  const upload = async () => {
    const form = new FormData();
    form.set('action', 'search');
    form.set('sender_uri', `${inbox.url}/on-search`);
    form.set('fileName', new Blob([JSON.stringify(envelope)]), 'ids.json');
    const headers = { authorization: `Bearer ${partner.token}` };
    const path = `${gateway.url}/dci/v1/social/registry/upload/search`;
    return (await fetch(path, { method: 'POST', headers, body: form })).status;
  };
  const client = await gateway.database.pool.connect();
  try {
    await client.query('begin; lock table accepted_request in share mode');
    const late = upload();
    await until(async () => (await gateway.database.query('select 1 from bulk_chunk')).length > 0);
    await sleep(2 * TIMEOUT_MS);
    await client.query('commit');
    expect(await late).toBe(503);
  } finally {
    await client.query('rollback');
    client.release();
  }
  // The same message again is acknowledged as it was, and adds no rows.
  expect(await upload()).toBe(202);
  const [callback] = await inbox.wait(1);
  expect(callback?.body.message.search_response).toHaveLength(3);
  await until(async () => (await gateway.database.query('select 1 from bulk_chunk')).length === 0);
});
