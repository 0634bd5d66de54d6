import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';

const CRVS = [{ registry: 'CRVS' }];
const CALLBACK = 'http://127.0.0.1:9/notify';

let gateway: TestGateway;
let partner: Partner;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLE: 'api', MAX_SUBSCRIPTIONS_PER_SENDER: '3' } });
  partner = await createPartner(gateway, { agreements: CRVS, sender: { autoApproveSubscriptions: true } });
});
afterAll(() => gateway.close());

const subscribe = (by: Partner, subscription: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  by.postHttpSigned('/dci/v1/subscribe', { transaction_id: 't', sender_id: by.senderId, subscription, ...more });

const unsubscribe = (by: Partner, codes: unknown) =>
  by.postHttpSigned('/dci/v1/unsubscribe', { transaction_id: 't', sender_id: by.senderId, subscription_codes: codes });

describe('subscribe in the short form', () => {
  test('is answered at once with a code and its state', async () => {
    const answer = await subscribe(partner, { event_type: 'death', callback_url: CALLBACK });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('signature')).toMatch(/^sig1=:/);
    expect(answer.body).toEqual({
      transaction_id: 't',
      correlation_id: expect.any(String),
      status: 'succ',
      subscription_code: expect.stringMatching(/^SUB-.{24}$/),
      state: 'ACTIVE',
    });
    const ended = await unsubscribe(partner, [answer.body.subscription_code]);
    expect(ended.body).toMatchObject({ status: 'succ', subscription_codes: [answer.body.subscription_code] });
  });

  test('waits for an administrator where the sender is not auto-approved', async () => {
    const other = await createPartner(gateway, { agreements: CRVS });
    const { body } = await subscribe(other, { event_type: 'birth', callback_url: CALLBACK });
    expect(body).toMatchObject({ status: 'succ', state: 'PENDING' });
  });

  test('to an event that the registry does not know is a business outcome', async () => {
    const { status, body } = await subscribe(partner, { event_type: 'eclipse', callback_url: CALLBACK });
    expect(status).toBe(200);
    expect(body).toEqual({
      transaction_id: 't',
      correlation_id: expect.any(String),
      status: 'rjct',
      status_reason_code: 'rjct.notify_types.invalid',
      status_reason_message: expect.stringMatching(/^reg_event_type: use one of REGISTER/),
    });
  });

  test.each([
    ['an unknown attribute', { filter: { shoe_size: 44 } }, 'rjct.notify_details.invalid'],
    ['a foreign host', { callback_url: 'http://example.org/notify' }, 'rjct.notify_details.invalid'],
    ['no address at all', { callback_url: 'nonsense' }, 'rjct.notify_details.invalid'],
  ])('with %s is refused by name', async (_, change, code) => {
    const { status, body } = await subscribe(partner, { event_type: 'death', callback_url: CALLBACK, ...change });
    expect(status).toBe(400);
    expect(body.errors[0].message).toContain(code);
  });

  test('without an agreement for the registry is forbidden', async () => {
    const { status, body } = await subscribe(
      partner,
      { event_type: 'REGISTER', callback_url: CALLBACK },
      { registry: 'social' },
    );
    expect(status).toBe(403);
    expect(body.errors[0].code).toBe('err.request.forbidden');
  });

  test('twice for the same is refused, and beyond the cap as well', async () => {
    const other = await createPartner(gateway, { agreements: CRVS });
    const first = await subscribe(other, { event_type: 'death', callback_url: CALLBACK, filter: { sex: 'female' } });
    expect(first.status).toBe(200);
    const again = await subscribe(other, { event_type: 'Death', callback_url: CALLBACK, filter: { sex: 'Female' } });
    expect(again.status).toBe(400);
    expect(again.body.errors[0].message).toContain('rjct.event.already_subscribed');
    for (const event of ['birth', 'marriage'])
      expect((await subscribe(other, { event_type: event, callback_url: CALLBACK })).status).toBe(200);
    const beyond = await subscribe(other, { event_type: 'divorce', callback_url: CALLBACK });
    expect(beyond.body.errors[0].message).toContain('at most 3 subscriptions');
  });
});

describe('unsubscribe in the short form', () => {
  test('ends nobody else’s subscription, and tells unknown and foreign alike', async () => {
    const { body } = await subscribe(partner, { event_type: 'adoption', callback_url: CALLBACK });
    const other = await createPartner(gateway, { agreements: CRVS });
    const [foreign, unknown] = await Promise.all([
      unsubscribe(other, [body.subscription_code]),
      unsubscribe(other, ['SUB-nobody']),
    ]);
    expect(foreign.body).toMatchObject({ status: 'rjct', subscription_codes: [] });
    const { correlation_id: _, ...told } = unknown.body as Record<string, unknown>;
    expect(foreign.body).toMatchObject(told);
    expect((await unsubscribe(partner, [body.subscription_code])).body.status).toBe('succ');
    expect((await unsubscribe(partner, [body.subscription_code])).body).toMatchObject({
      status: 'rjct',
      status_reason_code: 'rjct.event.already_unsubscribed',
    });
  });

  test('without codes is refused', async () => {
    const { status, body } = await unsubscribe(partner, []);
    expect(status).toBe(400);
    expect(body.errors[0].message).toContain('subscription_codes');
  });
});
