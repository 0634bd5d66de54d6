/** Claims about a person are tried until one holds. Here one claim of an attribute, so many claims an hour. */
import { randomUUID } from 'node:crypto';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';

const LIMIT = 6;
const VERIFY = `mutation ($input: VerifyInput!) { verify(input: $input) { found verified } }`;

let gateway: TestGateway;
let partner: Partner;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { VERIFY_LIMIT_PER_HOUR: String(LIMIT) } });
  partner = await createPartner(gateway, {
    agreements: [{ registry: 'SOCIAL' }, { registry: 'DR' }, { registry: 'IBR' }],
  });
  const load = (registry: string, records: object[]) =>
    gateway.admin(
      `mutation ($registry: Registry!, $records: [RecordInput!]!) { upsertRecords(registry: $registry, records: $records) { inserted } }`,
      { registry, records },
    );
  await load(
    'SOCIAL',
    ['1', '2', '3', '4', '5', '6'].map((n) => ({
      recordType: 'SRPerson',
      identifiers: [
        { type: 'UIN', value: n },
        { type: 'BRN', value: `b-${n}` },
      ],
      data: { birth_date: '1985-05-20', sex: 'female', name: { surname: 'Okafor', given_name: 'Ada' } },
    })),
  );
  await load('DR', [
    {
      recordType: 'DisabledPerson',
      identifiers: [{ type: 'UIN', value: 'd-1' }],
      data: { personal_details: { demographic_info: { sex: 'female' } }, disability_status: '0' },
    },
  ]);
});
afterAll(() => gateway?.close());

/** The short form: identifiers and claims together. */
const short = (verify: object) =>
  partner.postHttpSigned('/dci/v1/verify', { transaction_id: randomUUID(), sender_id: partner.senderId, verify });

const graphql = (identifiers: Record<string, string>, claims: object, registry = 'SOCIAL') =>
  partner.postHttpSigned('/graphql', {
    query: VERIFY,
    variables: {
      input: {
        registry,
        transactionId: randomUUID(),
        identifiers: Object.entries(identifiers).map(([type, value]) => ({ type, value })),
        claims,
      },
    },
  });

test('a household’s number names the household, and none of those who belong to it', async () => {
  const number = (type: string, value: string) => [{ identifier_type: type, identifier_value: value }];
  const { upsertRecords } = await gateway.admin<{ upsertRecords: { inserted: number } }>(
    `mutation ($records: [RecordInput!]!) { upsertRecords(registry: IBR, records: $records) { inserted } }`,
    {
      records: [
        {
          member: { member_identifier: number('UIN', 'i-1'), marital_status: 'M' },
          group: { group_identifier: number('HOUSEHOLD_ID', 'h-1') },
        },
        { group: { group_identifier: number('HOUSEHOLD_ID', 'h-2') }, enrollment_status: '1' },
      ].map((data) => ({ recordType: 'Beneficiary', identifiers: [], data })),
    },
  );
  expect(upsertRecords.inserted).toBe(2);
  const told = async (identifiers: Record<string, string>, claims: object) =>
    (await graphql(identifiers, claims, 'IBR')).body.data.verify;
  expect(await told({ UIN: 'i-1' }, { 'member.marital_status': 'M' })).toEqual({
    found: true,
    verified: { 'member.marital_status': true },
  });
  expect(await told({ HOUSEHOLD_ID: 'h-1' }, { 'member.marital_status': 'M' })).toEqual({ found: false, verified: {} });
  expect(await told({ HOUSEHOLD_ID: 'h-2' }, { enrollment_status: '1' })).toMatchObject({ found: true });
});

describe('one message', () => {
  test.each([
    ['a prefix', { 'a:birth_date': '1985-05-19', 'b:birth_date': '1985-05-20' }],
    ['a prefix or none', { birth_date: '1985-05-19', 'a:birth_date': '1985-05-20' }],
    ['an age', { birth_date: '1985-05-19', age: 40 }],
    ['a year', { YOB: 1985, birth_date: '1985-05-19' }],
    ['an age and a year', { age: 40, YOB: 1985 }],
    ['letters of another case', { birth_date: '1985-05-19', Birth_Date: '1985-05-20' }],
    ['a path and its alias', { 'name.surname': 'Okafor', surname: 'Other' }],
    ['being alive', { is_alive: true, death_date: '2020-01-01' }],
  ])('claims an attribute once, though under %s', async (_, claims) => {
    const [, second] = Object.keys(claims);
    const { status, body } = await short({ UIN: '1', ...claims });
    expect(status).toBe(400);
    expect(body.errors[0].message).toMatch(/^verify\.(.+): claims (.+), as (.+) does; claim each attribute once$/);
    expect(body.errors[0].message).toContain(`verify.${second}:`);
    const answer = await graphql({ UIN: '1' }, claims);
    expect(answer.body.data).toBeNull();
    expect(answer.body.errors[0]).toMatchObject({
      message: body.errors[0].message,
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  test.each(['UIN', 'national_id', 'NIN', 'a:uin'])('claims no %s: it says who is meant', async (type) => {
    const { body } = await graphql({ UIN: '1' }, { birth_date: '1985-05-20', [type]: '1' });
    expect(body.errors).toEqual([
      expect.objectContaining({ message: `verify.${type}: is an identifier, and no claim: name the person by it` }),
    ]);
  });

  test('claims many attributes, each once', async () => {
    const claims = { birth_date: '1985-05-20', sex: 'male', surname: 'Okafor', is_alive: true };
    const { status, body } = await short({ UIN: '1', ...claims });
    expect(status).toBe(200);
    expect(body.verified).toEqual({ birth_date: true, sex: false, surname: true, is_alive: true });
  });
});

describe('in an hour, claims about one person', () => {
  test('are counted one by one, at every door', async () => {
    const two = { birth_date: '1985-05-19', sex: 'female' };
    expect((await short({ UIN: '2', ...two })).status).toBe(200);
    expect((await graphql({ BRN: 'b-2' }, two)).body.data.verify.found).toBe(true);
    expect((await short({ UIN: '2', ...two })).status).toBe(200);
    expect((await short({ UIN: '2', sex: 'female' })).status).toBe(429);
    const { body } = await graphql({ UIN: '2' }, { sex: 'female' });
    expect(body.errors).toMatchObject([{ extensions: { code: 'TOO_MANY_REQUESTS' } }]);
    expect((await short({ UIN: '3', ...two })).status).toBe(200);
  });

  test('are counted where another identifier is guessed, found or not', async () => {
    const guess = (n: number) => short({ UIN: '4', BRN: `b-${n}`, sex: 'female' });
    const statuses: number[] = [];
    for (const n of [7, 8, 9]) statuses.push((await guess(n)).status);
    expect(statuses).toEqual([200, 200, 200]);
    expect((await guess(4)).status).toBe(429);
    expect((await short({ UIN: '4', BRN: 'b-7' })).status).toBe(429);
    expect((await short({ UIN: 'nobody', BRN: 'none', sex: 'female' })).body.found).toBe(false);
  });

  test('are counted where a status is asked of somebody with more than the identifier', async () => {
    const ask = (query: object) =>
      partner.send('dr/registry/sync/disabled', 'search', {
        transaction_id: randomUUID(),
        disabled_criteria: { query_type: 'expression', query: query as never },
      });
    const sex = 'personal_details.demographic_info.sex';
    for (let n = 0; n < LIMIT; n++) expect((await ask({ UIN: { eq: 'd-1' }, [sex]: { eq: 'male' } })).status).toBe(200);
    expect((await ask({ UIN: { eq: 'd-1' }, [sex]: { eq: 'female' } })).status).toBe(429);
    const { status, body } = await ask({ UIN: { eq: 'd-1' } });
    expect({ status, disabled: body.message.disabled_response?.disabled_status }).toMatchObject({ status: 200 });
  });
});
