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

  test('is told apart from others', async () => {
    expect(await find(other, living('Few'))).toMatchObject({ total: 2 });
  });
});
