import { addRecords, giveConsent, household, revokeConsent } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';

describe('members of a household', () => {
  let gateway: TestGateway;
  let partner: Partner;

  beforeAll(async () => {
    gateway = await startTestGateway();
    partner = await createPartner(gateway, { agreements: [{ requiresConsent: true }] });
    await addRecords(gateway, [household('H1', ['11', '12', '13'])]);
  });
  afterAll(() => gateway.close());

  const find = async () => {
    const message = searchById('H1', 'HOUSEHOLD_ID');
    const [item] = message['search_request'] as { search_criteria: Record<string, unknown> }[];
    Object.assign(item?.search_criteria ?? {}, { reg_record_type: 'Group' });
    const { body } = await partner.send('social/registry/sync/search', 'search', message);
    return body.message.search_response[0].data.reg_records;
  };
  const idsIn = (record: { member_list?: { member_identifier?: { identifier_value: string }[] }[] }) =>
    (record.member_list ?? []).map(({ member_identifier: [id] = [] }) => id?.identifier_value);

  test('stay inside without a consent for the household itself', async () => {
    await giveConsent(gateway, { uin: '11', senderId: partner.senderId });
    expect(await find()).toEqual([]);
  });

  test('are left out one by one, unless they consented themselves', async () => {
    await giveConsent(gateway, { identifier: { type: 'HOUSEHOLD_ID', value: 'H1' }, senderId: partner.senderId });
    const [record] = await find();
    expect(record).toMatchObject({ group_type: expect.anything() });
    expect(idsIn(record)).toEqual(['11']);
    const id = await giveConsent(gateway, { uin: '12', senderId: partner.senderId });
    expect(idsIn((await find())[0])).toEqual(['11', '12']);
    await revokeConsent(gateway, id);
    expect(idsIn((await find())[0])).toEqual(['11']);
  });

  test('show the fields that they consented to, whatever the household did', async () => {
    await giveConsent(gateway, { uin: '13', senderId: partner.senderId, fields: ['name'] });
    const [record] = await find();
    expect(record.member_list).toHaveLength(2);
    expect(record.member_list[1]).toEqual({ demographic_info: { name: { surname: 'Surname 13' } } });
  });

  test('cannot be asked about through the household', async () => {
    const query = { 'member_list.demographic_info.birth_date': { $eq: '2001-02-03' } };
    const message = {
      transaction_id: 't',
      search_request: [
        {
          reference_id: 'r',
          timestamp: new Date().toISOString(),
          search_criteria: {
            query_type: 'expression',
            reg_record_type: 'Group',
            query: { type: 'ns:org:QueryType:expression', value: { expression: { query } } },
          },
        },
      ],
    };
    const { body } = await partner.send('social/registry/sync/search', 'search', message);
    expect(body.message.search_response[0]).toMatchObject({
      status: 'rjct',
      status_reason_code: 'rjct.filter.invalid',
    });
  });
});

describe('parents in a child’s record', () => {
  let gateway: TestGateway;
  let partner: Partner;

  beforeAll(async () => {
    gateway = await startTestGateway();
    partner = await createPartner(gateway, { agreements: [{ registry: 'CRVS', requiresConsent: true }] });
    const parent = (value: string) => ({ identifier_type: 'UIN', identifier_value: value });
    await addRecords(
      gateway,
      [
        {
          recordType: 'Person',
          identifiers: [{ type: 'UIN', value: 'child' }],
          data: { sex: 'male', parent1_identifier: parent('mother'), parent2_identifier: parent('father') },
        },
      ],
      'CRVS',
    );
    await consent('child');
  });
  afterAll(() => gateway?.close());

  const consent = (uin: string, fields = ['*']) =>
    giveConsent(gateway, { registry: 'CRVS', uin, fields, senderId: partner.senderId });
  const search = async (message: never) => {
    const { body } = await partner.send('crvs/registry/sync/search', 'search', message);
    return body.message.search_response[0];
  };
  const child = async () => (await search(searchById('child') as never)).data.reg_records[0];

  test('are left out until they consent to their identifier, each for themselves', async () => {
    expect(await child()).toMatchObject({ sex: 'male' });
    expect(JSON.stringify(await child())).not.toMatch(/mother|father/);
    await consent('mother', ['name']);
    expect(await child()).not.toHaveProperty('parent1_identifier.identifier_value');
    const id = await consent('mother', ['identifier']);
    expect(await child()).toMatchObject({ parent1_identifier: { identifier_value: 'mother' } });
    expect(await child()).not.toHaveProperty('parent2_identifier');
    await revokeConsent(gateway, id);
    expect(JSON.stringify(await child())).not.toMatch(/mother|father/);
  });

  test('are nothing that a child is found by, consent or none', async () => {
    await consent('mother');
    for (const name of ['parent1_identifier', 'parent1_identifier.identifier_value']) {
      const query = { [name]: { $eq: 'mother' } };
      const criteria = {
        query_type: 'expression',
        query: { type: 'ns:org:QueryType:expression', value: { expression: { query } } },
      };
      const item = { reference_id: 'r', timestamp: new Date().toISOString(), search_criteria: criteria };
      expect(await search({ transaction_id: 't', search_request: [item] } as never)).toMatchObject({
        status: 'rjct',
        status_reason_code: 'rjct.filter.invalid',
      });
    }
  });

  test('leave as before where the agreement asks for no consent', async () => {
    const open = await createPartner(gateway, { agreements: [{ registry: 'CRVS' }] });
    const { body } = await open.send('crvs/registry/sync/search', 'search', searchById('child'));
    expect(body.message.search_response[0].data.reg_records[0]).toMatchObject({
      parent1_identifier: { identifier_value: 'mother' },
      parent2_identifier: { identifier_value: 'father' },
    });
  });
});
