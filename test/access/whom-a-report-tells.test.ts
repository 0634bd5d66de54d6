/** Of whom an access report tells: a person under any of their numbers, and inside what held them when it was told. */
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { addRecords, giveConsent, household, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';

const REPORT = `query ($identifier: IdentifierInput!) {
  accessReport(registry: SOCIAL, identifier: $identifier, reason: "the person asked") {
    complete disclosures { senderId kind inside fields purpose agreementId requiredConsent } readings { action fields } } }`;

interface Told {
  senderId: string;
  inside: boolean;
  fields: string[] | null;
  purpose: string | null;
}

describe('whom an access report tells of', () => {
  let gateway: TestGateway;
  let partner: Partner;

  beforeAll(async () => {
    gateway = await startTestGateway();
    partner = await createPartner(gateway);
  });
  afterAll(() => gateway.close());

  const report = async (value: string, type = 'UIN') => {
    const { accessReport } = await gateway.admin<{
      accessReport: { complete: boolean; disclosures: Told[]; readings: { action: string }[] };
    }>(REPORT, { identifier: { type, value } });
    return accessReport;
  };
  /** Once it tells so many. */
  const told = (count: number, value: string, type?: string) =>
    until(async () => {
      const { disclosures } = await report(value, type);
      return disclosures.length >= count ? disclosures : undefined;
    });

  const askFor = (value: string, type: string, recordType = 'SRPerson', by = partner) =>
    by.send('social/registry/sync/search', 'search', messageFor(value, type, recordType));
  const messageFor = (value: string, type: string, recordType: string, purpose?: string): JsonObject => {
    const message = searchById(value, type);
    const [item] = message['search_request'] as { search_criteria: JsonObject }[];
    Object.assign(item?.search_criteria ?? {}, {
      reg_record_type: recordType,
      ...(purpose !== undefined && { authorize: { purpose: { code: purpose } } }),
    });
    return message;
  };

  test('who left a household still learns who got it while it held them, and nothing of later', async () => {
    await addRecords(gateway, [household('L', ['l1', 'l2'])]);
    await askFor('L', 'HOUSEHOLD_ID', 'Group');
    await told(1, 'l2');
    await addRecords(gateway, [household('L', ['l1'])]);
    expect(await told(1, 'l2')).toMatchObject([{ inside: true }]);
    await askFor('L', 'HOUSEHOLD_ID', 'Group');
    expect(await told(2, 'l1')).toHaveLength(2);
    expect(await told(1, 'l2')).toHaveLength(1);
  });

  test('whoever a member is related to is inside too', async () => {
    const { data, ...rest } = household('R', ['r1']);
    const [member] = data.member_list;
    const related_member = { identifier: [{ identifier_type: 'UIN', identifier_value: 'r2' }], sex: 'male' };
    await addRecords(gateway, [
      { ...rest, data: { ...data, member_list: [{ ...member, related_person: [{ related_member }] }] } },
    ]);
    const { body } = await askFor('R', 'HOUSEHOLD_ID', 'Group');
    expect(JSON.stringify(body)).toContain('r2');
    await told(1, 'r1');
    expect((await report('r2')).disclosures).toMatchObject([{ inside: true }]);
  });

  test('any number of theirs finds what was told under another, alone and inside', async () => {
    const both = [
      { type: 'UIN', value: 'n1' },
      { type: 'NIN', value: 'n1-nin' },
    ];
    await addRecords(gateway, [{ ...person('n1'), identifiers: both }, household('N', ['n1'])]);
    await askFor('n1', 'UIN');
    await askFor('N', 'HOUSEHOLD_ID', 'Group');
    const under = await told(2, 'n1');
    expect((await report('n1-nin', 'NIN')).disclosures).toEqual(under);
  });

  test('a number that was corrected finds households under the new one', async () => {
    const numbered = (uin: string) => ({ ...person(uin), externalId: 'C' });
    await addRecords(gateway, [numbered('c1'), household('C', ['c1'])]);
    await askFor('C', 'HOUSEHOLD_ID', 'Group');
    const before = await told(1, 'c1');
    await addRecords(gateway, [numbered('c2'), household('C', ['c2'])]);
    expect((await report('c2')).disclosures).toEqual(before);
    expect((await report('c1')).disclosures).toEqual(before);
    // Then it is somebody else's, who was told of nowhere.
    await addRecords(gateway, [{ ...person('c1'), externalId: 'D' }]);
    await askFor('C', 'HOUSEHOLD_ID', 'Group');
    expect(await told(2, 'c2')).toHaveLength(2);
  });

  test('a consent under another of their numbers let them out inside a household', async () => {
    const careful = await createPartner(gateway, { agreements: [{ requiresConsent: true }] });
    const both = [
      { type: 'UIN', value: 'k1' },
      { type: 'NIN', value: 'k1-nin' },
    ];
    const { data, ...rest } = household('K', ['k1', 'k2']);
    await addRecords(gateway, [{ ...person('k1'), identifiers: both }, person('k2'), { ...rest, data }]);
    await giveConsent(gateway, { identifier: { type: 'HOUSEHOLD_ID', value: 'K' }, senderId: careful.senderId });
    await giveConsent(gateway, { uin: 'k1', senderId: careful.senderId });
    await askFor('K', 'HOUSEHOLD_ID', 'Group', careful);
    const under = await told(1, 'k1');
    expect((await report('k1-nin', 'NIN')).disclosures).toEqual(under);
    expect((await report('k2')).disclosures).toEqual([]);
  });

  test('a consent under their former number is theirs, and not of whoever has the number now', async () => {
    const numbered = (externalId: string, uin: string) => ({ ...person(uin), externalId });
    await addRecords(gateway, [numbered('np', 'n1')]);
    await giveConsent(gateway, { uin: 'n1', senderId: partner.senderId });
    await addRecords(gateway, [numbered('np', 'n2')]);
    await addRecords(gateway, [numbered('nq', 'n1')]);
    await gateway.admin('{ consents(first: 1) { nodes { identifier { value } } } }');
    const read = async (uin: string) => (await report(uin)).readings.filter(({ action }) => action === 'readPersons');
    expect(await read('n1')).toEqual([]);
    expect(await read('n2')).toHaveLength(1);
  });

  test('of a message with several questions, those that told of them', async () => {
    const several = await createPartner(gateway, {
      agreements: [
        { purposes: ['first'], fields: ['name', 'identifier'] },
        { purposes: ['second'], fields: ['*'] },
      ],
    });
    await addRecords(gateway, [person('s1'), person('s2'), household('S', ['s3'])]);
    const items = [
      messageFor('s1', 'UIN', 'SRPerson', 'first'),
      messageFor('s2', 'UIN', 'SRPerson', 'second'),
      messageFor('S', 'HOUSEHOLD_ID', 'Group', 'second'),
    ].map((message, index) => ({ ...(message['search_request'] as JsonObject[])[0], reference_id: `ref-${index}` }));
    const message = { ...messageFor('s1', 'UIN', 'SRPerson'), search_request: items };
    await several.send('social/registry/sync/search', 'search', message);
    expect(await told(1, 's1')).toMatchObject([{ purpose: 'first', fields: ['name', 'identifier'] }]);
    expect((await report('s2')).disclosures).toMatchObject([{ purpose: 'second', fields: ['*'] }]);
    expect((await report('s3')).disclosures).toMatchObject([{ purpose: 'second', fields: ['*'], inside: true }]);
  });
});
