/** peers 2.3 #10: any consent to anybody opens a person; household members go out without theirs; no sender, no filter. */
import { addRecords, giveConsent, household, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId, find } from '../support/search-message.js';

let gateway: TestGateway;
let partner: Partner;
let other: Partner;

beforeAll(async () => {
  gateway = await startTestGateway();
  const agreements = [{ requiresConsent: true, fields: ['identifier', 'name', 'group_identifier', 'member_list'] }];
  partner = await createPartner(gateway, { agreements });
  other = await createPartner(gateway, { agreements });
  await addRecords(gateway, [person('1'), household('H', ['1', '2'])]);
});
afterAll(() => gateway?.close());

test('a consent to one sender opens nothing to another', async () => {
  await giveConsent(gateway, { uin: '1', senderId: other.senderId });
  expect(await find(partner, byId('1'))).toMatchObject({ records: [], total: 0 });
  expect((await find(other, byId('1'))).records).toHaveLength(1);
});

test('members of a household go out with their own consent only', async () => {
  await giveConsent(gateway, { identifier: { type: 'HOUSEHOLD_ID', value: 'H' }, senderId: other.senderId });
  const [record] = (await find(other, byId('H', { reg_record_type: 'Group' }, 'HOUSEHOLD_ID'))).records;
  expect(JSON.stringify(record)).toContain('Surname 1');
  expect(JSON.stringify(record)).not.toContain('Surname 2');
});

test('without a token nobody gets anything', async () => {
  const response = await fetch(`${gateway.url}/dci/v1/social/registry/sync/search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(await other.envelope('search', byId('1'))),
  });
  expect(response.status).toBe(401);
});
