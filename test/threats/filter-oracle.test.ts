/** Attributes that fall through to any column, counts that answer what may not be seen, denylists. */
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { addRecords, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId, expression, find, searchFor } from '../support/search-message.js';

let gateway: TestGateway;
let partner: Partner;

beforeAll(async () => {
  gateway = await startTestGateway();
  partner = await createPartner(gateway, { agreements: [{ fields: ['identifier', 'name'] }] });
  await addRecords(gateway, [person('1', { birth_date: '1990-01-01', address: [{ locality: 'Here' }] })]);
});
afterAll(() => gateway?.close());

const refused = (code: string) => ({ item: { status: 'rjct', status_reason_code: code }, records: [] });

test('what the agreement covers may be asked', async () => {
  expect(await find(partner, expression({ 'name.surname': { $eq: 'Surname 1' } }))).toMatchObject({ total: 1 });
});

const HIDDEN = ['birth_date', 'sex', 'address.locality', 'age', 'dob'];
test.each(HIDDEN)('a filter on %s, which it does not cover, is refused and counts nothing', async (attribute) => {
  const value = attribute === 'age' ? 30 : '1990-01-01';
  const answer = await find(partner, expression({ [attribute]: { $gte: value } }));
  expect(answer).toMatchObject(refused('rjct.filter.invalid'));
  expect(answer.total).toBeUndefined();
});

test.each([
  ['below AND', { $and: [{ 'name.surname': { $eq: 'Surname 1' } }, { sex: { $eq: 'female' } }] }],
  ['below OR', { $or: [{ 'name.surname': { $eq: 'nobody' } }, { sex: { $eq: 'female' } }] }],
  ['below NOT', { $not: { sex: { $eq: 'female' } } }],
  ['below all of them', { $and: [{ $or: [{ $not: { sex: { $eq: 'female' } } }] }] }],
])('it is found %s', async (_, query) => {
  expect(await find(partner, expression(query as never))).toMatchObject(refused('rjct.filter.invalid'));
});

test('it is found in a predicate', async () => {
  const query = [{ seq_num: 1, expression1: { attribute_name: 'sex', operator: 'eq', attribute_value: 'female' } }];
  const answer = await find(partner, searchFor({ query_type: 'predicate', query }));
  expect(answer).toMatchObject(refused('rjct.filter.invalid'));
});

test('a sort by what it does not cover is refused', async () => {
  const sort = [{ attribute_name: 'birth_date', sort_order: 'asc' }];
  const answer = await find(partner, expression({ 'name.surname': { $eq: 'Surname 1' } }, { sort }));
  expect(answer).toMatchObject(refused('rjct.sort.invalid'));
});

const INNER = [
  'id',
  'record_id',
  'registry_record.data',
  'data',
  'external_id',
  'client_secret_hash',
  '__proto__x',
  'constructor',
  "name'; drop table sender; --",
  'name__contains',
  '$where',
];
test.each(INNER)('%s is no attribute, whatever the tables have', async (attribute) => {
  const answer = await find(partner, expression({ [attribute]: { $eq: '1' } }));
  expect(answer.item.status).toBe('rjct');
  expect(['rjct.filter.invalid', 'rjct.search_criteria.invalid']).toContain(answer.item.status_reason_code);
});

test.each(['$regex', '$where', '$exists', 'ilike', '$elemMatch'])('%s is no operator', async (operator) => {
  const answer = await find(partner, expression({ 'name.surname': { [operator]: 'S.*' } }));
  expect(answer.item.status).toBe('rjct');
});

test('verify confirms nothing that the agreement does not cover', async () => {
  for (const claims of [{ birth_date: '1990-01-01' }, { is_alive: true }]) {
    const answer = await partner.postHttpSigned('/dci/v1/verify', {
      transaction_id: 't',
      sender_id: partner.senderId,
      verify: { UIN: '1', ...claims },
    });
    expect({ status: answer.status, code: answer.body.message.error.code }).toEqual({
      status: 403,
      code: 'err.request.forbidden',
    });
  }
});

describe('an identifier that the agreement does not cover', () => {
  const number = (type: string, value: string) => [{ identifier_type: type, identifier_value: value }];
  const MEMBER = ['member.member_identifier', 'member.demographic_info.name', 'enrollment_status'];
  let members: Partner;
  let households: Partner;

  beforeAll(async () => {
    const agreed = (fields: string[]) => createPartner(gateway, { agreements: [{ registry: 'IBR', fields }] });
    [members, households] = await Promise.all([
      agreed(MEMBER),
      agreed(['group.group_identifier', 'enrollment_status']),
    ]);
    const data = {
      member: { member_identifier: number('UIN', 'b-1'), demographic_info: { name: { surname: 'Okafor' } } },
      group: { group_identifier: number('HOUSEHOLD_ID', 'h-1') },
      enrollment_status: '1',
    };
    await addRecords(gateway, [{ recordType: 'Beneficiary', identifiers: [], data }], 'IBR');
  });

  const path = { 'group.group_identifier.identifier_value': { $eq: 'h-1' } };
  test.each([
    ['it is looked up', byId('h-1', {}, 'HOUSEHOLD_ID')],
    ['it is claimed beside another', expression({ $and: [{ UIN: { $eq: 'b-1' } }, { HOUSEHOLD_ID: { $eq: 'h-1' } }] })],
    ['its path is compared', expression({ $and: [{ UIN: { $eq: 'b-1' } }, path] })],
    ['a range of it is', expression({ 'group.group_identifier.identifier_value': { $gte: 'h' } })],
  ])('tells nothing of whom it belongs to where %s', async (_, message) => {
    expect(await find(members, message, 'ibr')).toMatchObject(refused('rjct.filter.invalid'));
    expect(await find(members, byId('b-1'), 'ibr')).toMatchObject({ total: 1 });
  });

  test('nor does a member’s number where the household’s is covered', async () => {
    expect(await find(households, byId('b-1'), 'ibr')).toMatchObject(refused('rjct.filter.invalid'));
    expect(await find(households, byId('h-1', {}, 'HOUSEHOLD_ID'), 'ibr')).toMatchObject({ total: 1 });
  });

  test('nor does a verification by both', async () => {
    const verified = (identifiers: JsonObject) =>
      members.postHttpSigned('/dci/v1/verify', {
        transaction_id: 't',
        sender_id: members.senderId,
        registry: 'ibr',
        verify: identifiers,
      });
    expect((await verified({ UIN: 'b-1' })).body.found).toBe(true);
    for (const household of ['h-1', 'h-2'])
      expect(await verified({ UIN: 'b-1', HOUSEHOLD_ID: household })).toMatchObject({
        status: 403,
        body: { message: { error: { message: expect.stringContaining('does not cover group.group_identifier') } } },
      });
  });
});

test('where some attributes may be searched, whom an identifier names is found, and no others by it', async () => {
  const agreements = [{ fields: ['identifier', 'name'], searchableAttributes: ['name'] }];
  const listed = await createPartner(gateway, { agreements });
  const value = 'identifier.identifier_value';
  const named: JsonObject[] = [{ UIN: { $eq: '1' } }, { UIN: { $in: ['1', '2'] } }, { [value]: { $eq: '1' } }];
  for (const query of named) expect(await find(listed, expression(query))).toMatchObject({ total: 1 });
  const others: JsonObject[] = [
    { UIN: { $ne: '2' } },
    { $not: { UIN: { $eq: '2' } } },
    { [value]: { $ne: '2' } },
    { [value]: { $gte: '0' } },
    { $not: { [value]: { $eq: '2' } } },
  ];
  for (const query of others)
    expect(await find(listed, expression(query))).toMatchObject(refused('rjct.filter.invalid'));
});
