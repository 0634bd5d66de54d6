/** Registers of estimated dates: a year or a month is held, found, verified and sorted; a date that cannot be is refused. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { addRecords } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId, expression, find, searchFor } from '../support/search-message.js';

let gateway: TestGateway;
let partner: Partner;

const person = (brn: string, data: object) => ({
  recordType: 'Person',
  identifiers: [{ type: 'BRN', value: brn }],
  data: { name: { surname: brn }, ...data },
});

beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLE: 'api' } });
  partner = await createPartner(gateway, { agreements: [{ registry: 'CRVS' }] });
  await addRecords(
    gateway,
    [
      person('year', { birth_date: '1985' }),
      person('month', { birth_date: '1985-05', death_date: '2020' }),
      person('day', { birth_date: '1985-05-20' }),
      person('time', { birth_date: '1985-06-01T23:30:00-05:00' }),
      person('later', { birth_date: '1986', marriage_date: ['2010', '2011-02-03'] }),
    ],
    'CRVS',
  );
});
afterAll(() => gateway?.close());

const found = async (query: JsonObject, more: JsonObject = {}) =>
  (await find(partner, expression(query, more), 'crvs')).records.map(
    ({ name }: { name: { surname: string } }) => name.surname,
  );
const ask = async (query: JsonObject) => (await found(query)).toSorted();

test.each<[JsonObject, string[]]>([
  [{ YOB: 1985 }, ['day', 'month', 'time', 'year']],
  [{ YOB: { $gte: 1986 } }, ['later']],
  [{ YOB: { $in: [1984, 1986] } }, ['later']],
  [{ birth_date: '1985' }, ['day', 'month', 'time', 'year']],
  [{ birth_date: '1985-05' }, ['day', 'month']],
  [{ birth_date: '1985-05-20' }, ['day']],
  [{ birth_date: '1985-05-20T10:00:00Z' }, ['day']],
  [{ birth_date: { $gte: '1985-05-01', $lte: '1985-05-31' } }, ['day', 'month']],
  [{ birth_date: { $gte: '1985-01-01', $lte: '1985-12-31' } }, ['day', 'month', 'time', 'year']],
  [{ birth_date: { $gt: '1985-05' } }, ['later', 'time']],
  [{ birth_date: { $lt: '1985-06' } }, ['day', 'month']],
  [{ death_date: { $gte: '2020-01-02' } }, []],
  [{ marriage_date: '2010' }, ['later']],
  [{ marriage_date: '2010-05-05' }, []],
])('%j finds those of whom it holds whatever day is meant', async (query, expected) => {
  expect(await ask(query)).toEqual(expected);
});

test('a year that a partner sends takes away no day that is known; another year replaces it', async () => {
  const push = (birth_date: string, event = 'LiveBirth') =>
    partner.postHttpSigned('/dci/v1/notify', {
      transaction_id: randomUUID(),
      sender_id: partner.senderId,
      event: {
        event_type: event,
        registry: 'crvs',
        record: { identifier: [{ identifier_type: 'BRN', identifier_value: 'pushed' }], birth_date },
      },
    });
  const held: unknown[] = [];
  for (const given of [
    '1985',
    '1985-05',
    '1985-05-21',
    '1985-05',
    '1985',
    '1985-05-21T10:00:00Z',
    '1985-05-21',
    '1986',
  ]) {
    expect((await push(given)).body.status_reason_message).toBeUndefined();
    held.push((await find(partner, byId('pushed', {}, 'BRN'), 'crvs')).records[0]?.birth_date);
  }
  const [day, time] = ['1985-05-21', '1985-05-21T10:00:00Z'];
  expect(held).toEqual(['1985', '1985-05', day, day, day, time, time, '1986']);
  await gateway.admin(
    `mutation { deleteRecord(registry: CRVS, identifier: { type: "BRN", value: "pushed" }) { change } }`,
  );
});

test('an age is told of those of whom it is certain', async () => {
  const year = new Date().getUTCFullYear();
  expect(await ask({ age: { $gte: year - 1985 - 1 } })).toContain('year');
  expect(await ask({ age: { $gt: year - 1985 } })).not.toContain('year');
  expect(await ask({ age: { $lt: 20 } })).toEqual([]);
});

test('is found by the query type graphql and the short form alike', async () => {
  const expressionText = 'query { person(birth_date: "1985") { name { surname } } }';
  const message = searchFor({
    query_type: 'graphql',
    query: { type: 'graphql', value: { expression: expressionText } },
  });
  expect((await find(partner, message, 'crvs')).total).toBe(4);
  const short = { transaction_id: randomUUID(), sender_id: partner.senderId, registry: 'crvs' };
  const answer = await partner.postHttpSigned('/dci/v1/search', {
    ...short,
    search_criteria: { birth_date: '1985-05' },
  });
  expect(answer.body.total_count).toBe(2);
});

test('leaves as it is recorded, and sorts before its days', async () => {
  const sort = [{ attribute_name: 'birth_date', sort_order: 'asc' }];
  expect(await found({ birth_date: { $gte: '1985' } }, { sort })).toEqual(['year', 'month', 'day', 'time', 'later']);
  const { records } = await find(partner, byId('month', {}, 'BRN'), 'crvs');
  expect(records).toMatchObject([{ birth_date: '1985-05', death_date: '2020' }]);
});

async function verified(brn: string, claims: JsonObject) {
  const verify = { BRN: brn, ...claims };
  const message = { transaction_id: randomUUID(), sender_id: partner.senderId, registry: 'crvs', verify };
  return (await partner.postHttpSigned('/dci/v1/verify', message)).body.verified;
}

test.each<[string, JsonObject, boolean | null]>([
  ['year', { birth_date: '1985-05-20' }, null],
  ['year', { birth_date: '1985-05' }, null],
  ['year', { birth_date: '1985' }, true],
  ['year', { birth_date: '1986-05-20' }, false],
  ['year', { YOB: 1985 }, true],
  ['year', { YOB: 1986 }, false],
  ['month', { birth_date: '1985-05-20' }, null],
  ['month', { birth_date: '1985-06-20' }, false],
  ['day', { birth_date: '1985-05' }, true],
  ['day', { birth_date: '1985-06' }, false],
  ['month', { is_alive: true }, false],
  ['year', { is_alive: true }, true],
])('of %s the claim %j is %p', async (brn, claims, expected) => {
  expect(await verified(brn, claims)).toEqual({ [Object.keys(claims)[0]!]: expected });
});

/** As a source may have it. */
const holds = (surname: string, path: string, date: string) =>
  gateway.database.query(
    `update registry_record set data = data || jsonb_build_object($2::text, $3::text) where data #>> '{name,surname}' = $1`,
    [surname, path, date],
  );

test.each<[string, object]>([
  ['birth_date', { birth_date: '2091-05-20' }],
  ['birth_date', { birth_date: '2091' }],
  ['marriage_date', { marriage_date: ['2010', '2091-05-20'] }],
  ['divorce_date', { divorce_date: ['2091-05'] }],
])('a %s that is still to come is refused by name: %j', async (path, data) => {
  const { upsertRecords } = await gateway.admin<{ upsertRecords: { records: { message: string | null }[] } }>(
    `mutation ($records: [RecordInput!]!) { upsertRecords(registry: CRVS, records: $records) { records { message } } }`,
    { records: [person('to-come', data), person('had', { birth_date: String(new Date().getUTCFullYear()) })] },
  );
  expect(upsertRecords.records.map(({ message }) => message)).toEqual([
    `records.0: ${path} lies in the future: correct it, or leave it out`,
    null,
  ]);
});

test('a birth to come, as a source may have it, makes nobody a child', async () => {
  await addRecords(gateway, [person('child', { birth_date: '2024' }), person('grown', { birth_date: '1991' })], 'CRVS');
  await holds('grown', 'birth_date', '2091-01-01');
  expect(await ask({ age: { $lt: 20 } })).toEqual(['child', 'had']);
  expect(await ask({ birth_date: '2091-01-01' })).toEqual(['grown']);
});

test('a death that is still to come is refused, and kills nobody where a source has one', async () => {
  const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  const year = String(new Date().getUTCFullYear());
  const dates = [day(2), String(Number(year) + 1), `${day(3)}T00:00:00Z`, day(0), year, '2020'];
  const { upsertRecords } = await gateway.admin<{ upsertRecords: { records: { message: string | null }[] } }>(
    `mutation ($records: [RecordInput!]!) { upsertRecords(registry: CRVS, records: $records) { records { message } } }`,
    { records: dates.map((death_date, index) => person(`dies-${index}`, { death_date })) },
  );
  const ahead = expect.stringContaining('death_date lies in the future');
  expect(upsertRecords.records.map(({ message }) => message)).toEqual([ahead, ahead, ahead, null, null, null]);
  const dies = (date: string) => holds('later', 'death_date', date);
  await dies(day(2));
  expect(await verified('later', { is_alive: true })).toEqual({ is_alive: true });
  await dies(day(0));
  expect(await verified('later', { is_alive: true })).toEqual({ is_alive: false });
});

describe.each(['1985-05-20T99:99:99Z', '1985-05-20T10:00:00+99:00', '1985-02-30', '1985-13', '85', '1985-05T10:00'])(
  'the date %s cannot be:',
  (birth_date) => {
    test('it is refused in a query', async () => {
      const { item } = await find(partner, expression({ birth_date }), 'crvs');
      expect(item).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.filter.invalid' });
      expect(item.status_reason_message).toContain('birth_date');
    });

    test('it is not held', async () => {
      await addRecords(gateway, [person('none', { birth_date })], 'CRVS').catch(() => undefined);
      expect((await find(partner, byId('none', {}, 'BRN'), 'crvs')).total).toBe(0);
    });
  },
);

test.each(['2026-02-30T10:00:00Z', '2026-01-01T25:00:00Z', '2026-01-01T10:00:00+99:00', '2026-01-01'])(
  'a message of the impossible time %s is refused',
  async (time) => {
    const header = await partner.send('crvs/registry/sync/search', 'search', byId('year'), { message_ts: time });
    expect(header.status).toBe(400);
    const { transaction_id, search_request } = byId('year') as { transaction_id: string; search_request: [JsonObject] };
    const dated = { transaction_id, search_request: [{ ...search_request[0], timestamp: time }] };
    expect((await partner.send('crvs/registry/sync/search', 'search', dated)).status).toBe(400);
  },
);
