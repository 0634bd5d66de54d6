/** What REST refuses is asked of GraphQL instead. Here both are one: same clamp, rows, audit, signature. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { signHttpRequest } from '../../src/protocol/signature/http.profile.js';
import type { RegistrySource, SourceRecord } from '../../src/sources/registry-source.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox } from '../support/inbox.js';
import { createPartner, searchById, type Answer, type Partner } from '../support/partner.js';
import { byId, find } from '../support/search-message.js';

const PERSON = {
  recordType: 'SRPerson',
  identifiers: [{ type: 'UIN', value: '4711' }],
  data: {
    name: { surname: 'Okafor', given_name: 'Ada' },
    sex: 'female',
    birth_date: '1985-05-20',
    email: 'ada@example.org',
  },
};
const SEARCH = `mutation ($input: SearchInput!) { search(input: $input) { status items { status reasonCode records } } }`;

describe('GraphQL gives a partner', () => {
  let gateway: TestGateway;
  let narrow: Partner;
  let other: Partner;

  const ask = (partner: Partner, query: string, variables: Record<string, unknown> = {}): Promise<Answer> =>
    partner.postHttpSigned('/graphql', { query, variables });
  const search = (partner: Partner, query: Record<string, unknown>) =>
    ask(partner, SEARCH, {
      input: {
        registry: 'SOCIAL',
        transactionId: 't-1',
        items: [{ referenceId: 'r-1', ...query }],
      },
    });

  beforeAll(async () => {
    gateway = await startTestGateway();
    narrow = await createPartner(gateway, { agreements: [{ fields: ['identifier', 'name.surname'] }] });
    other = await createPartner(gateway);
    await gateway.admin(
      'mutation ($r: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $r) { inserted } }',
      { r: [PERSON] },
    );
    await other.send('social/registry/sync/search', 'search', searchById('4711'));
  });
  afterAll(() => gateway.close());

  test('no field that its agreement does not cover', async () => {
    const { body } = await search(narrow, { queryType: 'IDTYPE_VALUE', query: { type: 'UIN', value: '4711' } });
    expect(body.errors).toBeUndefined();
    const text = JSON.stringify(body.data);
    expect(text).toContain('Okafor');
    expect(text).not.toMatch(/Ada|1985|ada@example/);
  });

  test('no filter on a field that it may not see', async () => {
    const query = { email: { $eq: 'ada@example.org' } };
    const { body } = await search(narrow, { queryType: 'EXPRESSION', query });
    expect(body.data.search.items[0]).toMatchObject({ status: 'REJECTED', records: [] });
  });

  test('no name of an administrator, at which passwords could be guessed', async () => {
    await gateway.admin(
      `mutation ($id: String!, $jwk: JSON!) {
         addSenderKey(senderId: $id, input: { kid: "gone", jwk: $jwk }) { kid }
         revokeSenderKey(senderId: $id, kid: "gone") { kid } }`,
      { id: narrow.senderId, jwk: generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }) },
    );
    await search(narrow, { queryType: 'IDTYPE_VALUE', query: { type: 'UIN', value: '4711' } });
    const query =
      '{ transactions(first: 1) { nodes { sender { createdBy approvedBy proposedBy keys { kid revokedBy } } } } }';
    const { body } = await ask(narrow, query);
    const [{ sender }] = body.data.transactions.nodes;
    expect(sender).toMatchObject({ createdBy: '(administrator)', approvedBy: null, proposedBy: [] });
    expect(sender.keys).toContainEqual({ kid: 'gone', revokedBy: '(administrator)' });
    const admin = await gateway.admin<{ sender: { createdBy: string } }>(
      'query ($id: String!) { sender(senderId: $id) { createdBy } }',
      { id: narrow.senderId },
    );
    expect(admin.sender.createdBy).toBe('bootstrap-admin');
  });

  test('no row, payload, delivery or subscription of another partner', async () => {
    const { transactions } = await gateway.admin<{ transactions: { nodes: { id: string }[] } }>(
      'query ($id: String!) { transactions(filter: { senderId: $id }) { nodes { id } } }',
      { id: other.senderId },
    );
    const id = transactions.nodes[0]?.id;
    const own = await ask(other, 'query ($id: ID!) { transaction(id: $id) { requestData } }', { id });
    expect(JSON.stringify(own.body.data)).toContain('4711');
    const foreign = await ask(narrow, 'query ($id: ID!) { transaction(id: $id) { requestData } }', { id });
    expect(foreign.body.data).toEqual({ transaction: null });
    const listed = await ask(
      narrow,
      'query ($id: String!) { transactions(filter: { senderId: $id }) { totalCount nodes { id } } }',
      { id: other.senderId },
    );
    expect(listed.body.data).toEqual({ transactions: { totalCount: 0, nodes: [] } });
  });

  test('nothing of administrators about itself', async () => {
    await gateway.admin(
      'mutation ($id: String!) { updateSender(senderId: $id, input: { notes: "watch them" }) { id } }',
      { id: narrow.senderId },
    );
    const { body } = await ask(narrow, '{ transactions(first: 1) { nodes { sender { senderId notes } } } }');
    expect(JSON.stringify(body)).not.toContain('watch them');
  });

  test('nothing for a bearer token alone', async () => {
    const { status, body } = await narrow.post('/graphql', { query: SEARCH, variables: {} });
    expect(status).toBe(403);
    expect(body.errors[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  });

  test('one answer to one signed request: again, it is the stored one', async () => {
    const before = await gateway.database.query('select 1 from transaction');
    const first = await search(narrow, { queryType: 'IDTYPE_VALUE', query: { type: 'UIN', value: '4711' } });
    expect(first.status).toBe(200);
    const after = await gateway.database.query<{ channel: string; operation: string }>(
      'select channel, operation from transaction order by id desc',
    );
    expect(after.length).toBe(before.length + 1);
    expect(after[0]).toMatchObject({ channel: 'GRAPHQL', operation: 'SEARCH' });
  });

  test('no refusal without its row', async () => {
    const rows = () =>
      gateway.database.query(
        `select status, status_reason_code as code from transaction
         where sender_id = $1 and channel = 'GRAPHQL' order by id desc`,
        [narrow.senderId],
      );
    const refusals: [query: string, code: string][] = [
      ['{ nothing }', 'err.request.bad'],
      ['{ transactions(first: 1) {', 'err.request.bad'],
      ['{ records(registry: SOCIAL, first: 1) { nodes { id } } }', 'err.request.forbidden'],
      [
        `mutation { search(input: { registry: FR, transactionId: "t", items: [
           { referenceId: "r", queryType: IDTYPE_VALUE, query: { type: "UIN", value: "1" } }] }) { status } }`,
        'err.request.forbidden',
      ],
    ];
    for (const [query, code] of refusals) {
      const before = await rows();
      expect((await ask(narrow, query)).body.errors).toHaveLength(1);
      expect(await rows()).toEqual([{ status: 'REJECTED', code }, ...before]);
    }
    const before = await rows();
    await narrow.post('/graphql', { query: SEARCH, variables: {} });
    expect(await rows()).toEqual([{ status: 'REJECTED', code: 'err.signature.missing' }, ...before]);
  });

  test('no change that is taken back at its commit without the row of its refusal', async () => {
    await gateway.database.query(`
      create function no_more() returns trigger language plpgsql as $$ begin raise 'the disk is full'; end $$;
      create constraint trigger at_commit after insert on transaction deferrable initially deferred
        for each row when (new.operation = 'UNSUBSCRIBE') execute function no_more()`);
    try {
      const { body } = await ask(
        other,
        `mutation { unsubscribe(input: { registry: SOCIAL, transactionId: "t", codes: ["nobodys"] }) { status } }`,
      );
      expect(body.errors).toHaveLength(1);
    } finally {
      await gateway.database.query('drop function no_more cascade');
    }
    const rows = await gateway.database.query(
      `select operation, status, status_reason_code as code from transaction
       where sender_id = $1 and channel = 'GRAPHQL' order by id desc limit 1`,
      [other.senderId],
    );
    expect(rows).toEqual([{ operation: null, status: 'REJECTED', code: 'err.service.unavailable' }]);
  });

  test('no refusal of its form without a row, which says what is wrong', async () => {
    const own = () =>
      gateway.database.query<{ reason: string }>(
        'select status_reason_message as reason from transaction where sender_id = $1 order by id',
        [narrow.senderId],
      );
    const query = '{ me { kind } }';
    const refusals: [body: unknown, reason: RegExp][] = [
      [{}, /^body\.query: is required/],
      [[{ query }, { query }], /^body: send one operation as an object; there is no batching/],
      [{ query: 5 }, /^body\.query: /],
      [{ query, variables: '{}' }, /^body\.variables: /],
      [
        { query, variables: { deep: JSON.parse('['.repeat(100) + ']'.repeat(100)) as unknown } },
        /nested deeper than 64/,
      ],
      [{ query, operationName: 7 }, /^body\.operationName: /],
    ];
    for (const [body, reason] of refusals) {
      const before = (await own()).length;
      const answer = await narrow.postHttpSigned('/graphql', body);
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] } });
      const added = (await own()).slice(before);
      expect(added).toEqual([{ reason: expect.stringMatching(reason) }]);
    }
    const before = (await own()).length;
    expect((await ask(narrow, query)).body.data).toEqual({ me: { kind: 'sender' } });
    expect(await own()).toHaveLength(before);
  });

  test('a word, not a fault, where a signed request comes again', async () => {
    const input = {
      registry: 'SOCIAL',
      transactionId: 'again',
      items: [{ referenceId: 'r', queryType: 'IDTYPE_VALUE', query: { type: 'UIN', value: '4711' } }],
    };
    const text = JSON.stringify({ query: SEARCH, variables: { input } });
    const authorization = `Bearer ${narrow.token}`;
    const request = {
      method: 'POST',
      targetUri: `${gateway.url}/graphql`,
      headers: { authorization },
      body: Buffer.from(text),
    };
    const signature = signHttpRequest(request, narrow.key, {
      senderId: narrow.senderId,
      now: new Date(),
      nonce: randomUUID(),
    });
    const first = await narrow.post('/graphql', text, { ...signature });
    expect(first.body.data.search.status).toBe('SUCCEEDED');
    const again = await narrow.post('/graphql', text, { ...signature });
    expect(again.body.errors).toMatchObject([
      { extensions: { code: 'CONFLICT' }, message: expect.stringContaining('answered before') },
    ]);
  });

  test('a field that is none is told by its name, and gives no record that seems empty', async () => {
    const item = (fields: string[]) => ({
      registry: 'SOCIAL',
      transactionId: 't-fields',
      items: [{ referenceId: 'r', queryType: 'IDTYPE_VALUE', query: { type: 'UIN', value: '4711' }, fields }],
    });
    const query = `mutation ($input: SearchInput!) { search(input: $input) { items { reasonCode reasonMessage records } } }`;
    const told = async (fields: string[]) => (await ask(narrow, query, { input: item(fields) })).body.data.search.items;
    expect(await told(['name.surname', 'nam'])).toEqual([
      {
        reasonCode: 'rjct.search_criteria.invalid',
        reasonMessage: 'fields: "nam" is no field of SRPerson: use paths such as name.surname',
        records: [],
      },
    ]);
    for (const fields of [['*'], ['surname'], ['name'], []])
      expect(await told(fields)).toMatchObject([{ reasonCode: null }]);
  });

  test('no two searches for one row of the audit', async () => {
    const item = {
      registry: 'SOCIAL',
      transactionId: 't-2',
      items: [{ referenceId: 'r', queryType: 'IDTYPE_VALUE', query: { type: 'UIN', value: '4711' } }],
    };
    const query = `mutation ($input: SearchInput!) { a: search(input: $input) { status items { records } } b: search(input: $input) { status items { records } } }`;
    const before = await gateway.database.query(`select 1 from transaction where operation = 'SEARCH'`);
    const { body } = await ask(narrow, query, { input: item });
    const after = await gateway.database.query(`select 1 from transaction where operation = 'SEARCH'`);
    const answered = [body.data?.a, body.data?.b].filter((answer) => answer != null);
    expect(after.length - before.length).toBeGreaterThanOrEqual(answered.length === 0 ? 0 : answered.length);
  });
});

describe('of how its source answered', () => {
  const HELD: SourceRecord = {
    id: '00000000-0000-4000-8000-000000000001',
    recordType: 'SRPerson',
    version: 1,
    data: { identifier: [{ identifier_type: 'UIN', identifier_value: 'held' }] },
  };
  const school: RegistrySource = {
    search: ({ criteria }) => {
      const records = JSON.stringify(criteria).includes('held') ? [HELD] : [];
      return Promise.resolve({ records, totalCount: records.length, answered: { source: 'school', plan: 'LIVE' } });
    },
    capabilities: () => Promise.resolve({ identifiers: 'ALL', criteria: {} }),
    health: () => Promise.resolve({ reachable: true }),
  };

  test('a partner reads nothing in its own transactions: it would tell who is there without consent', async () => {
    await using opened = new AsyncDisposableStack();
    const gateway = await startTestGateway({
      sources: [{ registry: 'SOCIAL', recordType: 'SRPerson', source: school }],
    });
    opened.defer(() => gateway.close());
    const partner = await createPartner(gateway, { agreements: [{ requiresConsent: true }] });
    for (const uin of ['held', 'unknown'])
      expect(await find(partner, byId(uin))).toMatchObject({ total: 0, records: [] });
    const query = '{ transactions(first: 2) { nodes { accessDecision } } }';
    interface Told {
      transactions: { nodes: { accessDecision: { items: { source?: { candidates: number } }[] } }[] };
    }
    const candidates = ({ transactions }: Told) =>
      transactions.nodes.map(({ accessDecision: { items } }) => items[0]?.source?.candidates);
    expect(candidates(await gateway.admin<Told>(query))).toEqual([0, 1]);
    const { body } = await partner.postHttpSigned('/graphql', { query });
    const [unknown, held] = (body.data as Told).transactions.nodes;
    expect(unknown?.accessDecision.items).toMatchObject([{ allowed: true, requiresConsent: true }]);
    expect(held).toEqual(unknown);
    const inbox = await startInbox(gateway.url);
    opened.defer(() => inbox.close());
    for (const [index, uin] of ['held', 'unknown'].entries()) {
      const senderUri = `${inbox.url}/on-search`;
      await partner.send('social/registry/search', 'search', searchById(uin), { sender_uri: senderUri });
      await inbox.wait(index + 1);
    }
    const callbacks = '{ transactions(first: 2) { nodes { deliveries { accessDecision } } } }';
    const told = await partner.postHttpSigned('/graphql', { query: callbacks });
    const [ofUnknown, ofHeld] = told.body.data.transactions.nodes;
    expect(ofUnknown.deliveries).toMatchObject([{ accessDecision: { items: [{ allowed: true }] } }]);
    expect(ofHeld).toEqual(ofUnknown);
  });
});
