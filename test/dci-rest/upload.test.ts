/** Bulk upload (contract, spec 3.9): files of identifiers, streamed, worked on in parts, bad rows told by line. */
import { randomUUID } from 'node:crypto';
import { request, type ClientRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { signHttpRequest } from '../../src/protocol/signature/http.profile.js';
import type { RegistrySource } from '../../src/sources/registry-source.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, searchById, type Answer, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';

/** A live source, of nobody. */
let askedOfFarms = 0;
const farms: RegistrySource = {
  search: () => {
    askedOfFarms += 1;
    return Promise.resolve({ records: [], totalCount: 0, answered: { source: 'farms', plan: 'LIVE' } });
  },
  capabilities: () => Promise.resolve({ identifiers: 'ALL', criteria: {} }),
  health: () => Promise.resolve({ reachable: true }),
};

let gateway: TestGateway;
let partner: Partner;
let inbox: Inbox;

beforeAll(async () => {
  gateway = await startTestGateway({
    env: { MAX_BODY_BYTES: '10000', MAX_UPLOAD_BYTES: '300000' },
    sources: [{ registry: 'FR', recordType: 'Farmer', source: farms }],
  });
  inbox = await startInbox(gateway.url);
  partner = await createPartner(gateway, { sender: { rateLimitPerMinute: 100_000 } });
  await gateway.admin(
    `mutation ($records: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $records) { inserted } }`,
    {
      records: Array.from({ length: 900 }, (_, index) => ({
        recordType: 'SRPerson',
        identifiers: [{ type: 'UIN', value: `u${index}` }],
        data: { sex: index % 2 ? 'male' : 'female', birth_date: '1985-05-20' },
      })),
    },
  );
});
afterAll(async () => {
  await inbox?.close();
  await gateway?.close();
});

interface Upload {
  path?: string;
  action?: string;
  fileName?: string;
  fields?: Record<string, string>;
  as?: Partner;
  encoding?: BufferEncoding;
  /** Unsigned where false; of another body where a text. */
  signed?: boolean | string;
}

const BOUNDARY = 'part-of-a-form';

function formOf(file: string, { action = 'search', fileName = 'ids.csv', fields = {} }: Upload): string {
  const all = { action, sender_uri: `${inbox.url}/registry/on-search`, ...fields };
  const parts = Object.entries(all).map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = `Content-Disposition: form-data; name="fileName"; filename="${fileName}"\r\nContent-Type: text/plain`;
  return `${parts.join('')}--${BOUNDARY}\r\n${head}\r\n\r\n${file}\r\n--${BOUNDARY}--\r\n`;
}

async function upload(file: string, options: Upload = {}): Promise<Answer> {
  const { path = 'social/registry/upload/search', as = partner, signed = true, encoding = 'utf8' } = options;
  const body = Buffer.from(formOf(file, options), encoding);
  const authorization = `Bearer ${as.token}`;
  const targetUri = `${gateway.url}/dci/v1/${path}`;
  const signedBody = typeof signed === 'string' ? Buffer.from(formOf(signed, options)) : body;
  const message = { method: 'POST', targetUri, headers: { authorization }, body: signedBody };
  const signature = signHttpRequest(message, as.key, { senderId: as.senderId, now: new Date(), nonce: randomUUID() });
  const response = await fetch(targetUri, {
    method: 'POST',
    headers: {
      authorization,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      ...(signed === false ? {} : signature),
    },
    body,
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** Uploads and gives the items of all its callbacks, in the order of its lines: parts are on their way side by side. */
async function result(file: string, parts: number, list: string, options: Upload = {}) {
  const before = inbox.received.length;
  const { status, body } = await upload(file, options);
  expect(status).toBe(202);
  const lineOf = (one: (typeof inbox.received)[number]): number =>
    Number(/^line-(\d+)$/.exec(one.body.message[list][0]?.reference_id)?.[1] ?? 0);
  const callbacks = (await inbox.wait(before + parts)).slice(before).toSorted((a, b) => lineOf(a) - lineOf(b));
  for (const { body: callback, verified } of callbacks) {
    expect(verified).toBe(true);
    expect(callback.message.correlation_id).toBe(body.message.correlation_id);
  }
  const items = callbacks.flatMap((callback) => callback.body.message[list]);
  return { items, callbacks, correlationId: body.message.correlation_id as string };
}

const csv = (...lines: string[]): string => ['identifier_type,identifier_value', ...lines].join('\n');
const claims = () => gateway.database.query('select 1 from accepted_request where claimed_by is not null');
const chunks = () => gateway.database.query('select 1 from bulk_chunk');

async function transactionOf(correlationId: string) {
  const { transactions } = await gateway.admin<{ transactions: { nodes: JsonObject[] } }>(
    `query ($id: String!) { transactions(filter: { correlationId: $id }) {
       nodes { channel operation status itemCount itemsDone recordCount } } }`,
    { id: correlationId },
  );
  return transactions.nodes[0];
}

describe('upload/search of a CSV', () => {
  test('finds each identifier, in parts, beyond the limit of other bodies', async () => {
    const lines = Array.from({ length: 1200 }, (_, index) => `UIN,u${index}`);
    const file = csv(...lines, ...Array.from({ length: 20 }, () => `national_id,${'x'.repeat(200)}`));
    expect(file.length).toBeGreaterThan(10_000);
    const { items, callbacks, correlationId } = await result(file, 3, 'search_response');
    expect(callbacks.map(({ body }) => body.header)).toMatchObject([
      { action: 'on-search', status: 'succ', total_count: 500, completed_count: 500 },
      { total_count: 500 },
      { total_count: 220 },
    ]);
    expect(items.slice(0, 1200).filter((item) => item.data.reg_records.length === 1)).toHaveLength(900);
    expect(items.every((item, index) => item.reference_id === `line-${index + 2}`)).toBe(true);
    expect(await transactionOf(correlationId)).toEqual({
      channel: 'BULK',
      operation: 'BULK_SEARCH',
      status: 'SUCCEEDED',
      itemCount: 1220,
      itemsDone: 1220,
      recordCount: 900,
    });
    expect(await chunks()).toEqual([]);
  });

  test('keeps of each row how its source answered, which is asked of many at once', async () => {
    const farmers = await createPartner(gateway, { agreements: [{ registry: 'FR' }] });
    const options = { path: 'fr/registry/upload/search', as: farmers };
    const { correlationId } = await result(csv('UIN,u1', 'UIN,u2', 'UIN,u3'), 1, 'search_response', options);
    expect(askedOfFarms).toBe(1);
    const { transactions } = await gateway.admin<{ transactions: { nodes: JsonObject[] } }>(
      'query ($id: String!) { transactions(filter: { correlationId: $id }) { nodes { accessDecision } } }',
      { id: correlationId },
    );
    // Rows that were decided and answered alike are told once.
    expect(transactions.nodes).toMatchObject([
      { accessDecision: { items: [{ allowed: true, source: { source: 'farms', plan: 'LIVE', candidates: 0 } }] } },
    ]);
    const asking = await createPartner(gateway, { agreements: [{ registry: 'FR', requiresConsent: true }] });
    const many = csv(...Array.from({ length: 12 }, (_, index) => `UIN,u${index}`));
    await result(many, 1, 'search_response', { ...options, as: asking });
    expect(askedOfFarms).toBe(2);
  });

  test('tells bad rows by line and works on the rest', async () => {
    const file = csv('UIN,u1', 'UIN', ',u2', 'shoe_size,44', '"UIN","u3"', '', 'UIN,u4,extra');
    const { items } = await result(file, 1, 'search_response');
    expect(items.map((item) => [item.reference_id, item.status])).toEqual([
      ['line-2', 'succ'],
      ['line-3', 'rjct'],
      ['line-4', 'rjct'],
      ['line-5', 'rjct'],
      ['line-6', 'succ'],
      ['line-8', 'rjct'],
    ]);
    expect(items[1].status_reason_message).toContain('line 3: has 1 cells');
    expect(items[2].status_reason_message).toContain('line 4: row.identifier_type');
    expect(items[3]).toMatchObject({ status_reason_code: 'rjct.filter.invalid' });
  });

  test('is told by txn/status to its sender alone, with its progress', async () => {
    const { items, callbacks } = await result(csv('UIN,u1', 'UIN,u2'), 1, 'search_response', {
      fields: { transaction_id: 'bulk-1' },
    });
    expect(callbacks[0]?.body.message.transaction_id).toBe('bulk-1');
    const question = () => ({
      transaction_id: randomUUID(),
      txnstatus_request: {
        reference_id: 'r',
        txn_type: 'search',
        attribute_type: 'transaction_id',
        attribute_value: 'bulk-1',
      },
    });
    const ask = (as: Partner) => as.send('social/registry/sync/txn/status', 'txn-status', question());
    const { body } = await ask(partner);
    expect(body.message.txnstatus_response.txn_status.search_response).toEqual(items);
    const other = await createPartner(gateway);
    expect((await ask(other)).body.message.txnstatus_response.txn_status.search_response).toEqual([]);
    // As retention does: how many rows there were is told all the same.
    await gateway.database.query(
      `with forgotten as (update transaction set response_sealed = null where transaction_id = 'bulk-1' returning id)
       update delivery set message_sealed = null where request_id in (select id from forgotten)`,
    );
    const later = (await ask(partner)).body.message.txnstatus_response.txn_status;
    expect(later).toMatchObject({ total_count: 2, completed_count: 2, search_response: [] });
  });

  test('sent again under its message id gets the same ACK and is worked on once', async () => {
    const options = { fields: { message_id: 'csv-once', transaction_id: 't-once' } };
    const { correlationId } = await result(csv('UIN,u1'), 1, 'search_response', options);
    const before = inbox.received.length;
    const again = await upload(csv('UIN,u1'), options);
    expect(again.status).toBe(202);
    expect(again.body.message.correlation_id).toBe(correlationId);
    const other = await upload(csv('UIN,u2'), options);
    expect(other.status).toBe(400);
    expect(other.body.errors[0].message).toContain('rjct.message_id.duplicate');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(inbox.received).toHaveLength(before);
    expect(await chunks()).toEqual([]);
  });
});

describe('a CSV as spreadsheets write it', () => {
  test('has its cells parted by ; or tabs, any line ends, blanks, and a last column without a name', async () => {
    const semicolons = '\ufeffidentifier_type;identifier_value;\r\nUIN;" u1";\nnational_id;u2\r\n';
    const tabs = 'identifier_type\tidentifier_value\r\nUIN\tu3\nUIN\tu4,u5';
    const found = [...(await result(semicolons, 1, 'search_response')).items];
    found.push(...(await result(tabs, 1, 'search_response')).items);
    expect(found.map((item) => [item.reference_id, item.pagination.total_count])).toEqual([
      ['line-2', 1],
      ['line-3', 1],
      ['line-2', 1],
      ['line-3', 0],
    ]);
  });

  test('is refused by row where it is not UTF-8, names a value’s column, or lost the value', async () => {
    const file = csv('UIN,u1', 'UIN,\u00e9-20', 'UIN,8.20E+11', 'UIN,u2');
    const { items } = await result(file, 1, 'search_response', { encoding: 'latin1' });
    expect(items.map(({ status }) => status)).toEqual(['succ', 'rjct', 'rjct', 'succ']);
    expect(items[1].status_reason_message).toBe('line 3: is not text in UTF-8: save the file in UTF-8');
    expect(items[2].status_reason_message).toContain('line 4: identifier_value: takes a value of text');
    const nameless = 'identifier_type,identifier_value,\nUIN,u1,x\nUIN,u1,';
    const second = (await result(nameless, 1, 'search_response')).items;
    expect(second.map(({ status }) => status)).toEqual(['rjct', 'succ']);
    expect(second[0].status_reason_message).toContain('column 3 has no name');
  });

  test('whose names are not UTF-8 is refused whole', async () => {
    const answer = await upload('identifier_type,identifier_value,\u00e9\nUIN,u1,', { encoding: 'latin1' });
    expect([answer.status, answer.body.errors[0].message]).toEqual([400, expect.stringContaining('UTF-8')]);
  });
});

describe('upload/verify', () => {
  const path = 'social/registry/upload/verify';

  test('judges each row’s claims and releases nothing', async () => {
    const file = [
      'identifier_type,identifier_value,sex,birth_date,is_alive',
      'UIN,u1,male,1985-05-20,true',
      'UIN,u2,male,,no',
      'UIN,nobody,male,,',
      'UIN,u3,blue,,',
    ].join('\r\n');
    const { items, callbacks } = await result(file, 1, 'verify_response', { path, action: 'verify' });
    expect(callbacks[0]?.body.header).toMatchObject({ action: 'on-verify', total_count: 4, completed_count: 3 });
    expect(items).toMatchObject([
      { status: 'succ', found: true, verified: { sex: true, birth_date: true, is_alive: true } },
      { status: 'succ', found: true, verified: { sex: false, is_alive: false } },
      { status: 'succ', found: false, verified: {} },
      { status: 'rjct', found: false, status_reason_message: expect.stringContaining('sex') },
    ]);
  });

  test('an access report tells each person what was asked about them, and what was said as long as it is kept', async () => {
    const header = 'identifier_type,identifier_value,sex,birth_date';
    const first = Array.from({ length: 500 }, (_, index) => `UIN,u${300 + index},male,`);
    const second = ['UIN,u701,,1985-05-20', 'UIN,nobody,,1985-05-20', 'UIN,u702,,1990-01-01'];
    const options = { path, action: 'verify' };
    await result([header, ...first, ...second].join('\n'), 2, 'verify_response', options);
    const questionsOf = async (uin: string) => {
      const { accessReport } = await gateway.admin<{ accessReport: { disclosures: JsonObject[] } }>(
        `query ($identifier: IdentifierInput!) { accessReport(registry: SOCIAL, identifier: $identifier, reason: "she asked") {
           disclosures { kind questions { attribute answer } } } }`,
        { identifier: { type: 'UIN', value: uin } },
      );
      return accessReport.disclosures.find(({ kind }) => kind === 'BULK_VERIFY')?.['questions'];
    };
    const sex = (answer: string) => ({ attribute: 'sex', answer });
    const birth = (answer: string) => ({ attribute: 'birth_date', answer });
    expect(await until(() => questionsOf('u701'))).toEqual([sex('YES'), birth('YES')]);
    expect(await questionsOf('u702')).toEqual([sex('NO'), birth('NO')]);
    expect(await questionsOf('u700')).toEqual([sex('NO')]);
    await gateway.database.query(`update delivery set message_sealed = null where action = 'on-verify' and page = 2`);
    expect(await questionsOf('u701')).toEqual([sex('YES'), birth('NOT_KEPT')]);
    expect(await questionsOf('u700')).toEqual([sex('NO')]);
  });

  test('answers each row by itself, whatever the rows beside it have in common with it', async () => {
    const file = [
      'identifier_type,identifier_value,sex,birth_date,is_alive',
      'UIN,u1,male,,',
      'uin,u2,male,,',
      'UIN,"u1",,1985-05-20,',
      'MOBILE,u1,male,,',
      'UIN,u1,blue,,',
      'UIN,u3,blue,1985-05-20,',
      'UIN,u3,,1985,maybe',
      'SHOE,u3,male,,',
      'SHOE,u5,male,,',
      'UIN,u1,female,1985-05-20,1',
      'UIN,000,male,,',
      'UIN,u3,,,',
    ].join('\n');
    const { items } = await result(file, 1, 'verify_response', { path, action: 'verify' });
    const refused = (by: string) => ({
      status: 'rjct',
      found: false,
      status_reason_message: expect.stringContaining(by),
    });
    expect(items).toMatchObject([
      { found: true, verified: { sex: true } },
      { found: true, verified: { sex: false } },
      { found: true, verified: { birth_date: true } },
      { found: false, verified: {} },
      refused('verify.sex'),
      refused('verify.sex'),
      refused('verify.is_alive'),
      refused('verify.SHOE'),
      refused('verify.SHOE'),
      { found: true, verified: { sex: false, birth_date: true, is_alive: true } },
      { found: false, verified: {} },
      { found: true, verified: {} },
    ]);
    expect(Object.keys(items[9].verified)).toEqual(['sex', 'birth_date', 'is_alive']);
    expect(items[2].verified).toEqual({ birth_date: true });
  });

  test('refuses a row that claims one attribute under two names', async () => {
    const file = [
      'identifier_type,identifier_value,birth_date,a:birth_date,YOB',
      'UIN,u4,1985-05-19,1985-05-20,',
      'UIN,u4,1985-05-19,,1985',
      'UIN,u4,,1985-05-20,',
    ].join('\n');
    const { items } = await result(file, 1, 'verify_response', { path, action: 'verify' });
    const twice = { status: 'rjct', status_reason_message: expect.stringContaining('claim each attribute once') };
    expect(items).toMatchObject([twice, twice, { status: 'succ', verified: { 'a:birth_date': true } }]);
  });

  test('takes identifiers of a JSON file', async () => {
    const identifiers = [{ identifier_type: 'UIN', identifier_value: 'u1', is_alive: true, reference_id: 'mine' }];
    const envelope = await partner.envelope('verify', { transaction_id: 't', identifiers });
    const options = { path, action: 'verify', fileName: 'ids.json', signed: false };
    const { items } = await result(JSON.stringify(envelope), 1, 'verify_response', options);
    expect(items).toMatchObject([{ reference_id: 'mine', found: true, verified: { is_alive: true } }]);
  });
});

describe('a JSON file', () => {
  const options = { fileName: 'ids.json', signed: false };

  test('with a number that JSON does not hold is refused by the field', async () => {
    const identifiers = [{ identifier_type: 'UIN', identifier_value: 'BIG' }];
    const envelope = JSON.stringify(await partner.envelope('search', { transaction_id: 't', identifiers }));
    const { status, body } = await upload(envelope.replace('"BIG"', '9007199254740993'), options);
    expect([status, body.errors[0].message]).toEqual([
      400,
      expect.stringMatching(/message\.identifiers\.0\.identifier_value .* send it as a string/),
    ]);
  });

  const item = (value: string) => ({
    reference_id: value,
    timestamp: new Date().toISOString(),
    search_criteria: { query_type: 'idtype-value', query: { type: 'UIN', value } },
  });

  test('is a signed envelope, of which bad items do not spoil the others', async () => {
    const message = { transaction_id: 'j', search_request: [item('u1'), { reference_id: 'x' }, item('u2')] };
    const envelope = await partner.envelope('search', message, { sender_uri: `${inbox.url}/mine` });
    const { items, callbacks } = await result(JSON.stringify(envelope), 1, 'search_response', options);
    expect(callbacks[0]?.path).toBe('/mine');
    expect(items.map((one) => [one.reference_id, one.status])).toEqual([
      ['u1', 'succ'],
      ['line-2', 'rjct'],
      ['u2', 'succ'],
    ]);
    expect(items[1].status_reason_message).toContain('item 2: search_request.timestamp');
  });

  test('that was changed after signing is refused', async () => {
    const envelope = await partner.envelope('search', { transaction_id: 'j', search_request: [] });
    const forged = { ...envelope, message: { transaction_id: 'j', search_request: [item('u1')] } };
    const { status, body } = await upload(JSON.stringify(forged), options);
    expect(status).toBe(401);
    expect(body.errors[0].code).toBe('err.signature.invalid');
  });
});

describe('JSON files at once', () => {
  const path = '/dci/v1/social/registry/upload/search';
  const options = { fileName: 'ids.json', signed: false };

  let other: Partner;
  let third: Partner;
  beforeAll(async () => {
    other = await createPartner(gateway);
    third = await createPartner(gateway);
  });

  /** A file that has begun to come in, and does not end yet. */
  function begin(by: Partner, bytes = 280_000): ClientRequest {
    const [head = ''] = formOf('\0', options).split('\0');
    const headers = {
      authorization: `Bearer ${by.token}`,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    };
    const begun = request(gateway.url + path, { method: 'POST', headers });
    begun.on('error', () => undefined);
    begun.on('response', () => begun.destroy());
    begun.write(head + ' '.repeat(bytes));
    return begun;
  }

  const largeOf = async (by: Partner): Promise<string> =>
    JSON.stringify(await by.envelope('search', { transaction_id: 'j', search_request: [] })).padEnd(100_000);

  test('have room for twice the largest; more are told to come later, and can', async () => {
    const large = await largeOf(third);
    const as = { ...options, as: third };
    let begun = [partner, other].map((by) => ({ by, file: begin(by) }));
    let refused: Answer | undefined;
    // A third that comes before the two are wholly in takes the room of one of them, which then begins again: each time
    // the two have twice as long to come in.
    for (let ms = 50; refused?.status !== 503; ms *= 2) {
      expect(ms).toBeLessThan(20_000);
      begun = begun.map((one) => (one.file.destroyed ? { ...one, file: begin(one.by) } : one));
      await sleep(ms);
      refused = await upload(large, as);
    }
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(refused.body.errors[0]).toMatchObject({
      code: 'err.service.unavailable',
      message: expect.stringContaining('other JSON files are being read'),
    });
    expect((await upload(csv('UIN,u1'))).status).toBe(202);
    for (const { file } of begun) file.destroy();
    await until(async () => (await upload(large, as)).status === 202);
  });

  test('of one partner have room for its largest, and leave the rest to others', async () => {
    let begun = begin(partner);
    const [large, largeOfOther] = [await largeOf(partner), await largeOf(other)];
    // One that comes before the first is wholly in may take its room, as above.
    let ms = 50;
    await until(async () => {
      if (begun.destroyed) begun = begin(partner);
      await sleep((ms *= 2));
      return (await upload(large, options)).status === 503;
    });
    expect((await upload(largeOfOther, { ...options, as: other })).status).toBe(202);
    begun.destroy();
    await until(async () => (await upload(large, options)).status === 202);
  });

  test('are all accepted where they have room', async () => {
    const files = ['a', 'b', 'c', 'd'].map(async (transaction_id) => {
      const envelope = await partner.envelope('search', { transaction_id, search_request: [] });
      return (await upload(JSON.stringify(envelope), options)).status;
    });
    expect(await Promise.all(files)).toEqual([202, 202, 202, 202]);
  });
});

describe('an upload is refused, and leaves no rows behind,', () => {
  afterEach(async () => expect(await chunks()).toEqual([]));
  const file = csv('UIN,u1');

  test.each<[string, string, Upload, number, string, string]>([
    ['without a signature', file, { signed: false }, 401, 'err.signature.missing', 'Signature'],
    ['signed for another file', file, { signed: csv('UIN,u2') }, 401, 'err.signature.invalid', 'Content-Digest'],
    ['with another action', file, { action: 'verify' }, 400, 'err.request.bad', 'action'],
    ['with another format', file, { fields: { fileFormat: 'xml' } }, 400, 'err.request.bad', 'fileFormat'],
    ['without column names', 'UIN,u1', {}, 400, 'err.request.bad', 'identifier_type,identifier_value'],
    ['empty', '', {}, 400, 'err.request.bad', 'identifier_type,identifier_value'],
    ['with an open quote', csv('UIN,"u1'), {}, 400, 'err.request.bad', 'no CSV at line'],
    ['without a callback address', file, { fields: { sender_uri: '' } }, 400, 'err.sender_uri.invalid', 'sender_uri'],
    [
      'with a foreign callback address',
      file,
      { fields: { sender_uri: 'https://evil.example' } },
      400,
      'err.sender_uri.invalid',
      'sender_uri',
    ],
    [
      'too large',
      csv(...Array.from({ length: 40_000 }, () => 'UIN,12345678')),
      {},
      413,
      'err.request.bad',
      'at most 300000 bytes',
    ],
  ])('%s', async (_, content, options, status, code, text) => {
    const answer = await upload(content, options);
    expect(answer.status).toBe(status);
    expect(answer.body.errors[0]).toMatchObject({ code, message: expect.stringContaining(text) });
    expect(answer.body.message.ack_status).toBe('ERR');
  });

  test('without an agreement for it', async () => {
    const other = await createPartner(gateway, { agreements: [{ operations: ['SEARCH'] }] });
    const { status, body } = await upload(file, { as: other });
    expect(status).toBe(403);
    expect(body.errors[0].code).toBe('err.request.forbidden');
  });

  test('without a token, or as plain JSON', async () => {
    const noToken = await partner.post('/dci/v1/social/registry/upload/search', {}, { authorization: '' });
    expect(noToken.status).toBe(415);
    const nobody = { ...partner, token: 'forged' };
    expect((await upload(file, { as: nobody })).status).toBe(401);
  });
});

test.each(['acceptRequest', 'bulkSearch', 'bulkVerify'])(
  '%s is the gateway’s own: GraphQL has no such field',
  async (name) => {
    const { body } = await partner.postHttpSigned('/graphql', { query: `mutation { ${name} }` });
    expect(body.errors[0].message).toBe(`Cannot query field "${name}" on type "Mutation".`);
  },
);

test('an upload rests while its sender is suspended, and goes on behind what is written', async () => {
  const before = inbox.received.length;
  const { body } = await upload(csv(...Array.from({ length: 6000 }, (_, index) => `UIN,u${index}`)));
  const correlationId = body.message.correlation_id as string;
  const done = async (): Promise<number> => (await transactionOf(correlationId))?.['itemsDone'] as number;
  const change = (name: string) =>
    gateway.admin(`mutation ($id: String!) { ${name}(senderId: $id) { state } }`, { id: partner.senderId });
  await until(async () => (await done()) > 0);
  await change('suspendSender');
  await until(async () => (await claims()).length === 0);
  const rested = await done();
  expect(rested).toBeLessThan(6000);
  expect(rested % 500).toBe(0);
  await change('activateSender');
  await inbox.wait(before + 12, 60_000);
  expect(await done()).toBe(6000);
  const told = inbox.received.slice(before).flatMap(({ body: { message } }) => message.search_response as JsonObject[]);
  expect(told.map((item) => item['reference_id'])).toHaveLength(6000);
  expect(new Set(told.map((item) => item['reference_id'])).size).toBe(6000);
});

test('an upload goes on behind its last written part after a fault of ours, whatever was begun behind that', async () => {
  const { database } = gateway;
  const before = inbox.received.length;
  await database.query(`create function fault() returns trigger language plpgsql as
    $$ begin if new.page = 4 then raise exception 'no'; end if; return new; end $$`);
  await database.query('create trigger fault before insert on delivery for each row execute function fault()');
  const { body } = await upload(csv(...Array.from({ length: 3000 }, (_, index) => `UIN,u${index}`)));
  const correlationId = body.message.correlation_id as string;
  const faults = () => database.query('select 1 from accepted_request where last_error is not null');
  await until(async () => (await faults()).length === 1);
  const rested = (await transactionOf(correlationId))?.['itemsDone'] as number;
  expect(rested % 500).toBe(0);
  expect(rested).toBeLessThanOrEqual(1500);
  await inbox.wait(before + rested / 500);
  expect(inbox.received).toHaveLength(before + rested / 500);
  await database.query('drop trigger fault on delivery');
  await database.query('drop function fault()');
  await inbox.wait(before + 6, 60_000);
  await until(async () => (await transactionOf(correlationId))?.['status'] === 'SUCCEEDED');
  expect(await transactionOf(correlationId)).toMatchObject({ itemsDone: 3000, recordCount: 900 });
  const [released] = await database.query(
    `select cardinality(t.record_ids) as records, (select array_agg(d.page order by d.page) from delivery d where d.request_id = t.id) as pages
     from transaction t where t.correlation_id = $1`,
    [correlationId],
  );
  expect(released).toEqual({ records: 900, pages: [1, 2, 3, 4, 5, 6] });
  const told = inbox.received.slice(before).flatMap(({ body: { message } }) => message.search_response as JsonObject[]);
  expect(new Set(told.map((item) => item['reference_id'])).size).toBe(3000);
  expect(told).toHaveLength(3000);
});

test('uploads of one partner do not hold up what another asks meanwhile', async () => {
  const other = await createPartner(gateway);
  const own = await startInbox(gateway.url);
  const before = inbox.received.length;
  const file = csv(...Array.from({ length: 6000 }, (_, index) => `UIN,u${index}`));
  const accepted = await Promise.all(Array.from({ length: 5 }, () => upload(file)));
  const uploads = accepted.map(({ body }) => body.message.correlation_id as string);
  await inbox.wait(before + 1);
  await other.send('social/registry/search', 'search', searchById('u1'), { sender_uri: `${own.url}/on-search` });
  const [callback] = await own.wait(1);
  const states = await Promise.all(uploads.map(transactionOf));
  expect(callback?.body.message.search_response[0].data.reg_records).toHaveLength(1);
  for (const state of states) expect(['RECEIVED', 'PENDING']).toContain(state?.['status']);
  // All go on by turns, and each ends.
  await inbox.wait(before + 60, 120_000);
  await until(async () => (await chunks()).length === 0);
  await own.close();
});

test('an upload that nobody came beside is worked on in one go, however lately it came', async () => {
  const { database } = gateway;
  await database.query('create table given_back (progress jsonb)');
  await database.query(`create function note_progress() returns trigger language plpgsql as
    $$ begin insert into given_back values (new.progress); return new; end $$`);
  await database.query(`create trigger note_progress before update on accepted_request for each row
    when (new.claimed_by is null) execute function note_progress()`);
  // Those of the tests before are here for so long.
  await sleep(5000);
  const before = inbox.received.length;
  await upload(csv(...Array.from({ length: 3000 }, (_, index) => `UIN,u${index}`)));
  await inbox.wait(before + 6);
  expect(await database.query('select progress from given_back')).toEqual([]);
  await database.query('drop trigger note_progress on accepted_request');
  await database.query('drop function note_progress()');
  await database.query('drop table given_back');
});
