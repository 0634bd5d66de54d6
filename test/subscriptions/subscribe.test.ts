import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, type Partner } from '../support/partner.js';
import {
  ask,
  change,
  type Change,
  endAgreements,
  subscribeItem,
  subscribeMessage,
  unsubscribeMessage,
  type Wish,
} from './subscriptions.js';

const HOUR = 3_600_000;
const frequency = (cron: string, from: number, until: number) => ({
  frequency: {
    start_time: new Date(Date.now() + from).toISOString(),
    end_time: new Date(Date.now() + until).toISOString(),
    frequency: cron,
  },
});

let gateway: TestGateway;
let inbox: Inbox;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { MAX_SUBSCRIPTIONS_PER_SENDER: '40' } });
  inbox = await startInbox(gateway.url);
});
afterAll(async () => {
  await inbox.close();
  await gateway.close();
});

const auto = { autoApproveSubscriptions: true };
const newPartner = (agreement: Record<string, unknown> = {}, sender: Record<string, unknown> = auto) =>
  createPartner(gateway, { agreements: [{ registry: 'CRVS', ...agreement }], sender });

describe('a subscribe request', () => {
  let partner: Partner;
  beforeAll(async () => {
    partner = await newPartner({ fields: ['identifier', 'name', 'sex', 'birth_date'] });
  });

  test('is acknowledged, and answered by on-subscribe in the subscriber’s own spelling', async () => {
    const cron = frequency('0 0 0 5,15 * ? *', -HOUR, 60 * 24 * HOUR);
    const filter = { type: 'UIN', value: '1' };
    const wish: Wish = {
      reference: 'r-1',
      event: 'spdci-common:RegistryEventType:LiveBirth',
      recordType: 'spdci-extensions-dci:Person',
      filter,
      filterType: 'idtype-value',
      more: cron,
    };
    const message = subscribeMessage(subscribeItem(wish));
    const { ack, callback } = await ask(partner, inbox, message);
    expect(callback.verified).toBe(true);
    expect(callback.body.header).toMatchObject({
      action: 'on-subscribe',
      status: 'succ',
      total_count: 1,
      completed_count: 1,
      receiver_id: partner.senderId,
    });
    expect(callback.body.message).toEqual({
      transaction_id: message['transaction_id'],
      correlation_id: ack.body.message.correlation_id,
      subscribe_response: [
        {
          reference_id: 'r-1',
          timestamp: expect.any(String),
          status: 'succ',
          subscriptions: [
            {
              version: '1.0.0',
              code: expect.stringMatching(/^SUB-.{24}$/),
              status: 'subscribe',
              timestamp: expect.any(String),
              reg_type: 'ns:org:RegistryType:Civil',
              reg_event_type: wish.event,
              filter_type: 'idtype-value',
              filter,
              notify_record_type: wish.recordType,
              ...cron,
            },
          ],
        },
      ],
    });
  });

  const LONG_LIST = Array.from({ length: 1000 }, (_, number) => `${number} ${'x'.repeat(66)}`);
  const uncovered = { marital_status: { $eq: 'M' } };
  test.each<[string, Wish, string]>([
    ['an unknown event', { event: 'eclipse' }, 'rjct.notify_types.invalid'],
    ['an empty reference id', { reference: '' }, 'rjct.reference_id.invalid'],
    ['an unknown record type', { recordType: 'Ship' }, 'rjct.notify_details.invalid'],
    ['an unknown attribute', { filter: { shoe_size: { $gt: 40 } } }, 'rjct.notify_details.invalid'],
    ['an attribute outside the agreement', { filter: uncovered }, 'rjct.notify_details.invalid'],
    ['a filter that is too long', { filter: { 'name.surname': { $in: LONG_LIST } } }, 'rjct.notify_details.invalid'],
    ['a filter of another type', { filter: { a: 1 }, filterType: 'predicate' }, 'rjct.notify_details.invalid'],
    ['a frequency that is no cron', { more: frequency('now and then', 0, HOUR) }, 'rjct.notify_details.invalid'],
    ['a window that has passed', { more: frequency('* * * * * ?', -2 * HOUR, -HOUR) }, 'rjct.notify_details.invalid'],
    ['a window turned round', { more: frequency('* * * * * ?', 2 * HOUR, HOUR) }, 'rjct.notify_details.invalid'],
    ['a cron without a time in it', { more: frequency('0 0 0 30 2 ?', 0, HOUR) }, 'rjct.notify_details.invalid'],
  ])('with %s is rejected in its item', async (_, wish, code) => {
    const { callback } = await ask(partner, inbox, subscribeMessage(subscribeItem(wish)));
    expect(callback.body.header).toMatchObject({ status: 'rjct', completed_count: 0 });
    const [item] = callback.body.message.subscribe_response;
    expect(item).toMatchObject({ status: 'rjct', status_reason_code: code });
    expect(item.status_reason_message).toMatch(/\w/);
    expect(item).not.toHaveProperty('subscriptions');
  });

  test('judges each item alone; a reference id is used once', async () => {
    const message = subscribeMessage(
      subscribeItem({ reference: 'a', filter: { sex: { $eq: 'male' } } }),
      subscribeItem({ reference: 'a', filter: { sex: { $eq: 'female' } } }),
      subscribeItem({ reference: 'b', event: 'eclipse' }),
    );
    const { callback } = await ask(partner, inbox, message);
    expect(callback.body.header).toMatchObject({ status: 'succ', total_count: 3, completed_count: 1 });
    expect(callback.body.message.subscribe_response).toMatchObject([
      { reference_id: 'a', status: 'succ' },
      { reference_id: 'a', status: 'rjct', status_reason_code: 'rjct.reference_id.duplicate' },
      { reference_id: 'b', status: 'rjct', status_reason_code: 'rjct.notify_types.invalid' },
    ]);
  });

  const birth = { filter: { sex: { $eq: 'male' }, birth_date: { $gt: '2000-01-01' } } };
  const reordered = [
    {
      seq_num: 1,
      expression1: { attribute_name: 'birth_date', operator: 'gt', attribute_value: '2000-01-01' },
      condition: 'and',
      expression2: { attribute_name: 'sex', operator: 'eq', attribute_value: 'Male' },
    },
  ];
  test.each<[string, Wish, boolean]>([
    ['the same in another form', { filter: reordered, filterType: 'predicate' }, true],
    ['the same event under an alias', { ...birth, event: 'birth' }, true],
    ['another event', { ...birth, event: 'Marriage' }, false],
    ['another filter', { filter: { sex: { $eq: 'male' } } }, false],
  ])('for %s is known as a duplicate: %#', async (_, wish, same) => {
    const other = await newPartner();
    const first = await ask(other, inbox, subscribeMessage(subscribeItem({ event: 'LiveBirth', ...birth })));
    const second = await ask(other, inbox, subscribeMessage(subscribeItem({ event: 'LiveBirth', ...wish })));
    const [made] = first.callback.body.message.subscribe_response;
    const [item] = second.callback.body.message.subscribe_response;
    expect([item.status, item.status_reason_code]).toEqual(
      same ? ['rjct', 'rjct.event.already_subscribed'] : ['succ', undefined],
    );
    expect(item.subscriptions[0].code === made.subscriptions[0].code).toBe(same);
  });

  test('for one whose time has passed, though nobody has ended it yet, begins anew', async () => {
    const other = await newPartner();
    const until = (end: number) => subscribeMessage(subscribeItem({ more: frequency('0 * * * * ?', -HOUR, end) }));
    await ask(other, inbox, until(HOUR));
    await gateway.database.query(`update subscription set expires_at = now() where sender_id = $1`, [other.senderId]);
    const { callback } = await ask(other, inbox, until(2 * HOUR));
    const [item] = callback.body.message.subscribe_response;
    expect([item.status, item.status_reason_code]).toEqual(['succ', undefined]);
    const states = await gateway.database.query(
      `select state, state_reason as reason from subscription where sender_id = $1 order by id`,
      [other.senderId],
    );
    expect(states).toEqual([
      { state: 'EXPIRED', reason: 'its end_time has passed' },
      { state: 'ACTIVE', reason: null },
    ]);
  });

  test('is refused as a whole without an agreement that covers SUBSCRIBE', async () => {
    const other = await newPartner({ operations: ['SEARCH'] });
    const sender_uri = `${inbox.url}/on-subscribe`;
    const message = subscribeMessage(subscribeItem());
    const { status, body } = await other.send('crvs/registry/subscribe', 'subscribe', message, { sender_uri });
    expect(status).toBe(403);
    expect(body.message.error.code).toBe('err.request.forbidden');
  });

  test('with a criterion that is missing is malformed', async () => {
    const message = subscribeMessage({
      reference_id: 'r',
      timestamp: new Date().toISOString(),
      subscribe_criteria: {},
    });
    const { status, body } = await partner.send('crvs/registry/subscribe', 'subscribe', message);
    expect(status).toBe(400);
    expect(body.message.error.message).toContain('subscribe_criteria.reg_event_type: is required');
  });
});

describe('in the disability registry', () => {
  test('an event outside the domain’s list is taken, and left out of SubscriptionInfo', async () => {
    const partner = await createPartner(gateway, { agreements: [{ registry: 'DR' }], sender: auto });
    const items = ['REGISTER', 'spdci-common:RegistryEventType:NewDisabledNewborn'].map((event) =>
      subscribeItem({ event, recordType: 'DisabledPerson' }),
    );
    const { callback } = await ask(partner, inbox, subscribeMessage(...items), { path: 'dr' });
    const told = callback.body.message.subscribe_response.map(
      (item: { status: string; subscriptions: Record<string, unknown>[] }) => [
        item.status,
        item.subscriptions[0]?.['reg_event_type'],
      ],
    );
    expect(told).toEqual([
      ['succ', 'REGISTER'],
      ['succ', undefined],
    ]);
  });
});

describe('a graphql filter', () => {
  test.each([
    ['Group', 'succ', undefined],
    ['Member', 'rjct', expect.stringContaining('asks for Group')],
  ])('for groups is of use where %s records are asked for: %s', async (recordType, status, reason) => {
    const partner = await createPartner(gateway, { agreements: [{}], sender: auto });
    const filter = graphql('group(group_type: "2") { group_size poverty_score }');
    const item = subscribeItem({ event: 'REGISTER', recordType, filter, filterType: 'graphql' });
    const { callback } = await ask(partner, inbox, subscribeMessage(item), { path: 'social' });
    const [told] = callback.body.message.subscribe_response;
    expect(told.status).toBe(status);
    expect(told.status_reason_message).toEqual(reason);
  });
});

describe('a sender that is not auto-approved', () => {
  test.each<[Change, string, string, string | undefined]>([
    ['approveSubscription', 'succ', 'ACTIVE', undefined],
    ['cancelSubscription', 'rjct', 'CANCELLED', 'rjct.notify_details.invalid'],
  ])('is told pdng, and after %s a second time %s', async (mutation, status, state, code) => {
    const partner = await newPartner({}, {});
    const { ack, callback } = await ask(partner, inbox, subscribeMessage(subscribeItem({ reference: 'r' })));
    const [item] = callback.body.message.subscribe_response;
    expect(callback.body.header.status).toBe('pdng');
    expect(item).toMatchObject({ status: 'pdng', subscriptions: [{ status: 'subscribe' }] });
    const before = inbox.received.length;
    expect(await change(gateway, mutation, item.subscriptions[0].code)).toBe(state);
    const second = (await inbox.wait(before + 1))[before];
    expect(second?.verified).toBe(true);
    expect(second?.body.header).toMatchObject({ action: 'on-subscribe', status });
    expect(second?.body.message).toMatchObject({
      correlation_id: ack.body.message.correlation_id,
      subscribe_response: [
        {
          reference_id: 'r',
          status,
          subscriptions: [
            { code: item.subscriptions[0].code, status: status === 'succ' ? 'subscribe' : 'unsubscribe' },
          ],
        },
      ],
    });
    expect(second?.body.message.subscribe_response[0].status_reason_code).toBe(code);
    const { transactions } = await gateway.admin<{ transactions: { nodes: Record<string, unknown>[] } }>(
      `query ($id: String!) { transactions(filter: { correlationId: $id }) { nodes { status itemsDone responseData(reason: "test") } } }`,
      { id: ack.body.message.correlation_id },
    );
    expect(transactions.nodes).toMatchObject([
      {
        status: status === 'succ' ? 'SUCCEEDED' : 'REJECTED',
        itemsDone: 1,
        responseData: { header: { status }, message: { subscribe_response: [{ reference_id: 'r', status }] } },
      },
    ]);
    await expect(change(gateway, 'approveSubscription', item.subscriptions[0].code)).rejects.toThrow('CONFLICT');
  });
});

const end = (partner: Partner, codes: string[]) =>
  ask(partner, inbox, unsubscribeMessage(codes), { action: 'unsubscribe' });

describe('an unsubscribe request', () => {
  test('ends one’s own, once', async () => {
    const partner = await newPartner();
    const { callback } = await ask(partner, inbox, subscribeMessage(subscribeItem()));
    const { code } = callback.body.message.subscribe_response[0].subscriptions[0];
    const first = await end(partner, [code]);
    expect(first.callback.path).toBe('/registry/on-unsubscribe');
    expect(first.callback.body.header).toMatchObject({ action: 'on-unsubscribe', status: 'succ' });
    expect(first.callback.body.message).toMatchObject({
      correlation_id: first.ack.body.message.correlation_id,
      status: 'succ',
      subscription_status: [{ code, status: 'unsubscribe' }],
    });
    const second = await end(partner, [code]);
    expect(second.callback.body.message).toMatchObject({
      status: 'rjct',
      status_reason_code: 'rjct.event.already_unsubscribed',
      subscription_status: [{ code, status: 'unsubscribe' }],
    });
  });

  test('is read in the spelling of an older release, where the right one counts', async () => {
    const partner = await newPartner();
    const { callback } = await ask(partner, inbox, subscribeMessage(subscribeItem()));
    const { code } = callback.body.message.subscribe_response[0].subscriptions[0];
    const old = { transaction_id: 't', timesstamp: new Date().toISOString(), sunscription_codes: [code] };
    const refused = await ask(partner, inbox, { ...old, subscription_codes: ['other'] }, { action: 'unsubscribe' });
    expect(refused.callback.body.message.status_reason_code).toBe('rjct.subscription_code.invalid');
    const { callback: ended } = await ask(partner, inbox, old, { action: 'unsubscribe' });
    expect(ended.body.message).toMatchObject({
      status: 'succ',
      subscription_status: [{ code, status: 'unsubscribe' }],
    });
  });

  test.each([
    ['no codes at all', { sunscription_codes: undefined }, 'message.subscription_codes'],
    ['codes of another type', { sunscription_codes: 'SUB-1' }, 'message.subscription_codes'],
    ['no time', { timesstamp: undefined }, 'message.timestamp'],
  ])('is refused with %s, named as the specification does', async (_, changed, field) => {
    const partner = await newPartner();
    const old = { transaction_id: 't', timesstamp: new Date().toISOString(), sunscription_codes: ['SUB-1'] };
    const message = JSON.parse(JSON.stringify({ ...old, ...changed })) as JsonObject;
    const header = { sender_uri: `${inbox.url}/on-unsubscribe` };
    const { status, body } = await partner.send('crvs/registry/unsubscribe', 'unsubscribe', message, header);
    expect(status).toBe(400);
    expect(body.errors[0]).toMatchObject({ code: 'err.request.bad', message: expect.stringContaining(field) });
  });

  test('answers unknown and foreign codes alike, in the callback', async () => {
    const owner = await newPartner();
    const { callback } = await ask(owner, inbox, subscribeMessage(subscribeItem()));
    const { code } = callback.body.message.subscribe_response[0].subscriptions[0];
    const other = await newPartner();
    for (const named of [code, 'x'.repeat(99)]) {
      const { callback: told } = await end(other, [named]);
      expect(told.body.message).toMatchObject({
        status: 'rjct',
        status_reason_code: 'rjct.subscription_code.invalid',
        subscription_status: [],
      });
    }
  });

  test('needs no agreement that is still in force', async () => {
    const partner = await newPartner();
    const { callback } = await ask(partner, inbox, subscribeMessage(subscribeItem()));
    const { code } = callback.body.message.subscribe_response[0].subscriptions[0];
    await endAgreements(gateway, partner);
    expect((await end(partner, [code])).callback.body.message.status).toBe('succ');
  });
});

function graphql(query: string) {
  return { type: 'ns:org:QueryType:graphql', value: { expression: `{ ${query} }` } };
}
