/** A ministry's DCI server behind ours: questions are sent on as our own, and our own agreements decide what comes out. */
import { addRecords, giveConsent, person } from '../../support/consent.js';
import { startTestGateway, type TestGateway } from '../../support/gateway.js';
import { createPartner, type Partner } from '../../support/partner.js';
import { byId, expression, find } from '../../support/search-message.js';
import { startInbox } from '../../support/inbox.js';
import { until } from '../../support/until.js';
import { trust } from '../../support/upstream.js';
import { allEnded, remove, settled, subscribed } from '../../subscriptions/subscriptions.js';
import { OPERATIONS } from '../../../src/protocol/vocabulary.js';

const OURS = 'dci-gateway';
const YAML = `version: 1
source: { name: ministry, kind: dci, url: "\${MINISTRY_DCI_URL}", mode: live }
records:
  - registry: SOCIAL
    type: SRPerson
    search:
      birth_date: { column: birth_date, ops: [eq, ge, le] }
      name.surname: { column: nom_de_famille, ops: [eq] }
`;

let ministry: TestGateway;
let isAway = false;
let gateway: TestGateway;
let agreementId: string;

const agreement = (senderId: string, input: Record<string, unknown>) => ({
  input: { senderId, registry: 'SOCIAL', operations: OPERATIONS, legalBasis: 'PUBLIC_TASK', ...input },
});
const partner = (input: Record<string, unknown>): Promise<Partner> =>
  createPartner(gateway, { sender: { rateLimitPerMinute: 1_000_000 }, agreements: [input] });
const status = async () =>
  (await gateway.admin<{ source: unknown }>('{ source(name: "ministry") { kind mode state lastError } }')).source;

beforeAll(async () => {
  ministry = await startTestGateway({ env: { SERVER_ID: 'ministry' } });
  await addRecords(
    ministry,
    [1, 2, 3].map((number) =>
      person(`u${number}`, {
        sex: number === 3 ? 'male' : 'female',
        birth_date: `199${number}-01-01`,
        email: [`${number}@example.org`],
      }),
    ),
  );
  const { createSender } = await ministry.admin<{ createSender: { clientId: string; clientSecret: string } }>(
    `mutation ($input: CreateSenderInput!) { createSender(input: $input) { clientId clientSecret } }`,
    {
      input: {
        senderId: OURS,
        name: OURS,
        allowedOperations: OPERATIONS,
        registries: ['SOCIAL'],
        rateLimitPerMinute: 1_000_000,
        callbackHosts: ['127.0.0.1'],
        autoApproveSubscriptions: true,
      },
    },
  );
  const created = await ministry.admin<{ createAgreement: { id: string } }>(
    `mutation ($input: CreateAgreementInput!) { createAgreement(input: $input) { id } }`,
    agreement(OURS, { fields: ['identifier', 'name', 'sex', 'birth_date'] }),
  );
  agreementId = created.createAgreement.id;
  const address = new URL(ministry.url);
  address.username = createSender.clientId;
  address.password = createSender.clientSecret;
  gateway = await startTestGateway({ env: { SERVER_ID: OURS, MINISTRY_DCI_URL: address.href } });
  await trust(ministry, OURS, gateway);
}, 60_000);
afterAll(async () => {
  await gateway?.close();
  if (!isAway) await ministry?.close();
});

test('is applied by a file that maps nothing', async () => {
  const apply = (yaml: string) =>
    gateway.graphql<{ applySource: unknown }>('mutation ($yaml: String!) { applySource(yaml: $yaml) { name } }', {
      yaml,
    });
  expect((await apply(YAML.replace('mode: live', 'mode: mirror'))).errors?.[0]?.message).toContain('must be live');
  expect((await apply(YAML.replace('search:', 'from: people\n    search:'))).errors?.[0]?.message).toContain(
    'whole records',
  );
  expect((await apply(YAML)).data?.applySource).toEqual({ name: 'ministry' });
  expect(await status()).toEqual({ kind: 'dci', mode: 'LIVE', state: 'RUNNING', lastError: null });
});

test('a partner sees what our agreement and theirs both let out, and both transactions are linked', async () => {
  const all = await partner({ fields: ['*'] });
  const found = await find(all, byId('u1'));
  expect(found.total).toBe(1);
  expect(found.records[0]).toMatchObject({ name: { surname: 'Surname u1' }, sex: 'female', birth_date: '1991-01-01' });
  expect(found.records[0]).not.toHaveProperty('email');
  const some = await find(await partner({ fields: ['identifier', 'name'] }), byId('u1'));
  expect(some.records[0]).toMatchObject({ name: { surname: 'Surname u1' } });
  expect(some.records[0]).not.toHaveProperty('birth_date');
  const [ours] = await gateway.database.query<{ upstream: { transactionId: string; correlationId: string } }>(
    `select access_decision -> 'items' -> 0 -> 'source' -> 'upstream' as upstream from transaction
     where operation = 'SEARCH' order by id limit 1`,
  );
  const theirs = await ministry.database.query(
    `select correlation_id as correlation from transaction where operation = 'SEARCH' and transaction_id = $1`,
    [ours?.upstream.transactionId],
  );
  expect(theirs).toEqual([{ correlation: ours?.upstream.correlationId }]);
  expect(await gateway.database.query('select 1 from registry_record')).toEqual([]);
});

test('row filter and consent of our agreements hold before anything is counted', async () => {
  const women = await partner({ fields: ['*'], rowFilter: { sex: { $eq: 'female' } } });
  expect((await find(women, byId('u3'))).total).toBe(0);
  expect((await find(women, byId('u2'))).total).toBe(1);
  const asking = await partner({ fields: ['*'], legalBasis: 'CONSENT', requiresConsent: true });
  expect((await find(asking, byId('u1'))).total).toBe(0);
  await giveConsent(gateway, { uin: 'u1', senderId: asking.senderId, fields: ['identifier', 'sex'] });
  const given = await find(asking, byId('u1'));
  expect([given.total, given.records[0]]).toEqual([
    1,
    expect.not.objectContaining({ name: expect.anything() as unknown }),
  ]);
});

test('what the file lists is asked there, anything else is refused by name', async () => {
  const all = await partner({ fields: ['*'] });
  const young = await find(all, expression({ birth_date: { $gt: '1991-06-01' } }));
  expect(young.total).toBe(2);
  const refused = await find(all, expression({ sex: { $eq: 'female' } }));
  expect(refused.item).toMatchObject({ status_reason_code: 'rjct.search_criteria.invalid' });
});

test('what the other server does not take is refused as a question, not told as an outage', async () => {
  // The file names an attribute that the other server does not have: asking again later would not help.
  const refused = await find(await partner({ fields: ['*'] }), expression({ 'name.surname': { $eq: 'Surname u1' } }));
  expect(refused.item).toMatchObject({
    status: 'rjct',
    status_reason_code: 'rjct.search_criteria.invalid',
    status_reason_message: expect.stringContaining('(rjct.filter.invalid)') as unknown,
  });
});

const subscriptions = () =>
  gateway.database.query<{ codes: string[]; answered: Date | null; transaction: string }>(
    `select codes, answered_at as answered, transaction_id as transaction from source_subscription order by event_type`,
  );
const granted = () =>
  until(
    async () => {
      const found = await subscriptions();
      return (
        found.length === 3 && found.every(({ answered, codes }) => answered !== null && codes.length === 1) && found
      );
    },
    { seen: subscriptions },
  );

test('what happens there is told on to those who subscribed here, as our own agreements let it out', async () => {
  const followed = YAML.replace('records:', 'capture: { by: subscription, sender: ministry }\nrecords:').replace(
    '    search:',
    '    events: { created: REGISTER, changed: UPDATE, deleted: DELETE }\n    search:',
  );
  const apply = (yaml: string) =>
    gateway.graphql('mutation ($yaml: String!) { applySource(yaml: $yaml) { name } }', { yaml });
  expect((await apply(followed.replace(', sender: ministry', ''))).errors?.[0]?.message).toContain('capture.sender');
  expect((await apply(followed.replace(/ {4}events.*\n/, ''))).errors?.[0]?.message).toContain('events: is missing');
  const teller = await createPartner(gateway, { senderId: 'ministry', agreements: [{}] });
  const { clientId, clientSecret } = teller;
  await trust(gateway, 'ministry', ministry);
  await ministry.admin(
    `mutation ($input: SenderOutboundInput!) { setSenderOutbound(senderId: "${OURS}", input: $input) { tokenUrl } }`,
    { input: { oauth: { tokenUrl: `${gateway.url}/oauth2/client/token`, clientId, clientSecret } } },
  );
  expect((await apply(followed)).errors).toBeUndefined();
  const asked = await granted();
  await until(async () => JSON.stringify(await status()).includes('RUNNING'), { seen: status });

  await using opened = new AsyncDisposableStack();
  const inbox = await startInbox(gateway.url);
  opened.defer(() => inbox.close());
  const subscriber = (terms: Record<string, unknown>) =>
    createPartner(gateway, { sender: { autoApproveSubscriptions: true }, agreements: [terms] });
  const some = await subscriber({ fields: ['identifier', 'name.surname', 'email'] });
  const asking = await subscriber({ legalBasis: 'CONSENT', requiresConsent: true });
  const wish = (event: string) => ({ event, recordType: 'SRPerson' });
  await subscribed(some, inbox, wish('UPDATE'), 'social');
  const married = { filter: { 'name.surname': { $eq: 'Married' } } };
  const { code: ended } = await subscribed(some, inbox, { ...wish('DELETE'), ...married }, 'social');
  const { code } = await subscribed(asking, inbox, wish('UPDATE'), 'social');
  await addRecords(ministry, [person('u1', { name: { surname: 'Married' }, email: ['1@example.org'] })]);
  const [told] = await inbox.wait(1);
  // Neither what they keep to themselves, nor what we do.
  expect(told?.body.message.notify_event[0].data.reg_records).toEqual({
    '@context': expect.anything() as unknown,
    '@type': expect.anything() as unknown,
    identifier: [expect.objectContaining({ identifier_value: 'u1' })],
    name: expect.objectContaining({ surname: 'Married' }) as unknown,
  });
  expect(await settled(gateway, code, allEnded(1))).toMatchObject([{ reason: 'the person has not consented' }]);
  await remove(ministry, 'u1', 'SOCIAL');
  // Who it was that is gone is known from what was told before.
  await settled(gateway, ended, allEnded(1));
  const [, gone] = await inbox.wait(2);
  expect(gone?.body.message.notify_event[0].data.reg_records.identifier[0].identifier_value).toBe('u1');
  expect(await gateway.database.query(`select 1 from registry_record where data <> '{}'`)).toEqual([]);

  const notice = (transaction: string, reg_event_type: string, uin: string) => ({
    transaction_id: transaction,
    notify_event: [
      {
        reference_id: '1',
        timestamp: new Date().toISOString(),
        data: {
          version: '1.0.0',
          reg_type: 'ns:org:RegistryType:Social',
          reg_event_type,
          reg_record_type: 'SRPerson',
          reg_records: { identifier: [{ identifier_type: 'UIN', identifier_value: uin }], name: { surname: 'Same' } },
        },
      },
    ],
  });
  // What happened is news, though the record looks the same from here; told once more it is not.
  for (const event of ['UPDATE', 'NewHouseHoldMember', 'NewHouseHoldMember'])
    await teller.send('social/registry/notify', 'notify', notice('told', event, 'u3'));
  expect(
    await gateway.database.query(
      `select event_type from registry_event where identifiers @> '[{"value": "u3"}]' order by id`,
    ),
  ).toEqual([{ event_type: 'UPDATE' }, { event_type: 'NewHouseHoldMember' }]);

  // One transaction there and here.
  const linked = (of: TestGateway, operation: string) =>
    of.database.query<{ id: string }>(
      'select distinct transaction_id as id from transaction where operation = $1 and transaction_id = any($2::text[])',
      [operation, asked.map(({ transaction }) => transaction)],
    );
  expect(await linked(ministry, 'SUBSCRIBE')).toHaveLength(3);
  expect(await linked(gateway, 'NOTIFY')).toHaveLength(2);

  // Nobody else tells of what the ministry keeps.
  const stranger = await partner({ fields: ['*'] });
  await stranger.send('social/registry/notify', 'notify', notice('forged', 'UPDATE', 'u2'));
  const ofUs = `select event_type from registry_event where not identifiers @> '[{"value": "u3"}]' order by id`;
  expect(await gateway.database.query(ofUs)).toEqual([{ event_type: 'UPDATE' }, { event_type: 'DELETE' }]);

  // Asked again, it is the same subscription.
  await gateway.database.query(`update source_subscription set asked_at = now() - interval '13 hours'`);
  await gateway.database.query('update source set due_at = now()');
  const again = await until(async () => {
    const found = await granted();
    return found.every(({ transaction }, index) => transaction !== asked[index]?.transaction) && found;
  });
  expect(again.map(({ codes }) => codes)).toEqual(asked.map(({ codes }) => codes));

  // Said to listen elsewhere, it is asked to be told here; what told there ends once the new one is granted.
  await gateway.database.query(`update source_subscription set public_url = 'https://former.example.org'`);
  await ministry.database.query(
    `update subscription set target = 'https://former.example.org/notify', dedupe_key = id::text`,
  );
  const targets = () =>
    ministry.database.query(`select target, count(*)::int from subscription where state = 'ACTIVE' group by 1`);
  await until(
    async () => {
      await gateway.database.query('update source set due_at = now()');
      return (await targets()).every(({ target }) => target === `${gateway.url}/dci/v1/social/registry/notify`);
    },
    { seen: targets },
  );
  expect(await targets()).toMatchObject([{ count: 3 }]);
  expect((await granted()).some(({ codes }, index) => codes[0] === asked[index]?.codes[0])).toBe(false);
  await gateway.admin('mutation { removeSource(name: "ministry") { name } }');
  await until(
    async () =>
      (await ministry.database.query(`select 1 from subscription where state in ('ACTIVE', 'PENDING')`)).length === 0,
  );
  expect((await apply(YAML)).errors).toBeUndefined();
}, 60_000);

test('a server that refuses us, or is away, is told plainly', async () => {
  const all = await partner({ fields: ['*'] });
  await ministry.admin('mutation ($id: ID!) { endAgreement(id: $id) { id } }', { id: agreementId });
  const refused = await find(all, byId('u1'));
  expect(refused.answer.status).toBe(503);
  expect(JSON.stringify(refused.answer.body)).toContain('kept by a system that does not answer now');
  await ministry.close();
  isAway = true;
  expect((await find(all, byId('u1'))).answer.status).toBe(503);
  const told = await until(
    async () => {
      const now = await status();
      return JSON.stringify(now).includes('FAILED') && now;
    },
    { seen: status },
  );
  expect(told).toMatchObject({
    lastError: expect.stringMatching(/^the other server could not be asked: it does not answer [A-Z_]+$/) as unknown,
  });
});
