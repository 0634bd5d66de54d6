/** What partners send us unasked or in answer (protocol 2.6, 2.7, 5): in every registry, in either header form. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';

const REGISTRIES = ['social', 'crvs', 'dr', 'fr', 'ibr', 'ess'];

let gateway: TestGateway;
let partner: Partner;
let other: Partner;

beforeAll(async () => {
  gateway = await startTestGateway();
  const agreements = REGISTRIES.map((registry) => ({ registry: registry.toUpperCase() }));
  partner = await createPartner(gateway, { agreements });
  other = await createPartner(gateway, { agreements });
});
afterAll(() => gateway?.close());

const without = (object: JsonObject, ...names: string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
const now = () => new Date().toISOString();
const item = () => ({ reference_id: randomUUID(), timestamp: now(), status: 'succ' });

const CALLBACKS: [string, string, (ids: JsonObject) => JsonObject][] = [
  ['on-search', 'on-search', (ids) => ({ ...ids, search_response: [item()] })],
  ['on-subscribe', 'on-subscribe', (ids) => ({ ...ids, subscribe_response: [item()] })],
  [
    'on-unsubscribe',
    'on-unsubscribe',
    (ids) => ({ ...ids, timestamp: now(), status: 'succ', subscription_status: [] }),
  ],
  // As an older release of the specification spells it.
  ['on-unsubscribe', 'on-unsubscribe', (ids) => ({ ...ids, timesatmp: now(), status: 'succ' })],
  [
    'txn/on-status',
    'txn-on-status',
    (ids) => ({ ...ids, txnstatus_response: { txn_type: 'search', txn_status: { ...ids, search_response: [] } } }),
  ],
];

const death = (identifiers: object[], rest: object = {}) => ({
  '@type': 'CRVS_Person',
  identifier: identifiers,
  name: { surname: 'Mensah', given_name: 'Kofi' },
  death_date: '2026-10-01',
  ...rest,
});
const uin = (value: string) => ({ identifier_type: 'UIN', identifier_value: value });

function notification(record: object, data: object = {}): JsonObject {
  return {
    transaction_id: randomUUID(),
    notify_event: [
      {
        reference_id: randomUUID(),
        timestamp: now(),
        data: {
          version: '1.0.0',
          reg_type: 'ns:org:RegistryType:Civil',
          reg_event_type: 'spdci-common:RegistryEventType:Death',
          reg_record_type: 'spdci-extensions-dci:Person',
          reg_records: record,
          ...data,
        } as JsonObject,
      },
    ],
  };
}

const UPDATED = { reg_event_type: 'UPDATE' };

const notify = (registry: string, message: JsonObject, as = partner, overrides: JsonObject = {}) =>
  as.send(`${registry}/registry/notify`, 'notify', message, { status: 'succ', ...overrides });

const addPerson = (value: string) =>
  gateway.admin(
    `mutation ($records: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $records) { inserted } }`,
    {
      records: [
        { recordType: 'SRPerson', identifiers: [{ type: 'UIN', value }], data: { name: { surname: 'Mensah' } } },
        { recordType: 'Member', identifiers: [{ type: 'UIN', value }], data: { marital_status: 'M' } },
      ],
    },
  );

async function recordsOf(registry: string, value: string, recordType?: string) {
  const { records } = await gateway.admin<{ records: { nodes: { data: JsonObject; version: number }[] } }>(
    `query ($registry: Registry!, $filter: RecordFilter) { records(registry: $registry, filter: $filter) { nodes { data version } } }`,
    { registry, filter: { identifier: { type: 'UIN', value }, ...(recordType && { recordType }) } },
  );
  return records.nodes;
}

async function lastTransaction(message: JsonObject) {
  const { transactions } = await gateway.admin<{ transactions: { nodes: JsonObject[] } }>(
    `query ($id: String!) { transactions(filter: { transactionId: $id }) {
       nodes { operation channel status recordCount statusReasonCode statusReasonMessage sender { senderId } } } }`,
    { id: message['transaction_id'] },
  );
  return transactions.nodes;
}

describe.each(REGISTRIES)('%s', (registry) => {
  test.each(CALLBACKS)('%s of a request that is not ours is told so', async (path, action, build) => {
    const message = build({ transaction_id: randomUUID(), correlation_id: randomUUID() });
    const { status, body } = await partner.send(`${registry}/registry/${path}`, action, message, { status: 'succ' });
    expect(status).toBe(200);
    expect(body).toEqual({
      message: {
        ack_status: 'ERR',
        timestamp: expect.any(String),
        correlation_id: expect.any(String),
        error: { code: 'err.request.not_found', message: expect.stringContaining('correlation_id') },
      },
    });
    expect(await lastTransaction(message)).toMatchObject([
      { channel: 'INBOUND', status: 'REJECTED', statusReasonCode: 'err.request.not_found' },
    ]);
  });

  test('notify is acknowledged and stored, also where nothing can be applied', async () => {
    const message = notification({ identifier: [uin('unknown')] }, { reg_type: undefined, reg_event_type: 'REGISTER' });
    const { status, body } = await notify(registry, message);
    expect(status).toBe(200);
    expect(body.message).toMatchObject({
      ack_status: 'ACK',
      timestamp: expect.any(String),
      correlation_id: expect.any(String),
    });
    expect(await lastTransaction(message)).toMatchObject([
      { operation: 'NOTIFY', channel: 'INBOUND', status: 'REJECTED', sender: { senderId: partner.senderId } },
    ]);
  });
});

describe('an answer', () => {
  const onSearch = (correlationId: string, as: Partner, overrides: JsonObject = {}) =>
    as.send(
      'social/registry/on-search',
      'on-search',
      { transaction_id: 't', correlation_id: correlationId, search_response: [item()] },
      overrides,
    );

  test('is acknowledged for a correlation id of that sender only, in either header form', async () => {
    const { body: asked } = await partner.send('social/registry/sync/search', 'search', searchById('nobody'));
    const { correlation_id: id } = asked.message;
    expect((await onSearch(id, partner)).body.message.ack_status).toBe('ACK');
    const callback = { status: 'succ', completed_count: 1, total_count: 1 };
    expect((await onSearch(id, partner, callback)).body.message.ack_status).toBe('ACK');
    expect((await onSearch(id, other)).body.message.error.code).toBe('err.request.not_found');
    const wrongRegistry = await partner.send('dr/registry/on-search', 'on-search', {
      transaction_id: 't',
      correlation_id: id,
      search_response: [],
    });
    expect(wrongRegistry.body.message.error.code).toBe('err.request.not_found');
  });

  test('without sender_id and total_count is its token’s sender’s', async () => {
    const { body: asked } = await partner.send('social/registry/sync/search', 'search', searchById('nobody'));
    const message = { transaction_id: 't', correlation_id: asked.message.correlation_id, search_response: [item()] };
    const envelope = await partner.envelope('on-search', message, { status: 'succ' });
    const header = without(envelope['header'] as JsonObject, 'sender_id', 'total_count');
    const { signEnvelope } = await import('../../src/protocol/signature/signature.js');
    const options = { senderId: partner.senderId, now: new Date() };
    const signature = await signEnvelope('DCI', { header, message }, partner.key, options);
    const { body } = await partner.post('/dci/v1/social/registry/on-search', { signature, header, message });
    expect(body.message.ack_status).toBe('ACK');
  });

  test('may lack a message where none is needed; one that is null is refused', async () => {
    const send = (message?: null) =>
      partner.send('social/registry/on-search', 'on-search', message as never, { status: 'succ' });
    expect((await send()).body.message.ack_status).toBe('ACK');
    const refused = await send(null);
    expect([refused.status, refused.body.errors[0].message]).toEqual([400, 'message: must be an object']);
  });

  test.each<[string, (envelope: JsonObject) => unknown, number, string]>([
    ['unsigned', (envelope) => without(envelope, 'signature'), 401, 'err.signature.missing'],
    [
      'changed',
      (envelope) => ({ ...envelope, message: { transaction_id: 'x', correlation_id: 'y', search_response: [] } }),
      401,
      'err.signature.invalid',
    ],
    ['empty', () => '', 400, 'err.request.bad'],
    ['an empty object', () => ({}), 400, 'err.request.bad'],
    ['cut off behind its header', (envelope) => without(envelope, 'message'), 401, 'err.signature.invalid'],
    ['with an empty message', (envelope) => ({ ...envelope, message: {} }), 400, 'err.request.bad'],
    ['no JSON', () => 'ok', 400, 'err.request.bad'],
  ])('that is %s is not acknowledged', async (_, change, expected, code) => {
    const envelope = await partner.envelope('on-search', {
      transaction_id: 't',
      correlation_id: 'c',
      search_response: [],
    });
    const { status, body } = await partner.post('/dci/v1/social/registry/on-search', change(envelope));
    expect(status).toBe(expected);
    expect(body.message.ack_status).toBe('ERR');
    expect(body.errors[0].code).toBe(code);
  });

  test('without a token is not acknowledged', async () => {
    const envelope = await partner.envelope('on-search', {
      transaction_id: 't',
      correlation_id: 'c',
      search_response: [],
    });
    const { status, body } = await partner.post('/dci/v1/social/registry/on-search', envelope, { authorization: '' });
    expect(status).toBe(401);
    expect(body.message.ack_status).toBe('ERR');
  });
});

describe('a notify of a record', () => {
  const told = async (recordType: string, value: string) => {
    const data = { reg_type: undefined, reg_event_type: 'REGISTER', reg_record_type: recordType };
    const message = notification({ identifier: [uin(value)] }, data);
    expect((await notify('social', message)).body.message.ack_status).toBe('ACK');
    return (await lastTransaction(message))[0]?.['statusReasonMessage'];
  };

  test('of a type that is not ours is stored, but writes no record of another type', async () => {
    expect(await told('Shoe', '9101')).toContain('reg_record_type is not a record type of SOCIAL');
    expect(await recordsOf('SOCIAL', '9101')).toEqual([]);
  });

  test.each([
    ['an empty type', '', '9102'],
    ['a known type', 'ns:SR_Person', '9103'],
  ])('of %s is applied', async (_, recordType, value) => {
    expect(await told(recordType, value)).toBeNull();
    expect(await recordsOf('SOCIAL', value, 'SRPerson')).toHaveLength(1);
  });
});

describe('a death told to the civil registry', () => {
  test('is written there and marks the person in the social registry, once', async () => {
    await addPerson('9001');
    const message = notification(death([uin('9001'), { identifier_type: 'DRN', identifier_value: 'D-9001' }]));
    const envelope = await partner.envelope('notify', message, { status: 'succ' });
    const first = await partner.post('/dci/v1/crvs/registry/notify', envelope);
    const again = await partner.post('/dci/v1/crvs/registry/notify', envelope);
    expect(first.body.message.ack_status).toBe('ACK');
    expect(again.body).toEqual(first.body);
    expect(await recordsOf('CRVS', '9001')).toMatchObject([{ version: 1, data: { death_date: '2026-10-01' } }]);
    expect(await recordsOf('SOCIAL', '9001', 'SRPerson')).toMatchObject([
      { version: 2, data: { death_date: '2026-10-01', name: { surname: 'Mensah' } } },
    ]);
    expect(await recordsOf('SOCIAL', '9001', 'Member')).toMatchObject([
      { data: { marital_status: 'M', demographic_info: { death_date: '2026-10-01' } } },
    ]);
    await notify('crvs', notification(death([uin('9001')])));
    expect(await recordsOf('SOCIAL', '9001', 'SRPerson')).toMatchObject([{ version: 2 }]);
    const raised = await gateway.database.query<{ event_type: string }>(
      `select event_type from registry_event where registry = 'CRVS' and identifiers @> '[{"value": "9001"}]'`,
    );
    expect(raised).toEqual([{ event_type: 'Death' }]);
    const verified = await partner.postHttpSigned('/dci/v1/verify', {
      transaction_id: randomUUID(),
      sender_id: partner.senderId,
      verify: { national_id: '9001', is_alive: true },
    });
    expect(verified.body.verified).toEqual({ is_alive: false });
  });

  test('marks nobody by a number that two persons share', async () => {
    const load = (identifiers: object[]) =>
      gateway.admin(
        `mutation ($records: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $records) { inserted } }`,
        { records: [{ recordType: 'SRPerson', identifiers, data: { sex: 'female' } }] },
      );
    await load([
      { type: 'UIN', value: '9201' },
      { type: 'MRN', value: 'M-92' },
    ]);
    await notify('crvs', notification(death([uin('9202'), { identifier_type: 'MRN', identifier_value: 'M-92' }])));
    expect(await recordsOf('CRVS', '9202')).toHaveLength(1);
    expect(await recordsOf('SOCIAL', '9201', 'SRPerson')).toMatchObject([{ version: 1 }]);
    // Told of by two numbers that belong to two persons: neither is marked, which those learn who run the registry.
    await load([{ type: 'BRN', value: 'B-92' }]);
    const event = {
      event_type: 'death',
      record: death([uin('9201'), { identifier_type: 'BRN', identifier_value: 'B-92' }]),
    };
    // Whoever tells it learns no more than of a person whom the social registry does not have.
    const told = notification(event.record);
    const standard = await notify('crvs', told);
    expect(standard.body.message).toEqual({
      ack_status: 'ACK',
      timestamp: expect.any(String),
      correlation_id: expect.any(String),
    });
    const { body } = await partner.postHttpSigned('/dci/v1/notify', {
      transaction_id: 't-9201',
      sender_id: partner.senderId,
      event,
    });
    expect(body).toEqual({ transaction_id: 't-9201', correlation_id: expect.any(String), status: 'rcvd' });
    const unknown = notification(death([uin('9203')]));
    await notify('crvs', unknown);
    const read = { status: 'SUCCEEDED', recordCount: 1, statusReasonMessage: null };
    for (const message of [told, { transaction_id: 't-9201' }, unknown])
      expect(await lastTransaction(message)).toMatchObject([read]);
    const { adminActions } = await gateway.admin<{ adminActions: { nodes: JsonObject[] } }>(
      `{ adminActions(filter: { action: "leaveDeathUnmarked" }) { nodes { targetId after } } }`,
    );
    expect(adminActions.nodes.map(({ targetId }) => targetId)).toEqual([
      body.correlation_id,
      standard.body.message.correlation_id,
    ]);
    expect(adminActions.nodes[0]).toMatchObject({
      after: { events: [{ registry: 'SOCIAL', reason: expect.stringContaining('AMBIGUOUS') }] },
    });
    expect(await recordsOf('CRVS', '9201')).toHaveLength(1);
    expect(await recordsOf('SOCIAL', '9201', 'SRPerson')).toMatchObject([{ version: 1 }]);
  });

  test.each(['crvs', 'social'])('of two persons at once, told to %s, marks neither and says why', async (registry) => {
    await addPerson(`9221-${registry}`);
    const message = notification(death([uin(`9221-${registry}`), uin(`9222-${registry}`)]));
    const { body } = await notify(registry, message);
    const why = expect.stringContaining('two values of UIN');
    expect(body.message['not_applied']).toMatchObject([{ status_reason_message: why }]);
    expect(await lastTransaction(message)).toMatchObject([{ status: 'REJECTED', statusReasonMessage: why }]);
    expect(await recordsOf('SOCIAL', `9221-${registry}`, 'SRPerson')).toMatchObject([{ version: 1 }]);
  });

  test('of somebody whose numbers contradict those that are held is refused, and the others of the message are not', async () => {
    const brn = (value: string) => ({ identifier_type: 'BRN', identifier_value: value });
    await notify('crvs', notification(death([uin('9211'), brn('B-9211')])));
    const [event] = notification(death([uin('9212'), brn('B-9211')]))['notify_event'] as object[];
    const [good] = notification(death([uin('9213')]))['notify_event'] as object[];
    const message = { ...notification({}), notify_event: [event, good] } as JsonObject;
    expect((await notify('crvs', message)).body.message.ack_status).toBe('ACK');
    expect(await lastTransaction(message)).toMatchObject([
      { statusReasonMessage: expect.stringContaining('CONFLICTING_IDENTIFIER') },
    ]);
    expect(await recordsOf('CRVS', '9212')).toEqual([]);
    expect(await recordsOf('CRVS', '9213')).toHaveLength(1);
  });

  test('is found by any identifying identifier that the records share', async () => {
    await gateway.admin(
      `mutation ($records: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $records) { inserted } }`,
      { records: [{ recordType: 'SRPerson', identifiers: [{ type: 'BRN', value: 'B-9002' }], data: { sex: 'male' } }] },
    );
    await notify('crvs', notification(death([{ identifier_type: 'birth_reg_no', identifier_value: 'B-9002' }])));
    const [row] = await gateway.database.query<{ day: string }>(
      `select r.data ->> 'death_date' as day from registry_record r join record_identifier i on i.record_id = r.id
       where i.value = 'B-9002' and r.registry = 'SOCIAL'`,
    );
    expect(row).toEqual({ day: '2026-10-01' });
  });

  test('sent to the social registry marks the person there and writes no civil record', async () => {
    await addPerson('9003');
    const social = await createPartner(gateway, { agreements: [{ registry: 'SOCIAL', operations: ['NOTIFY'] }] });
    expect((await notify('social', notification(death([uin('9003')])), social)).body.message.ack_status).toBe('ACK');
    expect(await recordsOf('SOCIAL', '9003', 'SRPerson')).toMatchObject([{ data: { death_date: '2026-10-01' } }]);
    expect(await recordsOf('CRVS', '9003')).toEqual([]);
  });

  test('in the short form of two registries is of neither', async () => {
    const record = death([uin('9005')]);
    const short = { transaction_id: 't-9005', sender_id: partner.senderId };
    const told = (registry: string, event: object) =>
      partner.postHttpSigned('/dci/v1/notify', {
        ...short,
        registry,
        event: { event_type: 'death', record, ...event },
      });
    const { status, body } = await told('social', { registry: 'crvs' });
    expect({ status, message: body.errors[0].message }).toEqual({
      status: 400,
      message: 'event.registry: is another than registry; send one of them',
    });
    expect(await recordsOf('CRVS', '9005')).toEqual([]);
    expect((await told('civil', { registry: 'crvs' })).body).toMatchObject({ status: 'rcvd' });
    expect(await recordsOf('CRVS', '9005')).toHaveLength(1);
  });

  test('whose name has a mistake in it is not taken for a change', async () => {
    const why = expect.stringMatching(/reg_event_type:? is no event of CRVS: use one of REGISTER, .*Death/);
    const message = notification(death([uin('9006')]), { reg_event_type: 'Deaths' });
    const { body } = await notify('crvs', message);
    expect(body.message).toMatchObject({ ack_status: 'ACK', not_applied: [{ status_reason_message: why }] });
    expect(await lastTransaction(message)).toMatchObject([{ status: 'REJECTED', statusReasonMessage: why }]);
    const short = { transaction_id: 't-9006', sender_id: partner.senderId };
    const event = { event_type: 'deaths', record: death([uin('9006')]) };
    const told = await partner.postHttpSigned('/dci/v1/notify', { ...short, event });
    expect(told.body).toMatchObject({ status: 'rcvd', status_reason_message: why });
    expect(await recordsOf('CRVS', '9006')).toEqual([]);
    // Without a name it is whatever changed.
    await notify('crvs', notification(death([uin('9006')]), { reg_event_type: '' }));
    expect(await recordsOf('CRVS', '9006')).toHaveLength(1);
  });

  test('in the short form is received', async () => {
    await addPerson('9004');
    const { status, body } = await partner.postHttpSigned('/dci/v1/notify', {
      transaction_id: 't-9004',
      sender_id: partner.senderId,
      event: { event_type: 'death', record: death([uin('9004')]) },
    });
    expect(status).toBe(200);
    expect(body).toEqual({ transaction_id: 't-9004', correlation_id: expect.any(String), status: 'rcvd' });
    expect(await recordsOf('SOCIAL', '9004', 'SRPerson')).toMatchObject([{ data: { death_date: '2026-10-01' } }]);
  });

  test.each<[string, () => Promise<Partner>, object]>([
    [
      'without NOTIFY in the agreement',
      () => createPartner(gateway, { agreements: [{ registry: 'CRVS', operations: ['SEARCH'] }] }),
      {},
    ],
    ['without any agreement', () => createPartner(gateway, { agreements: [] }), {}],
    [
      'with rows that end elsewhere',
      () => createPartner(gateway, { agreements: [{ registry: 'CRVS', rowFilter: { sex: { $eq: 'female' } } }] }),
      {},
    ],
    ['of another registry', async () => partner, { reg_type: 'ns:org:RegistryType:FR' }],
    ['without a record', async () => partner, { reg_records: [] }],
    [
      'with a record that the dictionary does not know',
      async () => partner,
      { reg_records: { death_date: 'soon', identifier: [uin('9005')] } },
    ],
  ])('%s is stored, acknowledged and not applied', async (_, sender, data) => {
    const value = `n-${randomUUID()}`;
    await addPerson(value);
    const message = notification(death([uin(value)]), data);
    const { status, body } = await notify('crvs', message, await sender());
    expect(status).toBe(200);
    const [event] = message['notify_event'] as JsonObject[];
    const reason = expect.stringMatching(/^not applied: /);
    expect(body.message).toMatchObject({
      ack_status: 'ACK',
      not_applied: [{ reference_id: event?.['reference_id'], status_reason_message: reason }],
    });
    expect(await lastTransaction(message)).toMatchObject([
      { operation: 'NOTIFY', status: 'REJECTED', recordCount: 0, statusReasonMessage: reason },
    ]);
    expect((await recordsOf('SOCIAL', value, 'SRPerson'))[0]!.data).not.toHaveProperty('death_date');
    expect(await recordsOf('CRVS', value)).toEqual([]);
  });

  test('whose date is missing, or no matter of the agreement, is not written either', async () => {
    const narrow = await createPartner(gateway, {
      agreements: [{ registry: 'CRVS', fields: ['identifier', 'name'] }],
    });
    const told = async (value: string, rest: object, as?: Partner) => {
      await addPerson(value);
      const message = notification(death([uin(value)], rest));
      const { body } = await notify('crvs', message, as);
      expect(await lastTransaction(message)).toMatchObject([{ status: 'REJECTED', recordCount: 0 }]);
      expect(await recordsOf('CRVS', value)).toEqual([]);
      expect((await recordsOf('SOCIAL', value, 'SRPerson'))[0]!.data).not.toHaveProperty('death_date');
      return body.message['not_applied'][0].status_reason_message as string;
    };
    expect(await told('9009', { death_date: null })).toBe(
      'not applied: death_date is missing: without it nobody is marked',
    );
    expect(await told('9010', {}, narrow)).toBe(
      'not applied: the record is not taken over: the agreement does not cover death_date',
    );
  });

  test('beside one that is applied is named by its reference id, to the sender and in the transaction', async () => {
    const good = notification(death([uin('9007')]));
    const bad = notification(death([uin('9008')], { death_date: 'soon' }));
    const [refused] = bad['notify_event'] as JsonObject[];
    const message = { ...good, notify_event: [...(good['notify_event'] as JsonObject[]), refused as JsonObject] };
    const { body } = await notify('crvs', message);
    expect(body.message).toMatchObject({
      ack_status: 'ACK',
      not_applied: [{ reference_id: refused?.['reference_id'], status_reason_message: expect.any(String) }],
    });
    expect(await lastTransaction(message)).toMatchObject([
      {
        status: 'SUCCEEDED',
        recordCount: 1,
        statusReasonMessage: expect.stringMatching(/^1 of 2 events not applied: .*death_date/),
      },
    ]);
  });

  test('told to a registry whose agreement does not cover the date leaves it alone', async () => {
    await addPerson('9006');
    const narrow = await createPartner(gateway, { agreements: [{ fields: ['identifier', 'name'] }] });
    const { body } = await notify('social', notification(death([uin('9006')])), narrow);
    expect(body.message['not_applied']).toMatchObject([
      { status_reason_message: 'not applied: the record is not taken over: the agreement does not cover death_date' },
    ]);
    expect((await recordsOf('SOCIAL', '9006', 'SRPerson'))[0]!.data).not.toHaveProperty('death_date');
  });
});

test('two partners and an administrator who tell of the same persons in another order wait for each other', async () => {
  const persons = Array.from({ length: 20 }, (_, n) => `ring-${n}`);
  const told = (all: string[], surname: string, identifier_type: string) => {
    const events = all.flatMap((identifier_value) => {
      const record = { identifier: [{ identifier_type, identifier_value }], name: { surname } };
      return notification(record, UPDATED)['notify_event'] as JsonObject[];
    });
    return { transaction_id: randomUUID(), notify_event: events };
  };
  const written = (all: string[], surname: string) =>
    gateway.graphql(
      `mutation ($records: [RecordInput!]!) { upsertRecords(registry: CRVS, records: $records) { refused } }`,
      {
        records: all.map((value) => ({
          recordType: 'Person',
          identifiers: ['UIN', 'BRN'].map((type) => ({ type, value })),
          data: { name: { surname } },
        })),
      },
    );
  await written(persons, 'before');
  for (const round of ['first', 'second', 'third']) {
    const [one, two, admin] = await Promise.all([
      notify('crvs', told(persons, round, 'UIN')),
      notify('crvs', told(persons.toReversed(), `${round} too`, 'BRN'), other),
      written(persons.toReversed(), `${round} of all`),
    ]);
    expect([one.status, two.status, admin]).toEqual([200, 200, { data: { upsertRecords: { refused: 0 } } }]);
  }
});

test('one death, and several events about the same person under another number, wait for each other', async () => {
  const value = 'ring of one';
  const identifiers = ['UIN', 'BRN'].map((type) => ({ type, value }));
  for (const [registry, recordType] of [
    ['SOCIAL', 'SRPerson'],
    ['CRVS', 'Person'],
  ])
    await gateway.admin(
      `mutation ($registry: Registry!, $records: [RecordInput!]!) {
         upsertRecords(registry: $registry, records: $records) { inserted } }`,
      { registry, records: [{ recordType, identifiers, data: { name: { surname: 'before' } } }] },
    );
  const told = (surname: string, of: object) =>
    notification(death([of], { name: { surname } }))['notify_event'] as JsonObject[];
  for (let round = 0; round < 20; round += 1) {
    const byBirth = { identifier_type: 'BRN', identifier_value: value };
    const several = [...told(`first ${round}`, byBirth), ...told(`then ${round}`, byBirth)];
    const one = notify('crvs', { transaction_id: randomUUID(), notify_event: told(`one ${round}`, uin(value)) });
    // So that one round or another meets the moment between its two registries.
    await sleep(2 * round);
    const both = [await notify('crvs', { transaction_id: randomUUID(), notify_event: several }, other), await one];
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
  }
});

test('a person whom a process of 1.0.0-rc.1 is writing for the first time is written once', async () => {
  const value = 'rolled out';
  const { database } = gateway;
  const birth = notification(
    { identifier: [uin(value)], name: { surname: 'Told' }, birth_date: '2026-10-01' },
    UPDATED,
  );
  const record = {
    recordType: 'Person',
    identifiers: [{ type: 'UIN', value }],
    data: { name: { surname: 'Written' } },
  };
  let done = 0;
  const calls = await database.transaction(async (unit) => {
    await unit.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`CRVS Person UIN ${value}`]);
    await unit.query(
      `with record as (insert into registry_record (id, registry, record_type, version, data)
         values (gen_random_uuid(), 'CRVS', 'Person', 1, '{}') returning id)
       insert into record_identifier (record_id, registry, record_type, type, value)
       select id, 'CRVS', 'Person', 'UIN', $1 from record`,
      [value],
    );
    const told = [
      notify('crvs', birth),
      gateway.admin(
        `mutation ($records: [RecordInput!]!) { upsertRecords(registry: CRVS, records: $records) { updated } }`,
        { records: [record] },
      ),
    ].map((call) => call.finally(() => (done += 1)));
    await until(async () => {
      const [row] = await database.query<{ waiting: number }>(
        `select count(*)::int as waiting from pg_stat_activity
         where datname = current_database() and wait_event = 'advisory'`,
      );
      return done + (row?.waiting ?? 0) === told.length;
    });
    return told;
  });
  await Promise.all(calls);
  expect(await recordsOf('CRVS', value)).toHaveLength(1);
});

describe('other events', () => {
  test('raise their own type, and a partial record is merged', async () => {
    const farmer = { farmer_personal_details: { member_identifier: [uin('7001')] }, farm_type: '2' };
    const data = { reg_type: 'Farmer', reg_record_type: 'Farmer', reg_event_type: 'NewFarmer' };
    const { reg_type: _, ...own } = data;
    await notify('fr', notification(farmer, { ...own, reg_type: undefined }));
    await notify(
      'fr',
      notification(
        { farmer_personal_details: { member_identifier: [uin('7001')], marital_status: 'S' } },
        { ...own, reg_type: undefined, reg_event_type: 'UPDATE' },
      ),
    );
    expect(await recordsOf('FR', '7001')).toMatchObject([
      { version: 2, data: { farm_type: '2', farmer_personal_details: { marital_status: 'S' } } },
    ]);
    const raised = await gateway.database.query<{ event_type: string }>(
      `select event_type from registry_event where registry = 'FR' and identifiers @> '[{"value": "7001"}]' order by id`,
    );
    expect(raised.map(({ event_type }) => event_type)).toEqual(['NewFarmer', 'UPDATE']);
  });

  test('leave alone what the agreement does not cover of a list', async () => {
    const group = (members: object[]) => ({
      reg_type: 'ns:org:RegistryType:Social',
      ...UPDATED,
      reg_record_type: 'Group',
      reg_records: {
        group_identifier: [{ identifier_type: 'GROUP_ID', identifier_value: 'G-95' }],
        member_list: members,
      } as JsonObject,
    });
    const member = (value: string, rest: object = {}) => ({ member_identifier: [uin(value)], ...rest });
    const stored = async () => {
      const [row] = await gateway.database.query<{ members: object[]; version: string }>(
        `select data -> 'member_list' as members, version from registry_record where record_type = 'Group'`,
      );
      return row;
    };
    const told = async (fields: string[], members: object[]) => {
      const as = await createPartner(gateway, { agreements: [{ fields: ['group_identifier', ...fields] }] });
      return (await notify('social', notification({}, group(members)), as)).body.message['not_applied'];
    };
    const held = [member('9501', { demographic_info: { sex: 'female' } })];
    expect(await told(['member_list'], held)).toBeUndefined();
    const covered = ['member_list.member_identifier'];
    expect(await told(covered, [member('9501')])).toBeUndefined();
    expect(await stored()).toEqual({ members: held, version: '1' });
    expect(await told(covered, [member('9502')])).toMatchObject([
      { status_reason_message: expect.stringMatching(/^not applied: member_list cannot be changed/) },
    ]);
    expect(await stored()).toEqual({ members: held, version: '1' });
    // Nothing of what is held is theirs to know: what they list stands beside it.
    expect(await told(['member_list.marital_status'], [{ marital_status: 'M' }])).toBeUndefined();
    expect(await stored()).toMatchObject({ members: [...held, { marital_status: 'M' }], version: '2' });
  });

  test('DEREGISTER deletes', async () => {
    const data = { reg_type: undefined, reg_record_type: 'Farmer', reg_event_type: 'REGISTER' };
    const farmer = { farmer_personal_details: { member_identifier: [uin('7002')] }, farm_type: '2' };
    await notify('fr', notification(farmer, data));
    expect(await recordsOf('FR', '7002')).toHaveLength(1);
    await notify('fr', notification(farmer, { ...data, reg_event_type: 'DEREGISTER' }));
    expect(await recordsOf('FR', '7002')).toEqual([]);
  });

  test('may be told in GraphQL', async () => {
    const { body } = await partner.postHttpSigned('/graphql', {
      query: `mutation ($input: NotifyInput!) { notify(input: $input) { status items { referenceId status reason } } }`,
      variables: {
        input: {
          registry: 'FR',
          transactionId: 'g-n',
          events: [
            {
              referenceId: 'good',
              eventType: 'NewFarmer',
              record: { farmer_personal_details: { member_identifier: [uin('7003')] } },
            },
            { referenceId: 'bad', record: { shoe_size: 4 } },
          ],
        },
      },
    });
    expect(body.data.notify.items).toEqual([
      { referenceId: 'good', status: 'SUCCEEDED', reason: null },
      { referenceId: 'bad', status: 'REJECTED', reason: expect.stringContaining('shoe_size') },
    ]);
    expect(await recordsOf('FR', '7003')).toHaveLength(1);
  });
});
