/** What one door refuses is asked at another: inner persons by verify, other fields by a special, rows by a deletion, deaths by a gap. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { addRecords, giveConsent, person } from '../support/consent.js';
import { startInbox } from '../support/inbox.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { allEnded, settled, subscribed, upsert } from '../subscriptions/subscriptions.js';

const DISABLED = {
  recordType: 'DisabledPerson',
  identifiers: [{ type: 'UIN', value: 'D1' }],
  data: {
    personal_details: {
      demographic_info: { name: { surname: 'Okafor' }, birth_date: '1985-05-20' },
      related_person: [{ related_member: { demographic_info: { name: { surname: 'Mensah' } } } }],
    },
    disability_status: '0',
    disability_details: [{ impairment_cause: '2' }],
  },
};
const KIN = 'personal_details.related_person.related_member.demographic_info.name.surname';
const NAME = 'personal_details.demographic_info.name.surname';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
  await addRecords(gateway, [DISABLED], 'DR');
});
afterAll(() => gateway?.close());

const verify = async (partner: Partner, claims: JsonObject) =>
  partner.postHttpSigned('/dci/v1/verify', {
    transaction_id: randomUUID(),
    sender_id: partner.senderId,
    registry: 'dr',
    verify: { UIN: 'D1', ...claims },
  });

test('the consent of a person lets nobody verify claims about the persons inside the record', async () => {
  const open = await createPartner(gateway, { agreements: [{ registry: 'DR' }] });
  expect((await verify(open, { [KIN]: 'Mensah' })).body.verified).toEqual({ [KIN]: true });
  const asking = await createPartner(gateway, { agreements: [{ registry: 'DR', requiresConsent: true }] });
  const identifier = { type: 'UIN', value: 'D1' };
  await giveConsent(gateway, { registry: 'DR', identifier, senderId: asking.senderId });
  expect((await verify(asking, { [NAME]: 'Okafor' })).body.verified).toEqual({ [NAME]: true });
  const refused = await verify(asking, { [KIN]: 'Mensah' });
  expect(refused.status).toBe(403);
  expect(refused.body).not.toHaveProperty('verified');
});

test('disability details are all that their operation tells, whatever a query selects', async () => {
  const partner = await createPartner(gateway, {
    agreements: [{ registry: 'DR', operations: ['DISABILITY_DETAILS'] }],
  });
  const ask = async (queryType: string, query: unknown) => {
    const { body } = await partner.postHttpSigned('/graphql', {
      query: `mutation ($input: SearchInput!) { disabilityDetails(input: $input) { items { status reasonMessage records } } }`,
      variables: { input: { registry: 'DR', transactionId: 't', items: [{ referenceId: 'r', queryType, query }] } },
    });
    return JSON.stringify(body);
  };
  const plain = await ask('IDTYPE_VALUE', { type: 'UIN', value: 'D1' });
  expect(plain).toContain('impairment_cause');
  expect(plain).not.toContain('Okafor');
  const selection =
    'disability_details { impairment_cause } personal_details { demographic_info { name { surname } } }';
  const selected = await ask(
    'GRAPHQL',
    `{ disabled_person(identifier: { type: "UIN", value: "D1" }) { ${selection} } }`,
  );
  expect(selected).toContain('impairment_cause');
  expect(selected).not.toContain('Okafor');
});

test('a deletion tells nobody whether there is a record outside the rows of its agreement', async () => {
  await addRecords(gateway, [person('in', { sex: 'female' }), person('out', { sex: 'male' })]);
  const agreement = { rowFilter: { sex: { $eq: 'female' } } };
  const partner = await createPartner(gateway, { agreements: [agreement] });
  const remove = async (uin: string) => {
    const record = { identifier: [{ identifier_type: 'UIN', identifier_value: uin }] };
    const { body } = await partner.postHttpSigned('/graphql', {
      query: `mutation ($input: NotifyInput!) { notify(input: $input) { items { status reason } } }`,
      variables: {
        input: {
          registry: 'SOCIAL',
          transactionId: 't',
          events: [{ referenceId: 'r', eventType: 'DELETE', record }],
        },
      },
    });
    if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
    return body.data.notify.items;
  };
  const left = async () => {
    const [row] = await gateway.database.query<{ count: number }>(
      `select count(*)::int as count from registry_record where registry = 'SOCIAL' and deleted_at is null`,
    );
    return row?.count;
  };
  const unknown = await remove('nobody');
  expect(await remove('out')).toEqual(unknown);
  expect(await left()).toBe(2);
  expect(await remove('in')).toEqual(unknown);
  expect(await left()).toBe(1);
});

test('the numbers of notifications tell nothing of persons who did not consent', async () => {
  const inbox = await startInbox(gateway.url);
  const partner = await createPartner(gateway, {
    agreements: [{ registry: 'CRVS', requiresConsent: true }],
    sender: { autoApproveSubscriptions: true },
  });
  const [silent, willing] = [randomUUID(), randomUUID()];
  const identifier = { type: 'UIN', value: willing };
  await giveConsent(gateway, { registry: 'CRVS', identifier, senderId: partner.senderId });
  const { code } = await subscribed(partner, inbox, { event: 'Death' });
  const died = (id: string) => upsert(gateway, { id, event: 'Death', data: { sex: 'female' } });
  await died(silent);
  await settled(gateway, code, allEnded(1));
  await died(willing);
  await settled(gateway, code, allEnded(2));
  await upsert(gateway, { id: willing, event: 'Death', data: { sex: 'male' } });
  const rows = await settled(gateway, code, allEnded(3));
  expect(rows.map(({ state }) => state)).toEqual(['CANCELLED', 'DELIVERED', 'DELIVERED']);
  expect(inbox.received.map(({ body }) => body.header.meta.sequence as number)).toEqual([1, 2]);
  await inbox.close();
});
