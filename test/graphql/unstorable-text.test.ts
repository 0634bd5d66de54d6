/** JSON has NUL, PostgreSQL's text has not: such a text is the caller's mistake, not our fault, and is audited as any other. */
import { randomUUID } from 'node:crypto';
import { Exchange } from '../../src/dci-rest/exchange.js';
import { settleRefusal } from '../../src/dci-rest/refusals.js';
import { RequestInvalid } from '../../src/protocol/errors.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById } from '../support/partner.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

async function rows(): Promise<number> {
  const [row] = await gateway.database.query<{ count: number }>('select count(*)::int as count from transaction');
  return row?.count ?? 0;
}

test('a partner’s NUL is refused by name and leaves its row', async () => {
  const partner = await createPartner(gateway);
  const before = await rows();
  const query = 'mutation ($input: TransactionStatusInput!) { transactionStatus(input: $input) { correlationId } }';
  const input = {
    registry: 'SOCIAL',
    transactionId: 't',
    referenceId: 'r',
    type: 'SEARCH',
    attribute: 'TRANSACTION_ID',
  };
  const ask = (value: string) =>
    partner.postHttpSigned('/graphql', { query, variables: { input: { ...input, values: [value] } } });
  const { body } = await ask('\u0000');
  expect(body.errors[0]).toMatchObject({
    message: expect.stringContaining('NUL character'),
    extensions: { code: 'BAD_USER_INPUT' },
  });
  expect((await rows()) - before).toBe(1);
  expect((await ask('plain')).body.errors).toBeUndefined();
  expect((await ask(String.raw`\u0000, spelled out`)).body.errors).toBeUndefined();
});

// By its words a refusal had kept itself out of the audit: they name the type, or the operation, that was asked for.
test('wherever it stands', async () => {
  const partner = await createPartner(gateway);
  const input = { registry: 'SOCIAL', transactionId: 't', claims: { sex: 'male' } };
  const variables = { input: { ...input, identifiers: [{ type: '\0', value: '1' }] } };
  const query = 'mutation A($input: VerifyInput!) { verify(input: $input) { found } }';
  const literal =
    'mutation { verify(input: { registry: SOCIAL, transactionId: "t", claims: {}, identifiers: [{ type: "\\u0000", value: "1" }] }) { found } }';
  const bodies = [
    { query, variables },
    { query, variables: { input: { ...input, '\0': 1 } } },
    { query, variables: { input }, operationName: '\0' },
    { query, variables: { input: { ...input, identifiers: [] }, other: '\ud800' } },
    { query: literal },
    { query: 'mutation { \0 }' },
  ];
  for (const body of bodies) {
    const before = await rows();
    expect((await partner.postHttpSigned('/graphql', body)).body.errors).toMatchObject([
      { message: expect.stringContaining('NUL character'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect((await rows()) - before).toBe(1);
  }
});

test('a refusal whose words hold a NUL leaves its row', async () => {
  const request = { method: 'POST', url: '/', headers: {}, body: Buffer.from('{}'), remoteAddress: undefined };
  const exchange = new Exchange(request, undefined, undefined, new Date());
  const word = randomUUID();
  await settleRefusal(new RequestInvalid(`\0${word}`), exchange, gateway.services, 'GRAPHQL');
  const found = await gateway.database.query('select 1 from transaction where status_reason_message = $1', [word]);
  expect(found).toHaveLength(1);
});

test('a refused message whose too long id is cut through a surrogate pair leaves its row', async () => {
  const partner = await createPartner(gateway);
  const before = await rows();
  const message = { ...searchById('1'), transaction_id: `${'a'.repeat(254)}😀` };
  expect((await partner.send('social/registry/sync/search', 'search', message)).status).toBe(400);
  expect((await rows()) - before).toBe(1);
});

test('so is an administrator’s', async () => {
  const { errors } = await gateway.graphql(`query ($id: String!) { sender(senderId: $id) { name } }`, {
    id: 'a\u0000',
  });
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
});
