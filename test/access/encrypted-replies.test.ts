import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { decryptMessage, encryptMessage } from '../../src/protocol/envelope/encryption.js';
import { importPublicKey } from '../../src/protocol/signature/keys.js';
import { addRecords, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId } from '../support/search-message.js';

const SEARCH = '/dci/v1/social/registry/sync/search';
const PAIRS = {
  RSA: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
};

describe('encrypted messages', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startTestGateway();
    await addRecords(gateway, [person('1')]);
  });
  afterAll(() => gateway.close());

  const addKey = (partner: Partner, kid: string, publicKey: KeyObject) =>
    gateway.admin(
      `mutation ($id: String!, $input: SenderKeyInput!) { addSenderKey(senderId: $id, input: $input) { kid } }`,
      {
        id: partner.senderId,
        input: { kid, use: 'ENC', publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }) },
      },
    );

  const ourKey = async () => {
    const { keys } = (await (await fetch(`${gateway.url}/.well-known/jwks.json`)).json()) as {
      keys: { kid: string; use: string }[];
    };
    const jwk = keys.find(({ use }) => use === 'enc');
    const { algorithm, publicJwk } = importPublicKey({ jwk, use: 'ENC' });
    return { kid: jwk?.kid ?? '', algorithm: algorithm as 'RSA-OAEP-256', publicJwk };
  };

  const sendEncrypted = async (partner: Partner, message = byId('1')) => {
    const encrypted = (await encryptMessage(message, await ourKey())) as never;
    return partner.send('social/registry/sync/search', 'search', encrypted, { is_msg_encrypted: true });
  };

  const open = (message: unknown, expectedKid: string, privateKey: KeyObject) =>
    decryptMessage(message, async (kid) => (kid === expectedKid ? privateKey : undefined)) as Promise<never>;

  test.each(Object.entries(PAIRS))(
    'are answered encrypted, to the newest key of the sender (%s)',
    async (_, makePair) => {
      const partner = await createPartner(gateway);
      await addKey(partner, 'enc-old', makePair().publicKey);
      const { publicKey, privateKey } = makePair();
      await addKey(partner, 'enc-new', publicKey);
      const { status, body } = await sendEncrypted(partner);
      expect(status).toBe(200);
      expect(body.header.is_msg_encrypted).toBe(true);
      expect(JSON.stringify(body)).not.toContain('Surname');
      expect(await open(body.message, 'enc-new', privateKey)).toMatchObject({
        search_response: [{ data: { reg_records: [{ name: { surname: 'Surname 1' } }] } }],
      });
    },
  );

  test('are refused without an encryption key of the sender: nothing leaves in the clear', async () => {
    const partner = await createPartner(gateway);
    const { status, body } = await sendEncrypted(partner);
    expect(status).toBe(400);
    expect(body.message.error).toEqual({
      code: 'err.encryption.invalid',
      message:
        'the reply must be encrypted, and no encryption key of this sender is registered: register one (use ENC)',
    });
  });

  test('are stored in the clear under the seal, as they were asked and answered', async () => {
    const partner = await createPartner(gateway);
    await addKey(partner, 'enc', PAIRS.RSA().publicKey);
    const message = byId('1');
    await sendEncrypted(partner, message);
    const { transactions } = await gateway.admin<{ transactions: { nodes: unknown[] } }>(
      `query ($id: String!) { transactions(filter: { transactionId: $id }) { nodes {
        requestData(reason: "test") responseData(reason: "test") } } }`,
      { id: message['transaction_id'] },
    );
    expect(transactions.nodes).toMatchObject([
      {
        requestData: { message: { transaction_id: message['transaction_id'] } },
        responseData: { message: { search_response: [{ status: 'succ' }] } },
      },
    ]);
  });

  test('encrypted once more under the same id, get the stored answer', async () => {
    const partner = await createPartner(gateway);
    const { publicKey, privateKey } = PAIRS.RSA();
    await addKey(partner, 'enc', publicKey);
    const message = byId('1');
    const answers: unknown[] = [];
    for (let attempt = 0; attempt < 2; attempt++) {
      const encrypted = (await encryptMessage(message, await ourKey())) as never;
      const overrides = { is_msg_encrypted: true, message_id: `once-${partner.senderId}` };
      const { body } = await partner.send('social/registry/sync/search', 'search', encrypted, overrides);
      answers.push(await open(body.message, 'enc', privateKey));
    }
    expect(answers[1]).toEqual(answers[0]);
  });

  describe('for a sender whose replies are always encrypted', () => {
    const sender = { encryptReplies: true };

    test('answer a request in the clear', async () => {
      const partner = await createPartner(gateway, { sender });
      const { publicKey, privateKey } = PAIRS['P-256']();
      await addKey(partner, 'enc', publicKey);
      const { body } = await partner.send('social/registry/sync/search', 'search', byId('1'));
      expect(body.header.is_msg_encrypted).toBe(true);
      expect(await open(body.message, 'enc', privateKey)).toMatchObject({ search_response: [{ status: 'succ' }] });
    });

    test('are refused when its key was revoked', async () => {
      const partner = await createPartner(gateway, { sender });
      await addKey(partner, 'enc', PAIRS.RSA().publicKey);
      await gateway.admin(`mutation ($id: String!) { revokeSenderKey(senderId: $id, kid: "enc") { kid } }`, {
        id: partner.senderId,
      });
      const { status, body } = await partner.send('social/registry/sync/search', 'search', byId('1'));
      expect({ status, code: body.message.error.code }).toEqual({ status: 400, code: 'err.encryption.invalid' });
    });

    test('have no short form and no GraphQL, which could not be encrypted', async () => {
      const partner = await createPartner(gateway, { sender });
      await addKey(partner, 'enc', PAIRS.RSA().publicKey);
      const short = await partner.postHttpSigned('/dci/v1/search', {
        transaction_id: 't',
        sender_id: partner.senderId,
        search_criteria: { UIN: '1' },
      });
      expect({ status: short.status, code: short.body.message.error.code }).toEqual({
        status: 400,
        code: 'err.encryption.invalid',
      });
      const query = `mutation { search(input: { registry: SOCIAL, transactionId: "t", items: [] }) { correlationId } }`;
      const graphql = await partner.postHttpSigned('/graphql', { query });
      expect(graphql.body.errors[0].extensions.code).toBe('FORBIDDEN');
    });
  });

  test('answer a request in the clear in the clear, where nobody asked for more', async () => {
    const partner = await createPartner(gateway);
    await addKey(partner, 'enc', PAIRS.RSA().publicKey);
    const { body } = await partner.post(SEARCH, await partner.envelope('search', byId('1')));
    expect(body.header.is_msg_encrypted).toBe(false);
    expect(body.message.search_response[0].status).toBe('succ');
  });
});
