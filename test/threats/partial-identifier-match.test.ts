/** An identifier finds everybody whose identifier contains it; unknown lookups reach the tables. */
import { addRecords, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId, find } from '../support/search-message.js';

let gateway: TestGateway;
let partner: Partner;

beforeAll(async () => {
  gateway = await startTestGateway();
  partner = await createPartner(gateway);
  await addRecords(
    gateway,
    ['123456789', 'ABC'].map((uin) => person(uin)),
  );
});
afterAll(() => gateway?.close());

test('the whole identifier finds the person', async () => {
  expect(await find(partner, byId('123456789'))).toMatchObject({ total: 1 });
});

test.each(['123', '12345678%', '%', '_23456789', '*', '', '1234567890', 'abc', "' OR '1'='1"])(
  '%j finds nobody',
  async (value) => {
    const { item, records, total } = await find(partner, byId(value));
    expect(records).toEqual([]);
    expect(total ?? item.status_reason_code).toBe(value === '' ? 'rjct.filter.invalid' : 0);
  },
);
