import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parquetWriteFile } from 'hyparquet-writer';
import { buildCli, dci, startCli, type CliOptions, type CliResult, linesOf, startProcess } from '../support/cli.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { signIn } from '../support/local-admin.js';
import { createTestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const MASTER_KEY = randomBytes(32).toString('base64');
const example = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));

let gateway: TestGateway;
let cwd: string;
let env: Record<string, string>;
const run = (args: string[], options: CliOptions = {}): Promise<CliResult> => dci(args, { env, cwd, ...options });

beforeAll(async () => {
  await buildCli();
  cwd = temporaryFolder();
  gateway = await startTestGateway({ env: { MASTER_KEY, DELIVERY_RETRY_SECONDS: '0' } });
  env = { DATABASE_URL: gateway.databaseUrl, MASTER_KEY, DATA_DIR: cwd };
}, 180_000);
afterAll(() => gateway.close());

describe('usage', () => {
  test('without a command help is shown, and it is wrong usage', async () => {
    const { code, stderr } = await run([]);
    expect(code).toBe(2);
    expect(stderr).toContain('Usage: dci [options] [command]');
  });

  test('help is no error, and shows examples and --json', async () => {
    const { code, stdout } = await run(['import', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('npx dci import --registry social examples/persons.csv');
    expect(stdout).toContain('--json');
  });

  test.each([
    [['nonsense'], "unknown command 'nonsense'"],
    [['seed'], "required option '--persons <n>' not specified"],
    [['seed', '--persons', '0'], 'Use a whole number from 1'],
    [['sender', 'add', 'x', '--profile', 'PGP'], 'Use one of DCI, JWS, OPENSPP, HTTP'],
    [['replay'], 'nothing says which deliveries'],
    [['replay', '--from', '2027-02-30'], 'Use a time such as 2026-01-31T08:00:00Z'],
    [['replay', '--from', '2026-01-31T08:00:00'], 'Use a time such as 2026-01-31T08:00:00Z'],
    [['verify-audit', '--anchor', 'x'], 'Use the head of an earlier report'],
    [['import', '--registry', 'tax', 'x.csv'], '--registry: no such registry'],
    [['import', '--registry', 'social', 'x.xls'], 'add --format ndjson, csv or parquet'],
  ])('%j is wrong usage', async (args, words) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(words);
  });
});

test.each([
  [['import'], "missing required argument 'file'"],
  [['import', 'x.csv'], '--registry or --map is missing'],
])('a program is told of wrong usage too: %j', async (args, message) => {
  const { code, stdout, stderr } = await run([...args, '--json']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'USAGE', message } });
});

describe('the environment', () => {
  test('a bad one is told with every problem', async () => {
    const { code, stderr } = await run(['key', 'list'], { env: { ...env, PORT: 'x', MASTER_KEY: '' } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/PORT must be a whole number[^]*MASTER_KEY is needed with DATABASE_URL/);
  });

  test('a master key of another database is told', async () => {
    const { code, stderr } = await run(['key', 'list'], {
      env: { ...env, MASTER_KEY: randomBytes(32).toString('base64') },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^dci: MASTER_KEY is not the key that sealed .* DATA_DIR/);
  });

  test('a database that does not answer is told, with the next step, as JSON too', async () => {
    const away = { ...env, DATABASE_URL: 'postgres://dci@127.0.0.1:9/postgres' };
    const { code, stdout, stderr } = await run(['migrate', '--json'], { env: away });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const { error } = JSON.parse(stderr) as { error: { message: string; remedy: string } };
    expect(error.message).toContain('127.0.0.1:9');
    expect(error.remedy).toContain('DATABASE_URL');
  });
});

test('migrate brings an empty database up to date, once, and needs no master key', async () => {
  const empty = await createTestDatabase({ template: false });
  try {
    const options = { env: { DATABASE_URL: empty.url } };
    const early = await run(['verify-audit'], options);
    expect(early).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no tables of the gateway.*npx dci migrate/),
    });
    const first = await run(['migrate', '--json'], options);
    expect(first.code).toBe(0);
    expect(first.json.applied).toContain('0001-baseline');
    expect((await run(['migrate'], options)).stdout).toBe('The schema is up to date.\n');
  } finally {
    await empty.drop();
  }
});

test('seed gives the same persons at every run, and a larger number only adds', async () => {
  const first = await run(['seed', '--persons', '40', '--json']);
  expect(first).toMatchObject({ code: 0, json: { persons: 40, present: 0 } });
  const again = await run(['seed', '--persons', '40', '--json']);
  expect(again.json).toEqual({ persons: 40, added: 0, present: first.json.added });
  const more = await run(['seed', '--persons', '60']);
  expect(more.stdout).toMatch(/^[1-9]\d* records of 60 persons added; [1-9]\d* were there\.\n$/);
});

test('repair merged-records names records that hold several persons, by version and without values', async () => {
  const clean = await run(['repair', 'merged-records']);
  expect(clean).toMatchObject({ code: 0, stdout: 'No record is known to hold several persons.\n' });
  const load = (uin: string, brn: string) =>
    gateway.admin<{ upsertRecords: { records: { id: string }[] } }>(
      `mutation ($records: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $records) { records { id } } }`,
      {
        records: [
          {
            recordType: 'SRPerson',
            externalId: `repair-${brn}`,
            identifiers: [
              { type: 'UIN', value: uin },
              { type: 'BRN', value: brn },
            ],
            data: {},
          },
        ],
      },
    );
  const [merged] = (await load('R-1', 'R-B1')).upsertRecords.records;
  // As matching by any shared identifier left it: the second version is about somebody else.
  await gateway.database.query(
    `insert into registry_event (id, registry, record_type, event_type, record_id, version, identifiers)
     select uuidv7.id, registry, record_type, 'UPDATE', record_id, 2, '[{"type":"UIN","value":"R-2"},{"type":"BRN","value":"R-B1"}]'
     from registry_event, (select id from registry_event order by id desc limit 1) as newest,
       lateral (select (overlay(newest.id::text placing 'fff' from 34))::uuid as id) as uuidv7
     where record_id = $1`,
    [merged?.id],
  );
  // A correction is known to the audit, and is none.
  await load('R-3', 'R-B3');
  await load('R-4', 'R-B3');
  const { code, stdout, json } = await run(['repair', 'merged-records', '--json']);
  expect(code).toBe(1);
  expect(json.records).toEqual([
    { id: merged?.id, registry: 'SOCIAL', recordType: 'SRPerson', found: 'VERSIONS', versions: [2], types: ['UIN'] },
  ]);
  expect(stdout).not.toContain('R-');
  await gateway.database.query(`delete from registry_event where record_id = $1 and version = 2`, [merged?.id]);
  await gateway.database.query(
    `update record_identifier set value = '8.20E+11' where record_id = $1 and type = 'UIN'`,
    [merged?.id],
  );
  const doubtful = await run(['repair', 'merged-records', '--json']);
  expect(doubtful.json.records).toMatchObject([{ id: merged?.id, found: 'PLACEHOLDER', types: ['UIN'] }]);
  await gateway.database.query(`update record_identifier set value = 'R-1' where value = '8.20E+11'`);
});

describe('import', () => {
  test('reads columns of its own by a mapping, and keeps what it refuses in a file for its owner only', async () => {
    const map = example('beneficiaries.map.yaml');
    const refused = join(cwd, 'refused.ndjson');
    const args = ['import', '--map', map, example('beneficiaries.csv'), '--json'];
    await writeFile(refused, 'of an earlier run', { mode: 0o644 });
    const first = await run([...args, '--refused', refused]);
    expect(first.json).toMatchObject({ inserted: 2, refused: 1, problems: [{ line: 4 }] });
    expect((await stat(refused)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(refused, 'utf8'))).toMatchObject({
      line: 4,
      reason: 'birth_date is no date in the form DD/MM/YYYY',
      row: { NUM_DOSSIER: 'D-3' },
    });
    expect((await run(args)).json).toMatchObject({ inserted: 0, unchanged: 2 });
    // What is there is not lost before there is anything to write: by a name that is mistyped, or given twice.
    await run(['import', '--map', map, 'gone.csv', '--refused', refused]);
    const twice = await run(['import', '--registry', 'social', refused, '--refused', refused]);
    expect(twice).toMatchObject({ code: 2, stderr: expect.stringContaining('names the file that is imported') });
    expect(await readFile(refused, 'utf8')).toContain('DD/MM/YYYY');
    const [person] = await gateway.database.query<{ data: unknown; external: string }>(
      `select data, external_id as external from registry_record where external_id = 'D-1'`,
    );
    expect(person).toMatchObject({
      data: { name: { surname: 'Agbéko' }, sex: 'female', birth_date: '1951-04-03', address: [{ locality: 'Lomé' }] },
    });
    const yaml = await readFile(map, 'utf8');
    const wrong = { mapping: 'version: 1\nrecords: []', column: yaml.replace(': NOM\n', ': NAME\n') };
    for (const [name, yamlText] of Object.entries(wrong)) await writeFile(join(cwd, `${name}.yaml`), yamlText);
    const mistaken = await run(['import', '--map', 'mapping.yaml', example('beneficiaries.csv')]);
    expect(mistaken.stderr).toContain('mapping.yaml:2:1');
    const missing = await run(['import', '--map', 'column.yaml', example('beneficiaries.csv')]);
    expect(missing.stderr).toContain('there is no column NAME');
  });

  const eventsOf = (types: string[]) =>
    gateway.database.query('select event_type from registry_event where event_type = any($1) order by id', [types]);

  test('writes CSV with its events; the same file again changes nothing', async () => {
    const before = (await eventsOf(['REGISTER'])).length;
    const first = await run(['import', '--registry', 'social', example('persons.csv')]);
    expect(first).toMatchObject({ code: 0, stdout: '4 inserted, 0 updated, 0 unchanged, 0 refused.\n' });
    expect(await eventsOf(['REGISTER'])).toHaveLength(before + 4);
    const again = await run(['import', '--registry', 'SOCIAL', example('persons.csv'), '--json']);
    expect(again.json).toMatchObject({ inserted: 0, updated: 0, unchanged: 4 });
    expect(await eventsOf(['REGISTER'])).toHaveLength(before + 4);
    const rest = await run(['import', '--registry', 'social', '--from-line', '4', example('persons.csv'), '--json']);
    expect(rest.json).toMatchObject({ inserted: 0, updated: 0, unchanged: 2 });
  });

  test('writes NDJSON with the event that each line names, from standard input too', async () => {
    const dry = await run(['import', '--registry', 'crvs', '--dry-run', example('births.ndjson')]);
    expect(dry).toMatchObject({ code: 0, stdout: 'Every row is good.\n' });
    expect(await eventsOf(['LiveBirth'])).toHaveLength(0);
    const input = await readFile(example('births.ndjson'), 'utf8');
    const { code } = await run(['import', '--registry', 'crvs', '--format', 'ndjson', '-'], { input });
    expect(code).toBe(0);
    expect(await eventsOf(['LiveBirth'])).toHaveLength(2);
  });

  test('tells persons of one household apart, and refuses what a spreadsheet rounded', async () => {
    const head = 'identifier.UIN,identifier.HOUSEHOLD_ID,name.surname';
    await writeFile(join(cwd, 'household.csv'), [head, '931-1,H-931,A', '931-2,H-931,B', '931-3,H-931,'].join('\n'));
    const household = await run(['import', '--registry', 'social', 'household.csv']);
    expect(household).toMatchObject({ code: 0, stdout: '3 inserted, 0 updated, 0 unchanged, 0 refused.\n' });
    await writeFile(join(cwd, 'rounded.csv'), [head, '8.20E+11,,A', '8.20E+11,,B', '931-4,,C'].join('\n'));
    const rounded = await run(['import', '--registry', 'social', 'rounded.csv', '--json']);
    expect(rounded).toMatchObject({ code: 1, json: { inserted: 1, updated: 0, refused: 2 } });
    expect(rounded.json.problems).toEqual(
      [2, 3].map((line) => ({ line, message: expect.stringContaining('identifier UIN was rounded by a spreadsheet') })),
    );
    await writeFile(join(cwd, 'conflict.csv'), 'identifier.UIN,identifier.BRN\n932-1,B-932\n932-2,B-932\n,B-932\n');
    const conflict = await run(['import', '--registry', 'crvs', 'conflict.csv', '--json']);
    expect(conflict.json).toMatchObject({ inserted: 1, updated: 1, refused: 1 });
    expect(conflict.json.problems).toMatchObject([
      { line: 3, message: expect.stringMatching(/^CONFLICTING_IDENTIFIER/) },
    ]);
    expect(JSON.stringify(conflict.json)).not.toContain('932');
  });

  test('reports bad rows by line without their values, writes the rest, and ends with 1', async () => {
    const rows = [
      'identifier.UIN,name.surname,sex,birth_date',
      '930000001,Good,female,1985-05-20',
      '930000002,Secretname,female,not-a-date',
      ',Nobody,male,1990-01-01',
      '930000003,Short,male',
      '930000004,Good,male,1990-01-01',
      '930000005,"Open,male,1990-01-01',
    ];
    await writeFile(join(cwd, 'bad.csv'), rows.join('\n'));
    const { code, stdout, stderr } = await run(['import', '--registry', 'social', 'bad.csv']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '2 inserted, 0 updated, 0 unchanged, 4 refused.\n' });
    expect(stderr).toMatch(
      /^line 3: birth_date must be a date[^]*line 4: UNIDENTIFIED: the record is about nobody[^]*line 5: has 3 cells where the header has 4/m,
    );
    expect(stderr).toContain('CSV_QUOTE_NOT_CLOSED');
    expect(stderr).not.toContain('Secretname');
  });

  test('names each wrong line of NDJSON', async () => {
    const lines = [
      'nope',
      '[]',
      '{"data":{"name":{}},"identifiers":"x"}',
      '{"data":{"nme":1}}',
      '{"data":{"sex":"male"},"eventType":"Nope"}',
    ];
    await writeFile(join(cwd, 'bad.ndjson'), lines.join('\n'));
    const { code, json } = await run(['import', '--registry', 'social', 'bad.ndjson', '--json']);
    expect(code).toBe(1);
    expect(json.refused).toBe(5);
    expect(json.problems.map(({ line, message }: { line: number; message: string }) => `${line} ${message}`)).toEqual([
      expect.stringContaining('1 is not valid JSON'),
      '2 must be a JSON object',
      expect.stringContaining('3 identifiers must be a list'),
      expect.stringContaining('4 the record has the property "nme"'),
      expect.stringContaining('5 eventType: use one of'),
    ]);
  });

  test('reads what spreadsheets write: ; or tabs, mixed line ends, a last column without a name', async () => {
    const rows = '\ufeffidentifier.UIN;name.surname;\r\n93001; Semi,colon;\n93002;"Two;parts"\r\n93003;Odd;x\n';
    await writeFile(join(cwd, 'semi.csv'), rows);
    const semicolons = await run(['import', '--registry', 'social', 'semi.csv', '--json']);
    expect(semicolons.json).toMatchObject({ inserted: 2, refused: 1 });
    expect(semicolons.json.problems).toEqual([
      { line: 4, message: 'column 3 has no name in the first line, but a value' },
    ]);
    await writeFile(join(cwd, 'pipes.csv'), 'identifier.UIN|name.surname\n93004|Pipe\n');
    const pipes = await run(['import', '--registry', 'social', '--delimiter', '|', 'pipes.csv']);
    expect(pipes.stdout).toContain('1 inserted');
    const rest = await gateway.database.query(
      `select data #>> '{name,surname}' as surname from registry_record r join record_identifier i on i.record_id = r.id
       where i.value like '9300_' order by i.value`,
    );
    expect(rest).toEqual([{ surname: 'Semi,colon' }, { surname: 'Two;parts' }, { surname: 'Pipe' }]);
  });

  test('refuses bytes that are not UTF-8 by line, and reads them in the encoding that is named', async () => {
    await writeFile(
      join(cwd, 'latin.csv'),
      Buffer.from('identifier.UIN,name.surname\n94001,Zo\u00e9\n94002,Zoe\n', 'latin1'),
    );
    const refused = await run(['import', '--registry', 'social', 'latin.csv']);
    expect(refused).toMatchObject({ code: 1, stdout: '1 inserted, 0 updated, 0 unchanged, 1 refused.\n' });
    expect(refused.stderr).toContain('line 2: is not text in UTF-8: save the file in UTF-8, or name its encoding');
    const named = await run(['import', '--registry', 'social', '--encoding', 'windows-1252', 'latin.csv']);
    expect(named.stdout).toContain('1 inserted, 0 updated, 1 unchanged');
    const stored = await gateway.database.query("select 1 from registry_record where data::text like '%Zo\u00e9%'");
    expect(stored).toHaveLength(1);
    const unknown = await run(['import', '--registry', 'social', '--encoding', 'excel', 'latin.csv']);
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('windows-1252') });
  });

  test('refuses identifiers that a spreadsheet or a JSON number has rounded', async () => {
    await writeFile(join(cwd, 'rounded.csv'), 'identifier.UIN,name.surname\n8.20E+11,One\n8.20E+11,Two\n');
    const csv = await run(['import', '--registry', 'social', 'rounded.csv', '--json']);
    expect(csv.json).toMatchObject({ inserted: 0, refused: 2 });
    expect(csv.json.problems[0].message).toContain('scientific notation');
    const line = '{"identifier":[{"identifier_type":"UIN","identifier_value":9471010101900003}],"sex":"male"}';
    const ndjson = await run(['import', '--registry', 'social', '--format', 'ndjson', '-', '--json'], { input: line });
    expect(ndjson.json.problems).toEqual([
      { line: 1, message: expect.stringMatching(/^identifier\.0\.identifier_value .* send it as a string$/) },
    ]);
  });

  test('that is stopped tells up to which line it wrote, to a program too', async () => {
    const child = startCli(['import', '--registry', 'social', '--format', 'csv', '--events', 'off', '-', '--json'], {
      env,
      cwd,
    });
    const rows = Array.from({ length: 2500 }, (_, n) => `stop-${n},S`);
    child.stdin?.write(['identifier.UIN,name.surname', ...rows, ''].join('\n'));
    const said = text(child.stderr as Readable);
    const written = () => gateway.database.query(`select 1 from record_identifier where value = 'stop-1999'`);
    await until(async () => (await written()).length > 0);
    // From the terminal, and passed on by npx.
    child.kill('SIGINT');
    child.kill('SIGINT');
    await once(child, 'close');
    const { error } = JSON.parse((await said).trim().split('\n').at(-1) ?? '') as { error: { remedy: string } };
    expect(child.exitCode).toBe(1);
    expect(error).toMatchObject({
      code: 'Interrupted',
      remedy: expect.stringMatching(/^it wrote up to line (1001|2001): go on with --from-line (1002|2002)$/),
    });
  });

  test('refuses a column that is no field, and a file that is not there', async () => {
    await writeFile(join(cwd, 'columns.csv'), 'identifier.UIN,surnam\n1,x\n');
    const columns = await run(['import', '--registry', 'social', 'columns.csv']);
    expect(columns).toMatchObject({ code: 1, stderr: expect.stringContaining('line 1: SRPerson has no field surnam') });
    const gone = await run(['import', '--registry', 'social', 'gone.csv']);
    expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining('ENOENT: gone.csv') });
  });
});

test('a first load from Parquet tells nobody, and an export holds it for its owner only', async () => {
  parquetWriteFile({
    filename: join(cwd, 'first.parquet'),
    columnData: [
      { name: 'identifier.UIN', data: [95001n, 95002n], type: 'INT64' },
      { name: 'name.surname', data: ['Zoé', null], type: 'STRING' },
    ],
  });
  const loaded = await run(['import', '--registry', 'social', '--events', 'off', 'first.parquet', '--json']);
  expect(loaded.json).toMatchObject({ inserted: 2, refused: 0 });
  const told = await gateway.database.query(
    `select 1 from registry_event e join record_identifier i on i.record_id = e.record_id
     where i.value like '9500_' and e.fanned_out_at is null`,
  );
  expect(told).toEqual([]);
  await writeFile(join(cwd, 'social.ndjson'), '', { mode: 0o644 });
  const exported = await run(['export', '--registry', 'social', '--reason', 'archive', 'social.ndjson']);
  expect(exported).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+ records written to social\.ndjson\.\n$/),
  });
  expect((await stat(join(cwd, 'social.ndjson'))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(cwd, 'social.ndjson'), 'utf8')).toContain('"surname":"Zoé"');
  const nobody = await run(['export', '--registry', 'social', '--as', 'nobody', '--reason', 'x', 'nobody.csv']);
  expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('as: no such sender') });
});

test('a sender is added with key and agreement, calls, is suspended and lifted again; the audit says who did it', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  await writeFile(join(cwd, 'pub.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(join(cwd, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const added = await run(['sender', 'add', 'moh', '--registry', 'social,crvs', '--fields', '*', '--json']);
  expect(added).toMatchObject({ code: 0, json: { senderId: 'moh', state: 'ACTIVE', agreements: 2 } });
  const key = await run(['sender', 'key', 'moh', 'pub.pem']);
  expect(key.stdout).toMatch(
    /^Key [\w-]{43} \(ed25519, SIG\) of moh is registered[^]*([0-9a-f]{2}:){31}[0-9a-f]{2}\n$/,
  );
  const { clientId, clientSecret } = added.json;
  const who = [
    '--url',
    gateway.url,
    '--key',
    'key.pem',
    '--sender',
    'moh',
    '--client-id',
    clientId,
    '--client-secret',
    clientSecret,
  ];
  const call = () => run(['call', ...who, 'search', '--registry', 'social', '--id', 'UIN=910000001', '--json']);
  const answer = await call();
  expect(answer).toMatchObject({ code: 0, json: { verified: true, reply: { header: { status: 'succ' } } } });
  const suspended = await run(['sender', 'suspend', 'moh', '--reason', 'a test']);
  expect(suspended).toMatchObject({ code: 0, stdout: 'Sender moh is SUSPENDED.\n' });
  await sleep(1100); // another process follows within a second
  expect(await call()).toMatchObject({ code: 1, stderr: expect.stringContaining('invalid_client') });
  expect(await run(['sender', 'activate', 'moh', '--json'])).toMatchObject({
    json: { senderId: 'moh', state: 'ACTIVE' },
  });
  const actions = await gateway.admin<{ adminActions: { nodes: { actor: string; action: string }[] } }>(
    `{ adminActions(filter: { targetId: "moh" }) { nodes { actor action } } }`,
  );
  const actor = `cli:${userInfo().username}`;
  expect(actions.adminActions.nodes).toContainEqual({ actor, action: 'suspendSender' });
});

test('dpia fills an assessment from the agreements, and asks what only people know', async () => {
  await run([
    'sender',
    'add',
    'dpia-one',
    '--registry',
    'social',
    '--fields',
    'name,birth_date',
    '--name',
    'Ministry *of* Health',
  ]);
  await run(['sender', 'add', 'dpia-two', '--registry', 'social', '--fields', '*']);
  const { code, stdout } = await run(['dpia', '--sender', 'dpia-one']);
  expect(code).toBe(0);
  expect(stdout).toContain('### Ministry \\*of\\* Health (`dpia-one`');
  expect(stdout).toContain(': 1 agreement with 1 partner.');
  expect(stdout).toContain('| Data | name, birth_date |');
  // What the social registry does not have does nothing, though the agreement names it.
  expect(stdout).toMatch(/\| How \| SEARCH, VERIFY, .*\|/);
  expect(stdout).not.toMatch(/DISABILITY_DETAILS|ENROLLMENT_UPDATES/);
  expect(stdout).toContain('- ☐ It has no end: when is it looked at again?');
  expect(stdout).toContain('Kept: payloads 365 days');
  expect(stdout).not.toMatch(/dpia-two|Every field is shared/);
  const nobody = await run(['dpia', '--sender', 'dpia-tow']);
  expect(nobody).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('no such sender') });
  const written = await run(['dpia', '--out', 'assessment.markdown', '--json']);
  expect(written.json).toMatchObject({ file: 'assessment.markdown' });
  const all = await readFile(join(cwd, 'assessment.markdown'), 'utf8');
  expect(all).toContain('(`dpia-two`');
  expect(all).toContain('- ☐ Every field is shared: is each of them needed for the purpose?');
  expect(all).toContain('## What people have to answer');
  await gateway.database.query(
    `update agreement set valid_until = now() where sender_id = (select id from sender where sender_id = 'dpia-two')`,
  );
  expect((await run(['dpia', '--sender', 'dpia-two'])).stdout).toContain(': 0 agreements with 0 partners.');
});

test('what a sender command may not do is refused in words', async () => {
  await run(['sender', 'add', 'twice']);
  const again = await run(['sender', 'add', 'twice', '--json']);
  expect(again.code).toBe(1);
  expect(JSON.parse(again.stderr).error).toMatchObject({
    code: 'CONFLICT',
    message: 'senderId: a sender with this id exists',
  });
  const open = await run(['sender', 'add', 'open', '--unsigned']);
  expect(open).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('OPTIONAL is for senders with sandbox: true only'),
  });
  expect(await run(['sender', 'suspend', 'nobody'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no such sender'),
  });
  const mistaken = await run(['sender', 'key', 'twice', 'key.pem']);
  expect(mistaken).toMatchObject({ code: 1, stderr: expect.stringContaining('publicKeyPem holds a private key') });
});

test('server keys are made, published, activated and retired', async () => {
  const made = await run(['key', 'generate', '--algorithm', 'ecdsa_sha256', '--json']);
  expect(made).toMatchObject({ code: 0, json: { keys: [{ use: 'SIG', algorithm: 'ecdsa-sha256', state: 'NEXT' }] } });
  const { kid } = made.json.keys[0];
  const before = (await run(['key', 'list', '--json'])).json.keys.find(
    (key: { state: string; use: string }) => key.state === 'ACTIVE' && key.use === 'SIG',
  );
  expect(await run(['key', 'retire', before.kid])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('activate another one first'),
  });
  expect((await run(['key', 'activate', kid])).stdout).toContain(`ACTIVE  SIG  ecdsa-sha256  ${kid}`);
  expect((await run(['key', 'list'])).stdout).toContain(`RETIRED  SIG  ed25519       ${before.kid}`);
  expect(await run(['key', 'activate', 'nothing'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no such server key'),
  });
});

test.each(['-w7MaAbnwDFZUOKZL_Wv8fA9Fbb0MpLADiH1RT5ho0E', '-hMaAbnwDFZUOKZL_Wv8fA9Fbb0MpLADiH1RT5ho0Eh'])(
  'a key id may begin with a dash: %s',
  async (kid) => {
    const { code, stderr } = await run(['key', 'activate', kid, '--json']);
    expect({ code, message: JSON.parse(stderr).error.message }).toEqual({
      code: 1,
      message: 'kid: no such server key',
    });
    expect((await run(['key', 'list', kid])).code).toBe(2);
  },
);

test('a gateway that nobody could sign in to says so and ends; an account of the command line opens it', async () => {
  const empty = await createTestDatabase();
  const options = { env: { ...env, DATABASE_URL: empty.url, PORT: '0', SEED: 'none', FOUR_EYES: 'true' } };
  const refused = startProcess('main', [], options);
  const [said] = await Promise.all([text(refused.stderr ?? Readable.from('')), once(refused, 'close')]);
  expect({ code: refused.exitCode, said }).toEqual({
    code: 1,
    said: expect.stringContaining('nobody could sign in: make an account with npx dci admin add NAME'),
  });
  const { json } = await run(['admin', 'add', 'Ada', '--json'], options);
  expect(json).toMatchObject({ account: { name: 'ada', role: 'ADMIN', state: 'ACTIVE' } });
  const opened = startProcess('main', [], options);
  const asked = { name: 'ada', password: json.oneTimePassword, newPassword: 'violet ink and rain' };
  expect(await signIn({ url: await consoleOf(opened) }, asked)).toMatchObject({ status: 200, body: { role: 'ADMIN' } });
  const { stdout } = await run(['admin', 'reset', 'ada'], options);
  expect(stdout).toMatch(/^Account ada \(ADMIN\) is ACTIVE\.\n {2}password {2}(\w{4}-){4}\w{4} /);
  opened.kill('SIGTERM');
  await once(opened, 'close');
  await empty.drop();
}, 180_000);

async function consoleOf(started: ChildProcess): Promise<string> {
  const lines = linesOf(started);
  for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
    const [, url] = /Console +(\S+)\/console/.exec(line.value) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('it ended before it greeted');
}

test('schema is printed, written and compared', async () => {
  expect((await run(['schema'])).stdout).toContain('type Mutation {');
  expect((await run(['schema', '--out', 's.graphql'])).stdout).toBe('Written to s.graphql.\n');
  expect(await run(['schema', '--check', 's.graphql', '--json'])).toMatchObject({ code: 0, json: { same: true } });
  await writeFile(join(cwd, 's.graphql'), 'type Query { old: Int }');
  expect(await run(['schema', '--check', 's.graphql'])).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('--out s.graphql'),
  });
});

test('a reader that has seen enough is no failure', async () => {
  const child = startCli(['schema'], { env, cwd });
  child.stdout?.once('data', () => child.stdout?.destroy());
  const [errors] = await Promise.all([text(child.stderr ?? Readable.from('')), once(child, 'close')]);
  expect({ code: child.exitCode, errors }).toEqual({ code: 0, errors: '' });
});

test('verify-audit proves the log whole without a master key, and names the row that was edited', async () => {
  const auditor = { env: { DATABASE_URL: gateway.databaseUrl } };
  const whole = await run(['verify-audit', '--json'], auditor);
  expect(whole).toMatchObject({ code: 0, json: { intact: true, problem: null } });
  expect(whole.json.entries + whole.json.unsealed).toBeGreaterThan(5);
  expect((await run(['verify-audit'], auditor)).stdout).toMatch(/^The audit is whole\./);
  expect((await run(['verify-audit', '--export', 'audit.ndjson'], auditor)).code).toBe(0);
  expect(await readFile(join(cwd, 'audit.ndjson'), 'utf8')).toMatch(/^\{"type":"key"/);
  // What somebody with the database in hand can do, append-only or not.
  await gateway.database.query('alter table admin_action disable trigger user');
  await gateway.database.query(`update admin_action set reason = 'another' where action = 'suspendSender'`);
  const broken = await run(['verify-audit'], auditor);
  expect(broken.code).toBe(1);
  expect(broken.stdout).toMatch(/^The audit is broken: .*\(ROW_EDITED\)/);
});
