/** Notifications that are never tried again, called sent before they are, failures that count for ever. */
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { acknowledge, answer, startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';
import { ask, subscribeItem, subscribeMessage } from '../subscriptions/subscriptions.js';
import { addRecords, person } from '../support/consent.js';

let gateway: TestGateway;
let inbox: Inbox;
let partner: Partner;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { DELIVERY_RETRY_SECONDS: '0,0,0,0,0' } });
  inbox = await startInbox(gateway.url);
  partner = await createPartner(gateway, {
    sender: { autoApproveSubscriptions: true, notifyUri: `${inbox.url}/notify` },
    agreements: [{ registry: 'CRVS' }],
  });
});
afterAll(async () => {
  await gateway?.close();
  await inbox?.close();
});

test('a notification that failed is sent again, and is called delivered once it is', async () => {
  await ask(partner, inbox, subscribeMessage(subscribeItem({ event: 'REGISTER' })));
  const before = inbox.received.length;
  // The third attempt is held, so that it is still owed when it is looked at.
  let letIn: () => void = () => {};
  const open = new Promise<void>((resolve) => (letIn = resolve));
  let attempts = 0;
  inbox.behave(async (received, response) => {
    if (++attempts <= 2) return answer(500)(received, response);
    await open;
    return acknowledge(received, response);
  });
  await addRecords(gateway, [{ ...person('1'), recordType: 'Person' }], 'CRVS');
  await inbox.wait(before + 3);
  const state = async () =>
    (await gateway.database.query<{ state: string }>(`select state from delivery where kind = 'NOTIFICATION'`)).map(
      (row) => row.state,
    );
  expect(await state()).toEqual(['PENDING']);
  letIn();
  await until(async () => (await state())[0] !== 'PENDING');
  expect(await state()).toEqual(['DELIVERED']);
  const ids = inbox.received.slice(before).map(({ body }) => body.header.message_id);
  expect(new Set(ids).size).toBe(1);
  const [row] = await gateway.database.query('select failing_since from subscription');
  expect(row).toEqual({ failing_since: null });
});
