import { addRecords, household, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId, expression, find } from '../support/search-message.js';

const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

describe('an agreement, clause by clause', () => {
  let gateway: TestGateway;
  const partnerWith = (...agreements: Record<string, unknown>[]): Promise<Partner> =>
    createPartner(gateway, { agreements });

  beforeAll(async () => {
    gateway = await startTestGateway();
    await addRecords(gateway, [
      person('1', { birth_date: '1990-01-01', address: [{ postal_code: '1000', locality: 'Here' }] }),
      person('2', { sex: 'male' }),
      household('H1', ['1']),
    ]);
    await addRecords(gateway, [{ ...person('1'), recordType: 'Person' }], 'CRVS');
  });
  afterAll(() => gateway.close());

  const forbidden = (text: string) => ({
    answer: { status: 403, body: { message: { error: { code: 'err.request.forbidden', message: text } } } },
  });

  test('is needed', async () => {
    expect(await find(await partnerWith(), byId('1'))).toMatchObject(
      forbidden('no agreement in force covers SEARCH of the registry SOCIAL'),
    );
  });

  test('covers its own registry only', async () => {
    const partner = await partnerWith({ registry: 'CRVS' });
    expect((await find(partner, byId('1'), 'crvs')).records).toHaveLength(1);
    expect(await find(partner, byId('1'))).toMatchObject(
      forbidden('no agreement in force covers SEARCH of the registry SOCIAL'),
    );
  });

  test('covers its own operations only; those that the registry lacks do nothing', async () => {
    const partner = await partnerWith({ operations: ['VERIFY', 'DISABLED'] });
    expect(await find(partner, byId('1'))).toMatchObject(
      forbidden('no agreement in force covers SEARCH of the registry SOCIAL'),
    );
    const verified = await partner.postHttpSigned('/dci/v1/verify', {
      transaction_id: 't',
      sender_id: partner.senderId,
      verify: { national_id: '1', sex: 'female' },
    });
    expect(verified.body).toMatchObject({ found: true, verified: { sex: true } });
  });

  test('gives nothing beyond what the sender itself is allowed', async () => {
    const sender = { allowedOperations: ['VERIFY'] };
    const partner = await createPartner(gateway, { sender });
    expect(await find(partner, byId('1'))).toMatchObject(forbidden('the sender may not use SEARCH'));
    const elsewhere = await createPartner(gateway, { sender: { registries: ['CRVS'] } });
    expect(await find(elsewhere, byId('1'))).toMatchObject(forbidden('the sender may not use the registry SOCIAL'));
  });

  test('counts from its first moment to its last', async () => {
    expect((await find(await partnerWith({ validFrom: at(-1), validUntil: at(1) }), byId('1'))).records).toHaveLength(
      1,
    );
    for (const validity of [{ validFrom: at(1) }, { validFrom: at(-2), validUntil: at(-1) }])
      expect((await find(await partnerWith(validity), byId('1'))).answer.status).toBe(403);
  });

  test('ends at once', async () => {
    const partner = await partnerWith({});
    expect((await find(partner, byId('1'))).records).toHaveLength(1);
    const { agreements } = await gateway.admin<{ agreements: { nodes: { id: string }[] } }>(
      `query ($senderId: String!) { agreements(filter: { senderId: $senderId }) { nodes { id } } }`,
      { senderId: partner.senderId },
    );
    await gateway.admin(`mutation ($id: ID!) { endAgreement(id: $id) { state } }`, { id: agreements.nodes[0]?.id });
    expect((await find(partner, byId('1'))).answer.status).toBe(403);
  });

  test.each([{ recordTypes: [] }, { purposes: [] }, { purposes: ['payment', ' '] }])(
    'with %j, which would give nothing, is refused',
    async (narrowed) => {
      const [field = ''] = Object.keys(narrowed);
      await expect(partnerWith(narrowed)).rejects.toThrow(`${field}: `);
    },
  );

  test('covers all record types, or those it names', async () => {
    const group = byId('H1', { reg_record_type: 'Group' }, 'HOUSEHOLD_ID');
    expect((await find(await partnerWith({}), group)).records).toHaveLength(1);
    const named = await partnerWith({ recordTypes: ['SRPerson'] });
    expect((await find(named, byId('1'))).records).toHaveLength(1);
    expect((await find(named, group)).item).toMatchObject({
      status: 'rjct',
      status_reason_code: 'rjct.search_criteria.invalid',
      status_reason_message: 'no agreement covers the record type Group',
    });
  });

  test('covers all purposes, or those it names and the message states', async () => {
    const stating = (code: string) => byId('1', { authorize: { purpose: { code } } });
    expect((await find(await partnerWith({}), stating('anything'))).records).toHaveLength(1);
    const named = await partnerWith({ purposes: ['payment'] });
    expect((await find(named, stating('payment'))).records).toHaveLength(1);
    for (const message of [byId('1'), stating('marketing')])
      expect((await find(named, message)).item).toMatchObject({
        status: 'rjct',
        status_reason_message: 'no agreement covers this purpose: name one of the agreement in authorize.purpose.code',
      });
  });

  test('leaves what it does not cover absent, not null', async () => {
    const partner = await partnerWith({ fields: ['identifier', 'name.surname', 'address.postal_code'] });
    const [record] = (await find(partner, byId('1'))).records;
    const { '@type': type, '@context': context, ...data } = record;
    expect(type).toBe('SRPerson');
    expect(context).toBeDefined();
    expect(data).toEqual({
      identifier: [{ identifier_type: 'UIN', identifier_value: '1' }],
      name: { surname: 'Surname 1' },
      address: [{ postal_code: '1000' }],
    });
  });

  test('lets its fields be searched, or the attributes it names', async () => {
    const bySex = expression({ sex: { $eq: 'male' } });
    const bySurname = expression({ 'name.surname': { $eq: 'Surname 2' } });
    const all = await partnerWith({ fields: ['identifier', 'name', 'sex'] });
    expect((await find(all, bySex)).total).toBe(1);
    const some = await partnerWith({ fields: ['identifier', 'name', 'sex'], searchableAttributes: ['name'] });
    expect((await find(some, bySurname)).total).toBe(1);
    expect((await find(some, bySex)).item).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.filter.invalid' });
  });

  test('lets identifiers be searched whenever it covers them, and only then', async () => {
    const listed = await partnerWith({ fields: ['identifier', 'sex'], searchableAttributes: ['sex'] });
    expect((await find(listed, byId('1'))).records).toHaveLength(1);
    const blind = await partnerWith({ fields: ['name', 'sex'] });
    expect((await find(blind, byId('1'))).item).toMatchObject({
      status: 'rjct',
      status_reason_code: 'rjct.filter.invalid',
      status_reason_message: 'the agreement does not cover identifiers, so records cannot be looked up by them',
    });
  });

  test('hides the rows that its filter keeps out, from count and page alike', async () => {
    const partner = await partnerWith({ rowFilter: { sex: { $eq: 'female' } } });
    expect(await find(partner, byId('1'))).toMatchObject({ total: 1 });
    expect(await find(partner, byId('2'))).toMatchObject({ total: 0, records: [] });
    const both = expression({ 'name.surname': { $in: ['Surname 1', 'Surname 2'] } });
    expect(await find(partner, both)).toMatchObject({ total: 1 });
    const group = byId('H1', { reg_record_type: 'Group' }, 'HOUSEHOLD_ID');
    expect((await find(partner, group)).item).toMatchObject({
      status: 'rjct',
      status_reason_message: 'the row filter of the agreement lets no Group through',
    });
  });

  test('decides alone among several: the newest that covers record type and purpose', async () => {
    const partner = await partnerWith({ fields: ['*'] }, { fields: ['identifier', 'sex'], purposes: ['statistics'] });
    const keys = async (message: Parameters<typeof find>[1]) =>
      Object.keys((await find(partner, message)).records[0]).filter((key) => !key.startsWith('@'));
    expect(await keys(byId('1'))).toContain('name');
    expect(await keys(byId('1', { authorize: { purpose: { code: 'statistics' } } }))).toEqual(['identifier', 'sex']);
  });

  test('keeps every version with its author, and the version that decided with the transaction', async () => {
    const partner = await partnerWith({});
    const list = `query ($senderId: String!) { agreements(filter: { senderId: $senderId }) { nodes { id version versions { version author terms } } } }`;
    const read = async () =>
      (
        await gateway.admin<{ agreements: { nodes: { id: string; version: number; versions: unknown[] }[] } }>(list, {
          senderId: partner.senderId,
        })
      ).agreements.nodes[0];
    const id = (await read())?.id;
    await gateway.admin(
      `mutation ($id: ID!) { updateAgreement(id: $id, input: { fields: ["identifier"] }) { version } }`,
      { id },
    );
    expect(await read()).toMatchObject({
      version: 2,
      versions: [
        { version: 1, author: 'bootstrap-admin', terms: { fields: ['*'] } },
        { version: 2, author: 'bootstrap-admin', terms: { fields: ['identifier'] } },
      ],
    });
    const message = byId('1');
    await find(partner, message);
    const { transactions } = await gateway.admin<{ transactions: { nodes: unknown[] } }>(
      `query ($id: String!) { transactions(filter: { transactionId: $id }) { nodes { accessDecision } } }`,
      { id: message['transaction_id'] },
    );
    expect(transactions.nodes).toMatchObject([
      {
        accessDecision: {
          items: [
            { allowed: true, reason: 'AGREEMENT', agreementId: id, agreementVersion: 2, legalBasis: 'PUBLIC_TASK' },
          ],
        },
      },
    ]);
  });
});
