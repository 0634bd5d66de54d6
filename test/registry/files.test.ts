/** Files of administrators over the network: imported (staged, looked at, written by a worker), and exported for a reason. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { createLog } from '../../src/platform/log.js';
import { ADMIN_TOKEN, startTestGateway, type TestGateway } from '../support/gateway.js';
import { addRecords, giveConsent, person } from '../support/consent.js';
import { createPartner } from '../support/partner.js';
import { expression, find } from '../support/search-message.js';
import { until } from '../support/until.js';

const example = (name: string) => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));

const logged: string[] = [];
let gateway: TestGateway;
let mapping: string;
beforeAll(async () => {
  gateway = await startTestGateway({ log: createLog('info', { write: (line: string) => void logged.push(line) }) });
  mapping = await readFile(example('beneficiaries.map.yaml'), 'utf8');
});
afterAll(() => gateway?.close());

const FIELDS = `id state bytes progress registry recordType format isMapped events dryRun line rows inserted updated unchanged
  refused problems { line reason } fault startedBy`;
interface FileImport {
  id: string;
  state: string;
  bytes: number;
  line: number;
  refused: number;
  fault: string | null;
}

async function stage(): Promise<string> {
  const { stageFileImport } = await gateway.admin<{ stageFileImport: FileImport }>(
    'mutation { stageFileImport { id } }',
  );
  return stageFileImport.id;
}

async function send(id: string, content: string | Uint8Array<ArrayBuffer>, from = 0, token = ADMIN_TOKEN) {
  const response = await fetch(`${gateway.url}/files/imports/${id}/content?from=${from}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body: content,
  });
  return { status: response.status, body: (await response.json()) as { bytes?: number } };
}

const START = `mutation ($id: ID!, $input: FileImportInput!) { startFileImport(id: $id, input: $input) { ${FIELDS} } }`;
async function ended(id: string): Promise<FileImport> {
  return until(async () => {
    const query = `query ($id: ID!) { fileImport(id: $id) { ${FIELDS} } }`;
    const { fileImport } = await gateway.admin<{ fileImport: FileImport }>(query, { id });
    return fileImport.state !== 'RUNNING' && fileImport;
  });
}

async function imported(content: string | Uint8Array<ArrayBuffer>, input: object): Promise<FileImport> {
  const id = await stage();
  await send(id, content);
  await gateway.admin(START, { id, input });
  return ended(id);
}

const surnames = async (like: string) =>
  (
    await gateway.database.query<{ surname: string }>(
      `select data #>> '{name,surname}' as surname from registry_record r join record_identifier i on i.record_id = r.id
       where i.value like $1 order by i.value`,
      [like],
    )
  ).map(({ surname }) => surname);

const SOCIAL = { registry: 'SOCIAL', format: 'CSV' };

test('is sent in pieces, looked at, checked, and imported by its mapping; what is kept out is fetched for a reason', async () => {
  const file = new Uint8Array(await readFile(example('beneficiaries.csv')));
  const id = await stage();
  expect(await send(id, file.slice(0, 100))).toEqual({ status: 200, body: { bytes: 100 } });
  expect((await send(id, file.slice(50), 50)).status).toBe(400);
  expect((await send(id, file.slice(100), 100)).body).toEqual({ bytes: file.length });

  const look = `mutation ($id: ID!, $input: FileImportInput!) {
    previewFileImport(id: $id, input: $input) { columns fault errors { line message } rows { line cells record problem } } }`;
  const preview = async (input: object) =>
    (
      await gateway.admin<{ previewFileImport: Record<string, unknown> }>(look, {
        id,
        input: { format: 'CSV', ...input },
      })
    ).previewFileImport;
  const plain = await preview({ format: 'CSV', encoding: 'windows-1252', delimiter: ';' });
  expect(plain).toMatchObject({
    errors: [],
    fault: null,
    rows: [{ line: 2, cells: { NOM: 'Agbéko' }, record: null }, {}, {}],
  });
  expect(plain['columns']).toContain('NUM_DOSSIER');
  expect((await preview({ mapping }))['rows']).toMatchObject([
    {
      line: 2,
      cells: { NOM: 'Agbéko' },
      record: { externalId: 'D-1', data: { name: { surname: 'Agbéko' } } },
      problem: null,
    },
    { line: 3, problem: null },
    { line: 4, problem: 'birth_date is no date in the form DD/MM/YYYY' },
  ]);
  expect(await preview({ mapping: 'version: 1\nrecords: []', format: 'CSV' })).toMatchObject({ errors: [{ line: 2 }] });
  expect(await preview({ mapping: mapping.replace(': NOM\n', ': NAME\n') })).toMatchObject({
    fault: expect.stringContaining('there is no column NAME'),
  });

  const dry = await gateway.admin(START, { id, input: { mapping, format: 'CSV', dryRun: true } });
  expect(dry).toMatchObject({
    startFileImport: { state: 'RUNNING', isMapped: true, dryRun: true, registry: 'SOCIAL' },
  });
  expect(await ended(id)).toMatchObject({ state: 'DONE', rows: 3, inserted: 0, refused: 1, progress: 1 });
  await gateway.admin(START, { id, input: { mapping, format: 'CSV' } });
  expect(await ended(id)).toMatchObject({
    state: 'DONE',
    line: 4,
    inserted: 2,
    refused: 1,
    problems: [{ line: 4, reason: 'birth_date is no date in the form DD/MM/YYYY' }],
  });
  const again = await gateway.graphql(START, { id, input: { mapping, format: 'CSV' } });
  expect(again.errors?.[0]?.extensions.code).toBe('CONFLICT');
  expect(await gateway.database.query("select 1 from file_import_part where kind = 'FILE'")).toEqual([]);

  const fetchRefused = (body: object, token = ADMIN_TOKEN) =>
    fetch(`${gateway.url}/files/imports/${id}/refused`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  expect((await fetchRefused({})).status).toBe(400);
  expect((await fetchRefused({ reason: 'mending' }, 'nobody')).status).toBe(401);
  const refused = await fetchRefused({ reason: 'mending' });
  expect(refused.headers.get('content-disposition')).toContain('refused.ndjson');
  expect(JSON.parse(await refused.text())).toMatchObject({ line: 4, row: { NUM_DOSSIER: 'D-3' } });

  const { adminActions } = await gateway.admin<{
    adminActions: { nodes: { action: string; reason: string | null }[] };
  }>('{ adminActions(first: 20, filter: { targetType: "FileImport" }) { nodes { action reason after } } }');
  expect(adminActions.nodes.map(({ action }) => action).toSorted()).toEqual([
    ...Array.from({ length: 4 }, () => 'previewFileImport'),
    'readRefusedRows',
    'stageFileImport',
    'startFileImport',
    'startFileImport',
  ]);
  expect(adminActions.nodes.find(({ action }) => action === 'readRefusedRows')?.reason).toBe('mending');
  expect(JSON.stringify(adminActions)).not.toMatch(/Agb|NOM\b/);
});

test('reads what Excel saves: UTF-16, windows-1252, semicolons and tabs', async () => {
  const utf16 = Buffer.from('\ufeffidentifier.UIN\tname.surname\r\n97001\tZoé\r\n', 'utf16le');
  expect(await imported(new Uint8Array(utf16), SOCIAL)).toMatchObject({ state: 'DONE', inserted: 1, refused: 0 });
  const latin = new Uint8Array(Buffer.from('identifier.UIN;name.surname\r\n97002;Zo\xe9 \x80\r\n', 'latin1'));
  expect(await imported(latin, SOCIAL)).toMatchObject({ inserted: 0, refused: 1 });
  expect(await imported(latin, { ...SOCIAL, encoding: 'windows-1252' })).toMatchObject({ inserted: 1 });
  expect(await surnames('9700%')).toEqual(['Zoé', 'Zoé €']);
});

test('a row is refused once, a quote that is never closed where it stands, and no line ends inside a text', async () => {
  const quoted = await imported('identifier.UIN,name.surname\n97011, "A, B"\n97012,C\n97013,"D\n97014,E\n', SOCIAL);
  expect(quoted).toMatchObject({
    inserted: 1,
    refused: 2,
    problems: [
      { line: 2, reason: expect.stringContaining('INVALID_OPENING_QUOTE') },
      { line: 4, reason: expect.stringContaining('opens a quote that is never closed') },
    ],
  });
  const lines = ['A\u2028B', 'C'].map((surname, n) =>
    JSON.stringify({ identifiers: [{ type: 'UIN', value: 97041 + n }], data: { name: { surname } } }),
  );
  const ndjson = await imported(lines.join('\r\n'), { registry: 'SOCIAL', format: 'NDJSON' });
  expect(ndjson).toMatchObject({ inserted: 2, refused: 0, line: 2 });
  expect(await surnames('9704%')).toEqual(['A\u2028B', 'C']);
});

test('columns of which one would be lost are told, and no file is taken for an empty one', async () => {
  const faults = {
    'identifier.UIN,name.surname,name.surname\n97031,One,Two\n': 'name.surname stands twice',
    'identifier.UIN,name,name.surname\n97031,One,Two\n': 'name is the whole of another',
    'identifier.UIN,toString\n97031,One\n': 'no field toString',
    '\ufeff\r\n': 'the file is empty',
  };
  for (const [content, fault] of Object.entries(faults)) {
    const failed = await imported(content, SOCIAL);
    expect(failed).toMatchObject({ state: 'FAILED', fault: expect.stringContaining(fault) });
    expect(failed.fault).not.toContain('One');
  }
  const passports = await imported('identifier.PASSPORT,identifier.PASSPORT\n97032,97033\n', SOCIAL);
  expect(passports).toMatchObject({ inserted: 1, refused: 0 });
});

test('reads Parquet by its types: days, moments, decimals and large numbers keep every digit', async () => {
  const yaml = `version: 1
file: { format: parquet, time_zone: Africa/Nairobi }
records:
  - registry: SOCIAL
    type: SRPerson
    key: dossier
    fields: { name.surname: surname, birth_date: born, registration_date: registered }
    lists: { address: [{ fields: { postal_code: income } }] }
    identifiers: [{ type: UIN, value: uin }]
`;
  const decimal = {
    type: 'FIXED_LEN_BYTE_ARRAY' as const,
    type_length: 9,
    converted_type: 'DECIMAL' as const,
    precision: 20,
    scale: 2,
  };
  const content = parquetWriteBuffer({
    rowGroupSize: 2,
    schema: [
      { name: 'root', num_children: 6 },
      { name: 'dossier', type: 'INT64' },
      { name: 'uin', ...decimal, scale: 0 },
      { name: 'surname', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      { name: 'born', type: 'INT32', converted_type: 'DATE', repetition_type: 'OPTIONAL' },
      {
        name: 'registered',
        type: 'INT64',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' },
        converted_type: 'TIMESTAMP_MICROS',
      },
      { name: 'income', ...decimal },
    ] as SchemaElement[],
    columnData: [
      { name: 'dossier', data: [9007199254740993n, 2n, 3n] },
      { name: 'uin', data: [98765432109876543211n, 2n, 97022n] },
      { name: 'surname', data: ['Parquet', null, 'Third'] },
      { name: 'born', data: [new Date('1951-04-03'), null, new Date('2001-12-31')] },
      {
        name: 'registered',
        data: ['2020-01-01T00:30:00Z', '2020-01-01T00:30:00Z', '2020-01-01T00:30:00Z'].map((at) => new Date(at)),
      },
      { name: 'income', data: [1250n, -5n, 100n] },
    ],
  });
  const table = await imported(new Uint8Array(content), { mapping: yaml });
  expect(table).toMatchObject({ state: 'DONE', format: 'PARQUET', rows: 3, inserted: 3, refused: 0, line: 3 });
  const rows = await gateway.database.query<{ data: object }>(
    `select r.external_id as key, r.data - 'identifier' as data, i.value from registry_record r join record_identifier i on i.record_id = r.id
     where i.value in ('98765432109876543211', '97022') order by 1`,
  );
  const registered = '2019-12-31T21:30:00Z';
  const of = (surname: string, born: string, income: string) => ({
    name: { surname },
    birth_date: born,
    registration_date: registered,
    address: [{ postal_code: income }],
  });
  expect(rows).toEqual([
    { key: '3', value: '97022', data: of('Third', '2001-12-31', '1') },
    { key: '9007199254740993', value: '98765432109876543211', data: of('Parquet', '1951-04-03', '12.5') },
  ]);
  const broken = await imported(new Uint8Array(content).slice(0, -20), { mapping: yaml });
  expect(broken).toMatchObject({ state: 'FAILED', fault: expect.stringContaining('the file is no Parquet file') });
});

test('with events off nobody is told, and history and search are whole', async () => {
  const untold = () =>
    gateway.database.query<{ type: string }>(
      `select e.event_type as type from registry_event e join record_identifier i on i.record_id = e.record_id
       where i.value = '97010' and e.fanned_out_at is null`,
    );
  const row = (name: string) => `identifier.UIN,name.surname\n97010,${name}\n`;
  await imported(row('First'), { ...SOCIAL, events: false });
  await imported(row('Second'), { ...SOCIAL, events: false });
  expect(await untold()).toEqual([]);
  const events = await gateway.database.query<{ type: string; version: number }>(
    `select e.event_type as type, e.version::int as version, (select count(*)::int from outbox_event o where o.subject = e.id) as told
     from registry_event e join record_identifier i on i.record_id = e.record_id where i.value = '97010' order by e.version`,
  );
  expect(events).toEqual([
    { type: 'REGISTER', version: 1, told: 0 },
    { type: 'UPDATE', version: 2, told: 0 },
  ]);
  expect(await surnames('97010')).toEqual(['Second']);
  const { adminActions } = await gateway.admin<{ adminActions: { nodes: { after: { events?: boolean } }[] } }>(
    '{ adminActions(first: 2, orderBy: NEWEST, filter: { action: "upsertRecords" }) { nodes { after } } }',
  );
  expect(adminActions.nodes.map(({ after }) => after.events)).toEqual([false, false]);
});

test('a crash in the middle repeats nothing: it goes on behind the last batch', async () => {
  const id = await stage();
  const rows = Array.from({ length: 2500 }, (_, index) => `98${String(index).padStart(5, '0')},Person`);
  await send(id, `identifier.UIN,name.surname\n${rows.join('\n')}\n`);
  // Claimed by a worker that died behind its first batch.
  await gateway.database.query(
    `update file_import set claimed_by = gen_random_uuid(), claimed_until = now() + interval '1 hour', line = 1001, rows = 1000,
       inserted = 1000 where id = $1`,
    [id],
  );
  await gateway.admin(START, { id, input: SOCIAL });
  await gateway.database.query('update file_import set claimed_until = null where id = $1', [id]);
  expect(await ended(id)).toMatchObject({ state: 'DONE', line: 2501, rows: 2500, inserted: 2500, unchanged: 0 });
  const [count] = await gateway.database.query(
    "select count(*)::int as n from record_identifier where value like '98_____'",
  );
  expect(count).toEqual({ n: 1500 });
});

test.each([
  ['no registry and no mapping', { format: 'CSV' }, 'registry: name it, or give a mapping'],
  ['both', { registry: 'SOCIAL', mapping: 'version: 1' }, 'registry: the mapping says it'],
  ['no format', { registry: 'SOCIAL' }, 'format: say it'],
  ['an unknown record type', { ...SOCIAL, recordType: 'Nope' }, 'recordType: use one of SRPerson'],
  ['an unknown encoding', { ...SOCIAL, encoding: 'excel' }, 'encoding: name one such as utf-8'],
  ['a long delimiter', { ...SOCIAL, delimiter: '||' }, 'delimiter: give one character'],
  ['a mistaken mapping', { mapping: 'version: 2', format: 'CSV' }, 'mapping: 1:1'],
])('is not started with %s', async (_what, input, message) => {
  const id = await stage();
  await send(id, 'identifier.UIN\n1\n');
  const { errors } = await gateway.graphql(START, { id, input });
  expect(errors?.[0]).toMatchObject({
    message: expect.stringContaining(message),
    extensions: { code: 'BAD_USER_INPUT' },
  });
});

test('a file that does not fit fails with the reason, and a cancelled one is gone', async () => {
  const failed = await imported('identifier.UIN,surnam\n1,x\n', SOCIAL);
  expect(failed).toMatchObject({ state: 'FAILED', fault: expect.stringContaining('SRPerson has no field surnam') });
  const cancel = 'mutation ($id: ID!) { cancelFileImport(id: $id) { state } }';
  expect(await gateway.admin(cancel, { id: failed.id })).toEqual({ cancelFileImport: { state: 'CANCELLED' } });
  expect((await gateway.graphql(START, { id: failed.id, input: SOCIAL })).errors?.[0]?.extensions.code).toBe(
    'CONFLICT',
  );
  expect((await send(failed.id, 'x', failed.bytes)).status).toBe(400);
  const unknown = '00000000-0000-7000-8000-000000000000';
  expect((await send(unknown, 'x')).status).toBe(404);
  expect((await send(failed.id, 'x', 0, 'nobody')).status).toBe(401);
});

describe('an export', () => {
  const asked = async (question: object, token = ADMIN_TOKEN) => {
    const response = await fetch(`${gateway.url}/files/exports`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ registry: 'SOCIAL', reason: 'test', format: 'ndjson', ...question }),
    });
    return { status: response.status, text: await response.text() };
  };
  const linesOf = (text: string) =>
    text
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { data: { identifier: { identifier_value: string }[] } });
  const uins = (text: string) => linesOf(text).map(({ data }) => data.identifier[0]?.identifier_value);

  beforeAll(async () => {
    await addRecords(gateway, [
      person('99001', { birth_date: '1990-01-01' }),
      person('99002', { sex: 'male' }),
      { ...person('99003', { name: { surname: '=cmd|x', given_name: 'With, "comma"' } }), externalId: 'X-99003' },
    ]);
  });

  test('of a registry has every record once, in several pages, and can be imported again', async () => {
    const rows = Array.from({ length: 1100 }, (_, index) => `96${String(index).padStart(5, '0')},Many`);
    await imported(`identifier.UIN,name.surname\n${rows.join('\n')}\n`, { ...SOCIAL, events: false });
    const { status, text } = await asked({});
    expect(status).toBe(200);
    const [{ count } = { count: 0 }] = await gateway.database.query<{ count: number }>(
      "select count(*)::int as count from registry_record where registry = 'SOCIAL' and record_type = 'SRPerson' and deleted_at is null",
    );
    expect(count).toBeGreaterThan(1100);
    expect(new Set(uins(text)).size).toBe(count);
    expect(linesOf(text)).toHaveLength(count);
    const again = await imported(text, { registry: 'SOCIAL', format: 'NDJSON' });
    expect(again).toMatchObject({ rows: count, unchanged: count, refused: 0 });
    const { adminActions } = await gateway.admin<{
      adminActions: { nodes: { reason: string; after: { about: string[] } }[] };
    }>('{ adminActions(first: 50, filter: { action: "exportRecords" }) { nodes { reason after } } }');
    expect(adminActions.nodes.reduce((sum, { after }) => sum + after.about.length, 0)).toBe(count);
    expect(new Set(adminActions.nodes.map(({ reason }) => reason))).toEqual(new Set(['test']));
  });

  test('as CSV has a column a value, and no formula for a spreadsheet', async () => {
    const { text } = await asked({ format: 'csv' });
    const [head = '', ...lines] = text.split('\r\n');
    expect(head).toMatch(/^record_type,external_id,identifier\.UIN,.*name\.surname/);
    expect(lines.find((line) => line.includes('99003'))).toContain(`,'=cmd|x,"With, ""comma""",`);
  });

  test.each([
    ['rows and fields', { fields: ['identifier', 'sex'], rowFilter: { sex: { eq: 'female' } } }, ['99001', '99003']],
    ['consents', { fields: ['identifier', 'name.surname'], requiresConsent: true }, ['99001']],
  ])('as a partner has what its agreement releases in a search: %s', async (_what, agreement, expected) => {
    const partner = await createPartner(gateway, { agreements: [agreement] });
    if ('requiresConsent' in agreement)
      await giveConsent(gateway, { uin: '99001', senderId: partner.senderId, fields: ['*'] });
    const { status, text } = await asked({ as: partner.senderId });
    expect(status).toBe(200);
    const query = { identifier: { identifier_value: { in: ['99001', '99002', '99003'] } } };
    const { records } = await find(partner, expression(query));
    const told = linesOf(text).filter(({ data }) => data.identifier[0]?.identifier_value.startsWith('9900'));
    expect(told.map(({ data }) => data)).toEqual(records);
    expect(uins(text).filter((uin) => uin?.startsWith('9900'))).toEqual(expected);
    const csv = await asked({ as: partner.senderId, format: 'csv' });
    expect(csv.text.split('\r\n')[0]).not.toMatch(/external_id|birth_date|given_name/);
  });

  test('as a partner without an agreement for searches is refused with the reason', async () => {
    const { senderId } = await createPartner(gateway, { agreements: [{ operations: ['VERIFY'] }] });
    const refused = { status: 400, text: expect.stringContaining('no agreement in force covers SEARCH') };
    expect(await asked({ as: senderId })).toEqual(refused);
  });

  test.each([
    ['without a reason', { reason: ' ' }, 400, 'reason: say why'],
    ['of an unknown registry', { registry: 'TAX' }, 400, 'registry: this gateway does not serve it'],
    ['of an unknown type', { recordType: 'Nope' }, 400, 'recordType: use one of'],
    ['as nobody', { as: 'nobody' }, 404, 'as: no such sender'],
    ['for a purpose of nobody', { purpose: 'HEALTH' }, 400, 'purpose: is of a sender: name it too (as)'],
    ['in another format', { format: 'xls' }, 400, 'format: must be one of csv, ndjson'],
    ['for a reason that cannot be stored', { reason: 'a\0' }, 400, 'reason: holds a NUL'],
    ['for half a character', { reason: 'a\ud800' }, 400, 'reason: holds a NUL'],
    ['for too long a reason', { reason: 'a'.repeat(1001) }, 400, 'reason: at most 1000 characters'],
  ])('%s is refused', async (_what, question, status, message) => {
    expect(await asked(question)).toEqual({ status, text: expect.stringContaining(message) });
  });

  test.each([
    ['application/json', '{"registry":', 'body: is not valid JSON'],
    ['application/json', '[]', 'body: send a JSON object'],
    ['text/plain', '{}', 'with Content-Type: application/json'],
  ])('of %s %j is told what to send', async (type, body, message) => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': type };
    const response = await fetch(`${gateway.url}/files/exports`, { method: 'POST', headers, body });
    expect({ status: response.status, text: await response.text() }).toEqual({
      status: 400,
      text: expect.stringContaining(message),
    });
  });

  test('that is left in the middle is no fault of ours, and an import neither', async () => {
    const printed = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const id = await stage();
    logged.splice(0);
    const asking = JSON.stringify({ registry: 'SOCIAL', format: 'ndjson', reason: 'test' });
    const left = () => logged.filter((line) => line.includes('a request was left by its caller')).length;
    for (const [request, length, body] of [
      ['POST /files/exports', asking.length, asking],
      [`PUT /files/imports/${id}/content?from=0`, 1000, 'a,b'],
    ] as const) {
      const before = left();
      const { hostname, port } = new URL(gateway.url);
      const socket = connect(Number(port), hostname);
      const headers = [`Authorization: Bearer ${ADMIN_TOKEN}`, 'Content-Type: application/json'];
      socket.write(
        [`${request} HTTP/1.1`, `Host: ${hostname}`, ...headers, `Content-Length: ${length}`, '', body].join('\r\n'),
      );
      if (request.startsWith('POST')) await once(socket, 'data');
      else await until(() => gateway.services.admission.underWay > 0);
      socket.resetAndDestroy();
      await until(() => left() > before);
    }
    expect(logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });

  test('is for administrators, and leaves nothing else behind', async () => {
    const partner = await createPartner(gateway);
    expect((await asked({}, partner.token)).status).toBe(401);
    expect((await asked({}, '')).status).toBe(401);
  });
});
