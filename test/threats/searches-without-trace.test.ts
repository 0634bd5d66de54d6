/** A synchronous search leaves no row; whoever is inside may read payloads. */
import { addRecords, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId } from '../support/search-message.js';

let gateway: TestGateway;
let partner: Partner;

beforeAll(async () => {
  gateway = await startTestGateway();
  partner = await createPartner(gateway);
  await addRecords(gateway, [person('1')]);
});
afterAll(() => gateway?.close());

const QUERY = `query ($id: String!) { transactions(filter: { transactionId: $id }) { nodes {
  operation status recordCount contentHash accessDecision sender { senderId } } } }`;

test('a search and its refusal leave a row each, with an entry of the audit', async () => {
  const answered = byId('1');
  await partner.send('social/registry/sync/search', 'search', answered);
  const { transactions } = await gateway.admin<{ transactions: { nodes: unknown[] } }>(QUERY, {
    id: answered['transaction_id'],
  });
  expect(transactions.nodes).toMatchObject([
    {
      operation: 'SEARCH',
      status: 'SUCCEEDED',
      recordCount: 1,
      sender: { senderId: partner.senderId },
      accessDecision: { items: [{ allowed: true }] },
    },
  ]);
  const stranger = await createPartner(gateway, { agreements: [] });
  const refused = byId('1');
  await stranger.send('social/registry/sync/search', 'search', refused);
  const { transactions: rejected } = await gateway.admin<{ transactions: { nodes: unknown[] } }>(QUERY, {
    id: refused['transaction_id'],
  });
  expect(rejected.nodes).toMatchObject([{ status: 'REJECTED', recordCount: 0 }]);
  const [row] = await gateway.database.query<{ missing: number }>(
    `select count(*)::int as missing from transaction t
     where not exists (select 1 from audit_entry a where a.subject = t.id)`,
  );
  expect(row?.missing).toBe(0);
});

test('the answer does not leave when its row cannot be written', async () => {
  await gateway.database.query(`alter table audit_entry rename to audit_entry_away`);
  try {
    const { status, body } = await partner.send('social/registry/sync/search', 'search', byId('1'));
    expect({ status, code: body.message.error.code }).toEqual({ status: 503, code: 'err.service.unavailable' });
    expect(JSON.stringify(body)).not.toContain('Surname');
  } finally {
    await gateway.database.query(`alter table audit_entry_away rename to audit_entry`);
  }
});

test('a payload is opened with a reason only', async () => {
  const query = `{ transactions(first: 1) { nodes { requestData } } }`;
  const { errors } = await gateway.graphql(query);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'reason' });
});
