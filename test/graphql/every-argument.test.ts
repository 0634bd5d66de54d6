/** No argument or filter makes a fault of ours: each text and id of each query and mutation is asked with `x`. */
import {
  getNullableType,
  isInputObjectType,
  isListType,
  isScalarType,
  type GraphQLInputType,
  type GraphQLObjectType,
} from 'graphql';
import { gatewaySchema } from '../../src/graphql/schema.js';
import { startTestGateway, type GraphqlAnswer, type TestGateway } from '../support/gateway.js';
import { fieldsOf, operationOf, sample, type Body } from '../support/operations.js';
import { createPartner, type Partner } from '../support/partner.js';

const TEXTS = new Set(['String', 'ID', 'JSON', 'JSONObject']);

let gateway: TestGateway;
let partner: Partner;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLE: 'api' } });
  partner = await createPartner(gateway, {
    sender: { rateLimitPerMinute: 100_000 },
    agreements: [{}, { registry: 'DR' }, { registry: 'IBR' }],
  });
});
afterAll(() => gateway.close());

/** The samples of a type, one for each text in it: that text is `x`, the rest is what is required. */
function askedWithX(type: GraphQLInputType, path: string): { path: string; value: unknown }[] {
  const named = getNullableType(type);
  if (isListType(named)) return askedWithX(named.ofType, path).map((one) => ({ ...one, value: [one.value] }));
  if (isScalarType(named)) return TEXTS.has(named.name) ? [{ path, value: 'x' }] : [];
  if (!isInputObjectType(named)) return [];
  const rest = sample(named) as Record<string, unknown>;
  return Object.values(named.getFields()).flatMap((field) =>
    askedWithX(field.type, `${path}.${field.name}`).map((one) => ({
      ...one,
      value: { ...rest, [field.name]: one.value },
    })),
  );
}

interface Asked {
  name: string;
  body: Body;
}

const askedOf = (kind: string, type: GraphQLObjectType | null | undefined): Asked[] =>
  fieldsOf(type).flatMap((field) =>
    field.args.flatMap((argument) =>
      askedWithX(argument.type, argument.name).map(({ path, value }) => ({
        name: `${kind} ${field.name}(${path})`,
        body: operationOf(kind, field, { [argument.name]: value }),
      })),
    ),
  );

const codesOf = ({ errors }: GraphqlAnswer<unknown>): string[] =>
  errors?.map(({ extensions }) => extensions.code) ?? [];

test('every argument and filter is checked before it does harm', async () => {
  const schema = await gatewaySchema();
  const asked = [...askedOf('query', schema.getQueryType()), ...askedOf('mutation', schema.getMutationType())];
  // Each of them twice: as an administrator, and as a partner.
  expect(asked.length).toBeGreaterThan(165);
  const faults: string[] = [];
  for (const { name, body } of asked)
    for (const answer of [
      await gateway.graphql(body.query, body.variables),
      (await partner.postHttpSigned('/graphql', body)).body as GraphqlAnswer<unknown>,
    ])
      for (const code of codesOf(answer))
        if (code === 'INTERNAL_SERVER_ERROR' || code === 'SERVICE_UNAVAILABLE') faults.push(`${name}: ${code}`);
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
