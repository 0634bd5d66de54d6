/** A registry in somebody else's PostgreSQL, asked at every question; and a source that forgets what it is told. */
import { Client } from 'pg';
import type { JsonObject } from '../../../src/protocol/envelope/json.js';
import type { Criteria } from '../../../src/protocol/query/criteria.js';
import { createRegistries } from '../../../src/protocol/registries/registries.js';
import { LiveSource } from '../../../src/sources/outside/live-source.js';
import { RecordMapper } from '../../../src/sources/outside/map-records.js';
import { ReadTogether } from '../../../src/sources/outside/read-together.js';
import type { OpenSource } from '../../../src/sources/outside/source-connections.js';
import { openSourceDatabase, type SourceDatabase } from '../../../src/sources/outside/source-database.js';
import { readSourceFile } from '../../../src/sources/outside/source-file.js';
import type { RecordMapping } from '../../../src/sources/outside/source-file.schema.js';
import { SourceReader } from '../../../src/sources/outside/source-reader.js';
import type { RegistrySource, SourceQuery, SourceRecord, SourceResult } from '../../../src/sources/registry-source.js';
import { siftedLookUps, siftedSearch } from '../../../src/sources/sifted-search.js';
import { addRecords, giveConsent } from '../../support/consent.js';
import { startTestGateway, type TestGateway } from '../../support/gateway.js';
import { createPartner, type Partner } from '../../support/partner.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.js';
import { byId, expression, find } from '../../support/search-message.js';

const YAML = `version: 1
source: { name: school, kind: postgres, url: "\${SCHOOL_DATABASE_URL}", mode: live, scan_limit: 400, statement_timeout: 2s }
codes:
  sex: { "1": male, "2": female }
records:
  - registry: SOCIAL
    type: SRPerson
    from: pupils
    key: number
    state: { column: state, served: [in], ended: [left] }
    fields:
      name.surname: surname
      name.given_name: given_name
      sex: { column: sex, codes: sex, otherwise: unknown }
      birth_date: born
    identifiers:
      - { type: UIN, value: uin }
      - { type: BRN, value: number }
    lists:
      phone_number: { from: phone, parent: number, order: phone desc, value: phone }
    search:
      identifier:
        UIN: SELECT number FROM pupil WHERE uin = :value
        birth_reg_no: SELECT number FROM pupil WHERE number = :value
      name.surname: { column: surname }
      sex: { column: sex }
      birth_date: { column: born, ops: [eq, ge, le] }
`;

const TABLES = `
create table pupil (number int primary key, surname text, given_name text, sex int, born_text text, uin text unique, state text);
create table phone (number int, phone text);
create view pupils as select number, surname, given_name, sex, born_text::date as born, uin, state from pupil;
insert into pupil select n, case when n % 10 = 0 then 'Even' else 'Family ' || n % 7 end, 'Given ' || n, 1 + n % 3,
  (date '2010-01-01' + n)::text, 'u' || n, 'in' from generate_series(1, 300) n;
insert into pupil values (900, 'Left', null, 1, null, 'left', 'left'), (901, 'Broken', null, 1, '31/02/1980', 'broken', 'in');
insert into phone values (1, '+88010001'), (1, '+88010002');`;

const registries = createRegistries();
let gateway: TestGateway;
let partner: Partner;
let asking: Partner;
let outside: TestDatabase;
let school: Client;

const person = async (uin: string) => (await find(partner, byId(uin))).records[0];
const apply = (yaml: string) =>
  gateway.graphql<{ applySource: Record<string, unknown> }>(
    'mutation ($yaml: String!) { applySource(yaml: $yaml) { name mode state served lastError } }',
    { yaml },
  );
const status = async () =>
  (await gateway.admin<{ source: unknown }>('{ source(name: "school") { mode state served lagSeconds lastError } }'))
    .source;

/** Gives everything it has to whoever asks, and says that it can be asked anything. */
function forgetful(records: SourceRecord[]): RegistrySource {
  return {
    search: () => Promise.resolve({ records, totalCount: records.length }),
    capabilities: () => Promise.resolve({ identifiers: 'ALL', criteria: 'ALL' }),
    health: () => Promise.resolve({ reachable: true }),
  };
}

const group = (id: string, size: number): SourceRecord => ({
  id: `00000000-0000-4000-8000-00000000000${size}`,
  recordType: 'Group',
  version: 1,
  data: { group_identifier: [{ identifier_type: 'HOUSEHOLD_ID', identifier_value: id }], group_size: size },
});

beforeAll(async () => {
  outside = await createTestDatabase({ template: false });
  school = new Client({ connectionString: outside.url });
  school.on('error', () => undefined);
  await school.connect();
  await school.query(TABLES);
  gateway = await startTestGateway({
    env: { SCHOOL_DATABASE_URL: outside.url, GONE_DATABASE_URL: 'postgres://reader:secret@127.0.0.1:1/school' },
    sources: [
      {
        registry: 'SOCIAL',
        recordType: 'Group',
        source: forgetful([1, 2, 3, 4].map((size) => group(`h${size}`, size))),
      },
    ],
  });
  partner = await createPartner(gateway, { sender: { rateLimitPerMinute: 1_000_000 }, agreements: [{}] });
  asking = await createPartner(gateway, {
    sender: { rateLimitPerMinute: 1_000_000 },
    agreements: [{ legalBasis: 'CONSENT', requiresConsent: true }],
  });
}, 60_000);
afterAll(async () => {
  await gateway?.close();
  await school?.end();
  await outside?.drop();
});

test('a live source says by what its records are found', async () => {
  const said = async (yaml: string) => (await apply(yaml)).errors?.[0]?.message;
  expect(await said(YAML.replace(/ {4}search:[\s\S]*/, ''))).toContain('records.0.search: is needed with mode live');
  expect(await said(`${YAML}    link: { to: SRPerson, by: UIN, give: [death_date] }\n`)).toContain('needs mode mirror');
  expect((await apply(YAML)).data?.applySource).toEqual({
    name: 'school',
    mode: 'LIVE',
    state: 'RUNNING',
    served: 0,
    lastError: null,
  });
});

test('its records are found as our own, and none is copied', async () => {
  expect(await person('u1')).toMatchObject({
    name: { surname: 'Family 1', given_name: 'Given 1' },
    sex: 'female',
    birth_date: '2010-01-02',
    phone_number: ['+88010002', '+88010001'],
    identifier: [
      { identifier_type: 'UIN', identifier_value: 'u1' },
      { identifier_type: 'BRN', identifier_value: '1' },
    ],
  });
  for (const uin of ['left', 'nobody', "'; drop table pupil"]) expect(await person(uin)).toBeUndefined();
  expect((await find(partner, byId('no number', {}, 'BRN'))).total).toBe(0);
  await school.query(`update pupil set surname = 'Renamed' where number = 2`);
  expect((await person('u2')).name.surname).toBe('Renamed');
  expect(await gateway.database.query('select 1 from registry_record')).toEqual([]);
  const [decision] = await gateway.database.query<{ source: unknown }>(
    `select access_decision -> 'items' -> 0 -> 'source' as source from transaction where operation = 'SEARCH' order by id limit 1`,
  );
  expect(decision?.source).toEqual({ source: 'school', plan: 'LIVE', candidates: 1 });
});

test('what its file lists is asked there; sorting, counting and paging are ours', async () => {
  const even = expression(
    { 'name.surname': { $eq: 'Even' } },
    { sort: [{ attribute_name: 'birth_date', sort_order: 'desc' }], pagination: { page_size: 10, page_number: 1 } },
  );
  const first = await find(partner, even);
  expect(first.total).toBe(30);
  expect(first.records.map((one: { birth_date: string }) => one.birth_date)).toEqual(
    [...Array(10).keys()].map((n) => new Date(Date.UTC(2010, 0, 1 + 300 - 10 * n)).toISOString().slice(0, 10)),
  );
  const unlisted = await find(
    partner,
    expression({ $and: [{ 'name.surname': { $eq: 'Even' } }, { 'name.given_name': { $eq: 'Given 40' } }] }),
  );
  expect(unlisted.total).toBe(1);
  expect((await find(partner, expression({ birth_date: { $eq: '2010-02' } }))).total).toBe(28);
  expect((await find(partner, expression({ sex: { $eq: 'unknown' } }))).total).toBe(100);
});

test('what cannot be asked there is refused by name', async () => {
  const refusal = async (message: ReturnType<typeof expression>) => (await find(partner, message)).item;
  const queries: JsonObject[] = [{ 'name.given_name': { $eq: 'Given 1' } }, { $not: { sex: { $eq: 'male' } } }];
  for (const query of queries)
    expect(await refusal(expression(query))).toMatchObject({
      status: 'rjct',
      status_reason_code: 'rjct.search_criteria.invalid',
      status_reason_message: expect.stringMatching(/UIN, BRN.*name\.surname \(eq, in\)/) as unknown,
    });
  await school.query(
    `insert into pupil select n, 'Many', null, 1, null, 'm' || n, 'in' from generate_series(1000, 1500) n`,
  );
  expect(await refusal(expression({ 'name.surname': { $eq: 'Many' } }))).toMatchObject({
    status_reason_code: 'rjct.search.too_many_records_found',
  });
});

test('a row that the source cannot make is left out, and takes no other with it', async () => {
  expect(await person('broken')).toBeUndefined();
  await school.query(`update pupil set surname = 'Broken' where number in (7, 8)`);
  const found = await find(partner, expression({ 'name.surname': { $eq: 'Broken' } }));
  expect([found.total, found.records.length]).toEqual([2, 2]);
});

/** The school's source as a process opens it, with the number of statements that it was asked. */
function openCounted(yaml = YAML) {
  const { file } = readSourceFile(yaml, registries);
  if (file === undefined) throw new Error('the file is not valid');
  const database = openSourceDatabase(file.source, outside.url);
  const asked = { statements: 0 };
  const counted =
    (ask: SourceDatabase['query']): SourceDatabase['query'] =>
    (statement) => {
      asked.statements += 1;
      return ask(statement);
    };
  const reader = new SourceReader({ ...database, query: counted(database.query), find: counted(database.find) });
  const mapper = new RecordMapper(file, registries, reader);
  const open: OpenSource = { file, reader, mapper, together: new ReadTogether(reader, mapper), url: outside.url };
  return { open, asked, [Symbol.asyncDispose]: () => database.close() };
}

test('who is asked about at the same time is read together, each answered alone, and by a slow source read alone', async () => {
  await using opened = openCounted();
  const { asked, open } = opened;
  const { together } = open;
  const [pupils] = open.file.records as [RecordMapping];
  const read = async (mapping: RecordMapping, ...numbers: string[]) => {
    asked.statements = 0;
    const records = await Promise.all(numbers.map((number) => together.records(mapping, [number])));
    return records.map((all) => all.map(({ key, state }) => [...key, state].join(' ')));
  };
  expect(await read(pupils, '1', '2', '2', '900')).toEqual([['1 SERVED'], ['2 SERVED'], ['2 SERVED'], []]);
  // The record, and its list.
  expect(asked.statements).toBe(2);
  expect(await read(pupils, '01', '2')).toEqual([['1 SERVED'], ['2 SERVED']]);
  expect(await read(pupils, 'no number', '2', '3')).toEqual([[], ['2 SERVED'], ['3 SERVED']]);
  expect(await read(pupils, '901', '3')).toEqual([['901 REFUSED'], ['3 SERVED']]);
  const slow = { ...pupils, where: 'pg_sleep(0.2) is not null' };
  await read(slow, '4');
  expect(await read(slow, '4', '5')).toEqual([['4 SERVED'], ['5 SERVED']]);
  expect(asked.statements).toBe(4);
});

const searchedBy = (identifiers: [type: string, value: string][]): SourceQuery => ({
  definition: registries.byName('SOCIAL')!,
  recordType: 'SRPerson',
  criteria: { or: identifiers.map(([type, value]) => ({ identifier: { type, value } })) },
  sort: [],
  page: { size: 1000, number: 1 },
});
const uins = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index): [string, string] => ['UIN', `u${from + index}`]);

const namesIn = ({ records }: SourceResult) => records.map(({ data }) => (data['name'] as JsonObject)['given_name']);

test.each([
  ['as most write it', ''],
  ['with a comment behind it', ' -- by its index'],
  ['with a semicolon', ';'],
])('a list of identifiers is a few statements, whatever is in it: %s', async (_, end) => {
  await using opened = openCounted(YAML.replace('uin = :value', `uin = :value${end}`));
  const { asked, open } = opened;
  const sifting = { sql: gateway.database, most: 400 };
  const searched = (query: SourceQuery) => siftedSearch(new LiveSource(open), sifting, query);
  const many = searchedBy([...uins(1, 250), ['UIN', 'nobody']]);
  expect((await searched(many)).totalCount).toBe(250);
  // 50 identifiers each, then two pages of records with their list.
  expect(asked.statements).toBe(6 + 2 * 2);
  expect((await searched({ ...many, criteria: { and: [many.criteria, ADA] } })).totalCount).toBe(1);
  const some: [string, string][] = [
    ['BRN', '5'],
    ['BRN', 'no number'],
    ['UIN', 'u6'],
  ];
  expect(namesIn(await searched(searchedBy(some)))).toEqual(expect.arrayContaining(['Given 5', 'Given 6']));
});
const ADA: Criteria = { attribute: 'name.given_name', operator: 'eq', value: 'Given 9' };

test('a statement that stands only by itself is asked by itself', async () => {
  await using opened = openCounted(YAML.replace('uin = :value', 'uin = :value; -- and nothing else'));
  const sifting = { sql: gateway.database, most: 400 };
  const { totalCount } = await siftedSearch(new LiveSource(opened.open), sifting, searchedBy(uins(1, 3)));
  expect(totalCount).toBe(3);
});

test('a key that the column of the records cannot hold is nobody’s, and hides nobody else', async () => {
  const odd = `SELECT CASE uin WHEN 'u2' THEN 'no number' ELSE number::text END FROM pupil WHERE uin = :value`;
  await using opened = openCounted(YAML.replace('SELECT number FROM pupil WHERE uin = :value', odd));
  const searched = (query: SourceQuery) =>
    siftedSearch(new LiveSource(opened.open), { sql: gateway.database, most: 400 }, query);
  const found = namesIn(await searched(searchedBy(uins(1, 3))));
  expect([found.length, ...found]).toEqual(expect.arrayContaining([2, 'Given 1', 'Given 3']));
  expect(
    namesIn(await searched({ ...searchedBy([]), criteria: { identifier: { type: 'UIN', value: 'u2' } } })),
  ).toEqual([]);
});

test('many look-ups are asked together, and each is answered as if it were alone', async () => {
  await using opened = openCounted();
  const { asked, open } = opened;
  const source = new LiveSource(open);
  const sifting = { sql: gateway.database, most: 400 };
  const lookUps = (identifiers: [string, string][], rowFilter?: Criteria): SourceQuery[] =>
    identifiers.map(([type, value]) => ({
      ...searchedBy([]),
      criteria: { identifier: { type, value } },
      ...(rowFilter === undefined ? {} : { rowFilter }),
    }));
  const together = async (queries: SourceQuery[]) => {
    const results = await siftedLookUps(source, sifting, queries);
    asked.statements = 0;
    for (const [index, query] of queries.entries())
      expect(await siftedSearch(source, sifting, query).catch(() => undefined)).toEqual(results[index]);
    return results;
  };
  asked.statements = 0;
  await siftedLookUps(source, sifting, lookUps(uins(11, 50)));
  // Twenty at a time: their keys, their records, and the list of these.
  expect(asked.statements).toBe(2 * 3);
  const results = await together(
    lookUps([
      ['UIN', 'u11'],
      ['BRN', 'no number'],
      ['UIN', 'nobody'],
      ['BRN', '11'],
      ['PASSPORT', '1'],
      ...uins(11, 40),
    ]),
  );
  expect(results.slice(0, 6).map((result) => result && namesIn(result))).toEqual([
    ['Given 11'],
    [],
    [],
    ['Given 11'],
    undefined,
    ['Given 11'],
  ]);
  const filtered = await together(lookUps(uins(11, 13), { attribute: 'sex', operator: 'eq', value: 'male' }));
  expect(filtered.map((result) => result && namesIn(result))).toEqual([[], ['Given 12'], []]);
});

test('where consent decides, persons are named, and who gave none is neither found nor counted', async () => {
  expect((await find(asking, byId('u3'))).total).toBe(0);
  await giveConsent(gateway, { uin: 'u3', senderId: asking.senderId, fields: ['name', 'identifier'] });
  const found = await find(asking, byId('u3'));
  expect([found.total, found.records]).toEqual([
    1,
    [expect.objectContaining({ name: { surname: 'Family 3', given_name: 'Given 3' } })],
  ]);
  expect(found.records[0]).not.toHaveProperty('birth_date');
  const named = (born: string) =>
    find(asking, expression({ $and: [{ UIN: { $eq: 'u3' } }, { birth_date: { $eq: born } }] }));
  expect((await named('2010-01-04')).total).toBe(0);
  expect((await find(asking, expression({ 'name.surname': { $eq: 'Family 3' } }))).item).toMatchObject({
    status_reason_code: 'rjct.search_criteria.invalid',
    status_reason_message: expect.stringContaining('name persons by identifiers') as unknown,
  });
});

test('a consent is of the row that had its number, and of nobody who has it later', async () => {
  const renumber = async (...pairs: [number: number, uin: string][]) => {
    for (const [number, uin] of pairs) await school.query('update pupil set uin = $2 where number = $1', [number, uin]);
  };
  const consent = (uin: string) => giveConsent(gateway, { uin, senderId: asking.senderId, fields: ['name'] });
  const found = async (uin: string) =>
    (await find(asking, byId(uin))).records.map(({ name }: { name: JsonObject }) => name['given_name']);
  const standing = async (uin: string) => {
    const { consents } = await gateway.admin<{ consents: { nodes: unknown[] } }>(
      'query ($filter: ConsentFilter) { consents(filter: $filter) { nodes { inForce numberPassedAt } } }',
      { filter: { registry: 'SOCIAL', identifier: { type: 'UIN', value: uin } } },
    );
    return consents.nodes;
  };
  const steps = async (uin: string) => {
    const { explainAccess } = await gateway.admin<{ explainAccess: { steps: { reason: string }[] } }>(
      `{ explainAccess(senderId: "${asking.senderId}", registry: SOCIAL, operation: SEARCH,
        identifier: { type: "UIN", value: "${uin}" }) { steps { reason } } }`,
    );
    return explainAccess.steps.map(({ reason }) => reason);
  };
  // Given while its person is there, though nobody asks before the number passes; and before there is one.
  await consent('u30');
  await consent('later');
  await renumber([40, 'later']);
  expect(await found('later')).toEqual(['Given 40']);
  for (const [uin, held, next] of [['u30', 30, 31] as const, ['later', 40, 41] as const]) {
    await renumber([held, `right ${uin}`], [next, uin]);
    expect(await found(uin)).toEqual([]);
    expect(await standing(uin)).toEqual([{ inForce: false, numberPassedAt: expect.any(String) }]);
    expect(await steps(uin)).toContain('CONSENT_OF_ANOTHER');
    await renumber([next, `u${next}`], [held, uin]);
    expect(await found(uin)).toEqual([`Given ${held}`]);
    expect(await standing(uin)).toEqual([{ inForce: true, numberPassedAt: null }]);
  }
  await renumber([40, 'right later'], [41, 'later']);
  await consent('later');
  expect(await found('later')).toEqual(['Given 41']);
  await renumber([41, 'u41'], [40, 'u40']);
});

test('what a live source says of a number undoes nothing of what our own records say of it', async () => {
  const uin = 'u50';
  const member = (given: string) => ({
    recordType: 'Member',
    identifiers: [{ type: 'UIN', value: uin }],
    data: { demographic_info: { name: { given_name: given } } },
  });
  const found = async (recordType: string) =>
    (await find(asking, byId(uin, { reg_record_type: recordType }))).records.length;
  const remove = () =>
    gateway.admin(
      `mutation { deleteRecord(registry: SOCIAL, recordType: "Member", identifier: { type: "UIN", value: "${uin}" }) { id } }`,
    );
  await addRecords(gateway, [member('First')]);
  await giveConsent(gateway, { uin, senderId: asking.senderId, fields: ['*'] });
  expect([await found('Member'), await found('SRPerson')]).toEqual([1, 1]);
  await remove();
  await addRecords(gateway, [member('Second')]);
  expect(await found('Member')).toBe(0);
  expect(await found('SRPerson')).toBe(1);
  expect(await found('Member')).toBe(0);
  // The other way round, too.
  await school.query('update pupil set uin = null where number = 50');
  await school.query('update pupil set uin = $1 where number = 51', [uin]);
  const isPassed = async () => {
    const { consents } = await gateway.admin<{ consents: { nodes: { numberPassedAt: string | null }[] } }>(
      'query ($filter: ConsentFilter) { consents(filter: $filter) { nodes { numberPassedAt } } }',
      { filter: { registry: 'SOCIAL', identifier: { type: 'UIN', value: uin } } },
    );
    return consents.nodes.map(({ numberPassedAt }) => numberPassedAt !== null);
  };
  await remove();
  expect(await isPassed()).toEqual([false]);
  expect(await found('SRPerson')).toBe(0);
  expect(await isPassed()).toEqual([true]);
  // Our own records come and go without a word of what the source said.
  await addRecords(gateway, [member('Third')]);
  await remove();
  expect(await isPassed()).toEqual([true]);
  // What a source said that is asked no more counts no more.
  await gateway.admin('mutation { removeSource(name: "school") { name } }');
  expect(await isPassed()).toEqual([false]);
  await apply(YAML);
  await school.query(`update pupil set uin = 'old ' || number where number in (50, 51)`);
});

test('a source that forgets consent and row filter leaks neither record nor count', async () => {
  const groups = (who: Partner, message: ReturnType<typeof byId>) => find(who, message);
  const of = { reg_record_type: 'Group' };
  const all = await groups(partner, expression({ group_size: { $ge: 1 } }, of));
  expect(all.total).toBe(4);
  const few = await createPartner(gateway, {
    agreements: [{ rowFilter: { group_size: { $le: 2 } } }],
  });
  const filtered = await groups(few, expression({ group_size: { $ge: 1 } }, of));
  expect([filtered.total, filtered.records.length]).toEqual([2, 2]);
  expect((await groups(few, byId('h3', of, 'HOUSEHOLD_ID'))).total).toBe(0);
  const none = await groups(asking, byId('h1', of, 'HOUSEHOLD_ID'));
  expect([none.total, none.records]).toEqual([0, []]);
  expect((await groups(partner, byId('h1', of, 'HOUSEHOLD_ID'))).total).toBe(1);
});

test('everything that knows records asks the source', async () => {
  const { explainAccess } = await gateway.admin<{
    explainAccess: unknown;
  }>(`{ explainAccess(senderId: "${partner.senderId}",
    registry: SOCIAL, operation: SEARCH, identifier: { type: "UIN", value: "u5" }) { found released } }`);
  expect(explainAccess).toEqual({ found: true, released: true });
  const { records } = await gateway.admin<{
    records: { totalCount: number; nodes: unknown[] };
  }>(`{ records(registry: SOCIAL,
    filter: { recordType: "SRPerson", identifier: { type: "UIN", value: "u5" } }, first: 5) { totalCount nodes { version data identifiers { type value } } } }`);
  expect(records).toMatchObject({ nodes: [{ data: { name: { given_name: 'Given 5' } } }] });
  const { accessReport } = await gateway.admin<{ accessReport: unknown }>(
    `{ accessReport(registry: SOCIAL, identifier: { type: "UIN", value: "u1" }, reason: "asked") {
      complete disclosures { senderId inside } } }`,
  );
  // A household of the source that holds the person is not found here, and the report says so.
  expect(accessReport).toEqual({ complete: false, disclosures: [{ senderId: partner.senderId, inside: false }] });
});

test('a source that is away is told plainly, and nothing half', async () => {
  await school.query('alter table pupil rename to moved');
  await school.query('drop view pupils');
  const { answer } = await find(partner, byId('u1'));
  expect(answer.status).toBe(503);
  expect(JSON.stringify(answer.body)).toContain('kept by a system that does not answer now');
  expect(JSON.stringify(answer.body)).not.toContain('pupil');
  expect(await status()).toMatchObject({ mode: 'LIVE', state: 'RUNNING' });
  await apply(YAML.replace('SCHOOL_', 'GONE_'));
  expect((await find(partner, byId('u1'))).answer.status).toBe(503);
  expect(await status()).toMatchObject({
    state: 'FAILED',
    lastError: expect.stringContaining('ECONNREFUSED') as unknown,
  });
  const report = async (registry: string) => {
    const who = 'identifier: { type: "UIN", value: "u1" }, reason: "asked"';
    const told = await gateway.admin<{ accessReport: unknown }>(
      `{ accessReport(${registry} ${who}) { complete notAsked readings { action } } }`,
    );
    return told.accessReport;
  };
  // The other registries are told of all the same.
  expect(await report('')).toEqual({ complete: false, notAsked: ['SOCIAL'], readings: [] });
  expect(await report('registry: CRVS')).toMatchObject({ notAsked: [] });
});
