import { randomUUID } from 'node:crypto';
import { addRecords, giveConsent, household, person, revokeConsent } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';

const SEARCH = 'social/registry/sync/search';

const searchFor = (criteria: Record<string, unknown>) => ({
  transaction_id: randomUUID(),
  search_request: [{ reference_id: 'r', timestamp: new Date().toISOString(), search_criteria: criteria }],
});

const expression = (query: unknown, more: Record<string, unknown> = {}) =>
  searchFor({
    query_type: 'expression',
    query: { type: 'ns:org:QueryType:expression', value: { expression: { query } } },
    ...more,
  }) as never;

describe('an agreement that requires consent', () => {
  let gateway: TestGateway;
  let partner: Partner;

  const find = async (message: never, from: Partner = partner) => {
    const { body } = await from.send(SEARCH, 'search', message);
    const [item] = body.message.search_response;
    return { item, records: item.data?.reg_records ?? [], total: item.pagination?.total_count };
  };
  const byId = (uin: string) => find(searchById(uin) as never);

  beforeAll(async () => {
    gateway = await startTestGateway();
    partner = await createPartner(gateway, {
      sender: { organizationKind: 'HEALTH' },
      agreements: [{ requiresConsent: true, fields: ['identifier', 'name', 'sex', 'birth_date'] }],
    });
    await addRecords(
      gateway,
      ['1', '2', '3', '4', '5', '6', '7'].map((uin) => person(uin, { birth_date: '1990-01-01' })),
    );
  });
  afterAll(() => gateway.close());

  test('releases nothing of a person without consent, and everything agreed on with it', async () => {
    expect(await byId('1')).toMatchObject({ records: [], total: 0 });
    await giveConsent(gateway, { uin: '1', senderId: partner.senderId });
    expect((await byId('1')).records).toMatchObject([{ name: { surname: 'Surname 1' }, birth_date: '1990-01-01' }]);
  });

  test('releases the fields that both agreement and consent cover', async () => {
    await giveConsent(gateway, { uin: '2', senderId: partner.senderId, fields: ['name.surname', 'address'] });
    const [record] = (await byId('2')).records;
    expect(Object.keys(record).filter((key) => !key.startsWith('@'))).toEqual(['name']);
    expect(record.name).toEqual({ surname: 'Surname 2' });
  });

  test('is obeyed to the second when consent is revoked', async () => {
    const id = await giveConsent(gateway, { uin: '3', senderId: partner.senderId });
    expect((await byId('3')).records).toHaveLength(1);
    await revokeConsent(gateway, id);
    expect(await byId('3')).toMatchObject({ records: [], total: 0 });
  });

  test('takes consent to the kind of organisation, and none to another sender or kind', async () => {
    await giveConsent(gateway, { uin: '4', organizationKind: 'SCHOOL' });
    const other = await createPartner(gateway, { agreements: [] });
    await giveConsent(gateway, { uin: '4', senderId: other.senderId });
    expect((await byId('4')).records).toEqual([]);
    await giveConsent(gateway, { uin: '4', organizationKind: 'HEALTH' });
    expect((await byId('4')).records).toHaveLength(1);
  });

  test('takes no consent that has ended or has not begun', async () => {
    const day = 86_400_000;
    const at = (days: number) => new Date(Date.now() + days * day).toISOString();
    await giveConsent(gateway, { uin: '5', senderId: partner.senderId, validFrom: at(-3), validUntil: at(-1) });
    await giveConsent(gateway, { uin: '5', senderId: partner.senderId, validFrom: at(1) });
    expect((await byId('5')).records).toEqual([]);
    await giveConsent(gateway, { uin: '5', senderId: partner.senderId, validFrom: at(-1), validUntil: at(1) });
    expect((await byId('5')).records).toHaveLength(1);
  });

  test('counts a consent to one purpose only where the message states it', async () => {
    await giveConsent(gateway, { uin: '6', senderId: partner.senderId, purposes: ['payment'] });
    const stating = (code?: string) =>
      find(
        searchFor({
          query_type: 'idtype-value',
          query: { type: 'UIN', value: '6' },
          ...(code === undefined ? {} : { authorize: { '@type': 'Authorize', purpose: { code } } }),
        }) as never,
      );
    expect((await stating()).records).toEqual([]);
    expect((await stating('marketing')).records).toEqual([]);
    expect((await stating('payment')).records).toHaveLength(1);
  });

  test('neither finds nor counts nor pages over persons without consent', async () => {
    const all = await find(expression({ sex: { $eq: 'female' } }, { pagination: { page_size: 1, page_number: 1 } }));
    // 1, 4 and 5 consented to everything; 2 did not to the sex, 6 only for a purpose that is not stated.
    expect(all.total).toBe(3);
    const pages = await Promise.all(
      [1, 2, 3, 4].map((page) =>
        find(expression({ sex: { $eq: 'female' } }, { pagination: { page_size: 1, page_number: page } })),
      ),
    );
    expect(pages.map(({ records }) => records.length)).toEqual([1, 1, 1, 0]);
  });

  test('does not let a field decide a match that the person did not consent to', async () => {
    await giveConsent(gateway, { uin: '7', senderId: partner.senderId, fields: ['name', 'identifier'] });
    const hit = await find(expression({ $and: [{ 'name.surname': { $eq: 'Surname 7' } }] }));
    expect(hit.total).toBe(1);
    const probe = await find(
      expression({ $and: [{ 'name.surname': { $eq: 'Surname 7' } }, { birth_date: { $eq: '1990-01-01' } }] }),
    );
    expect(probe).toMatchObject({ records: [], total: 0 });
    const sorted = await find(
      expression(
        { 'name.surname': { $eq: 'Surname 7' } },
        { sort: [{ attribute_name: 'birth_date', sort_order: 'asc' }] },
      ),
    );
    expect(sorted.total).toBe(0);
  });

  test('verifies nothing about a person who did not consent to the claimed field', async () => {
    const verify = (uin: string, claims: object) =>
      partner.postHttpSigned('/dci/v1/verify', {
        transaction_id: randomUUID(),
        sender_id: partner.senderId,
        verify: { national_id: uin, ...claims },
      });
    expect((await verify('1', { birth_date: '1990-01-01' })).body).toMatchObject({
      found: true,
      verified: { birth_date: true },
    });
    expect((await verify('7', { birth_date: '1990-01-01' })).body).toMatchObject({ found: false, verified: {} });
    expect((await verify('3', { birth_date: '1990-01-01' })).body).toMatchObject({ found: false, verified: {} });
  });

  describe('whose number passes to somebody else', () => {
    let everything: Partner;
    beforeAll(async () => {
      everything = await createPartner(gateway, { agreements: [{ requiresConsent: true }] });
    });

    const consentsUnder = async (uin: string, inForce?: boolean, registry = 'SOCIAL') => {
      const { consents } = await gateway.admin<{ consents: { nodes: { inForce: boolean; numberPassedAt: string }[] } }>(
        `query ($filter: ConsentFilter) { consents(filter: $filter) { nodes { inForce numberPassedAt } } }`,
        { filter: { registry, identifier: { type: 'UIN', value: uin }, inForce } },
      );
      return consents.nodes;
    };
    const steps = async (uin: string) => {
      const { explainAccess } = await gateway.admin<{ explainAccess: { steps: { reason: string }[] } }>(
        `query ($senderId: String!, $identifier: IdentifierInput!) {
          explainAccess(senderId: $senderId, registry: SOCIAL, identifier: $identifier, operation: SEARCH) { steps { reason } } }`,
        { senderId: partner.senderId, identifier: { type: 'UIN', value: uin } },
      );
      return explainAccess.steps.map(({ reason }) => reason);
    };
    const correctable = (externalId: string, uin: string) => ({ ...person(uin), externalId });

    test('is of the record it was given for, and of nobody who gets the number', async () => {
      await addRecords(gateway, [correctable('p', 'moved')]);
      await giveConsent(gateway, { uin: 'moved', senderId: partner.senderId });
      expect((await byId('moved')).records).toHaveLength(1);
      await addRecords(gateway, [correctable('p', 'right')]);
      await addRecords(gateway, [correctable('q', 'moved')]);
      expect(await byId('moved')).toMatchObject({ records: [], total: 0 });
      expect(await find(expression({ 'name.surname': { $eq: 'Surname moved' } }))).toMatchObject({ total: 0 });
      expect(await consentsUnder('moved')).toEqual([{ inForce: false, numberPassedAt: expect.any(String) }]);
      expect(await consentsUnder('moved', true)).toEqual([]);
      expect(await steps('moved')).toContain('CONSENT_OF_ANOTHER');

      await giveConsent(gateway, { uin: 'moved', senderId: partner.senderId, fields: ['sex'] });
      expect((await byId('moved')).records).toMatchObject([{ sex: 'female' }]);
      expect((await byId('moved')).records[0]).not.toHaveProperty('name');
      // Back where it was: each has their own again.
      await addRecords(gateway, [correctable('q', 'another')]);
      await addRecords(gateway, [correctable('p', 'moved')]);
      expect((await byId('moved')).records).toMatchObject([{ name: { surname: 'Surname moved' } }]);
    });

    test('does not count for a record that is made anew under the number of one that was deleted', async () => {
      await addRecords(gateway, [person('gone')]);
      await giveConsent(gateway, { uin: 'gone', senderId: partner.senderId });
      await gateway.admin(
        `mutation { deleteRecord(registry: SOCIAL, identifier: { type: "UIN", value: "gone" }) { id } }`,
      );
      expect(await consentsUnder('gone')).toEqual([{ inForce: true, numberPassedAt: null }]);
      await addRecords(gateway, [person('gone')]);
      expect(await byId('gone')).toMatchObject({ records: [], total: 0 });
    });

    test('goes on for a person who joins another programme and leaves the first', async () => {
      const enrol = (externalId: string, uin: string) =>
        addRecords(
          gateway,
          [{ recordType: 'Beneficiary', externalId, identifiers: [{ type: 'UIN', value: uin }], data: {} }],
          'IBR',
        );
      const leave = (externalId: string) =>
        gateway.admin(
          `mutation ($externalId: String) { deleteRecord(registry: IBR, externalId: $externalId) { id } }`,
          {
            externalId,
          },
        );
      await enrol('first', 'joins');
      await giveConsent(gateway, { registry: 'IBR', uin: 'joins', senderId: partner.senderId });
      await enrol('second', 'joins');
      await leave('first');
      expect(await consentsUnder('joins', undefined, 'IBR')).toEqual([{ inForce: true, numberPassedAt: null }]);
      await leave('second');
      await enrol('third', 'joins');
      expect(await consentsUnder('joins', undefined, 'IBR')).toMatchObject([{ inForce: false }]);
    });

    test('lets nobody out of a household who has the number now', async () => {
      await addRecords(gateway, [correctable('i', 'inside'), household('I', ['inside'])]);
      const household_id = { type: 'HOUSEHOLD_ID', value: 'I' };
      await giveConsent(gateway, { identifier: household_id, senderId: everything.senderId });
      await giveConsent(gateway, { uin: 'inside', senderId: everything.senderId });
      const message = searchFor({ query_type: 'idtype-value', query: household_id, reg_record_type: 'Group' });
      const members = async () => (await find(message as never, everything)).records[0]?.member_list ?? [];
      expect(await members()).toHaveLength(1);
      await addRecords(gateway, [correctable('i', 'inside-right'), correctable('j', 'inside')]);
      expect(await members()).toEqual([]);
    });

    test('is of the first who has the number, where nobody had it yet', async () => {
      await giveConsent(gateway, { uin: 'early', senderId: partner.senderId });
      await addRecords(gateway, [correctable('e', 'early')]);
      expect((await byId('early')).records).toHaveLength(1);
      await addRecords(gateway, [correctable('e', 'early-right'), correctable('f', 'early')]);
      expect(await byId('early')).toMatchObject({ records: [], total: 0 });
    });
  });
});

describe('what a message states of its purpose', () => {
  let gateway: TestGateway;
  let partner: Partner;

  beforeAll(async () => {
    gateway = await startTestGateway();
    partner = await createPartner(gateway);
    await addRecords(gateway, [person('1')]);
  });
  afterAll(() => gateway.close());

  const ask = async (blocks: Record<string, unknown>, who = partner) => {
    const criteria = { query_type: 'idtype-value', query: { type: 'UIN', value: '1' }, ...blocks };
    const { body } = await who.send(SEARCH, 'search', searchFor(criteria) as never);
    return body.message.search_response[0];
  };

  test('may have the published form', async () => {
    const block = {
      ts: new Date().toISOString(),
      purpose: { text: 'Payment', code: 'pay', ref_uri: 'https://a.example/pay' },
    };
    expect(await ask({ consent: block, authorize: block })).toMatchObject({ status: 'succ' });
  });

  test('may be two purposes, each of which the agreement covers', async () => {
    const blocks = { consent: { purpose: { code: 'a' } }, authorize: { purpose: { code: 'b' } } };
    expect(await ask(blocks)).toMatchObject({ status: 'succ', data: { reg_records: [{}] } });
    const refused = { status: 'rjct', status_reason_code: 'rjct.search_criteria.invalid' };
    for (const agreement of [
      { purposes: ['a'] },
      { purposes: ['b'] },
      { requiresConsent: true, legalBasis: 'CONSENT' },
    ]) {
      const who = await createPartner(gateway, { agreements: [agreement] });
      expect(await ask(blocks, who)).toMatchObject(refused);
    }
  });

  test.each([
    ['a time in the future', { consent: { ts: '2999-01-01T00:00:00Z' } }, 'consent.ts: lies in the future'],
    [
      'a time that is none',
      { authorize: { ts: 'yesterday' } },
      'authorize.ts: must be an RFC 3339 date-time with a time zone',
    ],
    [
      'a time without a zone',
      { consent: { ts: '2024-01-01T00:00:00' } },
      'consent.ts: must be an RFC 3339 date-time with a time zone',
    ],
  ])('is refused for %s', async (_, blocks, text) => {
    expect(await ask(blocks)).toMatchObject({
      status: 'rjct',
      status_reason_code: 'rjct.search_criteria.invalid',
      status_reason_message: text,
    });
  });
});
