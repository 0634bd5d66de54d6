import { randomUUID } from 'node:crypto';
import { forgetsTold } from '../../src/jobs/forget-versions.job.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { giveConsent } from '../support/consent.js';
import { answer, startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';
import {
  allEnded,
  change,
  endAgreements,
  eventOf,
  remove,
  settled,
  subscribed,
  updateAgreement,
  upsert,
  upsertInto,
  type Wish,
} from './subscriptions.js';

const ADA = { name: { surname: 'Okafor', given_name: 'Ada' }, sex: 'female', birth_date: '1985-05-20' };

let gateway: TestGateway;
let inbox: Inbox;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { DELIVERY_RETRY_SECONDS: '0,0,0,0,0' } });
});
afterAll(() => gateway.close());
beforeEach(async () => {
  inbox = await startInbox(gateway.url);
});
afterEach(() => inbox.close());

const newPartner = (agreement: Record<string, unknown> = {}, sender: Record<string, unknown> = {}): Promise<Partner> =>
  createPartner(gateway, {
    agreements: [{ registry: 'CRVS', ...agreement }],
    sender: { autoApproveSubscriptions: true, ...sender },
  });

/** Nothing more comes although there was time for it. */
const silence = () => new Promise((resolve) => setTimeout(resolve, 400));

describe('a notification', () => {
  test('tells one event of one record, as the agreement lets it out, signed, beside on-subscribe', async () => {
    const partner = await newPartner({ fields: ['identifier', 'name.surname'] });
    const { code, message } = await subscribed(partner, inbox, { event: 'live_birth', reference: 'r-7' });
    const id = randomUUID();
    await upsert(gateway, { id, data: ADA, event: 'LiveBirth' });
    const [notice] = await inbox.wait(1);
    expect(notice?.path).toBe('/registry/notify');
    expect(notice?.verified).toBe(true);
    expect(notice?.body.header).toMatchObject({
      action: 'notify',
      status: 'succ',
      total_count: 1,
      sender_id: 'dci-gateway',
      receiver_id: partner.senderId,
      meta: { subscription_code: code, sequence: 1, event_id: expect.any(String) },
    });
    expect(notice?.body.message).toEqual({
      transaction_id: message['transaction_id'],
      notify_event: [
        {
          reference_id: 'r-7',
          timestamp: expect.any(String),
          data: {
            version: '1.0.0',
            reg_type: 'ns:org:RegistryType:Civil',
            reg_event_type: 'LiveBirth',
            reg_record_type: 'spdci-extensions-dci:Person',
            reg_records: {
              '@context': expect.stringContaining('https://schema.spdci.org/'),
              '@type': 'CRVS_Person',
              identifier: [{ identifier_type: 'UIN', identifier_value: id }],
              name: { surname: 'Okafor' },
            },
          },
        },
      ],
    });
    const [row] = await settled(gateway, code, allEnded(1));
    expect(row).toMatchObject({
      state: 'DELIVERED',
      decision: { allowed: true, fields: ['identifier', 'name.surname'] },
    });
  });

  test('has the number of its event for all subscriptions of one receiver, and another for everybody else', async () => {
    const [one, other] = await Promise.all([newPartner(), newPartner({ fields: ['identifier', 'sex'] })]);
    await subscribed(one, inbox, { event: 'LiveBirth' });
    await subscribed(one, inbox, { event: 'LiveBirth', filter: { sex: { $eq: 'female' } } });
    await subscribed(other, inbox, { event: 'LiveBirth' });
    const id = randomUUID();
    await upsert(gateway, { id, data: ADA, event: 'LiveBirth' });
    const told = Map.groupBy(await inbox.wait(3), ({ body }) => body.header.receiver_id as string);
    const numbers = ({ senderId }: Partner) =>
      told.get(senderId)?.map(({ body }) => (body.header.meta as { event_id: string }).event_id) ?? [];
    expect(numbers(one)).toHaveLength(2);
    expect(new Set(numbers(one)).size).toBe(1);
    expect(numbers(one)).not.toContain(numbers(other)[0]);
    const [event] = await gateway.database.query<{ id: string }>(
      `select id from registry_event where identifiers @> $1::jsonb`,
      [JSON.stringify([{ value: id }])],
    );
    expect([...numbers(one), ...numbers(other)]).not.toContain(event?.id);
  });

  test('leaves out an event type that the domain does not list', async () => {
    const partner = await createPartner(gateway, { sender: { autoApproveSubscriptions: true } });
    await subscribed(partner, inbox, { event: 'UPDATE', recordType: 'SRPerson' }, 'social');
    const id = randomUUID();
    await upsertInto(gateway, 'SOCIAL', 'SRPerson', { id, data: ADA });
    await upsertInto(gateway, 'SOCIAL', 'SRPerson', { id, data: { ...ADA, sex: 'male' } });
    const [notice] = await inbox.wait(1);
    expect(eventOf(notice!).data).not.toHaveProperty('reg_event_type');
    expect(eventOf(notice!).data.reg_records.sex).toBe('male');
  });

  test('of a deletion carries identifiers only, and those only where they are covered', async () => {
    const [seeing, blind] = await Promise.all([newPartner(), newPartner({ fields: ['name', 'sex'] })]);
    const { code } = await subscribed(seeing, inbox, { event: 'DELETE' });
    const other = await subscribed(blind, inbox, { event: 'DELETE', filter: { sex: { $eq: 'female' } } });
    const id = randomUUID();
    await upsert(gateway, { id, data: ADA });
    await remove(gateway, id);
    await settled(gateway, code, allEnded(1));
    const [cancelled] = await settled(gateway, other.code, allEnded(1));
    expect(cancelled).toMatchObject({ state: 'CANCELLED', reason: 'the agreement does not cover identifiers' });
    expect(inbox.received).toHaveLength(1);
    const { data } = eventOf(inbox.received[0]!);
    expect(data.reg_event_type).toBe('DELETE');
    expect(Object.keys(data.reg_records)).toEqual(['@context', '@type', 'identifier']);
    expect(data.reg_records.identifier).toEqual([{ identifier_type: 'UIN', identifier_value: id }]);
  });

  test('of an enrolment that ends names its programme, where that is covered', async () => {
    const [id, registry] = [randomUUID(), 'IBR'];
    const fields = ['member.member_identifier', 'enrollment_status'];
    const [seeing, blind] = await Promise.all([newPartner({ registry }), newPartner({ registry, fields })]);
    const wish = { event: 'DELETE', recordType: 'Beneficiary' };
    const codes = [await subscribed(seeing, inbox, wish, 'ibr'), await subscribed(blind, inbox, wish, 'ibr')];
    const records = ['P1', 'P2'].map((programme) => ({
      recordType: 'Beneficiary',
      externalId: `${id}:${programme}`,
      identifiers: [{ type: 'UIN', value: id }],
      data: {
        programme_identifier: [{ programme_identifier: programme, programme_name: 'Untold' }],
        enrollment_status: '1',
      },
    }));
    await gateway.admin(
      `mutation ($records: [RecordInput!]!) { upsertRecords(registry: IBR, records: $records) { inserted } }`,
      { records },
    );
    await gateway.admin(
      `mutation ($id: String!) { deleteRecord(registry: IBR, recordType: "Beneficiary", externalId: $id) { id } }`,
      { id: `${id}:P2` },
    );
    for (const { code } of codes) await settled(gateway, code, allEnded(1));
    const told = codes.map(({ code }) => {
      const notice = inbox.received.find(({ body }) => body.header.meta.subscription_code === code);
      const { '@context': _, '@type': __, ...record } = eventOf(notice!).data.reg_records;
      return record;
    });
    const member = { member_identifier: [{ identifier_type: 'UIN', identifier_value: id }] };
    expect(told).toEqual([{ member, programme_identifier: [{ programme_identifier: 'P2' }] }, { member }]);
  });

  test('is of the version that its event made, whatever came after, and in its order', async () => {
    const partner = await newPartner();
    const { code } = await subscribed(partner, inbox, { event: 'UPDATE' });
    const id = randomUUID();
    let refusals = 3;
    inbox.behave((received, response) => answer(refusals-- > 0 ? 503 : 200)(received, response));
    await upsert(gateway, { id, data: ADA });
    const names = ['Birth', 'Correction', 'Death'];
    for (const surname of names) await upsert(gateway, { id, data: { ...ADA, name: { surname } } });
    const rows = await settled(gateway, code, allEnded(3));
    expect(rows.map(({ state, sequence }) => [state, sequence])).toEqual([
      ['DELIVERED', 1],
      ['DELIVERED', 2],
      ['DELIVERED', 3],
    ]);
    const told = inbox.received.map((notice) => eventOf(notice).data.reg_records.name.surname as string);
    expect(told).toEqual(['Birth', 'Birth', 'Birth', 'Birth', 'Correction', 'Death']);
    expect(new Set(inbox.received.slice(0, 4).map(({ body }) => body.header.message_id as string)).size).toBe(1);
  });

  test('is made for no event from before the subscription', async () => {
    const partner = await newPartner();
    await upsert(gateway, { id: randomUUID(), data: ADA, event: 'Adoption' });
    const { code } = await subscribed(partner, inbox, { event: 'Adoption' });
    await upsert(gateway, { id: randomUUID(), data: ADA, event: 'Adoption' });
    await settled(gateway, code, allEnded(1));
    await silence();
    expect(inbox.received).toHaveLength(1);
  });
});

const expression = {
  type: 'ns:org:QueryType:expression',
  value: { expression: { query: { sex: { $eq: 'female' } } } },
};
const predicate = [
  { seq_num: 1, expression1: { attribute_name: 'birth_date', operator: 'lt', attribute_value: '1990-01-01' } },
];
const text = 'query { person(sex: "female") { birth_date name { given_name } } }';
const graphql = { type: 'ns:org:QueryType:graphql', value: { expression: text } };

const WHOLE = ['@context', '@type', 'sex', 'name', 'email', 'birth_date', 'identifier'];

describe('matching', () => {
  const yes = randomUUID();
  const identifier = { type: 'UIN', value: yes };
  test.each<[string, Wish, string[]?]>([
    ['without a filter', {}],
    ['by idtype-value', { filter: identifier, filterType: 'idtype-value' }],
    ['by expression', { filter: expression, filterType: 'expression' }],
    ['by predicate', { filter: predicate, filterType: 'predicate' }],
    ['by age, on the day of the event', { filter: { age: { $gt: 30 } }, filterType: 'expression' }],
    [
      'by graphql, with its selection',
      { filter: graphql, filterType: 'graphql' },
      ['@context', '@type', 'birth_date', 'name'],
    ],
    ['by the shape of the filter', { filter: predicate }],
  ])('%s finds its records and no others', async (_, wish, selected = WHOLE) => {
    const partner = await newPartner();
    const { code } = await subscribed(partner, inbox, { event: 'Marriage', ...wish });
    const young = { name: { surname: 'Bello' }, sex: 'male', birth_date: '2010-01-01' };
    const id = 'filter' in wish ? yes : randomUUID();
    await upsert(
      gateway,
      { id: randomUUID(), data: young, event: 'Divorce' },
      ...('filter' in wish ? [{ id: randomUUID(), data: young, event: 'Marriage' }] : []),
      // Nothing is raised where nothing changes.
      { id, data: { ...ADA, email: [`${randomUUID()}@example.org`] }, event: 'Marriage' },
    );
    await settled(gateway, code, allEnded(1));
    const { reg_records: record } = eventOf((await inbox.wait(1))[0]!).data;
    expect(record.name.given_name).toBe('Ada');
    expect(Object.keys(record).toSorted()).toEqual(selected.toSorted());
  });
});

/** An event waits in a paused subscription while the rights change. */
async function meanwhile(partner: Partner, wish: Wish, turn: (id: string) => Promise<void>) {
  const { code } = await subscribed(partner, inbox, { event: 'Death', ...wish });
  expect(await change(gateway, 'pauseSubscription', code)).toBe('PAUSED');
  const id = randomUUID();
  await upsert(gateway, { id, data: ADA, event: 'Death' });
  await settled(gateway, code, (rows) => rows.length === 1);
  await silence();
  expect(inbox.received).toEqual([]);
  await turn(id);
  await change(gateway, 'resumeSubscription', code);
  const [row] = await settled(gateway, code, allEnded(1));
  return { row: row!, code, id };
}

describe('a record that cannot be read', () => {
  /** What `work` writes is damaged, and can be mended. */
  async function damaging(work: () => Promise<void>): Promise<() => Promise<unknown>> {
    const { database } = gateway;
    await database.query('create table sound (like record_version)');
    await database.query(`create function damage() returns trigger language plpgsql as $$
      begin
        insert into sound select new.*;
        new.data_sealed := '\\x00';
        return new;
      end $$`);
    await database.query(
      'create trigger damage before insert on record_version for each row execute function damage()',
    );
    try {
      await work();
    } finally {
      await database.query('drop function damage cascade');
    }
    return () =>
      database.query(`update record_version v set data_sealed = sound.data_sealed from sound
        where v.record_id = sound.record_id and v.version = sound.version`);
  }

  test('fails at once and holds up nobody; once it can be read it is matched, and told where it matches', async () => {
    const partner = await newPartner();
    const filter = { sex: { $eq: 'male' } };
    const { code: all } = await subscribed(partner, inbox, { event: 'Death' });
    const { code: some } = await subscribed(partner, inbox, { event: 'Death', filter, filterType: 'expression' });
    const id = randomUUID();
    const mend = await damaging(() => upsert(gateway, { id, event: 'Death' }));
    const notMade = { state: 'FAILED', reason: 'the gateway could not make its message: the log says why' };
    expect(await settled(gateway, all, allEnded(1))).toMatchObject([notMade]);
    expect(await settled(gateway, some, allEnded(1))).toMatchObject([notMade]);
    await upsert(gateway, { id: randomUUID(), event: 'Death' });
    expect(await settled(gateway, all, allEnded(2))).toMatchObject([notMade, { state: 'DELIVERED' }]);
    const { deliveries } = await gateway.admin<{ deliveries: { nodes: { id: string }[] } }>(
      `query ($id: String) { deliveries(filter: { senderId: $id, state: FAILED }) {
        nodes { id withheld attempts { outcome } } } }`,
      { id: partner.senderId },
    );
    const tried = { withheld: 'NOT_MADE', attempts: [{ outcome: 'BLOCKED' }] };
    expect(deliveries.nodes).toMatchObject([tried, tried]);
    expect(
      await gateway.database.query('select from subscription where code = any ($1) and failing_since is not null', [
        [all, some],
      ]),
    ).toEqual([]);
    await mend();
    for (const { id: failed } of deliveries.nodes)
      await gateway.admin('mutation ($id: ID!) { retryDelivery(id: $id) { state } }', { id: failed });
    expect(await settled(gateway, all, allEnded(2))).toMatchObject([{ state: 'DELIVERED' }, { state: 'DELIVERED' }]);
    expect(await settled(gateway, some, allEnded(1))).toMatchObject([
      { state: 'CANCELLED', reason: 'the record as the event made it does not match its subscription' },
    ]);
    expect(inbox.received.filter((received) => received.text.includes(id))).toHaveLength(1);
  });
});

describe('rights are those of the moment of sending', () => {
  test('a pause delays and loses nothing', async () => {
    const { row } = await meanwhile(await newPartner(), {}, async () => {});
    expect(row.state).toBe('DELIVERED');
    expect(inbox.received).toHaveLength(1);
  });

  test.each<[string, (partner: Partner) => Promise<void>, Wish, RegExp]>([
    ['the agreement ended', (partner) => endAgreements(gateway, partner), {}, /no agreement in force covers SUBSCRIBE/],
    [
      'the filter is no longer covered',
      (partner) => updateAgreement(gateway, partner, { fields: ['name', 'identifier'] }),
      { filter: { sex: { $eq: 'female' } } },
      /its filter is no longer allowed: .*sex/,
    ],
    [
      'the purpose is no longer covered',
      (partner) => updateAgreement(gateway, partner, { purposes: ['AUDIT'] }),
      {},
      /no agreement covers this purpose/,
    ],
    [
      'the record lies outside the row filter',
      (partner) => updateAgreement(gateway, partner, { rowFilter: { sex: { $eq: 'male' } } }),
      {},
      /outside the rows/,
    ],
    [
      'the agreement covers nothing of the record',
      (partner) => updateAgreement(gateway, partner, { fields: ['marital_status'] }),
      {},
      /covers nothing of the record/,
    ],
    [
      'consent is asked for and not given',
      (partner) => updateAgreement(gateway, partner, { requiresConsent: true }),
      {},
      /has not consented/,
    ],
  ])('where %s, nothing is sent and the delivery says why', async (_, turn, wish, reason) => {
    const partner = await newPartner();
    const { row } = await meanwhile(partner, wish, () => turn(partner));
    expect(row.state).toBe('CANCELLED');
    expect(row.reason).toMatch(reason);
    expect(inbox.received).toEqual([]);
  });

  test('where the filter is none any more, such as after an upgrade, nothing is sent and the delivery says why', async () => {
    const filter = { sex: { $eq: 'female' } };
    const { code } = await subscribed(await newPartner(), inbox, { event: 'Death', filter, filterType: 'expression' });
    await gateway.database.query(`update subscription set filter = '{"shoe_size": {"$eq": 1}}' where code = $1`, [
      code,
    ]);
    await upsert(gateway, { id: randomUUID(), event: 'Death' });
    expect(await settled(gateway, code, allEnded(1))).toMatchObject([
      { state: 'CANCELLED', reason: expect.stringMatching(/its filter is no longer allowed: .*shoe_size/) },
    ]);
  });

  test('what was consented to a second ago is sent, and no more', async () => {
    const partner = await newPartner({ requiresConsent: true });
    const { row, id } = await meanwhile(partner, {}, async (value) => {
      await gateway.database.query(
        `insert into consent (id, registry, identifier_type, identifier_value, sender_id, fields, valid_from, granted_by)
         values (gen_random_uuid(), 'CRVS', 'UIN', $1, $2, $3, now() - interval '1 day', 'test')`,
        [value, partner.senderId, ['identifier', 'sex']],
      );
    });
    expect(row.state).toBe('DELIVERED');
    const { '@context': _, '@type': __, ...record } = eventOf(inbox.received[0]!).data.reg_records;
    expect(record).toEqual({ identifier: [{ identifier_type: 'UIN', identifier_value: id }], sex: 'female' });
  });

  test('a consent of whoever has the number now lets out nobody who had it before', async () => {
    const partner = await newPartner({ requiresConsent: true });
    const { row } = await meanwhile(partner, {}, async (value) => {
      await remove(gateway, value);
      await upsert(gateway, { id: value, data: { name: { surname: 'Newcomer' } } });
      await giveConsent(gateway, { registry: 'CRVS', uin: value, senderId: partner.senderId });
    });
    expect(row).toMatchObject({ state: 'CANCELLED', reason: 'the person has not consented' });
    expect(inbox.received).toEqual([]);
  });

  test.each(['DELETE', 'UPDATE'])(
    'that somebody fits a filter is told with their consent to that alone: %s',
    async (event) => {
      const partner = await newPartner({ requiresConsent: true });
      const { code } = await subscribed(partner, inbox, { event, filter: { sex: { $eq: 'female' } } });
      const [hidden, shown] = [randomUUID(), randomUUID()];
      for (const [value, fields] of [
        [hidden, ['identifier']],
        [shown, ['identifier', 'sex']],
      ] as const) {
        await giveConsent(gateway, { registry: 'CRVS', uin: value, senderId: partner.senderId, fields: [...fields] });
        await upsert(gateway, { id: value, data: ADA });
        await upsert(gateway, { id: value, data: { ...ADA, marital_status: 'M' } });
        await remove(gateway, value);
      }
      expect(await settled(gateway, code, allEnded(2))).toMatchObject([
        { state: 'CANCELLED', reason: 'the person has not consented' },
        { state: 'DELIVERED' },
      ]);
      expect(inbox.received.map((notice) => notice.text.includes(shown))).toEqual([true]);
    },
  );

  test('what the agreement covers now is sent, not what it covered then', async () => {
    const partner = await newPartner();
    await meanwhile(partner, {}, () => updateAgreement(gateway, partner, { fields: ['sex'] }));
    expect(Object.keys(eventOf(inbox.received[0]!).data.reg_records)).toEqual(['@context', '@type', 'sex']);
  });

  test('an ended subscription sends nothing more', async () => {
    const partner = await newPartner();
    const { code } = await subscribed(partner, inbox, { event: 'Death' });
    await change(gateway, 'pauseSubscription', code);
    await upsert(gateway, { id: randomUUID(), data: ADA, event: 'Death' });
    await settled(gateway, code, (rows) => rows.length === 1);
    expect(await change(gateway, 'cancelSubscription', code)).toBe('CANCELLED');
    const [row] = await settled(gateway, code, allEnded(1));
    expect(row).toMatchObject({ state: 'CANCELLED', reason: expect.stringContaining('the subscription is CANCELLED') });
    expect(inbox.received).toEqual([]);
  });
});

describe('a test', () => {
  const idOf = async (code: string): Promise<string> => {
    const [row] = await gateway.database.query<{ id: string }>('select id from subscription where code = $1', [code]);
    return row?.id ?? '';
  };
  const TEST = 'mutation ($id: ID!) { sendTestNotification(id: $id) { id test } }';
  const sendTest = async (code: string) =>
    (await gateway.admin<{ sendTestNotification: { id: string; test: boolean } }>(TEST, { id: await idOf(code) }))
      .sendTestNotification;

  test('is a signed notification of no event, which nobody takes for news, and counts in the sequence', async () => {
    const partner = await newPartner();
    const { code, message } = await subscribed(partner, inbox, { event: 'Death' });
    expect(await sendTest(code)).toMatchObject({ test: true });
    const [test] = await inbox.wait(1);
    expect(test).toMatchObject({ path: '/registry/notify', verified: true });
    const { header, message: told } = test!.body;
    expect(header).toMatchObject({ action: 'notify', status: 'succ', total_count: 0, completed_count: 0 });
    expect(header.meta).toEqual({ subscription_code: code, test: true, sequence: 1 });
    expect(told).toEqual({ transaction_id: message['transaction_id'], notify_event: [] });
    await settled(gateway, code, allEnded(1));
    await upsert(gateway, { id: randomUUID(), data: ADA, event: 'Death' });
    const [, news] = await inbox.wait(2);
    expect(news?.body.header.meta).toEqual({ subscription_code: code, sequence: 2, event_id: expect.any(String) });
  });

  test('is tried once, is no reason to suspend, and is not replayed', async () => {
    const partner = await newPartner();
    const { code } = await subscribed(partner, inbox, { event: 'Death' });
    inbox.behave(answer(500));
    const { id } = await sendTest(code);
    await settled(gateway, code, allEnded(1));
    const { delivery } = await gateway.admin<{ delivery: unknown }>(
      `query ($id: ID!) { delivery(id: $id) { state stateReason test attempts { outcome } subscription { failingSince } } }`,
      { id },
    );
    expect(delivery).toEqual({
      state: 'FAILED',
      stateReason: 'the receiver answered 500',
      test: true,
      attempts: [{ outcome: 'FAILED' }],
      subscription: { failingSince: null },
    });
    const replay = `mutation ($code: String) { replayDeliveries(filter: { subscriptionCode: $code }) { count } }`;
    expect(await gateway.admin(replay, { code })).toEqual({ replayDeliveries: { count: 0 } });
    inbox.behave(undefined);
    await gateway.admin('mutation ($id: ID!) { retryDelivery(id: $id) { id } }', { id });
    expect(await settled(gateway, code, allEnded(1))).toMatchObject([{ state: 'DELIVERED' }]);
  });

  test('is refused where nothing may leave now', async () => {
    const partner = await newPartner();
    const { code } = await subscribed(partner, inbox, { event: 'Death' });
    const refused = async (id: string) => (await gateway.graphql(TEST, { id })).errors?.[0];
    await gateway.admin('mutation ($id: String!) { suspendSender(senderId: $id) { state } }', { id: partner.senderId });
    expect(await refused(await idOf(code))).toMatchObject({
      message: 'id: the sender is SUSPENDED: activate it first',
      extensions: { code: 'CONFLICT' },
    });
    await change(gateway, 'pauseSubscription', code);
    expect(await refused(await idOf(code))).toMatchObject({
      message: 'id: the subscription is PAUSED: only an active one can be tested',
      extensions: { code: 'CONFLICT' },
    });
    expect(await refused(randomUUID())).toMatchObject({ extensions: { code: 'NOT_FOUND', field: 'id' } });
    expect(inbox.received).toEqual([]);
  });
});

describe('record versions', () => {
  test('are forgotten once everybody was told', async () => {
    const partner = await newPartner();
    const { code } = await subscribed(partner, inbox, { event: 'FetalDeath' });
    const id = randomUUID();
    await upsert(gateway, { id, data: ADA, event: 'FetalDeath' });
    await upsert(gateway, { id, data: { ...ADA, sex: 'male' }, event: 'Divorce' });
    await settled(gateway, code, allEnded(1));
    const kept = () =>
      gateway.database.query<{ version: string }>(
        `select version from record_version where record_id =
           (select record_id from record_identifier where value = $1) order by version`,
        [id],
      );
    // The event that nobody wants is worked on by itself.
    await until(async () => (await forgetsTold(gateway.database)()) >= 0 && (await kept()).length === 0);
    expect(await kept()).toEqual([]);
  });
});
