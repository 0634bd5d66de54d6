/** By whatever a record was loaded with it is found: every identifier type of every record type, at every door. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { draftRecord } from '../../src/protocol/registries/records/draft.js';
import { identifyingTypes } from '../../src/protocol/registries/records/identifying.js';
import { createRegistries, identifierTypesOf } from '../../src/protocol/registries/registries.js';
import { Contacts0035 } from '../../src/entities/migrations/0035-contacts.migration.js';
import { loadRecords } from '../../src/entities/records/record.repository.js';
import { addRecords } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId, expression, find } from '../support/search-message.js';

const registries = createRegistries().all;
const recordTypes = registries.flatMap((definition) =>
  definition.recordTypes.map((recordType, index) => ({
    definition,
    name: recordType.name,
    isDefault: index === 0,
    identifying: identifyingTypes(recordType),
  })),
);
const valueOf = (recordType: string, type: string) => `${recordType}-${type}-1`;

const leastOf = (recordType: string) => ({
  [recordType === 'Beneficiary' ? 'enrollment_date' : 'registration_date']: '2020-01-01',
});

let gateway: TestGateway;
let inbox: Inbox;
let partner: Partner;

beforeAll(async () => {
  gateway = await startTestGateway();
  inbox = await startInbox(gateway.url);
  const agreements = registries.map(({ registry }) => ({ registry }));
  partner = await createPartner(gateway, { agreements, sender: { rateLimitPerMinute: 100_000 } });
  for (const { definition, name } of recordTypes)
    await addRecords(
      gateway,
      identifierTypesOf(definition).map((type) => ({
        recordType: name,
        externalId: valueOf(name, type),
        identifiers: [{ type, value: valueOf(name, type) }],
        data: leastOf(name),
      })),
      definition.registry,
    );
});
afterAll(async () => {
  await gateway?.close();
  await inbox?.close();
});

const VERIFY = `mutation ($input: VerifyInput!) { verify(input: $input) { found } }`;
const verify = async (registry: string, type: string, value: string, as = partner) => {
  const input = { registry, transactionId: randomUUID(), identifiers: [{ type, value }], claims: {} };
  return (await as.postHttpSigned('/graphql', { query: VERIFY, variables: { input } })).body;
};

test.each(recordTypes)('$definition.registry $name', async ({ definition, name, isDefault, identifying }) => {
  const path = definition.registry.toLowerCase();
  for (const type of identifierTypesOf(definition)) {
    const value = valueOf(name, type);
    const more = { reg_record_type: name };
    expect([type, (await find(partner, byId(value, more, type), path)).total]).toEqual([type, 1]);
    expect([type, (await find(partner, expression({ [type]: value }, more), path)).total]).toEqual([type, 1]);
    expect([type, (await find(partner, byId(`${value}0`, more, type), path)).total]).toEqual([type, 0]);
    if (!isDefault) continue;
    // Several persons may share the others: who asks by them is told of nobody.
    const found = identifying.includes(type);
    expect([type, (await verify(definition.registry, type, value)).data]).toEqual([type, { verify: { found } }]);
    const other = await verify(definition.registry, type, `${value}0`);
    expect([type, other.data]).toEqual([type, { verify: { found: false } }]);
  }
});

test('in bulk too', async () => {
  const file = ['identifier_type,identifier_value', 'MOBILE,SRPerson-MOBILE-1', 'EMAIL,SRPerson-EMAIL-1', 'MRN,none'];
  const form = new FormData();
  form.set('action', 'search');
  form.set('sender_uri', `${inbox.url}/on-search`);
  form.set('fileName', new Blob([file.join('\n')]), 'ids.csv');
  const target = { method: 'POST', targetUri: `${gateway.url}/dci/v1/social/registry/upload/search` };
  const unsigned = await createPartner(gateway, { sender: { signaturePolicy: 'OPTIONAL', sandbox: true } });
  const headers = { authorization: `Bearer ${unsigned.token}` };
  expect((await fetch(target.targetUri, { method: 'POST', headers, body: form })).status).toBe(202);
  const [callback] = await inbox.wait(1);
  expect(
    callback?.body.message.search_response.map(
      ({ pagination }: { pagination: JsonObject }) => pagination['total_count'],
    ),
  ).toEqual([1, 1, 0]);
});

test('a type that no search takes is not loaded', async () => {
  const load = async (type: string) => {
    const identifiers = [
      { type: 'UIN', value: `with-${type}` },
      { type, value: '42' },
    ];
    await addRecords(gateway, [{ recordType: 'SRPerson', identifiers, data: { sex: 'male' } }]).catch(() => undefined);
    return (await find(partner, byId(`with-${type}`))).total;
  };
  expect(await load('SHOE_SIZE')).toBe(0);
  expect(await load('PASSPORT')).toBe(1);
  const { item } = await find(partner, byId('42', {}, 'SHOE_SIZE'));
  expect(item).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.filter.invalid' });
});

test('its refusal names the types there are', () => {
  const social = registries[0]!;
  const draft = () =>
    draftRecord(social, social.recordTypes[0]!, [{ type: 'SHOE_SIZE', value: '42' }], { sex: 'male' });
  expect(draft).toThrow(/^identifier has an identifier_type that SOCIAL does not search by: use one of UIN, BRN/);
});

test('a mobile number that identifies is a contact, once', async () => {
  const record = {
    recordType: 'SRPerson',
    identifiers: [
      { type: 'UIN', value: 'm1' },
      { type: 'MOBILE', value: '+15550100014' },
    ],
    data: { phone_number: ['+15550100099'] },
  };
  await addRecords(gateway, [record]);
  await addRecords(gateway, [record]);
  const { records } = await find(partner, byId('+15550100014', {}, 'MOBILE'));
  expect(records).toMatchObject([{ phone_number: ['+15550100099', '+15550100014'] }]);
});

test('who may not see contacts cannot find or verify by them', async () => {
  const other = await createPartner(gateway, { agreements: [{ fields: ['identifier', 'name', 'sex'] }] });
  const { item } = await find(other, byId('+15550100014', {}, 'MOBILE'));
  expect(item).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.filter.invalid' });
  expect(JSON.stringify(await verify('SOCIAL', 'MOBILE', '+15550100014', other))).toContain(
    'does not cover phone_number',
  );
  const { transactions } = await gateway.admin<{ transactions: unknown }>(
    `{ transactions(first: 1, filter: { senderId: "${other.senderId}" }) { nodes { accessDecision } } }`,
  );
  const decision = { allowed: false, reason: 'FIELD_NOT_COVERED', field: 'phone_number', agreementVersion: 1 };
  expect(transactions).toMatchObject({ nodes: [{ accessDecision: decision }] });
});

test('records that were stored before are found after the migration', async () => {
  // The employment registry came after it.
  const kept = recordTypes.filter(({ name, definition }) => name !== 'Group' && definition.registry !== 'ESS');
  await loadRecords(
    gateway.database,
    kept.map(({ definition, name }) => ({
      registry: definition.registry as 'SOCIAL',
      recordType: name,
      externalId: `before-${name}`,
      identifiers: [{ type: 'EMAIL', value: `${name}@before.example` }],
      data: {},
    })),
  );
  const found = async () =>
    Promise.all(
      kept.map(async ({ definition, name }) => {
        const message = byId(`${name}@before.example`, { reg_record_type: name }, 'EMAIL');
        return (await find(partner, message, definition.registry.toLowerCase())).total;
      }),
    );
  expect(await found()).toEqual(kept.map(() => 0));
  const migration = new Contacts0035(undefined as never, undefined as never);
  migration.up();
  const queries = migration.getQueries().filter((sql) => typeof sql === 'string');
  for (const sql of queries) await gateway.database.query(sql);
  expect(await found()).toEqual(kept.map(() => 1));
});
