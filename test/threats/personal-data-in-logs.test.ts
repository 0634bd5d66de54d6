/** Logs, metrics, errors and URLs tell of persons. Here a whole tour at the loudest level leaves no identifier, name, token, key or secret there. */
import { randomUUID } from 'node:crypto';
import { createLog } from '../../src/platform/log.js';
import { sealAudit } from '../../src/jobs/seal-audit.job.js';
import { KeyRing } from '../../src/access/key-ring.js';
import { ADMIN_TOKEN, startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { openLive } from '../support/live-client.js';
import { MASTER_KEY } from '../support/seal.js';

const PERSON = {
  recordType: 'SRPerson',
  identifiers: [
    { type: 'UIN', value: 'UIN-90210-X' },
    { type: 'BRN', value: 'BRN-55512-Y' },
  ],
  data: {
    name: { surname: 'Quetzalcoatlson', given_name: 'Philippapia' },
    sex: 'female',
    birth_date: '1977-11-03',
    email: 'philippapia@quetzal.example',
    phone_number: ['+99912345678'],
  },
};
const PERSONAL = ['90210', '55512', 'Quetzalcoatlson', 'Philippapia', 'quetzal.example', '99912345678', '1977-11-03'];

describe('a tour of everything', () => {
  const lines: string[] = [];
  let gateway: TestGateway;
  let partner: Partner;
  const answers: string[] = [];
  const secrets: string[] = [];

  beforeAll(async () => {
    const log = createLog('trace', { write: (line: string) => void lines.push(line) });
    gateway = await startTestGateway({ log, env: { LOG_LEVEL: 'trace', MASTER_KEY: MASTER_KEY.toString('base64') } });
    partner = await createPartner(gateway);
    secrets.push(partner.clientSecret, partner.token, ADMIN_TOKEN, MASTER_KEY.toString('base64'));
    await tour();
  });
  afterAll(() => gateway.close());

  const keep = <T>(answer: T): T => {
    answers.push(JSON.stringify(answer));
    return answer;
  };

  async function tour(): Promise<void> {
    await gateway.admin(
      `mutation ($records: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $records) { inserted } }`,
      { records: [PERSON] },
    );
    await searches();
    await refusals();
    await shortForm();
    await graphql();
    await faults();
    await sealAudit({
      database: gateway.database,
      keyRing: new KeyRing(gateway.database, MASTER_KEY),
      clock: () => new Date(),
      log: createLog('trace', { write: (line: string) => void lines.push(line) }),
    });
  }

  async function searches(): Promise<void> {
    await partner.send('social/registry/sync/search', 'search', searchById('UIN-90210-X'));
    await partner.send('social/registry/search', 'search', searchById('UIN-90210-X'), {
      sender_uri: 'http://127.0.0.1:9/on-search',
    });
    const byName = { 'name.surname': { $eq: 'Quetzalcoatlson' } };
    await partner.send('social/registry/sync/search', 'search', {
      transaction_id: randomUUID(),
      search_request: [
        {
          reference_id: 'r',
          timestamp: new Date().toISOString(),
          search_criteria: { query_type: 'expression', query: { type: 'x', value: { expression: { query: byName } } } },
        },
      ],
    });
  }

  /** Each with the person in it, and each refused: the refusal is what is looked at. */
  async function refusals(): Promise<void> {
    const path = 'social/registry/sync/search';
    const message = searchById('UIN-90210-X');
    keep(await partner.post(`/dci/v1/${path}`, `{"header": {"x": "UIN-90210-X", `));
    keep(await partner.post(`/dci/v1/${path}`, { header: { message_id: 'UIN-90210-X' }, message }));
    const envelope = await partner.envelope('search', message);
    keep(
      await partner.post(`/dci/v1/${path}`, {
        ...envelope,
        signature: `${JSON.stringify(envelope['signature']).slice(1, 60)}UIN-90210-X"`,
      }),
    );
    keep(await partner.post(`/dci/v1/${path}`, envelope, { authorization: 'Bearer UIN-90210-X' }));
    keep(await partner.send('dr/registry/sync/search', 'search', message));
    keep(await partner.send(path, 'search', { ...message, search_request: 'UIN-90210-X' }));
    keep(await partner.send(path, 'search', { ...message, Quetzalcoatlson: 1 }, { sender_id: 'Quetzalcoatlson' }));
    keep(await partner.send(path, 'search', searchById('UIN-90210-X', 'UIN\'; drop table "x"')));
    keep(
      await partner.send('social/registry/subscribe', 'subscribe', {
        transaction_id: 't',
        subscribe_request: [{ filter: 'UIN-90210-X' }],
      }),
    );
    const forms: Record<string, string>[] = [
      { grant_type: 'client_credentials', client_id: partner.clientId, client_secret: 'Quetzalcoatlson' },
      { client_id: 'UIN-90210-X' },
    ];
    for (const form of forms)
      keep(
        await (await fetch(`${gateway.url}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) })).text(),
      );
  }

  async function shortForm(): Promise<void> {
    const identity = { transaction_id: 't-1', sender_id: partner.senderId };
    await partner.postHttpSigned('/dci/v1/search', { ...identity, search_criteria: { national_id: 'UIN-90210-X' } });
    await partner.postHttpSigned('/dci/v1/verify', {
      ...identity,
      verify: { national_id: 'UIN-90210-X', birth_date: '1977-11-03' },
    });
    keep(
      await partner.postHttpSigned('/dci/v1/verify', {
        ...identity,
        verify: { national_id: 'UIN-90210-X', shoe: 'Quetzalcoatlson' },
      }),
    );
    keep(
      await partner.postHttpSigned('/dci/v1/search', {
        ...identity,
        search_criteria: { birth_date: 'Quetzalcoatlson' },
      }),
    );
    const subscription = {
      event_type: 'UPDATE',
      callback_url: 'http://127.0.0.1:9/inbox',
      filter: { national_id: 'UIN-90210-X' },
    };
    await partner.postHttpSigned('/dci/v1/subscribe', { ...identity, registry: 'social', subscription });
    await partner.postHttpSigned('/dci/v1/notify', {
      ...identity,
      event: { event_type: 'UPDATE', registry: 'social', record: PERSON.data },
    });
  }

  async function graphql(): Promise<void> {
    const changed = { ...PERSON, data: { ...PERSON.data, email: 'new.philippapia@quetzal.example' } };
    await gateway.admin(
      `mutation ($records: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $records) { updated } }`,
      { records: [changed] },
    );
    await gateway.admin(
      '{ records(registry: SOCIAL) { nodes { data identifiers { value } } } transactions { nodes { requestData(reason: "case 7") responseData(reason: "case 7") } } }',
    );
    const live = openLive(gateway.url);
    await live.take('subscription { transactionChanged { transaction { id } } }', {}, 1, 300).catch(() => undefined);
    await live.close();
    for (const [query, variables] of [
      ['query ($id: ID!) { transaction(id: $id) { id } }', { id: { nin: 'UIN-90210-X' } }],
      ['{ senders(filter: { senderId: UIN90210 }) { nodes { id } } }', {}],
      ['{ me "Quetzalcoatlson" }', {}],
      [
        'mutation ($r: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $r) { inserted } }',
        { r: [{ ...PERSON, data: { birth_date: 'Quetzalcoatlson' } }] },
      ],
      ['{ sender(senderId: "Quetzalcoatlson") { id } }', {}],
    ] as const)
      keep((await gateway.graphql(query, variables)).errors ?? []);
    keep(await gateway.graphql('{ me { kind } }', {}, 'Quetzalcoatlson'));
  }

  /** Errors of the database quote their input; the log must not. */
  async function faults(): Promise<void> {
    await gateway.database.query('alter table record_identifier rename column value to hidden');
    keep(await partner.send('social/registry/sync/search', 'search', searchById('UIN-90210-X')));
    keep(
      (
        await gateway.graphql(
          'mutation ($r: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $r) { inserted } }',
          { r: [PERSON] },
        )
      ).errors,
    );
    await gateway.database.query('alter table record_identifier rename column hidden to value');
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }

  test('is loud enough to mean something', () => {
    const levels = new Set(lines.map((line) => (JSON.parse(line) as { level: string }).level));
    expect(lines.length).toBeGreaterThan(20);
    expect([...levels]).toEqual(expect.arrayContaining(['info', 'debug', 'error']));
    expect(answers.length).toBeGreaterThan(15);
  });

  test.each(PERSONAL)('leaves %s out of the logs', (value) => {
    expect(lines.filter((line) => line.toLowerCase().includes(value.toLowerCase()))).toEqual([]);
  });

  test('leaves tokens, secrets and keys out of the logs', () => {
    for (const secret of secrets) expect(lines.filter((line) => line.includes(secret))).toEqual([]);
    expect(lines.filter((line) => /PRIVATE KEY|"d":|Bearer ey|client_secret":"[^[]/.test(line))).toEqual([]);
  });

  test.each(PERSONAL)('does not repeat %s in a refusal', (value) => {
    expect(answers.filter((answer) => answer.toLowerCase().includes(value.toLowerCase()))).toEqual([]);
  });

  test('leaves persons and senders out of the metrics, which count what was asked', async () => {
    const page = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(page).toMatch(/dci_requests_total\{registry="SOCIAL",operation="SEARCH",status="200"\} [1-9]/);
    expect(page).toMatch(/dci_request_seconds_bucket\{.*operation="VERIFY".*\} [1-9]/);
    expect(page).toContain('tail_lag_seconds');
    expect(page).toContain('dci_queue_waiting{queue="deliver"}');
    for (const value of [...PERSONAL, partner.senderId, partner.clientId]) expect(page).not.toContain(value);
  });

  test('puts no path of a caller into a label', async () => {
    await fetch(`${gateway.url}/dci/v1/UIN-90210-X/registry/sync/search`, { method: 'POST' });
    await fetch(`${gateway.url}/UIN-90210-X`);
    const page = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(page).toMatch(/operation="OTHER",status="404"/);
    expect(page).not.toContain('90210');
  });
});
