/** A subscriber never learns its code, failed items vanish, anybody ends anybody's subscription. */
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, type Partner } from '../support/partner.js';
import { ask, subscribeItem, subscribeMessage, unsubscribeMessage } from '../subscriptions/subscriptions.js';

let gateway: TestGateway;
let inbox: Inbox;
let owner: Partner;
let other: Partner;

beforeAll(async () => {
  gateway = await startTestGateway();
  inbox = await startInbox(gateway.url);
  const options = { sender: { autoApproveSubscriptions: true }, agreements: [{ registry: 'CRVS' }] };
  owner = await createPartner(gateway, options);
  other = await createPartner(gateway, options);
});
afterAll(async () => {
  await gateway?.close();
  await inbox?.close();
});

test('every item is answered: the code of what was made, the reason of what was not', async () => {
  const message = subscribeMessage(subscribeItem(), subscribeItem({ event: 'NoSuchEvent' }));
  const { callback } = await ask(owner, inbox, message);
  expect(callback.body.message.subscribe_response).toMatchObject([
    { status: 'succ', subscriptions: [{ code: expect.any(String), status: 'subscribe' }] },
    { status: 'rjct', status_reason_code: 'rjct.notify_types.invalid' },
  ]);
});

test('a code of another ends nothing, and is told like one that is none', async () => {
  const made = await ask(owner, inbox, subscribeMessage(subscribeItem({ event: 'LiveBirth' })));
  const code: string = made.callback.body.message.subscribe_response[0].subscriptions[0].code;
  const foreign = await ask(other, inbox, unsubscribeMessage([code]), { action: 'unsubscribe' });
  const unknown = await ask(other, inbox, unsubscribeMessage(['no-such-code']), { action: 'unsubscribe' });
  const told = (callback: typeof foreign.callback) => {
    const { status, status_reason_code, status_reason_message, subscription_status } = callback.body.message;
    return { status, status_reason_code, status_reason_message, subscription_status };
  };
  expect(told(foreign.callback)).toEqual(told(unknown.callback));
  expect(told(foreign.callback)).toMatchObject({
    status: 'rjct',
    status_reason_code: 'rjct.subscription_code.invalid',
  });
  const [row] = await gateway.database.query('select state from subscription where code = $1', [code]);
  expect(row).toEqual({ state: 'ACTIVE' });
  const own = await ask(owner, inbox, unsubscribeMessage([code]), { action: 'unsubscribe' });
  expect(own.callback.body.message).toMatchObject({ status: 'succ', subscription_status: [{ code }] });
});
