import { addRecords, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId, expression, find } from '../support/search-message.js';

describe('a sender whose small counts are suppressed', () => {
  let gateway: TestGateway;
  let marked: Partner;
  let other: Partner;

  beforeAll(async () => {
    gateway = await startTestGateway();
    marked = await createPartner(gateway, { sender: { suppressCountsBelow: 3 } });
    other = await createPartner(gateway);
    const place = (locality: string) => ({ address: [{ locality }] });
    await addRecords(gateway, [
      ...['1', '2'].map((uin) => person(uin, place('Few'))),
      ...['3', '4', '5'].map((uin) => person(uin, place('Many'))),
    ]);
  });
  afterAll(() => gateway.close());

  const living = (locality: string) => expression({ 'address.locality': { $eq: locality } });

  test('cannot tell few from none', async () => {
    const few = await find(marked, living('Few'));
    const none = await find(marked, living('Nowhere'));
    expect(few).toMatchObject({ total: 0, records: [], item: { status: 'succ' } });
    const { timestamp: _a, ...fewItem } = few.item;
    const { timestamp: _b, ...noneItem } = none.item;
    expect(fewItem).toEqual(noneItem);
  });

  test('is told counts of the size and above, and of whom it names by an identifier', async () => {
    expect(await find(marked, living('Many'))).toMatchObject({ total: 3 });
    expect(await find(marked, byId('1'))).toMatchObject({ total: 1, records: [{ name: { surname: 'Surname 1' } }] });
  });

  test('cannot ask about a person by adding an attribute to the identifier', async () => {
    const probe = expression({ $and: [{ UIN: { $eq: '1' } }, { sex: { $eq: 'female' } }] });
    expect(await find(marked, probe)).toMatchObject({ total: 0, records: [] });
  });

  test('is told no few by a number that several share, on whatever page', async () => {
    const number = (type: string, value: string) => [{ identifier_type: type, identifier_value: value }];
    const inHousehold = (uin: string) => ({
      member: { member_identifier: number('UIN', uin) },
      group: { group_identifier: number('HOUSEHOLD_ID', 'h-1') },
    });
    const whole = { group: { group_identifier: number('HOUSEHOLD_ID', 'h-2') } };
    const records = [inHousehold('b-1'), inHousehold('b-2'), whole];
    await addRecords(
      gateway,
      records.map((data) => ({ recordType: 'Beneficiary', identifiers: [], data })),
      'IBR',
    );
    const [few, all] = await Promise.all(
      [3, 0].map((suppressCountsBelow) =>
        createPartner(gateway, { sender: { suppressCountsBelow }, agreements: [{ registry: 'IBR' }] }),
      ),
    );
    const household = (id: string, page_number = 1) =>
      byId(id, { pagination: { page_size: 1, page_number } }, 'HOUSEHOLD_ID');
    expect(await find(all!, household('h-1'), 'ibr')).toMatchObject({ total: 2 });
    for (const page of [1, 5])
      expect(await find(few!, household('h-1', page), 'ibr')).toMatchObject({ total: 0, records: [] });
    // A household that is enrolled as a whole is one, and known by its number.
    expect(await find(few!, household('h-2'), 'ibr')).toMatchObject({ total: 1 });
    expect(await find(few!, byId('b-1'), 'ibr')).toMatchObject({ total: 1 });
  });

  test('is told apart from others', async () => {
    expect(await find(other, living('Few'))).toMatchObject({ total: 2 });
  });
});
