/** Files that administrators import over the network: staged, looked at, imported by a worker, and what was kept out fetched. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ADMIN_TOKEN, startTestGateway, type TestGateway } from '../support/gateway.js';
import { until } from '../support/until.js';

const example = (name: string) => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));

let gateway: TestGateway;
let mapping: string;
beforeAll(async () => {
  gateway = await startTestGateway();
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

  const fetchRefused = (query: string, token = ADMIN_TOKEN) =>
    fetch(`${gateway.url}/files/imports/${id}/refused${query}`, { headers: { authorization: `Bearer ${token}` } });
  expect((await fetchRefused('')).status).toBe(400);
  expect((await fetchRefused('?reason=mending', 'nobody')).status).toBe(401);
  const refused = await fetchRefused('?reason=mending');
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
