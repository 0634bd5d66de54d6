/** What is read for every sender as clients of the field write it (docs/protocol.md), each with what stays refused beside it. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { signEnvelope } from '../../src/protocol/signature/signature.js';
import { addRecords } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { byId, expression, find, searchFor } from '../support/search-message.js';
import { until } from '../support/until.js';

let gateway: TestGateway;
let inbox: Inbox;
let partner: Partner;

const person = (value: string, data: object) => ({ recordType: 'Person', identifiers: [{ type: 'UIN', value }], data });

beforeAll(async () => {
  gateway = await startTestGateway();
  inbox = await startInbox(gateway.url);
  const agreements = ['SOCIAL', 'CRVS', 'DR', 'IBR'].map((registry) => ({ registry }));
  partner = await createPartner(gateway, { agreements, sender: { autoApproveSubscriptions: true } });
  const civil = [
    person('1', { name: { surname: 'Phumchai', given_name: 'Anan' }, birth_date: '1985-05-20' }),
    person('2', {
      name: { surname: 'Ph%', given_name: 'Sudarat' },
      birth_date: '1990-01-01',
      death_date: '2024-11-03',
    }),
    person('3', { name: { surname: 'Mensah' }, birth_date: '1950-01-01', death_date: '2023-01-02' }),
  ];
  await addRecords(gateway, civil, 'CRVS');
});
afterAll(async () => {
  await inbox?.close();
  await gateway?.close();
});

const found = (records: { identifier: { identifier_value: string }[] }[]) =>
  new Set(records.map(({ identifier: [first] }) => first?.identifier_value));

async function callbackTo({ body }: { body: { message: { correlation_id: string } } }) {
  const come = () =>
    inbox.received.find((one) => one.body.message?.correlation_id === body.message.correlation_id)?.body;
  await until(() => come() !== undefined);
  return come();
}

describe('header', () => {
  const to = (receiver: string, path = 'crvs') =>
    partner.send(`${path}/registry/sync/search`, 'search', searchById('1'), { receiver_id: receiver });

  test.each(['', '/', '/dci/v1/crvs', '/dci/v1/crvs/', '/dci/v1/civil'])(
    'receiver_id may be our address %s',
    async (path) => {
      expect((await to(gateway.url + path)).body.header).toMatchObject({ status: 'succ', sender_id: 'dci-gateway' });
    },
  );

  test.each(['/dci/v1/social', '/dci/v1', '/elsewhere', '.example.org'])('but not %s', async (path) => {
    const { status, body } = await to(gateway.url + path);
    expect(status).toBe(400);
    expect(body.message.error.code).toBe('err.receiver_id.invalid');
  });

  test('an empty sender_uri says nothing where the answer is the reply', async () => {
    const { body } = await partner.send('crvs/registry/sync/search', 'search', searchById('1'), { sender_uri: '' });
    expect(body.header.status).toBe('succ');
  });

  test('the bearer scheme is read in any case, and a path under a prefix that we do not have is 404', async () => {
    const envelope = await partner.envelope('search', searchById('1'));
    const authorization = `bEARER ${partner.token}`;
    expect((await partner.post('/dci/v1/crvs/registry/sync/search', envelope, { authorization })).status).toBe(200);
    for (const path of ['/dci/v1/social/health', '/dci/v1/health', '/api/v2/health'])
      expect((await fetch(`${gateway.url}${path}`)).status).toBe(404);
  });
});

describe('query', () => {
  const inCrvs = (query: JsonObject, more: JsonObject = {}) => find(partner, expression(query, more), 'crvs');
  const bySurname = (operator: JsonObject) => inCrvs({ last_name: operator });

  test.each<[string, JsonObject, string[]]>([
    ['$startsWith', { $startsWith: 'Ph' }, ['1', '2']],
    ['$contains', { $contains: 'umc' }, ['1']],
    ['$endsWith', { $endsWith: 'h%' }, ['2']],
    ['$contains of what elsewhere is a pattern', { $contains: 'h%' }, ['2']],
    ['$contains of what is a pattern', { $contains: '.*' }, []],
    ['$neq', { $neq: 'Mensah' }, ['1', '2']],
  ])('%s', async (_, operator, expected) => {
    expect(found((await bySurname(operator)).records)).toEqual(new Set(expected));
  });

  test('an identifier is found whole or not at all', async () => {
    for (const query of <JsonObject[]>[
      { UIN: { $startsWith: '1' } },
      { 'identifier.identifier_value': { $contains: '1' } },
    ]) {
      const { item } = await inCrvs(query);
      expect(item).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.filter.invalid' });
    }
  });

  test('dateOfEvent is the date of the event that is searched by', async () => {
    const between = { dateOfEvent: { $gte: '2024-11-01', $lte: '2024-11-30' } };
    expect(found((await inCrvs(between, { reg_event_type: 'DEATH' })).records)).toEqual(new Set(['2']));
    expect(found((await inCrvs({ dateOfEvent: '1985-05-20' }, { reg_event_type: 'birth' })).records)).toEqual(
      new Set(['1']),
    );
    for (const more of <JsonObject[]>[{}, { reg_event_type: 'Adoption' }])
      expect((await inCrvs(between, more)).item).toMatchObject({
        status: 'rjct',
        status_reason_code: 'rjct.filter.invalid',
      });
  });

  test.each<[JsonObject, JsonObject]>([
    [{ reg_event_type: ' Death ' }, {}],
    [{ reg_event_type: '', reg_type: 'ns:org:RegistryType:Death' }, {}],
    [{ reg_event_type: 'birth', reg_type: 'ocrvs:registry_type:death' }, {}],
    [{ event_type: 'DEATH' }, {}],
    [{}, { reg_event_type: 'death' }],
    [{}, { event_type: ['death'] }],
    [{ reg_event_type: 'birth' }, { reg_type: 'CRVS/death' }],
  ])('a death is asked for with %j and %j: nobody who lives is found', async (criteria, item) => {
    const about = (query: JsonObject) => {
      const message = searchFor({ query_type: 'idtype-value', query, ...criteria });
      const items = (message['search_request'] as JsonObject[]).map((one) => ({ ...one, ...item }));
      return find(partner, { ...message, search_request: items }, 'crvs');
    };
    expect((await about({ type: 'UIN', value: '1' })).records).toEqual([]);
    expect(found((await about({ type: 'UIN', value: '2' })).records)).toEqual(new Set(['2']));
  });

  test('in the short form as well, and what is no event is refused', async () => {
    const ask = (value: string, more: JsonObject) =>
      partner.postHttpSigned('/dci/v1/search', {
        transaction_id: randomUUID(),
        sender_id: partner.senderId,
        registry: 'crvs',
        search_criteria: { UIN: value },
        ...more,
      });
    expect((await ask('1', { reg_event_type: 'death' })).body.records).toEqual([]);
    expect((await ask('2', { event_type: 'death' })).body.records).toHaveLength(1);
    expect((await ask('1', { reg_event_type: { name: 'death' } })).status).toBe(400);
  });

  test('an identifier or a predicate may be wrapped in the name of its type', async () => {
    const wrapped = { type: 'idtype-value', value: { id_type: 'uin', id_value: '1' } };
    const items = [
      { seq_num: 1, expression1: { attribute_name: 'first_name', operator: 'eq', attribute_value: 'Anan' } },
    ];
    const predicate = { query_type: 'predicate', query: { type: 'predicate', value: items } } as JsonObject;
    for (const message of [searchFor({ query_type: 'idtype-value', query: wrapped }), searchFor(predicate)])
      expect(found((await find(partner, message, 'crvs')).records)).toEqual(new Set(['1']));
    const { item } = await find(
      partner,
      searchFor({ query_type: 'idtype-value', query: { type: '*', value: '*' } }),
      'crvs',
    );
    expect(item).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.filter.invalid' });
  });

  test('Person and Individual are the registry’s own record, other names are refused', async () => {
    for (const name of ['PERSON', 'spdci-extensions-dci:Person', 'Individual'])
      expect((await find(partner, byId('1', { reg_record_type: name }), 'crvs')).total).toBe(1);
    const { item } = await find(partner, byId('1', { reg_record_type: 'Farmer' }), 'crvs');
    expect(item.status_reason_code).toBe('rjct.search_criteria.invalid');
  });
});

describe('subscription', () => {
  const subscribe = (filter: JsonObject, more: JsonObject = {}) =>
    partner.send(
      'crvs/registry/subscribe',
      'subscribe',
      {
        transaction_id: randomUUID(),
        subscribe_request: [
          {
            reference_id: randomUUID(),
            timestamp: new Date().toISOString(),
            subscribe_criteria: { reg_event_type: 'DEATH', notify_record_type: 'Person', filter, ...more },
          },
        ],
      },
      { sender_uri: `${inbox.url}/on-subscribe` },
    );

  test('to * is to everybody, and subscription_code ends it', async () => {
    const filter = { type: '*', value: '*' };
    const [item] = (await callbackTo(await subscribe(filter))).message.subscribe_response;
    expect(item).toMatchObject({ status: 'succ', subscriptions: [{ filter, reg_event_type: 'DEATH' }] });
    const message = {
      transaction_id: randomUUID(),
      timestamp: new Date().toISOString(),
      subscription_code: [item.subscriptions[0].code],
    };
    const ended = await partner.send('crvs/registry/unsubscribe', 'unsubscribe', message, { sender_uri: inbox.url });
    expect((await callbackTo(ended)).message).toMatchObject({ subscription_status: [{ status: 'unsubscribe' }] });
  });

  test.each<JsonObject>([{ type: '*', value: '1' }, { type: '*' }, { type: '*', value: '*', sex: 'female' }])(
    'to %j is not',
    async (filter) => {
      const [item] = (await callbackTo(await subscribe(filter))).message.subscribe_response;
      expect(item).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.notify_details.invalid' });
    },
  );

  test('to the identifier * is to whoever has that one', async () => {
    const filter = { type: 'UIN', value: '*' };
    const [item] = (await callbackTo(await subscribe(filter))).message.subscribe_response;
    expect(item.subscriptions[0].filter).toEqual(filter);
  });
});

describe('transaction status', () => {
  const ask = (request: JsonObject, action = 'txn_status', path = 'sync/txn/status') =>
    partner.send(
      `crvs/registry/${path}`,
      action,
      { transaction_id: randomUUID(), txnstatus_request: { reference_id: randomUUID(), ...request } },
      { sender_uri: inbox.url },
    );

  test('may leave out what it asks about, and name one item', async () => {
    const search = searchById('1') as { transaction_id: string; search_request: { reference_id: string }[] };
    await partner.send('crvs/registry/sync/search', 'search', search);
    const reference = search.search_request[0]?.reference_id ?? '';
    const byTransaction = { attribute_type: 'transaction_id', attribute_value: search.transaction_id };
    for (const request of [
      byTransaction,
      { ...byTransaction, txn_type: null },
      { attribute_type: 'reference_id', attribute_value: reference },
    ]) {
      const { txnstatus_response: told } = (await ask(request)).body.message;
      expect(told).toMatchObject({ txn_type: 'search', txn_status: { transaction_id: search.transaction_id } });
      const later = await callbackTo(await ask(request, 'txn_status', 'txn/status'));
      expect(later.message.txnstatus_response.txn_status.search_response[0].reference_id).toBe(reference);
    }
    const nothing = await ask({ attribute_type: 'transaction_id', attribute_value: 'never' });
    expect(nothing.body.message.txnstatus_response).toMatchObject({
      txn_type: 'search',
      txn_status: { search_response: [] },
    });
  });

  test('tells what the request was', async () => {
    const message = {
      transaction_id: randomUUID(),
      timestamp: new Date().toISOString(),
      subscription_codes: ['SUB-x'],
    };
    await callbackTo(
      await partner.send('crvs/registry/unsubscribe', 'unsubscribe', message, { sender_uri: inbox.url }),
    );
    const { body } = await ask({ attribute_type: 'transaction_id', attribute_value: message.transaction_id });
    expect(body.message.txnstatus_response.txn_type).toBe('unsubscribe');
  });

  test.each<[JsonObject, string]>([
    [{ txn_type: 'notify', attribute_type: 'transaction_id', attribute_value: 'x' }, 'txn-status'],
    [{ attribute_type: 'reference', attribute_value: 'x' }, 'txn-status'],
    [{ attribute_type: 'reference_id', attribute_value: ['x'] }, 'txn-status'],
    [{ attribute_type: 'transaction_id', attribute_value: 'x' }, 'search'],
    // Who writes the action as the specification does writes the type as well.
    [{ attribute_type: 'transaction_id', attribute_value: 'x' }, 'txn-status'],
  ])('%j with action %s is refused', async (request, action) => {
    expect((await ask(request, action)).status).toBe(400);
  });
});

describe('a consent where none is read refuses the message', () => {
  const proof = { consent_jws: 'x.y.z' };
  const subscribing = {
    reference_id: 'r',
    timestamp: new Date().toISOString(),
    subscribe_criteria: { reg_event_type: 'DEATH', notify_record_type: '', filter: {} },
  };

  test.each<[string, JsonObject, JsonObject, JsonObject]>([
    ['message.search_request.0.search_criteria.consent_jws', proof, {}, {}],
    [
      'message.search_request.0.search_criteria.authorize.consent.consent_jws',
      { authorize: { consent: proof } },
      {},
      {},
    ],
    ['message.search_request.0.search_criteria.authorize.consentJws', { authorize: { consentJws: 'x.y.z' } }, {}, {}],
    [
      'message.search_request.0.search_criteria.authorize.consent-jws',
      { authorize: { 'consent-jws': 'x.y.z' } },
      {},
      {},
    ],
    ['message.search_request.0.consent_jws', {}, proof, {}],
    ['message.search_request.0.authorize.0.consent_jws', {}, { authorize: [proof] }, {}],
    ['message.authorize.consent_id', {}, {}, { authorize: { consent_id: 'c' } }],
  ])('%s', async (place, criteria, item, more) => {
    const message = byId('1', criteria);
    const items = (message['search_request'] as JsonObject[]).map((one) => ({ ...one, ...item }));
    const sent = { ...message, ...more, search_request: items };
    const { status, body } = await partner.send('crvs/registry/sync/search', 'search', sent);
    expect({ status, message: body.message.error.message }).toEqual({
      status: 400,
      message: expect.stringContaining(`${place}: a consent is read in authorize of the search_criteria`),
    });
  });

  test.each<[string, JsonObject]>([
    ['subscribe_criteria.consent', { subscribe_criteria: { ...subscribing.subscribe_criteria, consent: proof } }],
    ['authorize', { authorize: proof }],
  ])('of a subscription in %s', async (place, more) => {
    const message = { transaction_id: randomUUID(), subscribe_request: [{ ...subscribing, ...more }] };
    const { status, body } = await partner.send('crvs/registry/subscribe', 'subscribe', message, {
      sender_uri: inbox.url,
    });
    expect({ status, message: body.message.error.message }).toEqual({
      status: 400,
      message: expect.stringContaining(`${place}.consent_jws: a consent is read`),
    });
  });

  test('of the header, and of the short form', async () => {
    const { status } = await partner.send('crvs/registry/sync/search', 'search', byId('1'), { meta: proof });
    const short = await partner.postHttpSigned('/dci/v1/search', {
      transaction_id: randomUUID(),
      sender_id: partner.senderId,
      registry: 'crvs',
      search_criteria: { UIN: '1' },
      authorize: proof,
    });
    expect([status, short.status]).toEqual([400, 400]);
  });
});

describe('callbacks', () => {
  const bare = async (path: string, action: string, member: JsonObject = {}) => {
    const content = { header: partner.header(action, { status: 'succ' }), ...member };
    const signed = await signEnvelope('DCI', content, partner.key, { senderId: partner.senderId, now: new Date() });
    return partner.post(`/dci/v1/${path}`, { signature: signed, ...content });
  };

  test.each([
    ['crvs/registry/on-search', 'on-search'],
    ['crvs/registry/notify', 'notify'],
    ['crvs/registry/txn/on-status', 'txn-on-status'],
  ])('%s takes a header alone, as the schema does', async (path, action) => {
    const { status, body } = await bare(path, action);
    expect(status).toBe(200);
    expect(body.message.ack_status).toBe('ACK');
  });

  test('so does enrollment/updates, which then changes nothing', async () => {
    const { status, body } = await bare('ibr/registry/sync/enrollment/updates', 'notify');
    expect(status).toBe(200);
    expect(body.message.enrolled_response).toEqual([]);
  });

  test.each<[string, string, JsonObject]>([
    ['crvs/registry/on-subscribe', 'on-subscribe', {}],
    ['crvs/registry/sync/search', 'search', {}],
    ['crvs/registry/on-search', 'on-search', { message: {} }],
    ['crvs/registry/notify', 'notify', { message: [] }],
  ])('%s %s with %j is malformed', async (path, action, member) => {
    const { status, body } = await bare(path, action, member);
    expect(status).toBe(400);
    expect(body.errors[0].message).toContain('message');
  });
});

test('our signing keys stand in the JWKS twice, by kid and by what kidId says; the one that signs first', async () => {
  const { keys } = (await (await fetch(`${gateway.url}/.well-known/jwks.json`)).json()) as {
    keys: { kid: string; use: string }[];
  };
  const signing = keys.filter(({ use }) => use === 'sig');
  const named = signing.find(({ kid }) => kid.startsWith('dci-gateway|'));
  expect(named).toEqual({ ...signing[0], kid: `dci-gateway|${signing[0]?.kid}|ed25519` });
  expect(keys.filter(({ use, kid }) => use === 'enc' && kid.includes('|'))).toEqual([]);
});

test('a key is known by its kid and by the whole kidId, of its own sender only', async () => {
  const jws = await createPartner(gateway, { profile: 'JWS', agreements: [{ registry: 'CRVS' }] });
  const send = async (kid: string) => {
    const content = { header: jws.header('search'), message: searchById('1') };
    const key = { ...jws.key, kid };
    const signature = await signEnvelope('JWS', content, key, { senderId: jws.senderId, now: new Date() });
    return (await jws.post('/dci/v1/crvs/registry/sync/search', { signature, ...content })).status;
  };
  expect(await send('key-1')).toBe(200);
  expect(await send(`${jws.senderId}|key-1|ed25519`)).toBe(200);
  for (const kid of [`${partner.senderId}|key-1|ed25519`, `${jws.senderId}|key-2|ed25519`, `${jws.senderId}|key-1`])
    expect(await send(kid)).toBe(401);
});

test('get-disability-info is get-disability-details, and the tree of places is empty', async () => {
  const message = { transaction_id: randomUUID(), disabled_criteria: { query: { UIN: { eq: 'nobody' } } } };
  const { status, body } = await partner.send('dr/registry/sync/get-disability-info', 'search', message);
  expect({ status, records: body.message.search_response[0].data.reg_records }).toEqual({ status: 200, records: [] });
  const response = await fetch(`${gateway.url}/.well-known/locations.json`);
  expect({ status: response.status, body: await response.json() }).toEqual({ status: 200, body: { locations: [] } });
});
