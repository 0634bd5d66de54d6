/** Answers that were made earlier go out later, whatever has become of the right to them. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { signHttpRequest } from '../../src/protocol/signature/http.profile.js';
import { addRecords, giveConsent, household, person, revokeConsent } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { acknowledge, answer, startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';
import { byId } from '../support/search-message.js';

const FIELDS = ['identifier', 'name', 'sex', 'group_identifier', 'member_list'];
const HOUSEHOLD = byId('H', { reg_record_type: 'Group' }, 'HOUSEHOLD_ID');

let gateway: TestGateway;
let inbox: Inbox;
/** Under public task, and under consent. */
let official: Partner;
let asking: Partner;
let own: string;
let member: string;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { DELIVERY_RETRY_SECONDS: '3600' } });
  await addRecords(gateway, [person('1'), person('2'), household('H', ['1', '2'])]);
});
afterAll(() => gateway?.close());
beforeEach(async () => {
  inbox = await startInbox(gateway.url);
  official = await createPartner(gateway, { agreements: [{ fields: FIELDS }] });
  asking = await createPartner(gateway, { agreements: [{ fields: FIELDS, legalBasis: 'CONSENT' }] });
  const { senderId } = asking;
  own = await giveConsent(gateway, { uin: '1', senderId });
  member = await giveConsent(gateway, { uin: '2', senderId });
  await giveConsent(gateway, { identifier: { type: 'HOUSEHOLD_ID', value: 'H' }, senderId });
});
afterEach(() => inbox.close());

async function agreementOf({ senderId }: Partner): Promise<string | undefined> {
  const { agreements } = await gateway.admin<{ agreements: { nodes: { id: string }[] } }>(
    `query ($senderId: String!) { agreements(filter: { senderId: $senderId }) { nodes { id } } }`,
    { senderId },
  );
  return agreements.nodes[0]?.id;
}

const updateAgreement = async (partner: Partner, input: JsonObject) =>
  gateway.admin(
    `mutation ($id: ID!, $input: UpdateAgreementInput!) { updateAgreement(id: $id, input: $input) { version } }`,
    { id: await agreementOf(partner), input },
  );

const endAgreement = async (partner: Partner) =>
  gateway.admin(`mutation ($id: ID!) { endAgreement(id: $id) { state } }`, { id: await agreementOf(partner) });

describe('a callback that could not be brought at once', () => {
  interface Delivery {
    id: string;
    state: string;
    stateReason: string | null;
    withheld: string | null;
    attemptCount: number;
  }

  async function deliveryOf({ senderId }: Partner) {
    const { deliveries } = await gateway.admin<{ deliveries: { nodes: Delivery[] } }>(
      `query ($senderId: String!) {
        deliveries(filter: { senderId: $senderId }) { nodes { id state stateReason withheld attemptCount } } }`,
      { senderId },
    );
    return deliveries.nodes[0];
  }

  /** The first attempt fails; the next one finds the world as `meanwhile` leaves it. */
  async function bring(
    partner: Partner,
    message: JsonObject | ((partner: Partner) => Promise<void>),
    meanwhile: () => Promise<unknown>,
  ) {
    const before = inbox.received.length;
    inbox.behave(answer(500));
    if (typeof message === 'function') await message(partner);
    else await partner.send('social/registry/search', 'search', message, { sender_uri: `${inbox.url}/on-search` });
    await inbox.wait(before + 1);
    const { id } = await once(partner, ({ attemptCount }) => attemptCount === 1);
    await meanwhile();
    inbox.behave(acknowledge);
    await gateway.admin(`mutation ($id: ID!) { retryDelivery(id: $id) { id } }`, { id });
    return once(partner, ({ state }) => state !== 'PENDING');
  }

  const once = (partner: Partner, is: (delivery: Delivery) => boolean): Promise<Delivery> =>
    until(async () => {
      const delivery = await deliveryOf(partner);
      return delivery !== undefined && is(delivery) ? delivery : undefined;
    });

  test.each<[string, () => Partner, JsonObject, () => Promise<unknown>, string, string | null]>([
    ['its agreement ended', () => official, byId('1'), () => endAgreement(official), 'no agreement in force', null],
    [
      'its agreement covers fewer fields',
      () => official,
      byId('1'),
      () => updateAgreement(official, { fields: ['identifier', 'name.surname'] }),
      'covers fewer fields now',
      'FEWER_FIELDS',
    ],
    [
      'its agreement covers certain rows only',
      () => official,
      byId('1'),
      () => updateAgreement(official, { rowFilter: { sex: { $eq: 'male' } } }),
      'certain rows only',
      'CERTAIN_ROWS',
    ],
    [
      'its agreement asks for consent now',
      () => official,
      byId('1'),
      () => updateAgreement(official, { requiresConsent: true }),
      'asks for consent now',
      'CONSENT_NEEDED_NOW',
    ],
    [
      'the person’s consent was revoked',
      () => asking,
      byId('1'),
      () => revokeConsent(gateway, own),
      'a consent',
      'CONSENT_ENDED',
    ],
    [
      'that of a person inside was',
      () => asking,
      HOUSEHOLD,
      () => revokeConsent(gateway, member),
      'a consent',
      'CONSENT_ENDED',
    ],
  ])('is cancelled where %s', async (_, partner, message, meanwhile, why, withheld) => {
    const ended = await bring(partner(), message, meanwhile);
    expect(ended).toMatchObject({ state: 'CANCELLED', attemptCount: 0, withheld });
    expect(ended.stateReason).toContain('what it tells may not be released any more');
    expect(ended.stateReason).toContain(why);
    expect(inbox.received).toHaveLength(1);
  });

  test.each<[string, () => Partner, () => Promise<unknown>]>([
    [
      'its agreement lasts longer',
      () => official,
      () => updateAgreement(official, { validUntil: '2999-01-01T00:00:00Z' }),
    ],
    ['its agreement covers more', () => official, () => updateAgreement(official, { fields: ['*'] })],
    ['another person revoked', () => asking, () => revokeConsent(gateway, member)],
    ['the record changed', () => asking, () => addRecords(gateway, [person('1', { sex: 'female' })])],
  ])('is brought, the same, where %s', async (_, partner, meanwhile) => {
    expect(await bring(partner(), byId('1'), meanwhile)).toMatchObject({ state: 'DELIVERED', attemptCount: 1 });
    const [first, second] = inbox.received;
    expect(second?.body.message).toEqual(first?.body.message);
    expect(second?.body.header.message_id).toBe(first?.body.header.message_id);
    expect(second?.text).toContain('Surname 1');
  });

  test.each(['search', 'verify'])('of an upload is no other: %s', async (action) => {
    const file =
      action === 'search'
        ? 'identifier_type,identifier_value\nUIN,1\n'
        : 'identifier_type,identifier_value,sex\nUIN,1,female\n';
    const send = (partner: Partner) => upload(partner, action, file);
    expect(await bring(asking, send, async () => undefined)).toMatchObject({ state: 'DELIVERED' });
    expect(inbox.received.at(-1)?.text).toContain(action === 'search' ? 'Surname 1' : '"sex":true');
    const other = await createPartner(gateway, { agreements: [{ fields: FIELDS, requiresConsent: true }] });
    const consent = await giveConsent(gateway, { uin: '1', senderId: other.senderId });
    const before = inbox.received.length;
    expect(await bring(other, send, () => revokeConsent(gateway, consent))).toMatchObject({ state: 'CANCELLED' });
    expect(inbox.received).toHaveLength(before + 1);
  });
});

async function upload(partner: Partner, action: string, file: string): Promise<void> {
  const form = new FormData();
  form.set('action', action);
  form.set('sender_uri', `${inbox.url}/on-${action}`);
  form.set('fileName', new Blob([file]), 'ids.csv');
  const encoded = new Request(gateway.url, { method: 'POST', body: form });
  const type = encoded.headers.get('content-type') ?? '';
  const { senderId, key, token } = partner;
  const targetUri = `${gateway.url}/dci/v1/social/registry/upload/${action}`;
  const headers = { authorization: `Bearer ${token}` };
  const body = Buffer.from(await encoded.arrayBuffer());
  const signed = signHttpRequest({ method: 'POST', targetUri, headers, body }, key, {
    senderId,
    now: new Date(),
    nonce: randomUUID(),
  });
  const response = await fetch(targetUri, {
    method: 'POST',
    headers: { ...headers, 'content-type': type, ...signed },
    body,
  });
  expect(response.status).toBe(202);
}

describe('a message sent again', () => {
  const post = async (partner: Partner, body: JsonObject) => {
    const again = await partner.post('/dci/v1/social/registry/sync/search', body);
    return { status: again.status, text: JSON.stringify(again.body), body: again.body };
  };

  test('gets its stored answer while the consent stands, and none after', async () => {
    const envelope = await asking.envelope('search', byId('1'));
    const first = await post(asking, envelope);
    expect(first.text).toContain('Surname 1');
    await revokeConsent(gateway, member);
    expect((await post(asking, envelope)).body.message).toEqual(first.body.message);
    await revokeConsent(gateway, own);
    const late = await post(asking, envelope);
    expect(late.status).toBe(403);
    expect(late.body.message.error).toMatchObject({
      code: 'err.request.forbidden',
      message: expect.stringContaining('may not be told again: a consent that it rests on has ended'),
    });
    expect(late.text).not.toContain('Surname');
  });

  test('gets none after the agreement covers less or has ended', async () => {
    const envelope = await official.envelope('search', byId('1'));
    expect((await post(official, envelope)).text).toContain('female');
    await updateAgreement(official, { fields: ['identifier', 'name'] });
    const late = await post(official, envelope);
    expect(late.body.message.error.message).toContain('covers fewer fields now');
    expect(late.text).not.toContain('female');
    await endAgreement(official);
    expect((await post(official, envelope)).status).toBe(403);
  });

  test('in the short form is no other', async () => {
    const body = JSON.stringify({
      transaction_id: 't',
      sender_id: asking.senderId,
      verify: { UIN: '1', sex: 'female' },
    });
    const path = '/dci/v1/verify';
    const authorization = `Bearer ${asking.token}`;
    const message = {
      method: 'POST',
      targetUri: `${gateway.url}${path}`,
      headers: { authorization },
      body: Buffer.from(body),
    };
    const { senderId } = asking;
    const signed = signHttpRequest(message, asking.key, { senderId, now: new Date(), nonce: randomUUID() });
    expect((await asking.post(path, body, signed)).body).toMatchObject({ found: true, verified: { sex: true } });
    expect((await asking.post(path, body, signed)).body).toMatchObject({ found: true });
    await revokeConsent(gateway, own);
    const late = await asking.post(path, body, signed);
    expect(late.status).toBe(403);
    expect(late.body).not.toHaveProperty('found');
  });
});

test('a transaction’s status tells its records while the consent stands, and no answer to it outlives that', async () => {
  const message = byId('1');
  await asking.send('social/registry/sync/search', 'search', message);
  const question = {
    transaction_id: randomUUID(),
    txnstatus_request: {
      reference_id: 'r',
      txn_type: 'search',
      attribute_type: 'transaction_id',
      attribute_value: message['transaction_id'] ?? '',
    },
  };
  const ask = async (envelope: JsonObject) => {
    const { status, body } = await asking.post('/dci/v1/social/registry/sync/txn/status', envelope);
    return { status, text: JSON.stringify(body) };
  };
  const envelope = await asking.envelope('txn-status', question);
  expect((await ask(envelope)).text).toContain('Surname 1');
  expect((await ask(envelope)).text).toContain('Surname 1');
  await revokeConsent(gateway, own);
  const repeated = await ask(envelope);
  expect(repeated.status).toBe(403);
  expect(repeated.text).not.toContain('Surname');
  const anew = await ask(await asking.envelope('txn-status', question));
  expect(anew.status).toBe(200);
  expect(anew.text).toContain('succ');
  expect(anew.text).not.toContain('Surname');
});

test('nor does it tell a yes, how many were found, or what an upload verified', async () => {
  const [partner, disabledPerson] = [asking, { type: 'UIN', value: 'd-1' }];
  const { senderId } = partner;
  await gateway.admin(
    `mutation ($senderId: String!) {
      updateSender(senderId: $senderId, input: { registries: [SOCIAL, DR] }) { senderId }
      createAgreement(input: { senderId: $senderId, registry: DR, legalBasis: CONSENT, requiresConsent: true, fields: ["*"],
        operations: [DISABLED, TXN_STATUS] }) { id } }`,
    { senderId },
  );
  await addRecords(
    gateway,
    [{ recordType: 'DisabledPerson', identifiers: [disabledPerson], data: { disability_status: '0' } }],
    'DR',
  );
  const consent = await giveConsent(gateway, { registry: 'DR', identifier: disabledPerson, senderId });
  const disabled = { transaction_id: randomUUID(), disabled_criteria: { query: disabledPerson } };
  await partner.send('dr/registry/sync/disabled', 'search', disabled);
  const searched = byId('1');
  await partner.send('social/registry/sync/search', 'search', searched);
  await upload(partner, 'verify', 'identifier_type,identifier_value,sex\nUIN,1,female\n');
  await inbox.wait(1);
  const statuses = async () => {
    const asked = [
      ['dr', 'transaction_id', disabled.transaction_id],
      ['social', 'transaction_id', searched['transaction_id']],
      ['social', 'correlation_id', inbox.received[0]?.body.message.correlation_id],
    ] as const;
    return Promise.all(
      asked.map(async ([path, attribute_type, attribute_value]) => {
        const txnstatus_request = { reference_id: 'r', txn_type: 'search', attribute_type, attribute_value };
        const message = { transaction_id: randomUUID(), txnstatus_request } as JsonObject;
        return JSON.stringify((await partner.send(`${path}/registry/sync/txn/status`, 'txn-status', message)).body);
      }),
    );
  };
  const marks = ['"disabled_status":"yes"', '"total_count":1', '"found":true'];
  const before = await statuses();
  marks.forEach((mark, index) => expect(before[index]).toContain(mark));
  await revokeConsent(gateway, consent);
  await revokeConsent(gateway, own);
  const after = await statuses();
  for (const text of after) {
    expect(text).toContain('"status":"succ"');
    for (const mark of ['disabled_status', 'pagination', '"found"', 'verified']) expect(text).not.toContain(mark);
  }
});

test('a sender reads its own stored answer while the rights to it stand', async () => {
  const message = byId('1');
  await asking.send('social/registry/sync/search', 'search', message);
  const read = async () => {
    const { body } = await asking.postHttpSigned('/graphql', {
      query: `query ($id: String!) {
        transactions(filter: { transactionId: $id, operation: SEARCH }) { nodes { requestData responseData } } }`,
      variables: { id: message['transaction_id'] },
    });
    return { text: JSON.stringify(body.data), errors: body.errors };
  };
  expect((await read()).text).toContain('Surname 1');
  await revokeConsent(gateway, own);
  const late = await read();
  expect(late.text).not.toContain('Surname');
  expect(late.text).toContain('idtype-value');
  expect(late.errors).toMatchObject([
    { message: expect.stringContaining('may not be told again'), extensions: { code: 'FORBIDDEN' } },
  ]);
});

test('an answer of a registry that is not served any more is told to nobody', async () => {
  const message = byId('1');
  await official.send('social/registry/sync/search', 'search', message);
  const id = message['transaction_id'];
  await gateway.database.query(`update transaction set registry = 'SCHOOL' where transaction_id = $1`, [id]);
  const { body } = await official.postHttpSigned('/graphql', {
    query: `query ($id: String!) { transactions(filter: { transactionId: $id }) { nodes { id responseData } } }`,
    variables: { id },
  });
  expect(JSON.stringify(body)).not.toContain('Surname');
  expect(body.errors).toMatchObject([
    { message: expect.stringContaining('its registry is not served any more'), extensions: { code: 'FORBIDDEN' } },
  ]);
});
