/** The migration that puts stored identifiers and texts into the form in which they are read. */
import type { Database } from '../../src/entities/database/database.js';
import { connectDatabase } from '../../src/entities/schema/connect.js';
import { readIdentifierValue } from '../../src/protocol/registries/records/identifier-value.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

const COMPOSED = 'Ren\u00e9e';
const DECOMPOSED = 'Rene\u0301e';

let home: TestDatabase;
let database: Database;
beforeAll(async () => {
  home = await createTestDatabase({ template: false });
  database = await connectDatabase(home.url);
  await database.orm.migrator.up({ to: '0001-baseline' });
});
afterAll(async () => {
  await database.close();
  await home.drop();
});

const id = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;

async function store(
  number: number,
  identifiers: [type: string, value: string][],
  data: object = {},
  externalId?: string,
) {
  const identifier = identifiers.map(([type, value]) => ({ identifier_type: type, identifier_value: value }));
  await database.query(
    `insert into registry_record (id, registry, record_type, data, external_id) values ($1, 'SOCIAL', 'SRPerson', $2, $3)`,
    [id(number), JSON.stringify({ identifier, ...data }), externalId ?? null],
  );
  for (const [type, value] of identifiers)
    await database.query(`insert into record_identifier values ($1, 'SOCIAL', 'SRPerson', $2, $3)`, [
      id(number),
      type,
      value,
    ]);
}

async function record(number: number) {
  const [row] = await database.query<{ data: object; external_id: string | null; version: string }>(
    'select data, external_id, version from registry_record where id = $1',
    [id(number)],
  );
  const identifiers = await database.query<{ type: string; value: string }>(
    'select type, value from record_identifier where record_id = $1 order by type, value',
    [id(number)],
  );
  return { ...row, identifiers: identifiers.map(({ type, value }) => [type, value]) };
}

const inData = (value: string, type = 'UIN') => ({ identifier_type: type, identifier_value: value });

test('identifiers and texts become what they are read as; what would become another record’s stays', async () => {
  const member = { related_person: [{ related_member: { identifier: [inData(' 9 ')] } }] };
  await store(
    1,
    [
      ['UIN', ' 1\u00a0'],
      ['BRN', '  '],
    ],
    { name: { given_name: DECOMPOSED }, ...member },
    ' E1 ',
  );
  await store(2, [['UIN', '2']], { note: 'n\n\u0303 "q\u0301" \\', list: [[], {}, null, 1.5, true] });
  await store(3, [['UIN', ' 2']], { name: { given_name: DECOMPOSED } }, 'E3 ');
  await store(
    4,
    [
      ['UIN', '4 '],
      ['UIN', '4'],
    ],
    {},
    'E3',
  );
  await store(5, [['HOUSEHOLD_ID', ' h']], {}, '');
  await store(6, [
    ['HOUSEHOLD_ID', 'h'],
    ['UIN', '7 '],
  ]);
  await store(7, [['UIN', ' 7']]);
  const unseen = { related_person: [{ related_member: { identifier: [inData('\u202a9\u202c')] } }] };
  await store(8, [['UIN', '\u200e8\u200b']], unseen, '\u2060E8');
  await database.query(
    `insert into consent (id, registry, identifier_type, identifier_value, sender_id, fields, valid_from, granted_by)
     values ($1, 'SOCIAL', 'UIN', $2, 's', '{*}', now(), 'a')`,
    [id(1), DECOMPOSED],
  );
  const enrolled = (programme: unknown) =>
    JSON.stringify({ programme_identifier: [{ programme_identifier: programme }] });
  await database.query(
    `insert into registry_record (id, registry, record_type, data) values ($1, 'IBR', 'Beneficiary', $2), ($3, 'IBR', 'Beneficiary', $4)`,
    [id(20), enrolled('\u00a0P  1 '), id(21), enrolled(null)],
  );
  await database.orm.migrator.up();

  expect((await record(20)).data).toEqual(JSON.parse(enrolled('P  1')));
  expect((await record(21)).data).toEqual(JSON.parse(enrolled(null)));
  expect(await record(1)).toEqual({
    data: {
      identifier: [inData('1'), inData('', 'BRN')],
      name: { given_name: COMPOSED },
      related_person: [{ related_member: { identifier: [inData('9')] } }],
    },
    external_id: 'E1',
    version: '1',
    identifiers: [['UIN', '1']],
  });
  const { data } = await record(2);
  expect(data).toMatchObject({ note: 'n\n\u0303 "q\u0301" \\', list: [[], {}, null, 1.5, true] });
  expect(await record(3)).toMatchObject({
    data: { identifier: [inData(' 2')], name: { given_name: COMPOSED } },
    external_id: 'E3 ',
    identifiers: [['UIN', ' 2']],
  });
  expect((await record(4)).identifiers).toEqual([['UIN', '4']]);
  expect(await record(5)).toMatchObject({ external_id: null, identifiers: [['HOUSEHOLD_ID', 'h']] });
  expect((await record(6)).identifiers).toEqual([
    ['HOUSEHOLD_ID', 'h'],
    ['UIN', '7 '],
  ]);
  expect((await record(7)).identifiers).toEqual([['UIN', ' 7']]);
  expect(await record(8)).toMatchObject({
    data: { identifier: [inData('8')], related_person: [{ related_member: { identifier: [inData('9')] } }] },
    external_id: 'E8',
    identifiers: [['UIN', '8']],
  });
  expect(await database.query('select identifier_value from consent')).toEqual([{ identifier_value: COMPOSED }]);
  const odd = await database.query(
    'select record_id as id from record_identifier where value <> normal_identifier(value) order by record_id',
  );
  expect(odd).toEqual([{ id: id(3) }, { id: id(6) }, { id: id(7) }]);
});

test('the database reads an identifier as we do, whatever character is around it', async () => {
  const planes = [0x1, 0x2_0000, 0xe_0000, 0xe_2000] as const;
  const rows = await database.query<{ code: number; read: string }>(
    `select code, normal_identifier('a' || chr(code)) as read from (
       select generate_series($1::int, $2::int) as code union all select generate_series($3::int, $4::int)) as every
     where code not between 55296 and 57343 and code <> 65533`,
    [...planes],
  );
  const otherwise = rows.filter(({ code, read }) => {
    const ours = readIdentifierValue(`a${String.fromCodePoint(code)}`);
    return ours !== undefined && ours !== read;
  });
  expect(otherwise).toEqual([]);
  expect(rows.filter(({ read }) => read === 'a').length).toBeGreaterThan(4000);
});
