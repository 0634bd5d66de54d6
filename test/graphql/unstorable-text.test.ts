/** JSON has NUL, PostgreSQL's text has not: such a text is the caller's mistake, not our fault. */
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner } from '../support/partner.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

test('a partner’s NUL is refused by name and leaves its row', async () => {
  const partner = await createPartner(gateway);
  const rows = async () => {
    const [row] = await gateway.database.query<{ count: number }>('select count(*)::int as count from transaction');
    return row?.count ?? 0;
  };
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
});

test('so is an administrator’s', async () => {
  const { errors } = await gateway.graphql(`query ($id: String!) { sender(senderId: $id) { name } }`, {
    id: 'a\u0000',
  });
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
});
