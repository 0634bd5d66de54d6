/** Who a record is about, at the doors that write and the doors that ask by identifier. */
import { randomInt, randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';

interface Outcome {
  id: string | null;
  version: number | null;
  change: string;
  reason: string | null;
  message: string | null;
  overwrote: string[] | null;
}
interface Result {
  inserted: number;
  updated: number;
  refused: number;
  records: Outcome[];
}
interface Given {
  recordType?: string;
  externalId?: string | undefined;
  [type: string]: unknown;
}

const UPSERT = `mutation ($registry: Registry!, $records: [RecordInput!]!) {
  upsertRecords(registry: $registry, records: $records) {
    inserted updated refused records { id version change reason message overwrote }
  }
}`;

let gateway: TestGateway;
let partner: Partner;
beforeAll(async () => {
  gateway = await startTestGateway();
  partner = await createPartner(gateway, { agreements: [{ registry: 'SOCIAL' }] });
}, 60_000);
afterAll(() => gateway?.close());

/** `{ UIN: '1', MRN: '2' }`, with a name beside it, as a record. */
const record = ({ recordType = 'SRPerson', externalId, ...rest }: Given, data: object = {}) => ({
  recordType,
  externalId,
  identifiers: Object.entries(rest).map(([type, value]) => ({ type, value })),
  data,
});
const load = async (records: object[], registry = 'SOCIAL'): Promise<Result> =>
  (await gateway.admin<{ upsertRecords: Result }>(UPSERT, { registry, records })).upsertRecords;
const one = async (given: Given, data: object = {}, registry = 'SOCIAL'): Promise<Outcome> =>
  (await load([record(given, data)], registry)).records[0] as Outcome;
/** Begins with a letter: `1234567e` and `-3` behind it would be a number that a spreadsheet rounded. */
const key = () => `k${randomUUID().slice(0, 8)}`;

test('a record that was read is written only over what was read', async () => {
  const [uin, other] = [key(), key()];
  const read = await one({ UIN: uin }, { sex: 'female' });
  const beside = await one({ UIN: other });
  const write = (given: Given, was: object | null, data: object = { sex: 'male' }) =>
    load([{ ...record(given, data), was }]).then(({ records: [outcome] }) => outcome);
  const was = { id: read.id, version: read.version };
  // An import tells of a death meanwhile; who corrects the sex would bring the person back.
  await one({ UIN: uin }, { sex: 'female', death_date: '2026-01-01' });
  const refused = { change: 'REFUSED', reason: 'CHANGED', id: null };
  expect(await write({ UIN: uin }, was)).toMatchObject(refused);
  // A number that was typed wrong, and is somebody else's.
  expect(await write({ UIN: other }, { id: read.id, version: beside.version })).toMatchObject(refused);
  expect(await write({ UIN: uin }, { ...was, version: 2 })).toMatchObject({ change: 'UPDATED', version: 3 });
  expect(await write({ UIN: uin }, null, {})).toMatchObject({ change: 'UPDATED', version: 4 });
  const remove = (looked: object) =>
    gateway.graphql(
      `mutation ($v: String!, $was: RecordVersionInput) {
        deleteRecord(registry: SOCIAL, identifier: { type: "UIN", value: $v }, was: $was) { id } }`,
      { v: uin, was: looked },
    );
  for (const looked of [
    { ...was, version: 3 },
    { id: beside.id, version: 4 },
  ])
    expect((await remove(looked)).errors).toMatchObject([{ extensions: { code: 'CONFLICT', field: 'was' } }]);
  expect((await remove({ ...was, version: 4 })).errors).toBeUndefined();
  expect(await write({ UIN: uin }, { ...was, version: 5 })).toMatchObject(refused);
});

describe('a number that several persons share', () => {
  test.each(['HOUSEHOLD_ID', 'MRN', 'MOBILE', 'GROUP_ID', 'MEMBER_ID', 'DRN'])(
    '%s makes nobody of two persons one, and names nobody alone',
    async (type) => {
      const value = key();
      const result = await load([
        record({ UIN: `a${value}`, [type]: value }, { sex: 'male' }),
        record({ UIN: `b${value}`, [type]: value }, { sex: 'female' }),
        record({ [type]: value }, { sex: 'female' }),
      ]);
      expect(result).toMatchObject({ inserted: 2, updated: 0, refused: 1 });
      expect(result.records[2]).toMatchObject({ change: 'REFUSED', reason: 'UNIDENTIFIED', id: null, version: null });
    },
  );

  test.each([
    ['SOCIAL', 'Group', 'HOUSEHOLD_ID'],
    ['SOCIAL', 'Member', 'MEMBER_ID'],
    ['CRVS', 'Person', 'DRN'],
    ['FR', 'Farmer', 'FARMER_ID'],
    ['DR', 'DisabledPerson', 'DISABILITY_ID'],
    ['IBR', 'Beneficiary', 'BENEFICIARY_ID'],
  ])('but in %s %s the type %s identifies', async (registry, recordType, type) => {
    const value = key();
    expect(await one({ recordType, [type]: value }, {}, registry)).toMatchObject({ change: 'INSERTED' });
    expect(await one({ recordType, [type]: value, UIN: value }, {}, registry)).toMatchObject({ change: 'UPDATED' });
  });

  test('with an external id a record may have nothing of its own', async () => {
    const [externalId, MRN] = [key(), key()];
    expect(await one({ externalId, MRN }, { sex: 'male' })).toMatchObject({ change: 'INSERTED' });
    expect(await one({ externalId, MRN }, { sex: 'female' })).toMatchObject({ change: 'UPDATED', overwrote: ['sex'] });
    expect(await one({ externalId: `${externalId}-2`, MRN })).toMatchObject({ change: 'INSERTED' });
  });
});

describe('identifiers that contradict', () => {
  test('the same birth number with another national number is refused, and nothing else of the call', async () => {
    const value = key();
    const result = await load([
      record({ BRN: value, UIN: `a${value}` }),
      record({ BRN: value, UIN: `b${value}` }),
      record({ UIN: `c${value}` }),
    ]);
    expect(result).toMatchObject({ inserted: 2, refused: 1 });
    expect(result.records[1]).toMatchObject({ change: 'REFUSED', reason: 'CONFLICTING_IDENTIFIER' });
    expect(result.records[1]?.message).toMatch(/^records\.1: .*another UIN/);
    expect(result.records[1]?.message).not.toContain(value);
  });

  test.each(['UIN', 'NIN', 'NID', 'BRN'])(
    'a record with two values of %s is of two persons, and refused',
    async (type) => {
      const value = key();
      const two = record({ [type]: value });
      two.identifiers.push({ type, value: `${value}-2` });
      expect((await load([two])).records[0]).toMatchObject({ change: 'REFUSED', reason: 'CONFLICTING_IDENTIFIER' });
      await one({ [type]: value });
      expect((await load([two])).records[0]?.message).toContain(`two values of ${type}`);
      expect(await one({ [type]: `${value}-2` })).toMatchObject({ change: 'INSERTED' });
    },
  );

  test('but a passport is renewed under another number', async () => {
    const value = key();
    const both = record({ UIN: value, PASSPORT: value });
    both.identifiers.push({ type: 'PASSPORT', value: `${value}-2` });
    expect((await load([both])).records[0]).toMatchObject({ change: 'INSERTED' });
  });

  test('a record that matches two is ambiguous', async () => {
    const value = key();
    await load([record({ UIN: value, NIN: `n${value}` }), record({ BRN: value, NIN: `m${value}` })]);
    expect(await one({ UIN: value, BRN: value })).toMatchObject({ change: 'REFUSED', reason: 'AMBIGUOUS' });
  });

  test('the external id corrects a number, which is told and audited, unless another record has it', async () => {
    const value = key();
    const externalId = `x${value}`;
    const first = await one({ externalId, UIN: `1${value}` }, { sex: 'male' });
    const corrected = await one({ externalId, UIN: `2${value}` }, { sex: 'male' });
    expect(corrected).toMatchObject({ id: first.id, change: 'UPDATED', overwrote: ['identifier'] });
    const [action] = await gateway.database.query<{ after: unknown }>(
      `select after from admin_action where action = 'upsertRecords' order by at desc, id desc limit 1`,
    );
    expect(action?.after).toMatchObject({ records: [{ id: first.id, version: 2, corrected: ['UIN'] }] });
    expect(JSON.stringify(action?.after)).not.toContain(value);
    expect(await one({ UIN: `1${value}` })).toMatchObject({ change: 'INSERTED' });
    const taken = await one({ externalId, UIN: `1${value}` });
    expect(taken).toMatchObject({ change: 'REFUSED', reason: 'CONFLICTING_IDENTIFIER' });
    expect(await one({ externalId: `y${value}`, UIN: `2${value}` })).toMatchObject({
      reason: 'CONFLICTING_IDENTIFIER',
    });
  });

  test('in one call each record meets what those before it made, and every version has its event', async () => {
    const value = key();
    const result = await load([
      record({ UIN: value }, { sex: 'male' }),
      record({ UIN: value, BRN: `b${value}` }, { sex: 'female' }),
      record({ UIN: value, BRN: `b${value}` }, { sex: 'female' }),
      record({ BRN: `b${value}`, NIN: `n${value}` }, { sex: 'male' }),
      record({ NIN: `n${value}`, UIN: `other${value}` }),
    ]);
    expect(result.records.map(({ change, version }) => [change, version])).toEqual([
      ['INSERTED', 1],
      ['UPDATED', 2],
      ['UNCHANGED', 2],
      ['UPDATED', 3],
      ['UPDATED', 4],
    ]);
    const id = result.records[0]?.id;
    const raised = await gateway.database.query<{ version: string; sealed: boolean }>(
      `select e.version, v.data_sealed is not null as sealed from registry_event e
       left join record_version v on v.record_id = e.record_id and v.version = e.version
       where e.record_id = $1 order by e.id`,
      [id],
    );
    expect(raised.map(({ version }) => Number(version))).toEqual([1, 2, 3, 4]);
    const [stored] = await gateway.database.query<{ version: string; names: string[] }>(
      `select version, array(select type from record_identifier where record_id = r.id order by type) as names
       from registry_record r where id = $1`,
      [id],
    );
    expect(stored).toMatchObject({ version: '4', names: ['NIN', 'UIN'] });
  });

  test('a beneficiary has one record per programme, told apart by external id', async () => {
    const UIN = key();
    const enrol = (externalId?: string) => one({ recordType: 'Beneficiary', externalId, UIN }, {}, 'IBR');
    expect((await enrol(`p1${UIN}`)).change).toBe('INSERTED');
    expect((await enrol(`p2${UIN}`)).change).toBe('INSERTED');
    expect((await enrol(`p1${UIN}`)).change).toBe('UNCHANGED');
    expect(await enrol()).toMatchObject({ reason: 'AMBIGUOUS' });
  });

  test('a household that is enrolled as a whole is known by its number, its persons are not', async () => {
    const HOUSEHOLD_ID = key();
    const group = {
      group: { group_identifier: [{ identifier_type: 'HOUSEHOLD_ID', identifier_value: HOUSEHOLD_ID }] },
    };
    const person = (UIN: string) => ({ ...record({ recordType: 'Beneficiary', UIN }), data: group });
    const whole = { recordType: 'Beneficiary', identifiers: [], data: group };
    expect(await load([whole, person(`a${HOUSEHOLD_ID}`), person(`b${HOUSEHOLD_ID}`), whole], 'IBR')).toMatchObject({
      inserted: 3,
      refused: 0,
      records: [{}, {}, {}, { change: 'UNCHANGED' }],
    });
  });

  test('a member is not known by the number of a person that stands for the household', async () => {
    const [head, NIN] = [key(), key()];
    const number = (type: string, value: string) => [{ identifier_type: type, identifier_value: value }];
    const of = (type: string, value: string) => ({
      recordType: 'Beneficiary',
      identifiers: [],
      data: { member: { member_identifier: number(type, value) }, group: { group_identifier: number('UIN', head) } },
    });
    // Who is named beside the data, which makes it a member's record, is no other.
    const beside = { ...of('NIN', `b${NIN}`), identifiers: [{ type: 'NIN', value: `b${NIN}` }] };
    const { member: _, ...data } = beside.data;
    const result = await load([of('NIN', NIN), of('UIN', head), { ...beside, data }], 'IBR');
    expect(result).toMatchObject({ inserted: 3, refused: 0 });
    const held = await gateway.database.query(
      `select type, value from record_identifier where record_id = any ($1) order by record_id`,
      [result.records.map(({ id }) => id)],
    );
    expect(held).toEqual([
      { type: 'NIN', value: NIN },
      { type: 'UIN', value: head },
      { type: 'NIN', value: `b${NIN}` },
    ]);
  });
});

describe('values that identify nobody', () => {
  test('one that is longer than an index takes keeps only its record out, wherever it is given', async () => {
    // So that they do not compress: an index takes the compressed value.
    const long = Array.from({ length: 1000 }, () => String.fromCodePoint(0x4e00 + randomInt(20_000))).join('');
    const longest = `${key()}${long}`.slice(0, 330);
    const result = await load([
      record({ UIN: long }),
      record({ UIN: key(), externalId: long }),
      record({ UIN: longest, externalId: longest }),
    ]);
    expect(result.records.map(({ change, reason }) => [change, reason])).toEqual([
      ['REFUSED', 'INVALID'],
      ['REFUSED', 'INVALID'],
      ['INSERTED', null],
    ]);
  });

  test.each([
    'N/A',
    'none',
    'NULL',
    'Unknown',
    '-',
    '0',
    '000',
    '000-000',
    'XXX',
    '8.20E+11',
    '1e+21',
    '#N/A',
    '#REF!',
    'n-a',
    'N / A',
    '<null>',
    'Not provided',
    'No ID',
    'Sin identificación',
    'pas de numéro',
    'não tem',
    'لا يوجد',
    '#WERT!',
    '#¿NOMBRE?',
    '٠٠٠',
    'Ｎ／Ａ',
    '999-99-9999',
    '8.20 E+11',
    '\u200bN/A\u200b',
  ])('%j is refused with its type', async (value) => {
    const outcome = await one({ UIN: key(), BRN: value });
    expect(outcome).toMatchObject({ change: 'REFUSED', reason: 'INVALID' });
    expect(outcome.message).toMatch(/^records\.0: identifier BRN /);
  });

  test.each(['0001', 'NA12', 'X1', '12E345', '820000000000', '999999', 'NO1', '9999999998'])(
    '%j is a number like others',
    async (value) => {
      expect(await one({ TAX_ID: value })).toMatchObject({ change: 'INSERTED' });
    },
  );

  test('a blank one is left out, wherever it stands', async () => {
    const UIN = key();
    expect(await one({ UIN, BRN: '' })).toMatchObject({ change: 'INSERTED' });
    expect(await one({ UIN: key(), BRN: '  ' })).toMatchObject({ change: 'INSERTED' });
    expect(await one({ UIN: '\u200b', BRN: '\u3164' })).toMatchObject({ change: 'REFUSED' });
    expect(await one({ UIN: ' ', BRN: '' })).toMatchObject({ change: 'REFUSED' });
    expect(await one({ externalId: ' ', UIN })).toMatchObject({ change: 'UNCHANGED' });
  });

  test('an external id that stands for none is none', async () => {
    expect(await one({ externalId: 'N/A', UIN: key() })).toMatchObject({ reason: 'INVALID' });
  });

  test('inside the data too', async () => {
    const data = { identifier: [{ identifier_type: 'UIN', identifier_value: 'n/a' }] };
    expect(await one({}, data)).toMatchObject({ reason: 'INVALID' });
  });
});

test('a record that does not follow the dictionary keeps only itself out', async () => {
  const result = await load([
    record({ UIN: key() }, { sex: 'no such code' }),
    record({ UIN: key() }),
    record({ UIN: key(), recordType: 'Shoe' }),
  ]);
  expect(result).toMatchObject({ inserted: 1, refused: 2 });
  expect(result.records.map(({ reason }) => reason)).toEqual(['INVALID', null, 'INVALID']);
});

test('an identifier alone is a record', async () => {
  const BRN = key();
  expect(await one({ recordType: 'Person', BRN }, {}, 'CRVS')).toMatchObject({ change: 'INSERTED' });
  expect(await one({ externalId: key() })).toMatchObject({
    reason: 'INVALID',
    message: expect.stringContaining('empty'),
  });
});

test('ten loads at once make one record', async () => {
  const [UIN, BRN] = [key(), key()];
  const done = await Promise.all(
    Array.from({ length: 10 }, (_, index) => one(index % 2 === 0 ? { UIN, BRN } : { BRN, UIN, MRN: key() })),
  );
  expect(done.filter(({ change }) => change === 'INSERTED')).toHaveLength(1);
  expect(new Set(done.map(({ id }) => id)).size).toBe(1);
});

test('whatever the order of loads, nobody is merged and nobody is split', async () => {
  const told = fc.record({
    person: fc.integer({ min: 0, max: 3 }),
    brn: fc.boolean(),
    household: fc.option(fc.integer({ min: 0, max: 1 })),
    marriage: fc.option(fc.integer({ min: 0, max: 1 })),
    named: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(told, { minLength: 2, maxLength: 10 }), fc.boolean(), async (all, together) => {
      const run = key();
      const records = all.map(({ person, brn, household, marriage, named }) =>
        record({
          ...(named ? { externalId: `${run}-${person}` } : {}),
          UIN: `${run}-${person}`,
          ...(brn ? { BRN: `${run}-b${person}` } : {}),
          ...(household === null ? {} : { HOUSEHOLD_ID: `${run}-h${household}` }),
          ...(marriage === null ? {} : { MRN: `${run}-m${marriage}` }),
        }),
      );
      const outcomes = together
        ? (await load(records)).records
        : (await Promise.all(records.map((each) => load([each])))).flatMap((result) => result.records);
      const idsOf = Map.groupBy(outcomes, (_, index) => all[index]?.person);
      const ids = [...idsOf.values()].map((of) => new Set(of.map(({ id }) => id)));
      expect(outcomes.every(({ change }) => change !== 'REFUSED')).toBe(true);
      expect(ids.every((of) => of.size === 1)).toBe(true);
      expect(new Set(ids.flatMap((of) => [...of])).size).toBe(ids.length);
    }),
    { numRuns: 25 },
  );
}, 120_000);

describe('whoever names a person by a shared number', () => {
  const shared = { type: 'MRN', value: `M-${key()}` };
  const UIN = key();
  beforeAll(() => load([record({ UIN, MRN: shared.value }, { death_date: '2020-01-01' })]));
  const refusal = async (query: string) => {
    const { errors } = await gateway.graphql(query, { identifier: shared, sender: partner.senderId });
    return [errors?.[0]?.extensions.code, errors?.[0]?.message];
  };

  test.each([
    [
      'deleteRecord',
      'mutation ($identifier: IdentifierInput!) { deleteRecord(registry: SOCIAL, identifier: $identifier) { id } }',
    ],
    [
      'explainAccess',
      'query ($identifier: IdentifierInput!, $sender: String!) { explainAccess(senderId: $sender, registry: SOCIAL, identifier: $identifier) { found } }',
    ],
    [
      'accessReport',
      'query ($identifier: IdentifierInput!) { accessReport(registry: SOCIAL, identifier: $identifier, reason: "asked") { complete } }',
    ],
    [
      'grantConsent',
      'mutation ($identifier: IdentifierInput!, $sender: String!) { grantConsent(input: { registry: SOCIAL, identifier: $identifier, senderId: $sender, fields: ["*"] }) { id } }',
    ],
  ])('%s is told to name one', async (_, query) => {
    expect(await refusal(query)).toEqual(['BAD_USER_INPUT', expect.stringMatching(/shared/)]);
  });

  test('a record is deleted by its own number or its external id', async () => {
    const externalId = key();
    await one({ externalId, MRN: shared.value });
    const query =
      'mutation ($externalId: String!) { deleteRecord(registry: SOCIAL, externalId: $externalId) { change } }';
    expect(await gateway.admin(query, { externalId })).toEqual({ deleteRecord: { change: 'DELETED' } });
    expect((await gateway.graphql(query, { externalId })).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });

  test('verify finds nobody by it, and the person by her own', async () => {
    const verify = async (named: object) =>
      (
        await partner.postHttpSigned('/dci/v1/verify', {
          transaction_id: randomUUID(),
          sender_id: partner.senderId,
          registry: 'social',
          verify: { ...named, is_alive: true },
        })
      ).body;
    expect(await verify({ marriage_reg_no: shared.value })).toMatchObject({ found: false, verified: {} });
    expect(await verify({ national_id: UIN, marriage_reg_no: shared.value })).toMatchObject({
      found: true,
      verified: { is_alive: false },
    });
  });
});
