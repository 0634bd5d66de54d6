import { generateKeyPairSync } from 'node:crypto';
import { decryptMessage } from '../../src/protocol/envelope/encryption.js';
import { addRecords, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId } from '../support/search-message.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe('callbacks of a sender whose replies are encrypted', () => {
  let gateway: TestGateway;
  let inbox: Inbox;
  let partner: Partner;

  beforeAll(async () => {
    gateway = await startTestGateway();
    inbox = await startInbox(gateway.url);
    partner = await createPartner(gateway, { sender: { encryptReplies: true } });
    await gateway.admin(
      `mutation ($id: String!, $input: SenderKeyInput!) { addSenderKey(senderId: $id, input: $input) { kid } }`,
      {
        id: partner.senderId,
        input: { kid: 'enc', use: 'ENC', publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }) },
      },
    );
    await addRecords(gateway, [person('1')]);
  });
  afterAll(async () => {
    await inbox.close();
    await gateway.close();
  });

  const search = () =>
    partner.send('social/registry/search', 'search', byId('1'), { sender_uri: `${inbox.url}/on-search` });

  test('come encrypted first, then signed', async () => {
    expect((await search()).status).toBe(202);
    const [callback] = await inbox.wait(1);
    expect(callback?.verified).toBe(true);
    expect(callback?.body.header.is_msg_encrypted).toBe(true);
    expect(callback?.text).not.toContain('Surname');
    const opened = await decryptMessage(callback?.body.message, async (kid) =>
      kid === 'enc' ? privateKey : undefined,
    );
    expect(opened).toMatchObject({
      search_response: [{ data: { reg_records: [{ name: { surname: 'Surname 1' } }] } }],
    });
  });

  test('do not come in the clear when the key is gone', async () => {
    const before = inbox.received.length;
    await gateway.admin(`mutation ($id: String!) { revokeSenderKey(senderId: $id, kid: "enc") { kid } }`, {
      id: partner.senderId,
    });
    const { status, body } = await search();
    expect({ status, code: body.message.error.code }).toEqual({ status: 400, code: 'err.encryption.invalid' });
    expect(inbox.received).toHaveLength(before);
  });
});
