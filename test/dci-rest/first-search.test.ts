import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { importPublicKey } from '../../src/protocol/signature/keys.js';
import { verifyEnvelope } from '../../src/protocol/signature/signature.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';

const PERSON = {
  recordType: 'SRPerson',
  identifiers: [{ type: 'UIN', value: '4711' }],
  data: { name: { surname: 'Okafor', given_name: 'Ada' }, sex: 'female', birth_date: '1985-05-20' },
};

describe('the first signed search', () => {
  let gateway: TestGateway;
  let partner: Partner;

  beforeAll(async () => {
    gateway = await startTestGateway();
    partner = await createPartner(gateway);
    await gateway.admin(
      `mutation ($records: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $records) { inserted } }`,
      { records: [PERSON] },
    );
  });
  afterAll(() => gateway.close());

  test('is answered with the record, signed by a key of the JWKS, and leaves one transaction', async () => {
    const message = searchById('4711');
    const { status, body } = await partner.send('social/registry/sync/search', 'search', message);
    expect(status).toBe(200);
    expect(body.header).toMatchObject({ action: 'on-search', status: 'succ', total_count: 1, completed_count: 1 });
    expect(body.message.search_response[0].data.reg_records).toMatchObject([{ name: { surname: 'Okafor' } }]);
    expect(body.message.search_response[0].pagination).toEqual({ page_size: 20, page_number: 1, total_count: 1 });
    const jwks = (await (await fetch(`${gateway.url}/.well-known/jwks.json`)).json()) as JSONWebKeySet;
    const verified = await verifyEnvelope(
      'DCI',
      { text: JSON.stringify(body), document: body },
      {
        senderId: 'dci-gateway',
        now: new Date(),
        keyFor: async (kid) => {
          const jwk = jwks.keys.find((key) => key.kid === kid);
          if (jwk === undefined) return undefined;
          const { algorithm, keyObject } = importPublicKey({ jwk });
          return { kid, algorithm: algorithm as 'ed25519', keyObject };
        },
      },
    );
    // Others' tools find the key by its id too, and no other.
    const find = createLocalJWKSet(jwks);
    expect(await find({ alg: 'EdDSA', kid: verified.kid })).toMatchObject({ type: 'public' });
    await expect(find({ alg: 'EdDSA', kid: 'another' })).rejects.toThrow(/no applicable key/);
    const { transactions } = await gateway.admin<{
      transactions: { nodes: { status: string; recordCount: number }[] };
    }>(`query ($id: String!) { transactions(filter: { transactionId: $id }) { nodes { status recordCount } } }`, {
      id: message['transaction_id'],
    });
    expect(transactions.nodes).toEqual([{ status: 'SUCCEEDED', recordCount: 1 }]);
  });

  test('by an expression finds the same person', async () => {
    const message = {
      ...searchById('4711'),
      search_request: [
        {
          reference_id: 'r1',
          timestamp: new Date().toISOString(),
          search_criteria: {
            query_type: 'expression',
            query: {
              type: 'ns:org:QueryType:expression',
              value: { expression: { query: { 'name.surname': { $eq: 'Okafor' } } } },
            },
          },
        },
      ],
    };
    const { body } = await partner.send('sr/registry/sync/search', 'search', message);
    expect(body.message.search_response[0].data.reg_records).toHaveLength(1);
  });

  test.each(['rsa-sha256', 'ecdsa-sha256'] as const)(
    'is answered for a sender that signs with %s',
    async (algorithm) => {
      const other = await createPartner(gateway, { algorithm });
      const { status } = await other.send('social/registry/sync/search', 'search', searchById('4711'));
      expect(status).toBe(200);
    },
  );

  test('is refused without an agreement', async () => {
    const other = await createPartner(gateway, { agreements: [] });
    const { status, body } = await other.send('social/registry/sync/search', 'search', searchById('4711'));
    expect(status).toBe(403);
    expect(body.errors[0].code).toBe('err.request.forbidden');
    expect(body.message.ack_status).toBe('ERR');
  });

  test('is refused when the message was changed after signing', async () => {
    const envelope = await partner.envelope('search', searchById('4711'));
    const forged = { ...envelope, message: searchById('4712') };
    const { status, body } = await partner.post('/dci/v1/social/registry/sync/search', forged);
    expect(status).toBe(401);
    expect(body.message.error.code).toBe('err.signature.invalid');
  });

  test('sent twice is answered twice with the same answer, and worked once', async () => {
    const message = searchById('4711');
    const envelope = await partner.envelope('search', message);
    const first = await partner.post('/dci/v1/social/registry/sync/search', envelope);
    const second = await partner.post('/dci/v1/social/registry/sync/search', envelope);
    expect(second.body.message).toEqual(first.body.message);
    expect(second.status).toBe(200);
  });

  test('with a used message id and another message is rejected in the envelope', async () => {
    const envelope = await partner.envelope('search', searchById('4711'), { message_id: 'used-once' });
    await partner.post('/dci/v1/social/registry/sync/search', envelope);
    const again = await partner.send('social/registry/sync/search', 'search', searchById('4712'), {
      message_id: 'used-once',
    });
    expect(again.status).toBe(200);
    expect(again.body.header).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.message_id.duplicate' });
  });

  test('in the short form is answered and signed in the headers', async () => {
    const body = { transaction_id: 't-1', sender_id: partner.senderId, search_criteria: { national_id: '4711' } };
    const answer = await partner.postHttpSigned('/dci/v1/search', body);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ status: 'succ', total_count: 1 });
    expect(answer.headers.get('signature')).toMatch(/^sig1=:/);
  });

  test('verify says yes or no per claim and releases nothing', async () => {
    const verify = { national_id: '4711', is_alive: true, birth_date: '1985-05-21', email: 'a@example.org' };
    const answer = await partner.postHttpSigned('/dci/v1/verify', {
      transaction_id: 't-2',
      sender_id: partner.senderId,
      verify,
    });
    expect(answer.body).toMatchObject({
      found: true,
      verified: { is_alive: true, birth_date: false, email: null },
    });
  });
});
