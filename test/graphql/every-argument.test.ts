/** No argument or filter makes a fault of ours: each text and id of each query and mutation is asked with what it cannot be. */
import { createHash } from 'node:crypto';
import {
  getNullableType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
  type GraphQLInputType,
  type GraphQLObjectType,
} from 'graphql';
import { gatewaySchema } from '../../src/graphql/schema.js';
import { BOUNDS } from '../../src/graphql/text-bounds.js';
import { startTestGateway, type GraphqlAnswer, type TestGateway } from '../support/gateway.js';
import { fieldsOf, operationOf, sample, type Body } from '../support/operations.js';
import { createPartner, type Partner } from '../support/partner.js';

const TEXTS = new Set(['String', 'ID', 'JSON', 'JSONObject']);
/** More than a row of an index holds, and nothing that packs well. */
const LONG = Array.from({ length: 480 }, (_, n) => createHash('sha256').update(String(n)).digest('hex')).join('');

/** A month that the database refuses, and a check of its form may not. */
const NO_MONTH = '0000-01';
/** Where the rest names nobody, a text is not looked at. */
const KNOWN = { senderId: 'asked-about', query: { type: 'UIN', value: '1' } };

let gateway: TestGateway;
let partner: Partner;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLE: 'api' } });
  partner = await createPartner(gateway, {
    sender: { rateLimitPerMinute: 100_000 },
    agreements: [{}, { registry: 'DR' }, { registry: 'IBR' }],
  });
  await createPartner(gateway, { senderId: KNOWN.senderId });
});
afterAll(() => gateway.close());

/**
 * The samples of a type, one for each text in it: that text is `text`, the rest is what is required; with null, one for each
 * that may be null.
 */
function askedWith(text: string | null, type: GraphQLInputType, path: string): { path: string; value: unknown }[] {
  const inside = askedInside(text, getNullableType(type), path);
  return text === null && !isNonNullType(type) ? [{ path, value: null }, ...inside] : inside;
}

function askedInside(text: string | null, type: GraphQLInputType, path: string): { path: string; value: unknown }[] {
  if (isListType(type)) return askedWith(text, type.ofType, path).map((one) => ({ ...one, value: [one.value] }));
  if (isScalarType(type)) return text !== null && TEXTS.has(type.name) ? [{ path, value: text }] : [];
  if (!isInputObjectType(type)) return [];
  const members = Object.values(type.getFields());
  const rest = { ...(sample(type) as Record<string, unknown>), ...knownOf(members) };
  return members.flatMap((field) =>
    askedWith(text, field.type, `${path}.${field.name}`).map((one) => ({
      ...one,
      value: { ...rest, [field.name]: one.value },
    })),
  );
}

const knownOf = (members: readonly { name: string }[]): Partial<typeof KNOWN> =>
  Object.fromEntries(Object.entries(KNOWN).filter(([known]) => members.some(({ name }) => name === known)));

interface Asked {
  name: string;
  path: string;
  body: Body;
}

const askedOf = (text: string | null, kind: string, type: GraphQLObjectType | null | undefined): Asked[] =>
  fieldsOf(type).flatMap((field) =>
    field.args.flatMap((argument) =>
      askedWith(text, argument.type, argument.name).map(({ path, value }) => ({
        name: `${kind} ${field.name}(${path})`,
        path,
        body: operationOf(kind, field, { ...knownOf(field.args), [argument.name]: value }),
      })),
    ),
  );

const codesOf = ({ errors }: GraphqlAnswer<unknown>): string[] =>
  errors?.map(({ extensions }) => extensions.code) ?? [];

test('every argument and filter is checked before it does harm', async () => {
  const schema = await gatewaySchema();
  const askedAll = (text: string | null) => [
    ...askedOf(text, 'query', schema.getQueryType()),
    ...askedOf(text, 'mutation', schema.getMutationType()),
  ];
  const isOurs = ({ path }: Asked) => BOUNDS[path.split('.').at(-1) ?? ''] !== Infinity;
  const long = askedAll(LONG).filter((one) => !isOurs(one));
  const asAdmin = [...askedAll(NO_MONTH), ...askedAll(null), ...long];
  const asPartner = [...askedAll('x'), ...askedAll(null), ...long];
  expect(asPartner.length).toBeGreaterThan(165);
  const faults: string[] = [];
  const judge = ({ name }: Asked, answer: GraphqlAnswer<unknown>) => {
    for (const code of codesOf(answer))
      if (code === 'INTERNAL_SERVER_ERROR' || code === 'SERVICE_UNAVAILABLE') faults.push(`${name}: ${code}`);
  };
  for (const one of asAdmin) judge(one, await gateway.graphql(one.body.query, one.body.variables));
  for (const one of asPartner)
    judge(one, (await partner.postHttpSigned('/graphql', one.body)).body as GraphqlAnswer<unknown>);
  expect(faults).toEqual([]);
}, 120_000);

test.each([
  ['updateAgreement', 'mutation ($id: ID!) { updateAgreement(id: $id, input: {}) { id } }', 'NOT_FOUND'],
  ['approveAgreement', 'mutation ($id: ID!) { approveAgreement(id: $id) { id } }', 'NOT_FOUND'],
  ['endAgreement', 'mutation ($id: ID!) { endAgreement(id: $id) { id } }', 'NOT_FOUND'],
  ['deliveries', 'query ($id: ID!) { deliveries(filter: { transactionId: $id }) { nodes { id } } }', 'BAD_USER_INPUT'],
])('%s tells what is wrong with an id that is none', async (_name, query, code) => {
  for (const id of ['x', '', '00000000-0000-7000-8000-00000000000', '0'.repeat(36)])
    expect((await gateway.graphql(query, { id })).errors?.[0]?.extensions).toMatchObject({ code });
});

const identifier = { type: 'UIN', value: '1' };
const consent = { registry: 'SOCIAL', identifier, senderId: 'x', fields: ['name'] };
const leaving = { registry: 'SOCIAL', codes: ['a'], transactionId: LONG };

test.each([
  ['grantConsent(input: $v) { id }', 'GrantConsentInput!', 'organizationKind', { ...consent, organizationKind: LONG }],
  ['grantConsent(input: $v) { id }', 'GrantConsentInput!', 'purposes.1', { ...consent, purposes: ['a', LONG] }],
  ['revokeAdminSessions(subject: $v, reason: "left")', 'String!', 'subject', LONG],
  ['replayDeliveries(filter: $v) { count }', 'ReplayFilter!', 'filter.senderId', { senderId: LONG }],
  ['updateSender(senderId: "x", input: $v) { id }', 'UpdateSenderInput!', 'name', { name: 'é'.repeat(1025) }],
  ['updateSender(senderId: "x", input: $v) { id }', 'UpdateSenderInput!', 'notes', { notes: LONG }, '20000 characters'],
  ['unsubscribe(input: $v) { correlationId }', 'UnsubscribeInput!', 'transactionId', leaving, '99 characters'],
])('%s with %s says how long %s may be', async (field, type, named, v, most = '2048 characters (bytes of UTF-8)') => {
  const body = { query: `mutation ($v: ${type}) { ${field} }`, variables: { v } };
  const answers = [
    await gateway.graphql(body.query, body.variables),
    (await partner.postHttpSigned('/graphql', body)).body as GraphqlAnswer<unknown>,
  ];
  const message = `${named}: at most ${most}: shorten it`;
  for (const { errors } of answers)
    expect(errors).toEqual([
      expect.objectContaining({ message, extensions: { code: 'BAD_USER_INPUT', field: named } }),
    ]);
});

test('a day that does not exist is told what a time is', async () => {
  const query = 'mutation ($v: UpdateAgreementInput!) { updateAgreement(id: "x", input: $v) { id } }';
  const { errors } = await gateway.graphql(query, { v: { validUntil: '2027-02-30T00:00:00Z' } });
  expect(errors?.[0]?.message).toMatch(
    /"v.validUntil"; DateTime takes a time that exists, such as 2026-01-31T08:00:00Z$/,
  );
});

test.each(['query ($w: Duration) { overview(window: $w) { until } }', 'query { overview(window: "1h") { until } }'])(
  'a duration of another form is told what one is: %s',
  async (query) => {
    const { errors } = await gateway.graphql(query, { w: '1h' });
    expect(errors?.[0]?.message).toMatch(/Duration takes a time that passes in ISO 8601, such as PT1H$/);
  },
);

test.each<[string, string | undefined]>([
  ['9999-12-31T23:59:59-14:00', 'DateTime takes a time that exists'],
  ['0001-01-01T00:00:00+14:00', 'DateTime takes a time that exists'],
  ['0000-01-01T00:00:00Z', 'DateTime takes a time that exists'],
  ['0001-01-01T00:00:00Z', undefined],
  ['1969-12-31T23:59:59Z', undefined],
  ['9999-12-31T23:59:59Z', undefined],
])('a time of a year that the database does not read is none: %s', async (v, refusal) => {
  const given = `query ($v: DateTime) { from: transactions(first: 1, filter: { receivedFrom: $v }) { totalCount }
    until: transactions(first: 1, filter: { receivedUntil: $v }) { totalCount } }`;
  const literal = given.replaceAll('$v }', `"${v}" }`).replace('($v: DateTime)', '');
  for (const query of [given, literal]) {
    const { errors } = await gateway.graphql(query, { v });
    expect(/DateTime takes a time that exists/.exec(errors?.[0]?.message ?? '')?.[0]).toBe(refusal);
    expect(errors?.[0]?.extensions.code === 'INTERNAL_SERVER_ERROR').toBe(false);
  }
});

test('null where an argument has a default is told to whoever sent it, however often the text comes', async () => {
  const query = 'query ($o: TimeOrder) { transactions(orderBy: $o) { nodes { id } } }';
  const told = {
    message: 'Argument "orderBy" of non-null type "TimeOrder!" must not be null.',
    extensions: { code: 'BAD_USER_INPUT' },
  };
  expect((await gateway.graphql(query)).errors).toBeUndefined();
  // The third time it is compiled.
  for (let times = 0; times < 3; times += 1)
    expect((await gateway.graphql(query, { o: null })).errors).toEqual([expect.objectContaining(told)]);
});

test('what is wrong inside an argument is told without its values', async () => {
  const query = `mutation ($n: Int) { search(input: { registry: SOCIAL, transactionId: "t", items: [{ referenceId: "1",
    queryType: IDTYPE_VALUE, query: { type: "UIN", value: "4711-0815" }, page: { number: $n } }] }) { correlationId } }`;
  const told = { message: 'Argument "input" has an invalid value', extensions: { code: 'BAD_USER_INPUT' } };
  // It passes what is looked at before an operation runs.
  expect(JSON.stringify(await gateway.graphql(query))).not.toContain('4711');
  for (let times = 0; times < 2; times += 1) {
    const answer = await gateway.graphql(query, { n: null });
    expect(answer.errors).toEqual([expect.objectContaining(told)]);
    expect(JSON.stringify(answer)).not.toContain('4711');
  }
});

test('a path that is no field, and a token that is none, are told what is', async () => {
  const create = `mutation ($i: CreateAgreementInput!) { createAgreement(input: $i) { id } }`;
  const terms = { registry: 'CRVS', operations: ['SEARCH'], fields: ['nam'], legalBasis: 'PUBLIC_TASK' };
  const { errors } = await gateway.graphql(create, { i: { ...terms, senderId: partner.senderId } });
  expect(errors?.[0]?.message).toMatch(/"nam" is no field of the registry CRVS: use paths .* such as name\.surname$/);
  const refused = await gateway.graphql('{ me { subject } }', {}, 'x');
  expect(refused.errors?.[0]).toMatchObject({
    message: expect.stringMatching(/get a new one from .*; an administrator signs in again$/),
    extensions: { code: 'UNAUTHENTICATED' },
  });
});
