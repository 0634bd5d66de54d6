import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { answer, dropConnection, startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { isPrompt, until } from '../support/until.js';

const PERSON = {
  recordType: 'SRPerson',
  identifiers: [{ type: 'UIN', value: '4711' }],
  data: { name: { surname: 'Okafor', given_name: 'Ada' }, sex: 'female', birth_date: '1985-05-20' },
};

describe('an asynchronous search', () => {
  let gateway: TestGateway;
  let partner: Partner;
  let inbox: Inbox;

  beforeAll(async () => {
    gateway = await startTestGateway({ env: { DELIVERY_RETRY_SECONDS: '0,0,0,0,0,0,0' } });
    partner = await createPartner(gateway);
    await gateway.admin(
      `mutation ($records: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $records) { inserted } }`,
      { records: [PERSON] },
    );
  });
  afterAll(() => gateway.close());
  beforeEach(async () => {
    inbox = await startInbox(gateway.url);
  });
  afterEach(() => inbox.close());

  const send = (message: JsonObject, header: JsonObject = {}) =>
    partner.send('social/registry/search', 'search', message, {
      sender_uri: `${inbox.url}/registry/on-search?kept=verbatim`,
      ...header,
    });

  const stateOf = async (message: JsonObject) => {
    const { transactions } = await gateway.admin<{
      transactions: { nodes: { status: string; itemCount: number; itemsDone: number; recordCount: number }[] };
    }>(
      `query ($id: String!) { transactions(filter: { transactionId: $id }) { nodes { status itemCount itemsDone recordCount } } }`,
      { id: message['transaction_id'] },
    );
    return transactions.nodes[0];
  };

  const idOf = async (message: JsonObject) =>
    (
      await gateway.admin<{ transactions: { nodes: { id: string }[] } }>(
        `query ($id: String!) { transactions(filter: { transactionId: $id }) { nodes { id } } }`,
        { id: message['transaction_id'] },
      )
    ).transactions.nodes[0]?.id;

  /** What told somebody of a person. */
  const reportOf = async (value: string) =>
    (
      await gateway.admin<{ accessReport: { disclosures: { id: string }[] } }>(
        `query ($identifier: IdentifierInput!) {
           accessReport(registry: SOCIAL, identifier: $identifier, reason: "asked") { disclosures { id } } }`,
        { identifier: { type: 'UIN', value } },
      )
    ).accessReport.disclosures.map(({ id }) => id);

  const releasedIn = async (message: JsonObject) => {
    const [row] = await gateway.database.query(
      `select cardinality(record_ids) as gathered,
         (select count(*)::int from released_part p where p.request_id = t.id) as apart
       from transaction t where transaction_id = $1`,
      [message['transaction_id']],
    );
    return row;
  };

  test('is acknowledged at once and answered at sender_uri, signed, with the correlation id of the ACK', async () => {
    const message = searchById('4711');
    const { status, body } = await send(message);
    expect(status).toBe(202);
    expect(body).toEqual({
      message: { ack_status: 'ACK', timestamp: expect.any(String), correlation_id: expect.any(String) },
    });
    const [callback] = await inbox.wait(1);
    expect(callback?.path).toBe('/registry/on-search?kept=verbatim');
    expect(callback?.verified).toBe(true);
    expect(callback?.body.header).toMatchObject({
      action: 'on-search',
      status: 'succ',
      total_count: 1,
      completed_count: 1,
      sender_id: 'dci-gateway',
      receiver_id: partner.senderId,
    });
    expect(callback?.body.message).toMatchObject({
      transaction_id: message['transaction_id'],
      correlation_id: body.message.correlation_id,
      search_response: [{ status: 'succ', data: { reg_records: [{ name: { surname: 'Okafor' } }] } }],
    });
    expect(await stateOf(message)).toEqual({ status: 'SUCCEEDED', itemCount: 1, itemsDone: 1, recordCount: 1 });
  });

  test('sent twice is acknowledged twice with one correlation id and worked once', async () => {
    const envelope = await partner.envelope('search', searchById('4711'), { sender_uri: `${inbox.url}/on-search` });
    const first = await partner.post('/dci/v1/social/registry/search', envelope);
    await inbox.wait(1);
    const second = await partner.post('/dci/v1/social/registry/search', envelope);
    expect(second.status).toBe(202);
    expect(second.body).toEqual(first.body);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(inbox.received).toHaveLength(1);
  });

  test('with a used message id and another message is refused with 400', async () => {
    const message_id = randomUUID();
    await send(searchById('4711'), { message_id });
    const { status, body } = await send(searchById('4712'), { message_id });
    expect(status).toBe(400);
    expect(body.message.error.code).toBe('err.request.bad');
    expect(body.message.error.message).toContain('rjct.message_id.duplicate');
  });

  test('is tried again under one message id, with a fresh time and signature', async () => {
    const behaviours = [dropConnection, answer(500), answer(200, { message: { ack_status: 'ERR' } })];
    inbox.behave((received, response) => (behaviours.shift() ?? answer(200))(received, response));
    await send(searchById('4711'));
    const [first, ...others] = await inbox.wait(4);
    for (const other of others) {
      expect(other.verified).toBe(true);
      expect(other.body.header.message_id).toBe(first?.body.header.message_id);
      expect(other.body.header.message_ts).not.toBe(first?.body.header.message_ts);
      expect(other.body.message).toEqual(first?.body.message);
    }
  });

  test('of many questions is answered in several callbacks, and a repeated reference id is seen across them', async () => {
    const items = Array.from({ length: 250 }, (_, index) => ({
      reference_id: index === 240 ? 'ref-3' : `ref-${index}`,
      timestamp: new Date().toISOString(),
      search_criteria: { query_type: 'idtype-value', query: { type: 'UIN', value: '4711' } },
    }));
    const message = { transaction_id: randomUUID(), search_request: items };
    const { body } = await send(message, { total_count: 250 });
    const callbacks = await inbox.wait(3);
    const pages = callbacks.map((callback) => callback.body);
    expect(new Set(pages.map(({ header }) => header.message_id)).size).toBe(3);
    for (const page of pages) {
      expect(page.message.correlation_id).toBe(body.message.correlation_id);
      expect(page.message.transaction_id).toBe(message.transaction_id);
    }
    const answers = pages.flatMap(({ message: { search_response: answered } }) => answered);
    expect(answers).toHaveLength(250);
    expect(answers.filter(({ status }) => status === 'rjct')).toMatchObject([
      { reference_id: 'ref-3', status_reason_code: 'rjct.reference_id.duplicate' },
    ]);
    expect(await stateOf(message)).toEqual({ status: 'SUCCEEDED', itemCount: 250, itemsDone: 250, recordCount: 249 });
  });

  test('goes on where it was after a fault of ours, and shows its progress meanwhile', async () => {
    const fault = `create function fault() returns trigger language plpgsql as
      $$ begin if new.page = 2 then raise exception 'no'; end if; return new; end $$`;
    await gateway.database.query(fault);
    await gateway.database.query(
      'create trigger fault before insert on delivery for each row execute function fault()',
    );
    const items = Array.from({ length: 130 }, (_, index) => ({
      reference_id: `ref-${index}`,
      timestamp: new Date().toISOString(),
      search_criteria: { query_type: 'idtype-value', query: { type: 'UIN', value: '4711' } },
    }));
    const message = { transaction_id: randomUUID(), search_request: items };
    await send(message, { total_count: 130 });
    await inbox.wait(1);
    await until(async () => (await stateOf(message))?.itemsDone === 100);
    expect(await stateOf(message)).toEqual({ status: 'PENDING', itemCount: 130, itemsDone: 100, recordCount: 100 });
    expect(await releasedIn(message)).toEqual({ gathered: 0, apart: 1 });
    // Whoever asks who was told of a person is told so already.
    await until(async () => (await reportOf('4711')).includes((await idOf(message)) ?? ''));
    await gateway.database.query('drop trigger fault on delivery');
    await gateway.database.query('drop function fault()');
    const pages = (await inbox.wait(2)).map(({ body }) => body.message.search_response.length as number);
    expect(pages).toEqual([100, 30]);
    expect(await stateOf(message)).toEqual({ status: 'SUCCEEDED', itemCount: 130, itemsDone: 130, recordCount: 130 });
    expect(await releasedIn(message)).toEqual({ gathered: 130, apart: 0 });
  });

  test('is answered without waiting for the clock', async () => {
    const round = async () => {
      const [before, started] = [inbox.received.length, Date.now()];
      await send(searchById('4711'));
      await inbox.wait(before + 1);
      return Date.now() - started;
    };
    expect(await isPrompt(400, round)).toBe(true);
  });

  test('goes to the registered address where the message names none, and is refused where there is none', async () => {
    const refused = await send(searchById('4711'), { sender_uri: '' });
    expect(refused.status).toBe(400);
    expect(refused.body.message.error.code).toBe('err.sender_uri.invalid');
    const other = await createPartner(gateway, { sender: { notifyUri: `${inbox.url}/registered` } });
    await other.send('social/registry/search', 'search', searchById('4711'));
    expect((await inbox.wait(1))[0]?.path).toBe('/registered');
  });

  test.each([
    ['another host', 'http://192.0.2.7/on-search'],
    ['a host that was not registered', 'http://example.org/on-search'],
    ['a decimal address', 'http://2130706433/on-search'],
    ['an octal address', 'http://0177.0.0.1/on-search'],
    ['a mapped address', 'http://[::ffff:127.0.0.1]/on-search'],
    ['another protocol', 'ftp://127.0.0.1/on-search'],
    ['a password', 'http://user:secret@127.0.0.1/on-search'],
    ['no URL', 'on-search'],
  ])('to %s is refused at the door', async (_, sender_uri) => {
    const { status, body } = await send(searchById('4711'), { sender_uri });
    expect(status).toBe(400);
    expect(body.message.error.code).toBe('err.sender_uri.invalid');
  });

  test('without an agreement is refused at the door', async () => {
    const other = await createPartner(gateway, { agreements: [] });
    const { status, body } = await other.send('social/registry/search', 'search', searchById('4711'), {
      sender_uri: inbox.url,
    });
    expect(status).toBe(403);
    expect(body.message.error.code).toBe('err.request.forbidden');
  });

  test('rests while its sender is suspended, and its agreement ending meanwhile is told in the callback', async () => {
    const other = await createPartner(gateway);
    const suspend = `mutation ($id: String!) { suspendSender(senderId: $id) { state } }`;
    const { agreements } = await gateway.admin<{ agreements: { nodes: { id: string }[] } }>(
      `query ($id: String!) { agreements(filter: { senderId: $id }) { nodes { id } } }`,
      { id: other.senderId },
    );
    // Accepted while no worker can take it: the row is held back by a claim.
    const message = searchById('4711');
    const hold = await gateway.database.pool.connect();
    await hold.query('begin');
    await hold.query('lock table accepted_request in share mode');
    const sending = other.send('social/registry/search', 'search', message, { sender_uri: `${inbox.url}/on-search` });
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
      and query like '%insert into seen_message%'`;
    await until(async () => (await gateway.database.query(waiting)).length === 1);
    await gateway.admin(suspend, { id: other.senderId });
    await hold.query('commit');
    hold.release();
    expect((await sending).status).toBe(202);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(inbox.received).toHaveLength(0);
    await gateway.admin(`mutation ($id: ID!) { endAgreement(id: $id) { id } }`, { id: agreements.nodes[0]?.id });
    await gateway.admin(`mutation ($id: String!) { activateSender(senderId: $id) { state } }`, { id: other.senderId });
    const [callback] = await inbox.wait(1);
    expect(callback?.body.header).toMatchObject({ action: 'on-search', status: 'rjct' });
    expect(callback?.body.header.status_reason_message).toContain('no agreement');
    expect(callback?.body.message).toMatchObject({ transaction_id: message['transaction_id'], search_response: [] });
  });

  describe('that cannot be opened any more', () => {
    beforeAll(async () => {
      await gateway.database.query(`create function later() returns trigger language plpgsql as
        $$ begin new.due_at := now() + interval '1 hour'; return new; end $$`);
      await gateway.database.query(
        'create trigger later before insert on accepted_request for each row execute function later()',
      );
    });
    afterAll(async () => {
      await gateway.database.query('drop trigger later on accepted_request');
      await gateway.database.query('drop function later()');
    });

    /** Accepted, with its callback to the address that is registered. */
    const accepted = async () => {
      const asking = await createPartner(gateway, { sender: { notifyUri: `${inbox.url}/registered` } });
      const message = searchById('4711');
      expect((await asking.send('social/registry/search', 'search', message)).status).toBe(202);
      return { asking, message, id: await idOf(message) };
    };
    const due = (id: string | undefined, attempts = 0) =>
      gateway.database.query('update accepted_request set due_at = now(), attempts = $2 where id = $1', [id, attempts]);
    const rowOf = async (id: string | undefined) =>
      (
        await gateway.database.query(
          `select status, status_reason_code as code, item_count::int as items, cardinality(reference_ids) as references,
             content_hash as hash, exists (select from accepted_request a where a.id = t.id) as waiting
           from transaction t where id = $1`,
          [id],
        )
      )[0];
    const refused = {
      status: 'REJECTED',
      code: 'err.service.unavailable',
      items: 1,
      references: 1,
      waiting: false,
    };
    const reason = 'the request could not be worked on; send it again with a new message_id';

    test.each([
      [
        'altered',
        `update transaction set request_sealed = set_byte(request_sealed, 40, 255 - get_byte(request_sealed, 40))`,
      ],
      ['gone', 'update transaction set request_sealed = null'],
    ])(
      'as its message is %s, is refused where its sender listens, and the audit proves what came',
      async (_, damage) => {
        const { asking, message, id } = await accepted();
        const before = await rowOf(id);
        await gateway.database.query(`${damage} where id = $1`, [id]);
        await due(id);
        const [callback] = await inbox.wait(1);
        expect(callback?.body.header).toMatchObject({
          action: 'on-search',
          status: 'rjct',
          receiver_id: asking.senderId,
        });
        expect(callback?.body.header.status_reason_message).toBe(reason);
        expect(callback?.body.message).toMatchObject({
          transaction_id: message['transaction_id'],
          search_response: [],
        });
        expect(await rowOf(id)).toEqual({ ...refused, hash: before?.['hash'] });
        const { body } = await asking.send('social/registry/sync/txn/status', 'txn-status', {
          transaction_id: randomUUID(),
          txnstatus_request: {
            reference_id: 'status',
            txn_type: 'search',
            attribute_type: 'transaction_id',
            attribute_value: message['transaction_id'] ?? null,
          },
        });
        expect(JSON.stringify(body.message)).toContain(`"status":"rjct","status_reason_message":"${reason}"`);
      },
    );

    test('as nobody knows where to answer it, ends without a callback once it was tried for long', async () => {
      const { asking, id } = await accepted();
      await gateway.admin(
        `mutation ($id: String!) { updateSender(senderId: $id, input: { notifyUri: null }) { notifyUri } }`,
        { id: asking.senderId },
      );
      await due(id, 30);
      await until(async () => (await rowOf(id))?.['waiting'] === false);
      expect(await rowOf(id)).toMatchObject(refused);
      expect(inbox.received).toHaveLength(0);
    });
  });

  test.each(['JWS', 'OPENSPP', 'HTTP'] as const)('is signed in the profile %s of its sender', async (profile) => {
    const other = await createPartner(gateway, { profile });
    const theirs = await startInbox(gateway.url, profile);
    await other.send('social/registry/search', 'search', searchById('4711'), { sender_uri: `${theirs.url}/on-search` });
    const [callback] = await theirs.wait(1);
    expect(callback?.verified).toBe(true);
    await theirs.close();
  });
});
