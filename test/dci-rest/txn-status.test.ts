/** Transaction status and receipts (protocol 3.7, 3.9): what a sender may learn of its own earlier messages. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { rawPost } from '../support/raw-post.js';

const REGISTRIES = ['social', 'crvs', 'dr', 'fr', 'ibr', 'ess'];
const LISTS = new Set(['social', 'ibr', 'ess']);
const RECORDS: [string, string, JsonObject][] = [
  ['social', 'SRPerson', { sex: 'female' }],
  ['crvs', 'Person', { sex: 'female' }],
  ['dr', 'DisabledPerson', { disability_status: '0' }],
  ['fr', 'Farmer', { farm_type: '1' }],
  ['ibr', 'Beneficiary', { enrollment_status: '1' }],
  ['ess', 'ESSPerson', { sex: 'female' }],
];

let gateway: TestGateway;
let partner: Partner;
let other: Partner;
let inbox: Inbox;

beforeAll(async () => {
  gateway = await startTestGateway();
  inbox = await startInbox(gateway.url);
  const agreements = REGISTRIES.map((registry) => ({ registry: registry.toUpperCase() }));
  partner = await createPartner(gateway, { agreements });
  other = await createPartner(gateway, { agreements });
  for (const [registry, recordType, data] of RECORDS)
    await gateway.admin(
      `mutation ($registry: Registry!, $records: [RecordInput!]!) { upsertRecords(registry: $registry, records: $records) { inserted } }`,
      {
        registry: registry.toUpperCase(),
        records: ['1', '2'].map((value) => ({
          recordType,
          externalId: `${recordType}-${value}`,
          identifiers: [
            { type: 'UIN', value },
            { type: 'MRN', value: 'shared' },
          ],
          data,
        })),
      },
    );
});
afterAll(async () => {
  await inbox?.close();
  await gateway?.close();
});

const question = (type: string, attribute: string, value: unknown): JsonObject =>
  ({
    transaction_id: randomUUID(),
    txnstatus_request: {
      reference_id: randomUUID(),
      txn_type: type,
      attribute_type: attribute,
      attribute_value: value,
    },
  }) as JsonObject;

async function ask(registry: string, type: string, attribute: string, value: unknown, as = partner) {
  const message = question(type, attribute, value);
  const path = `${registry}/registry/sync/txn/status`;
  // The specification's schema lists the one type or the other; we answer both, and `send` holds replies to the schema.
  const beyond = LISTS.has(registry) ? 'unsubscribe' : 'receipt';
  const answer =
    type === beyond
      ? await rawPost(gateway.url, as, path, await as.envelope('txn-status', message))
      : await as.send(path, 'txn-status', message);
  const { txnstatus_response: response } = answer.body.message ?? {};
  return { ...answer, message, response, found: response?.txn_status };
}

interface Found {
  data: { reg_records: JsonObject | JsonObject[] };
}

async function search(registry: string, value: string, type = 'UIN', as = partner) {
  const message = searchById(value, type);
  const { body } = await as.send(`${registry}/registry/sync/search`, 'search', message);
  return { message, id: message['transaction_id'] as string, body };
}

describe.each(REGISTRIES)('%s', (registry) => {
  test('tells a search as its schema has it', async () => {
    const { id, body } = await search(registry, 'shared', 'MRN');
    const { status, message, response, found, body: told } = await ask(registry, 'search', 'transaction_id', id);
    expect(status).toBe(200);
    expect(told.header).toMatchObject({ action: 'txn-on-status', status: 'succ', total_count: 1, completed_count: 1 });
    expect(told.message.transaction_id).toBe(message['transaction_id']);
    expect(told.message.correlation_id).not.toBe(body.message.correlation_id);
    expect(response.txn_type).toBe('search');
    expect(found).toMatchObject({ transaction_id: id, correlation_id: body.message.correlation_id });
    // A registry whose schema has an object tells each record in an item of its own, in the answer too.
    const items: Found[] = body.message.search_response;
    const records = items.flatMap(({ data }) => data.reg_records);
    expect(records).toHaveLength(2);
    const [first] = items;
    const oneEach = records.map((record) => ({ ...first, data: { ...first?.data, reg_records: record } }));
    expect(found.search_response).toEqual(LISTS.has(registry) ? items : oneEach);
  });

  test('tells one that found nobody without data where a record would be an object', async () => {
    const { id } = await search(registry, 'nobody');
    const { found } = await ask(registry, 'search', 'transaction_id', id);
    expect(found.search_response).toHaveLength(1);
    expect(found.search_response[0].data?.reg_records).toEqual(LISTS.has(registry) ? [] : undefined);
  });

  test('knows nothing of a transaction that never was', async () => {
    for (const type of ['search', 'subscribe', 'unsubscribe', 'receipt']) {
      const asked = randomUUID();
      const { status, response, found, body } = await ask(registry, type, 'transaction_id', asked);
      expect(status).toBe(200);
      expect(body.header.status).toBe('succ');
      expect(response.txn_type).toBe(type);
      expect(found).toEqual({ transaction_id: asked, correlation_id: expect.any(String), search_response: [] });
    }
    const { found, message } = await ask(registry, 'search', 'correlation_id', 'nobody’s');
    expect(found).toMatchObject({ transaction_id: message['transaction_id'], correlation_id: 'nobody’s' });
  });

  test('tells a subscription and its end', async () => {
    const subscribing = await accept(registry, 'subscribe', 'subscribe', {
      transaction_id: randomUUID(),
      subscribe_request: [
        {
          reference_id: 'sub-1',
          timestamp: new Date().toISOString(),
          subscribe_criteria: { reg_event_type: 'REGISTER', notify_record_type: '', filter: {} },
        },
      ],
    });
    const { found } = await ask(registry, 'subscribe', 'correlation_id', subscribing.correlationId);
    expect(found).toMatchObject({
      transaction_id: subscribing.id,
      correlation_id: subscribing.correlationId,
      subscribe_response: [{ reference_id: 'sub-1', subscriptions: [{ status: 'subscribe' }] }],
    });
    expect('search_response' in found).toBe(LISTS.has(registry));
    const [{ code }] = found.subscribe_response[0].subscriptions;
    const byCode = await ask(registry, 'subscribe', 'subscription_code_list', [code, 'no-such-code']);
    expect(byCode.found.subscribe_response).toEqual(found.subscribe_response);
    const ending = await accept(registry, 'unsubscribe', 'unsubscribe', {
      transaction_id: randomUUID(),
      timestamp: new Date().toISOString(),
      subscription_codes: [code],
    });
    for (const [attribute, value] of [
      ['transaction_id', ending.id],
      ['subscription_code_list', [code]],
    ]) {
      const ended = await ask(registry, 'unsubscribe', String(attribute), value);
      expect(ended.found).toMatchObject({
        transaction_id: ending.id,
        status: 'succ',
        subscription_status: [{ code, status: 'unsubscribe' }],
      });
    }
    expect((await ask(registry, 'subscribe', 'subscription_code_list', [code], other)).found.search_response).toEqual(
      [],
    );
  });
});

/** Sends an asynchronous message and waits for its callback. */
async function accept(registry: string, path: string, action: string, message: JsonObject) {
  const before = inbox.received.length;
  const { status, body } = await partner.send(`${registry}/registry/${path}`, action, message, {
    sender_uri: `${inbox.url}/registry/on-${path}`,
  });
  expect(status).toBe(202);
  const callbacks = await inbox.wait(before + 1);
  const correlationId = String(body.message.correlation_id);
  return { id: message['transaction_id'] as string, correlationId, callback: callbacks.at(-1)?.body };
}

describe('an earlier search', () => {
  test('is found by its correlation id, or by the reference ids of items, wherever they stood', async () => {
    const one = await search('social', '1');
    const two = await search('social', '2');
    const itemOf = (searched: typeof one) => searched.body.message.search_response[0];
    const byCorrelation = await ask('social', 'search', 'correlation_id', one.body.message.correlation_id);
    expect(byCorrelation.found.search_response).toEqual([itemOf(one)]);
    const references = [itemOf(one).reference_id, itemOf(two).reference_id, 'unknown'];
    const byReference = await ask('social', 'search', 'reference_id_list', references);
    expect(byReference.found.search_response).toEqual([itemOf(two), itemOf(one)]);
    expect((await ask('social', 'search', 'reference_id_list', references[0])).found.search_response).toEqual([
      itemOf(one),
    ]);
  });

  test('used several times is told as the newest', async () => {
    const id = randomUUID();
    const asked = (value: string) => ({ ...searchById(value), transaction_id: id });
    await partner.send('social/registry/sync/search', 'search', asked('1'));
    const { body } = await partner.send('social/registry/sync/search', 'search', asked('2'));
    const { found } = await ask('social', 'search', 'transaction_id', id);
    expect(found.correlation_id).toBe(body.message.correlation_id);
  });

  test('is told to nobody else, in no other registry, and not as another kind', async () => {
    const { id, body } = await search('social', '1');
    const unknown = [
      await ask('social', 'search', 'transaction_id', id, other),
      await ask('social', 'search', 'correlation_id', body.message.correlation_id, other),
      await ask('social', 'search', 'reference_id_list', [body.message.search_response[0].reference_id], other),
      await ask('ibr', 'search', 'transaction_id', id),
      await ask('social', 'subscribe', 'transaction_id', id),
    ];
    for (const { status, found } of unknown) {
      expect(status).toBe(200);
      expect(found.search_response).toEqual([]);
    }
  });

  test('that was asked asynchronously is told before and after it is answered', async () => {
    const waiting = await startTestGateway({ env: { ROLE: 'api' } });
    try {
      const early = await createPartner(waiting, { sender: { notifyUri: 'http://127.0.0.1:9/none' } });
      const message = searchById('1');
      const { body } = await early.send('social/registry/search', 'search', message);
      const { found } = await ask('social', 'search', 'transaction_id', message['transaction_id'], early);
      expect(found).toEqual({
        transaction_id: message['transaction_id'],
        correlation_id: body.message.correlation_id,
        total_count: 1,
        completed_count: 0,
        search_response: [{ reference_id: expect.any(String), timestamp: expect.any(String), status: 'rcvd' }],
      });
    } finally {
      await waiting.close();
    }
    const done = await accept('social', 'search', 'search', searchById('1'));
    const { found } = await ask('social', 'search', 'transaction_id', done.id);
    expect(found.search_response).toEqual(done.callback.message.search_response);
  });

  test('of several parts is told whole', async () => {
    const items = Array.from({ length: 150 }, (_, index) => ({
      reference_id: `part-${index}`,
      timestamp: new Date().toISOString(),
      search_criteria: { query_type: 'idtype-value', query: { type: 'UIN', value: '1' } },
    }));
    const before = inbox.received.length;
    const message = { transaction_id: randomUUID(), search_request: items };
    await partner.send('social/registry/search', 'search', message, { sender_uri: `${inbox.url}/on-search` });
    await inbox.wait(before + 2);
    const { found } = await ask('social', 'search', 'transaction_id', message.transaction_id);
    expect(found.search_response.map((one: JsonObject) => one.reference_id)).toEqual(
      items.map((one) => one.reference_id),
    );
  });

  test('in the short form or in GraphQL is told in the standard form', async () => {
    const short = { transaction_id: randomUUID(), sender_id: partner.senderId, search_criteria: { national_id: '1' } };
    await partner.postHttpSigned('/dci/v1/search', short);
    const { found } = await ask('social', 'search', 'transaction_id', short.transaction_id);
    expect(found.search_response).toMatchObject([
      {
        status: 'succ',
        data: { reg_records: [{ sex: 'female' }] },
        pagination: { page_size: 20, page_number: 1, total_count: 1 },
      },
    ]);
    const paged = {
      ...short,
      transaction_id: randomUUID(),
      search_criteria: { MRN: 'shared' },
      page_size: 1,
      page_number: 2,
    };
    await partner.postHttpSigned('/dci/v1/search', paged);
    const second = await ask('social', 'search', 'transaction_id', paged.transaction_id);
    expect(second.found.search_response).toMatchObject([
      { data: { reg_records: [{}] }, pagination: { page_size: 1, page_number: 2, total_count: 2 } },
    ]);
    const subscription = { event_type: 'eclipse', callback_url: `${inbox.url}/notify` };
    const refused = { transaction_id: randomUUID(), sender_id: partner.senderId, subscription };
    const { body } = await partner.postHttpSigned('/dci/v1/subscribe', refused);
    const retold = await ask('crvs', 'subscribe', 'transaction_id', refused.transaction_id);
    expect(retold.found.subscribe_response).toEqual([
      {
        reference_id: refused.transaction_id,
        timestamp: expect.any(String),
        status: 'rjct',
        status_reason_code: 'rjct.notify_types.invalid',
        status_reason_message: body.status_reason_message,
      },
    ]);
    const id = randomUUID();
    const asked = await partner.postHttpSigned('/graphql', {
      query: `mutation ($input: SearchInput!) { search(input: $input) { status } }`,
      variables: {
        input: {
          registry: 'SOCIAL',
          transactionId: id,
          items: [{ referenceId: 'g', queryType: 'IDTYPE_VALUE', query: { type: 'UIN', value: '1' } }],
        },
      },
    });
    expect(asked.body).toEqual({ data: { search: { status: 'SUCCEEDED' } } });
    const told = await ask('social', 'search', 'transaction_id', id);
    expect(told.found.search_response).toMatchObject([
      { reference_id: 'g', data: { reg_records: [{ sex: 'female' }] } },
    ]);
  });

  test('is told without its records once the agreement has changed', async () => {
    const narrowed = await createPartner(gateway, { agreements: [] });
    const { createAgreement } = await gateway.admin<{ createAgreement: { id: string } }>(
      `mutation ($input: CreateAgreementInput!) { createAgreement(input: $input) { id } }`,
      {
        input: {
          senderId: narrowed.senderId,
          registry: 'SOCIAL',
          operations: ['SEARCH', 'TXN_STATUS'],
          fields: ['*'],
          legalBasis: 'PUBLIC_TASK',
        },
      },
    );
    const { id } = await search('social', '1', 'UIN', narrowed);
    const before = await ask('social', 'search', 'transaction_id', id, narrowed);
    expect(before.found.search_response[0].data.reg_records).toHaveLength(1);
    await gateway.admin(`mutation ($id: ID!) { endAgreement(id: $id) { id } }`, { id: createAgreement.id });
    const after = await ask('social', 'search', 'transaction_id', id, narrowed);
    expect(after.found.search_response).toEqual([
      {
        reference_id: before.found.search_response[0].reference_id,
        timestamp: expect.any(String),
        status: 'succ',
        status_reason_message: expect.stringContaining('its answer is not told again: no agreement in force'),
      },
    ]);
  });

  test.each(['social', 'crvs', 'dr'])(
    'is not told as nobody found where it is not kept any more: %s',
    async (registry) => {
      const { id } = await search(registry, '1');
      // As retention does, and as a status does that leaves out callbacks behind the first.
      await gateway.database.query('update transaction set response_sealed = null where transaction_id = $1', [id]);
      const { found } = await ask(registry, 'search', 'transaction_id', id);
      expect(found.search_response).toEqual([
        {
          reference_id: expect.any(String),
          timestamp: expect.any(String),
          status: 'succ',
          status_reason_message: expect.stringContaining('was answered, and the answer is not told again here'),
        },
      ]);
    },
  );

  test('of a question with a list of its own says no more beside it', async () => {
    const message = { transaction_id: randomUUID(), disabled_criteria: { query: { type: 'UIN', value: '1' } } };
    await partner.send('dr/registry/sync/disabled', 'search', message);
    const { found } = await ask('dr', 'search', 'transaction_id', message.transaction_id);
    expect(found.disabled_response).toMatchObject([{ disabled_status: 'yes' }]);
    expect(found.search_response).toEqual([
      { reference_id: found.disabled_response[0].reference_id, timestamp: expect.any(String), status: 'succ' },
    ]);
  });

  test('that was refused was never accepted', async () => {
    const stranger = await createPartner(gateway, { agreements: [] });
    const { id } = await search('social', '1', 'UIN', stranger);
    expect((await ask('social', 'search', 'transaction_id', id, stranger)).found.search_response).toEqual([]);
  });
});

test('a waiting subscription is told as it stands now', async () => {
  const subscribing = await accept('social', 'subscribe', 'subscribe', {
    transaction_id: randomUUID(),
    subscribe_request: [
      {
        reference_id: 'wait',
        timestamp: new Date().toISOString(),
        subscribe_criteria: { reg_event_type: 'UPDATE', notify_record_type: 'SRPerson', filter: {} },
      },
    ],
  });
  const { found } = await ask('social', 'subscribe', 'transaction_id', subscribing.id);
  expect(found.subscribe_response).toMatchObject([{ status: 'pdng' }]);
  const [{ code }] = found.subscribe_response[0].subscriptions;
  const before = inbox.received.length;
  const [row] = await gateway.database.query<{ id: string }>('select id from subscription where code = $1', [code]);
  await gateway.admin(`mutation ($id: ID!) { approveSubscription(id: $id) { code } }`, { id: row?.id });
  await inbox.wait(before + 1);
  const told = await ask('social', 'subscribe', 'transaction_id', subscribing.id);
  expect(told.found.subscribe_response).toMatchObject([{ reference_id: 'wait', status: 'succ' }]);
});

test.each([
  ['txn_type: must be search, subscribe, unsubscribe or receipt', question('notify', 'transaction_id', 'x')],
  ['attribute_type', question('search', 'name', 'x')],
  ['attribute_value', question('search', 'transaction_id', ['x'])],
  ['attribute_value', question('search', 'transaction_id', 'x'.repeat(100))],
  ['attribute_value', question('search', 'reference_id_list', 5)],
  ['txnstatus_request', { transaction_id: 't' }],
])('a malformed %s is refused', async (field, message) => {
  const { status, body } = await partner.send('social/registry/sync/txn/status', 'txn-status', message);
  expect(status).toBe(400);
  expect(body.errors[0]).toMatchObject({ code: 'err.request.bad', message: expect.stringContaining(field) });
});

test('asked asynchronously, the answer comes as txn-on-status with the correlation id of the ACK', async () => {
  const { id } = await search('crvs', '1');
  const asked = await accept('crvs', 'txn/status', 'txn-status', question('search', 'transaction_id', id));
  expect(asked.callback.header.action).toBe('txn-on-status');
  expect(asked.callback.message).toMatchObject({
    correlation_id: asked.correlationId,
    txnstatus_response: {
      txn_status: { transaction_id: id, search_response: [{ data: { reg_records: { sex: 'female' } } }] },
    },
  });
});

describe('a receipt', () => {
  const receipt = (ids: string[], rest: JsonObject = {}): JsonObject => ({
    transaction_id: randomUUID(),
    receipt_information: {
      notification_ids: ids,
      received_at: '2026-11-02T10:00:00Z',
      status: 'processed',
      ...rest,
    },
  });
  const receive = (message: JsonObject, as = partner) => as.send('social/registry/sync/receipt', 'receipt', message);
  const receiptOf = async (messageId: string) => {
    const [row] = await gateway.database.query(
      'select receipt_status as status, receipt_at as at from delivery where message_id = $1',
      [messageId],
    );
    return row;
  };

  test('marks the caller’s own delivery, twice alike, and is told by txn/status', async () => {
    const { callback } = await accept('social', 'search', 'search', searchById('1'));
    const { message_id: messageId } = callback.header;
    const message = receipt([messageId, 'unknown-id']);
    const { status, body } = await receive(message);
    expect(status).toBe(200);
    expect(body.header).toMatchObject({ action: 'receipt', status: 'succ' });
    expect(body.message).toMatchObject({
      transaction_id: message['transaction_id'],
      receipt_information: { notification_ids: [messageId], unknown_notification_ids: ['unknown-id'] },
    });
    expect((await receive(receipt([messageId]))).body.header.status).toBe('succ');
    expect(await receiptOf(messageId)).toMatchObject({ status: 'processed' });
    const social = await ask('social', 'receipt', 'transaction_id', message['transaction_id']);
    expect(social.found).toMatchObject({
      transaction_id: message['transaction_id'],
      receipt_information: { beneficiaries: [], notification_ids: [messageId] },
    });
    expect(social.found).not.toHaveProperty('search_response');
  });

  test('of another’s delivery, or for another subscription, marks nothing', async () => {
    const { callback } = await accept('social', 'search', 'search', searchById('1'));
    const { message_id: messageId } = callback.header;
    const refused = [
      await receive(receipt([messageId]), other),
      await receive(receipt([messageId], { subscription_code: 'none' })),
      await partner.send('dr/registry/sync/receipt', 'receipt', receipt([messageId])),
    ];
    for (const { status, body } of refused) {
      expect(status).toBe(200);
      expect(body.header.status).toBe('rjct');
      expect(body.message.receipt_information).toMatchObject({
        notification_ids: [],
        unknown_notification_ids: [messageId],
      });
    }
    expect(await receiptOf(messageId)).toEqual({ status: null, at: null });
  });

  test('is taken later too, and needs its members', async () => {
    const { callback } = await accept('social', 'search', 'search', searchById('1'));
    const later = await accept('social', 'receipt', 'receipt', receipt([callback.header.message_id]));
    expect(later.callback.header).toMatchObject({ action: 'receipt', status: 'succ' });
    const { status, body } = await receive(receipt([]));
    expect(status).toBe(400);
    expect(body.errors[0].message).toContain('notification_ids');
  });

  test('and a status may be had in GraphQL', async () => {
    const { id } = await search('social', '1');
    const { callback } = await accept('social', 'search', 'search', searchById('1'));
    const { body } = await partner.postHttpSigned('/graphql', {
      query: `mutation ($r: ReceiptInput!) { acknowledgeReceipt(input: $r) { status acknowledged unknown } }`,
      variables: {
        r: {
          registry: 'SOCIAL',
          transactionId: 'g-r',
          messageIds: [callback.header.message_id],
          receivedAt: '2026-11-02T10:00:00Z',
          status: 'received',
        },
      },
    });
    expect(body.data.acknowledgeReceipt).toEqual({
      status: 'SUCCEEDED',
      acknowledged: [callback.header.message_id],
      unknown: [],
    });
    const status = await partner.postHttpSigned('/graphql', {
      query: `mutation ($s: TransactionStatusInput!) { transactionStatus(input: $s) { earlier { status itemCount message } } }`,
      variables: {
        s: {
          registry: 'SOCIAL',
          transactionId: 'g-s',
          referenceId: 'x',
          type: 'SEARCH',
          attribute: 'TRANSACTION_ID',
          values: [id],
        },
      },
    });
    expect(status.body.data.transactionStatus.earlier).toMatchObject({ status: 'SUCCEEDED', itemCount: 1 });
  });
});
