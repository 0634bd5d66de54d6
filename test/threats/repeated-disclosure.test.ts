/** What was told once is told again to anybody. Here to its own sender only, for a new signature, and with a row that says so. */
import { randomUUID } from 'node:crypto';
import { signHttpRequest } from '../../src/protocol/signature/http.profile.js';
import { addRecords, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';

const SEARCH = '/dci/v1/social/registry/sync/search';
const READ = 'query ($id: ID!) { transaction(id: $id) { responseData } }';

let gateway: TestGateway;
let partner: Partner;
/** Of the one search, by our id and by the sender's. */
let id: string;
let transactionId: string;
let message: object;

beforeAll(async () => {
  gateway = await startTestGateway();
  partner = await createPartner(gateway);
  await addRecords(gateway, [person('1'), person('2')]);
  message = await partner.envelope('search', searchById('1'));
  expect((await partner.post(SEARCH, message)).status).toBe(200);
  const [row] = await gateway.database.query<{ id: string; transaction_id: string }>(
    'select id, transaction_id from transaction where sender_id = $1',
    [partner.senderId],
  );
  ({ id, transaction_id: transactionId } = row ?? { id: '', transaction_id: '' });
});
afterAll(() => gateway?.close());

/** The very bytes and signature, as often as they are sent. */
function signedOnce(body: object) {
  const text = JSON.stringify(body);
  const headers = { authorization: `Bearer ${partner.token}` };
  const request = { method: 'POST', targetUri: `${gateway.url}/graphql`, headers, body: Buffer.from(text) };
  const options = { senderId: partner.senderId, now: new Date(), nonce: randomUUID() };
  const signature = signHttpRequest(request, partner.key, options);
  return () => partner.post('/graphql', text, { ...signature });
}

const read = (variables: object, query = READ) => partner.postHttpSigned('/graphql', { query, variables });

async function kinds(uin: string): Promise<string[]> {
  const { accessReport } = await gateway.admin<{
    accessReport: { disclosures: { kind: string; senderId: string; legalBasis: string | null }[] };
  }>(
    `query ($uin: String!) { accessReport(registry: SOCIAL, identifier: { type: "UIN", value: $uin }, reason: "asked") {
      disclosures { kind senderId legalBasis } } }`,
    { uin },
  );
  for (const { senderId, legalBasis } of accessReport.disclosures)
    expect({ senderId, legalBasis }).toEqual({ senderId: partner.senderId, legalBasis: 'PUBLIC_TASK' });
  return accessReport.disclosures.map(({ kind }) => kind).sort();
}

const rows = () =>
  gateway.database.query<{ operation: string; status: string }>(
    `select operation, status, cardinality(record_ids) as records from transaction
     where sender_id = $1 and action = 'read-again' order by id`,
    [partner.senderId],
  );

test('a signed query is answered once, however often and fast it comes', async () => {
  for (const body of [{ query: READ, variables: { id } }, { query: '{ transactions { nodes { id } } }' }]) {
    const send = signedOnce(body);
    const answers = await Promise.all(Array.from({ length: 20 }, send));
    const told = answers.filter((answer) => answer.body.data != null);
    expect(told).toHaveLength(1);
    for (const { body: refused } of answers.filter((answer) => answer.body.data == null))
      expect(refused.errors).toMatchObject([
        { extensions: { code: 'CONFLICT' }, message: expect.stringContaining('sign a new one') },
      ]);
    expect((await signedOnce(body)()).body.errors).toBeUndefined();
  }
});

test('who reads an answer again stands in the report of whoever it is about, and of nobody else', async () => {
  const before = (await rows()).length;
  const earlier = await kinds('1');
  const { body } = await read({ id });
  expect(JSON.stringify(body.data.transaction.responseData)).toContain('Surname 1');
  expect((await rows()).slice(before)).toEqual([{ operation: 'TXN_STATUS', status: 'SUCCEEDED', records: 1 }]);
  expect(await kinds('1')).toEqual([...earlier, 'TXN_STATUS'].sort());
  expect(await kinds('2')).toEqual([]);
});

test('its own question leaves a row, and is nobody’s record', async () => {
  const before = (await rows()).length;
  const earlier = await kinds('1');
  await read({ id }, 'query ($id: ID!) { transaction(id: $id) { requestData } }');
  expect((await rows()).slice(before)).toEqual([{ operation: 'TXN_STATUS', status: 'SUCCEEDED', records: 0 }]);
  expect(await kinds('1')).toEqual(earlier);
});

test('a list with payloads leaves a row for each, one without none', async () => {
  const before = (await rows()).length;
  const filter = 'filter: { operation: SEARCH }';
  await read({}, `{ transactions(${filter}) { nodes { id status } } }`);
  expect(await rows()).toHaveLength(before);
  await read({}, `{ transactions(${filter}) { nodes { responseData } } }`);
  expect(await rows()).toHaveLength(before + 1);
});

test('the same message again, and its status, are in the report too', async () => {
  const earlier = await kinds('1');
  const again = await partner.post(SEARCH, message);
  expect(JSON.stringify(again.body)).toContain('Surname 1');
  expect(await kinds('1')).toEqual([...earlier, 'TXN_STATUS'].sort());
  const { body } = await partner.send('social/registry/sync/txn/status', 'txn-status', {
    transaction_id: randomUUID(),
    txnstatus_request: {
      reference_id: 'r',
      txn_type: 'search',
      attribute_type: 'transaction_id',
      attribute_value: transactionId,
    },
  });
  expect(JSON.stringify(body)).toContain('Surname 1');
  expect(await kinds('1')).toEqual([...earlier, 'TXN_STATUS', 'TXN_STATUS'].sort());
});

test('nothing is told again where no row can be written', async () => {
  await gateway.database.query('alter table audit_entry rename to audit_entry_away');
  try {
    const { body } = await read({ id });
    expect(body.data?.transaction?.responseData ?? null).toBeNull();
    expect(body.errors).toHaveLength(1);
    const again = await partner.post(SEARCH, message);
    expect(again.status).toBe(503);
    expect(JSON.stringify([body, again.body])).not.toContain('Surname');
  } finally {
    await gateway.database.query('alter table audit_entry_away rename to audit_entry');
  }
  expect((await read({ id })).body.errors).toBeUndefined();
});
