/** Attributes that fall through to any column, counts that answer what may not be seen, denylists. */
import { addRecords, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { expression, find, searchFor } from '../support/search-message.js';

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
