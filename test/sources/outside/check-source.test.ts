/** What `check` finds before anything is applied: rows, expectations, privileges and indexes. */
import { Client } from 'pg';
import { createRegistries } from '../../../src/protocol/registries/registries.js';
import { checkSource } from '../../../src/sources/outside/check-source.js';
import { proposeSource } from '../../../src/sources/outside/propose-source.js';
import { readSourceFile } from '../../../src/sources/outside/source-file.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.js';

const YAML = `version: 1
source: { name: school, kind: postgres, url: "\${SCHOOL_DATABASE_URL}", mode: live }
codes: { sex: { "1": male, "2": female } }
records:
  - registry: SOCIAL
    type: SRPerson
    from: pupil
    key: number
    state: { column: state, served: [in] }
    fields: { name.surname: surname, birth_date: born, sex: { column: sex, codes: sex } }
    identifiers: [{ type: UIN, value: uin }]
    search:
      identifier: { UIN: select number from pupil where uin = :value }
check:
  expect: { SRPerson: select count(*) from pupil where state <> 'left' }
  unique: [SRPerson.uin]
  min_rows: 10
`;

const registries = createRegistries();
const role = `reader_${process.pid}_${Date.now()}`;
let database: TestDatabase;
let owner: Client;

beforeAll(async () => {
  database = await createTestDatabase({ template: false });
  owner = new Client({ connectionString: database.url });
  await owner.connect();
  await owner.query(`
    create table pupil (number int primary key, surname text, sex int, uin text, state text, born date);
    insert into pupil select n, 'Surname ' || n, 1 + n % 2, 'u' || n, 'in' from generate_series(1, 6000) n;
    analyze pupil;
    create role ${role} login password 'secret';
    grant select on pupil to ${role}`);
}, 60_000);
afterAll(async () => {
  await owner?.query(`drop owned by ${role}; drop role ${role}`);
  await owner?.end();
  await database?.drop();
});

function readerUrl(): string {
  const url = new URL(database.url);
  url.username = role;
  url.password = 'secret';
  return url.href;
}

async function check(yaml = YAML) {
  const { file } = readSourceFile(yaml, registries);
  const checked = await checkSource(file!, { SCHOOL_DATABASE_URL: readerUrl() }, registries);
  const told = (findings: { message: string }[]) => findings.map(({ message }) => message);
  return { ...checked, errors: told(checked.errors), warnings: told(checked.warnings) };
}

test('samples are masked, and an index that would help is wished for', async () => {
  const { errors, warnings, samples } = await check();
  expect(errors).toEqual([]);
  expect(samples).toHaveLength(10);
  expect(JSON.stringify(samples)).not.toMatch(/Surname|u1/);
  expect(samples[0]).toMatchObject({ recordType: 'SRPerson', data: { name: { surname: '•••' } } });
  expect(warnings).toEqual([expect.stringContaining('reads all of public.pupil (about 6000 rows)')]);
  await owner.query('create index pupil_uin on pupil (uin)');
  expect((await check()).warnings).toEqual([]);
});

test('rows that do not fit are told by reason, never by value', async () => {
  await owner.query(`update pupil set sex = 7 where number in (3, 4)`);
  expect((await check()).warnings).toEqual([expect.stringMatching(/^2 of 1000 rows do not fit: sex .*codes\.sex/)]);
  await owner.query(`update pupil set sex = 1, born = '2091-01-01' where number in (3, 4)`);
  expect((await check()).warnings).toEqual(['2 of 1000 rows are served with a birth_date that lies in the future']);
  await owner.query(`update pupil set born = null`);
});

test('several values in one column are a list where they are JSON, and never taken for one value', async () => {
  const phones = (column: string) =>
    YAML.replace('from: pupil', `sql: "select *, ${column} as phones from pupil"`).replace(
      'fields: { ',
      'fields: { phone_number: phones, ',
    );
  expect((await check(phones("array['+8801', '+8802']"))).warnings).toContainEqual(
    expect.stringMatching(/^1000 of 1000 rows do not fit: phone_number.* is an array of the source.*to_json/),
  );
  for (const [column, count] of [
    ["to_json(array['+8801', '+8802'])", 2],
    ["'+8801'", 1],
  ] as const) {
    const { warnings, samples } = await check(phones(column));
    expect(warnings).toEqual([]);
    expect(samples[0]?.data).toMatchObject({ phone_number: Array.from({ length: count }, () => '•••') });
  }
});

test('a state that the file spells otherwise is told; true is what PostgreSQL calls t', async () => {
  expect((await check(YAML.replace('served: [in]', 'served: [IN]'))).warnings).toEqual([
    'none of 1000 rows is served: 1000 have a value that neither served, ended nor merged names',
  ]);
  const truth = YAML.replace('from: pupil', `sql: "select *, state = 'in' as here from pupil"`)
    .replace('column: state, served: [in]', 'column: here, served: [true], ended: [false]')
    .replace('{ "1": male, "2": female } }', '{ "1": male, "2": female }, here: { true: male, false: female } }')
    .replace('column: sex, codes: sex', 'column: here, codes: here');
  expect(await check(truth)).toMatchObject({ errors: [], warnings: [], samples: { length: 10 } });
});

test('a draft takes the primary key of its table, which the role may only read', async () => {
  await owner.query(`
    create table lesson (title text, hour int, room int, uin text, primary key (room, hour));
    grant select on lesson to ${role}`);
  const keyOf = async (table: string) =>
    readSourceFile((await proposeSource(readerUrl(), table, 'SOCIAL', registries)).yaml, registries).file?.records[0]
      ?.key;
  expect([await keyOf('lesson'), await keyOf('pupil')]).toEqual([['room', 'hour'], ['number']]);
});

test('statements that only a search or a change asks are tried', async () => {
  await owner.query('create table form (id int primary key, pupil int); create table left_pupil (number int)');
  const wrong = YAML.replace('from pupil where uin', 'from pupils where uin').replace(
    '    search:\n',
    "    touched_by: { form: 'select pupil from form where id = :id', pupil: number + nothing, Home: select nr from pupil where number = :number }\n    search:\n      birth_date: { column: birthday }\n",
  );
  const home = `  - { registry: SOCIAL, type: Group, name: Home, from: left_pupil, key: number, fields: { group_size: number }, search: { identifier: { UIN: "select number, ':' from left_pupil" } } }\ncheck:`;
  const faults = async (yaml: string) =>
    (await check(yaml)).errors.filter((error) => /^(the source answers|a statement that leads)/.test(error));
  const followed = wrong.replace('codes:', 'capture: { by: publication }\ncodes:').replace('check:', home);
  await owner.query(`grant select on left_pupil to ${role}`);
  expect(await faults(followed)).toEqual([
    expect.stringContaining('relation "pupils" does not exist'),
    expect.stringContaining('column "birthday" does not exist'),
    expect.stringContaining('gives number, ?column?: it must give the key alone (number)'),
    expect.stringContaining('column "nr" does not exist'),
    expect.stringContaining('permission denied for table form'),
    expect.stringContaining('column "nothing" does not exist'),
  ]);
});

test('what the file expects is compared', async () => {
  await owner.query(`update pupil set state = 'waits', uin = 'u1' where number = 2`);
  expect((await check(YAML.replace('min_rows: 10', 'min_rows: 7000'))).errors).toEqual([
    'its statement counts 6000, and 5999 records are to be served',
    '1 of its values stand in several rows',
    'SRPerson has 6000 rows, fewer than 7000',
  ]);
  await owner.query(`update pupil set state = 'in', uin = 'u2' where number = 2`);
  const { errors } = readSourceFile(YAML.replace('SRPerson: select', 'Nobody: select'), registries);
  expect(errors).toMatchObject([{ message: expect.stringContaining('names no entry of records') as unknown }]);
});

test('a role that may do more than read is told what it needs', async () => {
  await owner.query(`grant insert on pupil to ${role}`);
  expect((await check()).warnings).toEqual([
    'its role may write to public.pupil, which it need not; it needs SELECT on pupil',
  ]);
});
