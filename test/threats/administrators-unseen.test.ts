/** Administrators read persons unseen. Here each reading is committed before it leaves, and the person’s access report tells it. */
import { PERSON_FIELDS } from '../../src/graphql/person-fields.js';
import { addRecords, giveConsent, household, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { openLive } from '../support/live-client.js';
import { startOidcIssuer, type OidcIssuer } from '../support/oidc-issuer.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';
import { ask, subscribeItem, subscribeMessage } from '../subscriptions/subscriptions.js';

const WHO = 'registry: SOCIAL, identifier: { type: "UIN", value: "ada-17" }';

interface Readings {
  accessReport: {
    complete: boolean;
    readings: { id: string; actor: string; action: string; fields: string[] | null }[];
  };
}

describe('what an administrator reads of a person', () => {
  let issuer: OidcIssuer;
  let gateway: TestGateway;
  let partner: Partner;
  let inbox: Inbox;

  beforeAll(async () => {
    issuer = await startOidcIssuer({ audrey: ['AUDITOR'], olga: ['OPERATOR'], mona: ['MONITOR'] });
    gateway = await startTestGateway({ env: issuer.env });
    inbox = await startInbox(gateway.url);
    partner = await createPartner(gateway);
    await addRecords(gateway, [person('ada-17'), person('other'), household('H1', ['ada-17'])]);
    await giveConsent(gateway, { uin: 'ada-17', senderId: partner.senderId, evidence: 'file of Ada' });
    const filter = { type: 'UIN', value: 'ada-17' };
    const item = subscribeItem({ event: 'REGISTER', recordType: 'SRPerson', filter, filterType: 'idtype-value' });
    await ask(partner, inbox, subscribeMessage(item), { path: 'social' });
    const before = inbox.received.length;
    inbox.behave((received, response) => void response.end(received.text));
    await partner.send('social/registry/search', 'search', searchById('ada-17'), {
      sender_uri: `${inbox.url}/on-search`,
    });
    await inbox.wait(before + 1);
    await until(async () => JSON.stringify(await as('mona', DELIVERED)).includes('DELIVERED'));
  });
  afterAll(async () => {
    await inbox.close();
    await gateway.close();
    await issuer.close();
  });

  const DELIVERED = '{ deliveries(filter: { action: "on-search" }) { nodes { state } } }';
  const as = async (name: string, query: string) =>
    gateway.graphql<Record<string, unknown>>(query, {}, await issuer.token(name));
  const readings = async (value = 'ada-17') => {
    const { accessReport } = await gateway.admin<Readings>(
      `query ($value: String!) { accessReport(registry: SOCIAL, identifier: { type: "UIN", value: $value }, reason: "she asked") {
        complete readings { id actor action fields } } }`,
      { value },
    );
    expect(accessReport.complete).toBe(true);
    return accessReport.readings;
  };
  /** Those that a query adds, less the two reports around it. */
  const left = async (name: string, query: string) => {
    const before = new Set((await readings()).map(({ id }) => id));
    const answer = await as(name, query);
    const after = (await readings()).slice(1);
    return { answer, rows: after.filter(({ id }) => !before.has(id)) };
  };
  const SEARCHES = 'transactions(filter: { operation: SEARCH }, first: 1) { nodes';
  const CALLBACKS = 'deliveries(filter: { action: "on-search" }, first: 1) { nodes';

  /** By the field that is read: who asks what, and what of the answer tells of her. */
  const QUERIES: Record<string, [name: string, query: string, told: string]> = {
    'Query.records': ['olga', '{ records(registry: SOCIAL) { nodes { data identifiers { value } } } }', 'ada-17'],
    'Query.explainAccess': ['olga', '', 'found'],
    'Query.accessReport': ['audrey', `{ accessReport(${WHO}, reason: "r") { disclosures { kind } } }`, 'SEARCH'],
    'Transaction.requestData': ['audrey', `{ ${SEARCHES} { requestData(reason: "r") } } }`, 'ada-17'],
    'Transaction.responseData': ['audrey', `{ ${SEARCHES} { responseData(reason: "r") } } }`, 'ada-17'],
    'Delivery.message': ['audrey', `{ ${CALLBACKS} { message(reason: "r") } } }`, 'ada-17'],
    'DeliveryAttempt.responseExcerpt': [
      'audrey',
      `{ ${CALLBACKS} { attempts { responseExcerpt(reason: "r") } } } }`,
      'on-search',
    ],
    'Consent.identifier': ['audrey', '{ consents { nodes { identifier { value } } } }', 'ada-17'],
    'Consent.evidence': ['audrey', '{ consents { nodes { evidence } } }', 'file of Ada'],
    'EventSubscription.filter': ['audrey', '{ subscriptions { nodes { filter } } }', 'ada-17'],
  };

  /** Rows of a file that was brought, which are nobody's record yet: who looked stands in the audit (registry/files.test.ts). */
  const OF_FILES = ['FileImportRow.cells', 'FileImportRow.record'];

  test('there is a query for every field that tells of persons', () => {
    expect([...Object.keys(QUERIES), ...OF_FILES].sort()).toEqual(Object.keys(PERSON_FIELDS).sort());
  });

  test.each(Object.keys(QUERIES))('by %s leaves one row, which her access report tells', async (place) => {
    const [name, query, told] = QUERIES[place] ?? ['', '', ''];
    const asked =
      place === 'Query.explainAccess' ? `{ explainAccess(senderId: "${partner.senderId}", ${WHO}) { found } }` : query;
    const { answer, rows } = await left(name, asked);
    expect(answer.errors).toBeUndefined();
    expect(JSON.stringify(answer.data)).toContain(told);
    expect(rows).toMatchObject([{ actor: name, fields: [place] }]);
  });

  test('by a question alone leaves a row too: whether there is such a record or consent', async () => {
    for (const query of [
      '{ records(registry: SOCIAL, filter: { identifier: { type: "UIN", value: "ada-17" } }, first: 0) { totalCount } }',
      '{ consents(filter: { registry: SOCIAL, identifier: { type: "UIN", value: "\u200eada-17 " } }) { totalCount } }',
    ]) {
      const { answer, rows } = await left('olga', query);
      expect(answer.errors).toBeUndefined();
      expect(rows).toMatchObject([{ actor: 'olga', action: 'readPersons' }]);
    }
  });

  test('by a change that is refused leaves one, and one of nobody names nobody', async () => {
    const removing = (value: string) => `mutation { deleteRecord(registry: SOCIAL, recordType: "SRPerson",
      identifier: { type: "UIN", value: "${value}" }, was: { id: "00000000-0000-7000-8000-000000000000", version: 1 }) { id } }`;
    const { answer, rows } = await left('olga', removing('ada-17'));
    expect(answer.errors?.[0]?.extensions.code).toBe('CONFLICT');
    expect(rows).toMatchObject([{ actor: 'olga', action: 'readPersons', fields: ['Mutation.deleteRecord'] }]);
    expect((await left('olga', removing('nobody'))).rows).toEqual([]);
    const changing = (
      value: string,
    ) => `mutation { upsertRecords(registry: SOCIAL, records: [{ recordType: "SRPerson", data: {},
      identifiers: [{ type: "UIN", value: "${value}" }], was: { id: "00000000-0000-7000-8000-000000000000", version: 1 } }]) { refused } }`;
    const changed = await left('olga', changing('ada-17'));
    expect(changed.answer.data).toEqual({ upsertRecords: { refused: 1 } });
    expect(changed.rows).toMatchObject([
      { actor: 'olga', action: 'upsertRecords', fields: ['Mutation.upsertRecords'] },
    ]);
    expect((await left('olga', changing('nobody'))).rows).toEqual([]);
  });

  test('by a live subscription leaves a row before each event', async () => {
    const before = (await readings()).length;
    const live = openLive(gateway.url, await issuer.token('audrey'));
    const taking = live.take('subscription { subscriptionChanged { subscription { filter } } }', {}, 1);
    const { subscriptions } = await gateway.admin<{ subscriptions: { nodes: { id: string; state: string }[] } }>(
      '{ subscriptions { nodes { id state } } }',
    );
    const change = (name: string) =>
      gateway.graphql(`mutation ($id: ID!) { ${name}(id: $id) { id } }`, { id: subscriptions.nodes[0]?.id });
    let told = false;
    void taking.then(() => (told = true));
    await until(async () => {
      for (const name of ['approveSubscription', 'pauseSubscription', 'resumeSubscription']) await change(name);
      return told;
    });
    expect(JSON.stringify(await taking)).toContain('ada-17');
    await live.close();
    const rows = await readings();
    expect(rows.length).toBeGreaterThan(before + 1);
    expect(rows.some(({ actor, fields }) => actor === 'audrey' && fields?.includes('EventSubscription.filter'))).toBe(
      true,
    );
  });

  test('is not told in the report of another, and inside a household it is', async () => {
    const before = new Set((await readings('other')).map(({ id }) => id));
    await as('olga', '{ records(registry: SOCIAL, filter: { recordType: "Group" }) { nodes { data } } }');
    const rows = (await readings('other')).slice(1);
    expect(rows.filter(({ id }) => !before.has(id))).toEqual([]);
    expect((await readings())[1]).toMatchObject({ actor: 'olga', fields: ['Query.records'] });
  });

  test('leaves no row where nobody is told of: lists without persons, a monitor, a refusal', async () => {
    const count = async () => {
      const [row] = await gateway.database.query<{ count: number }>('select count(*)::int as count from admin_action');
      return row?.count;
    };
    const before = await count();
    const without = `{ transactions { nodes { id status } } consents { nodes { id purposes } totalCount }
      subscriptions { nodes { id eventType } } deliveries { nodes { id attempts { outcome } } } }`;
    expect((await as('olga', without)).errors).toBeUndefined();
    const monitored =
      '{ consents(filter: { identifier: null }) { nodes { identifier { value } evidence } } subscriptions { nodes { filter } } }';
    const { data, errors } = await as('mona', monitored);
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data)).not.toMatch(/ada-17|file of/);
    for (const query of [
      QUERIES['Query.records']?.[1] ?? '',
      QUERIES['DeliveryAttempt.responseExcerpt']?.[1] ?? '',
      `{ accessReport(${WHO}, reason: "r") { complete } }`,
    ])
      expect((await as('mona', query)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(await count()).toBe(before);
  });

  test.each(['admin_action', 'audit_entry'])('does not leave where %s cannot be written', async (table) => {
    await gateway.database.query(`alter table ${table} rename to hidden`);
    try {
      for (const [name, query] of Object.values(QUERIES)) {
        if (query === '') continue;
        const { data, errors } = await as(name, query);
        expect(errors?.[0]?.extensions.code).toMatch(/INTERNAL_SERVER_ERROR|UNAVAILABLE/);
        expect(JSON.stringify(data ?? null)).not.toMatch(/ada-17|file of Ada|SEARCH/);
      }
    } finally {
      await gateway.database.query(`alter table hidden rename to ${table}`);
    }
  });

  test('a receiver’s answer is sealed at rest; it and the message are read with a reason only', async () => {
    const [row] = await gateway.database.query<{ excerpt: string | null; sealed: Buffer | null }>(
      `select response_excerpt as excerpt, response_sealed as sealed from delivery_attempt
       where delivery_id = (select id from delivery where action = 'on-search' limit 1)`,
    );
    expect(row?.excerpt).toBeNull();
    expect(row?.sealed?.length).toBeGreaterThan(20);
    expect(row?.sealed?.toString('latin1')).not.toContain('on-search');
    for (const field of ['message', 'attempts { responseExcerpt }']) {
      const bare = `{ ${CALLBACKS} { ${field} } } }`;
      expect((await as('audrey', bare)).errors?.[0]).toMatchObject({
        extensions: { code: 'BAD_USER_INPUT', field: 'reason' },
      });
      expect((await as('olga', bare)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
    // A partner has the message itself, and reads here what it answered only.
    const own = `{ ${SEARCHES} { deliveries { message(reason: "r") } } } }`;
    const { body } = await partner.postHttpSigned('/graphql', { query: own });
    expect(body.errors?.[0].extensions.code).toBe('FORBIDDEN');
    await gateway.database.query(
      `insert into delivery_attempt (id, delivery_id, at, outcome, response_excerpt)
       select overlay(id::text placing 'ffff' from 20 for 4)::uuid, delivery_id, at, 'OLD', 'of a process before' from delivery_attempt limit 1`,
    );
    const [old] = await gateway.database.query<{ excerpt: string | null }>(
      `select response_excerpt as excerpt from delivery_attempt where outcome = 'OLD'`,
    );
    expect(old?.excerpt).toBeNull();
  });
});
