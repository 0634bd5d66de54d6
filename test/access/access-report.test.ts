import { randomUUID } from 'node:crypto';
import { addRecords, household, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';

const REPORT = `query ($identifier: IdentifierInput!, $reason: String!) {
  accessReport(registry: SOCIAL, identifier: $identifier, reason: $reason) {
    complete disclosures { senderId kind inside legalBasis purpose agreementVersion fields at } } }`;

interface Report {
  accessReport: { complete: boolean; disclosures: { senderId: string; kind: string; inside: boolean }[] };
}

describe('the access report of a person', () => {
  let gateway: TestGateway;
  let partner: Partner;

  beforeAll(async () => {
    gateway = await startTestGateway();
    partner = await createPartner(gateway, { agreements: [{ fields: ['*'], legalBasis: 'VITAL_INTEREST' }] });
    await addRecords(gateway, [person('1'), person('2'), household('H1', ['1'])]);
  });
  afterAll(() => gateway.close());

  const report = async (uin: string) => {
    const variables = { identifier: { type: 'UIN', value: uin }, reason: 'the person asked' };
    return (await gateway.admin<Report>(REPORT, variables)).accessReport;
  };

  /** Once it tells so many: what another database of the server still writes holds up what is noted of an answer. */
  const reportOf = (uin: string, count: number) =>
    until(async () => {
      const found = await report(uin);
      return found.disclosures.length >= count ? found : undefined;
    });

  test('says who got what, when and on what ground, searches and verifications alike', async () => {
    expect((await report('1')).disclosures).toEqual([]);
    const message = searchById('1');
    const [item] = message['search_request'] as { search_criteria: Record<string, unknown> }[];
    Object.assign(item?.search_criteria ?? {}, { authorize: { purpose: { code: 'payment' } } });
    await partner.send('social/registry/sync/search', 'search', message);
    await partner.postHttpSigned('/dci/v1/verify', {
      transaction_id: randomUUID(),
      sender_id: partner.senderId,
      verify: { national_id: '1', sex: 'female' },
    });
    expect(await reportOf('1', 2)).toMatchObject({
      complete: true,
      disclosures: [
        { kind: 'VERIFY', senderId: partner.senderId, legalBasis: 'VITAL_INTEREST' },
        { kind: 'SEARCH', senderId: partner.senderId, purpose: 'payment', fields: ['*'], inside: false },
      ],
    });
    expect((await report('2')).disclosures).toEqual([]);
  });

  test('knows of a household that the person stands in', async () => {
    const message = searchById('H1', 'HOUSEHOLD_ID');
    const [item] = message['search_request'] as { search_criteria: Record<string, unknown> }[];
    Object.assign(item?.search_criteria ?? {}, { reg_record_type: 'Group' });
    await partner.send('social/registry/sync/search', 'search', message);
    expect((await reportOf('1', 3)).disclosures[0]).toMatchObject({ kind: 'SEARCH', inside: true });
  });

  test('still tells it after the record is deleted, and a household that was; a new record of theirs adds to it', async () => {
    await addRecords(gateway, [person('7'), household('H7', ['7']), person('8')]);
    const inHousehold = searchById('H7', 'HOUSEHOLD_ID');
    const [item] = inHousehold['search_request'] as { search_criteria: Record<string, unknown> }[];
    Object.assign(item?.search_criteria ?? {}, { reg_record_type: 'Group' });
    for (const message of [searchById('7'), inHousehold, searchById('8')])
      await partner.send('social/registry/sync/search', 'search', message);
    const before = await reportOf('7', 2);
    expect(before.disclosures).toMatchObject([{ inside: true }, { inside: false }]);
    const remove = `mutation ($type: String!, $identifier: IdentifierInput!) {
      deleteRecord(registry: SOCIAL, recordType: $type, identifier: $identifier) { id } }`;
    await gateway.admin(remove, { type: 'SRPerson', identifier: { type: 'UIN', value: '7' } });
    await gateway.admin(remove, { type: 'Group', identifier: { type: 'HOUSEHOLD_ID', value: 'H7' } });
    expect(await report('7')).toEqual(before);
    await addRecords(gateway, [person('7')]);
    await partner.send('social/registry/sync/search', 'search', searchById('7'));
    expect((await reportOf('7', 3)).disclosures).toHaveLength(3);
    expect((await reportOf('8', 1)).disclosures).toHaveLength(1);
  });

  test('needs a reason, which is kept', async () => {
    const without = await gateway.graphql(REPORT, { identifier: { type: 'UIN', value: '1' }, reason: ' ' });
    expect(without.errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', field: 'reason' } });
    await report('1');
    const { adminActions } = await gateway.admin<{ adminActions: unknown }>(
      `{ adminActions(first: 1) { nodes { action reason } } }`,
    );
    expect(adminActions).toEqual({ nodes: [{ action: 'accessReport', reason: 'the person asked' }] });
  });
});
