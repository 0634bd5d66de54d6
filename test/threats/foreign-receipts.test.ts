/** One partner acknowledges what was delivered to another. */
import { randomUUID } from 'node:crypto';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId } from '../support/search-message.js';

let gateway: TestGateway;
let inbox: Inbox;
let owner: Partner;
let other: Partner;

beforeAll(async () => {
  gateway = await startTestGateway();
  inbox = await startInbox(gateway.url);
  owner = await createPartner(gateway);
  other = await createPartner(gateway);
});
afterAll(async () => {
  await gateway?.close();
  await inbox?.close();
});

const acknowledge = async (as: Partner, id: string) => {
  const receipt = {
    transaction_id: randomUUID(),
    receipt_information: { notification_ids: [id], received_at: new Date().toISOString(), status: 'processed' },
  };
  const { body } = await as.send('social/registry/sync/receipt', 'receipt', receipt);
  return body.message.receipt_information;
};

test('a receipt counts for the caller’s own deliveries; another’s is as unknown as none', async () => {
  await owner.send('social/registry/search', 'search', byId('1'), { sender_uri: `${inbox.url}/on-search` });
  const [callback] = await inbox.wait(1);
  const id: string = callback?.body.header.message_id;
  const stolen = await acknowledge(other, id);
  const unknown = await acknowledge(other, randomUUID());
  expect(stolen.unknown_notification_ids).toEqual([id]);
  expect(Object.keys(stolen)).toEqual(Object.keys(unknown));
  const [row] = await gateway.database.query('select receipt_at from delivery where message_id = $1', [id]);
  expect(row).toEqual({ receipt_at: null });
  expect((await acknowledge(owner, id)).notification_ids).toEqual([id]);
});
