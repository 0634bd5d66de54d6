/** Any consent to anybody opens a person; household members go out without theirs; no sender, no filter. */
import { setTimeout as sleep } from 'node:timers/promises';
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

const AGREEMENTS = `query ($senderId: String!) {
  agreements(filter: { senderId: $senderId }) { nodes { id requiresConsent } } }`;

async function agreementOf({ senderId }: Partner): Promise<string> {
  const { agreements } = await gateway.admin<{ agreements: { nodes: { id: string }[] } }>(AGREEMENTS, { senderId });
  return agreements.nodes[0]?.id ?? '';
}

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

describe('an agreement whose legal basis is consent needs it, whatever it says', () => {
  const released = async (of: Partner) => (await find(of, byId('1'))).total;

  test('when it is made, and when it is changed', async () => {
    const basis = { legalBasis: 'CONSENT', requiresConsent: false, fields: ['identifier', 'name'] };
    const third = await createPartner(gateway, { agreements: [basis] });
    expect(await released(third)).toBe(0);
    const id = await agreementOf(third);
    await gateway.admin(
      `mutation ($id: ID!) { updateAgreement(id: $id, input: { requiresConsent: false }) { version } }`,
      { id },
    );
    expect(await released(third)).toBe(0);
    await giveConsent(gateway, { uin: '1', senderId: third.senderId });
    expect(await released(third)).toBe(1);
    await gateway.admin(
      `mutation ($id: ID!) {
        updateAgreement(id: $id, input: { legalBasis: PUBLIC_TASK, requiresConsent: false }) { version } }`,
      { id },
    );
    await addRecords(gateway, [person('3')]);
    expect((await find(third, byId('3'))).total).toBe(1);
  });

  test('and where it was stored before that was so', async () => {
    const fourth = await createPartner(gateway, { agreements: [{ fields: ['identifier', 'name'] }] });
    expect(await released(fourth)).toBe(1);
    const id = await agreementOf(fourth);
    await gateway.database.query(`update agreement set legal_basis = 'CONSENT' where id = $1`, [id]);
    // Other processes follow a change within a second.
    await sleep(1100);
    expect(await released(fourth)).toBe(0);
    const { agreements } = await gateway.admin<{ agreements: { nodes: unknown[] } }>(AGREEMENTS, {
      senderId: fourth.senderId,
    });
    expect(agreements.nodes).toMatchObject([{ id, requiresConsent: true }]);
  });
});
