import { randomUUID } from 'node:crypto';
import { addRecords, household, person } from '../support/consent.js';
import { ADMIN_TOKEN, startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';

const REPORT = `query ($identifier: IdentifierInput!, $reason: String!) {
  accessReport(registry: SOCIAL, identifier: $identifier, reason: $reason) {
    complete disclosures { senderId kind inside legalBasis purpose agreementVersion fields at
      questions { attribute answer } } } }`;

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
      verify: { national_id: '1', sex: 'female', dob: '1990-01-01', is_alive: false },
    });
    expect(await reportOf('1', 2)).toMatchObject({
      complete: true,
      disclosures: [
        {
          kind: 'VERIFY',
          senderId: partner.senderId,
          legalBasis: 'VITAL_INTEREST',
          fields: null,
          questions: [
            { attribute: 'sex', answer: 'YES' },
            { attribute: 'birth_date', answer: 'NOT_RECORDED' },
            { attribute: 'is_alive', answer: 'NO' },
          ],
        },
        {
          kind: 'SEARCH',
          senderId: partner.senderId,
          purpose: 'payment',
          fields: ['*'],
          questions: null,
          inside: false,
        },
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

  test('is found by a number that was corrected since, until somebody else has it', async () => {
    const numbered = (uin: string, externalId: string) => ({ ...person(uin), externalId });
    await addRecords(gateway, [numbered('90', 'E9')]);
    await partner.send('social/registry/sync/search', 'search', searchById('90'));
    const before = await reportOf('90', 1);
    await addRecords(gateway, [numbered('91', 'E9')]);
    expect(await report('90')).toEqual(before);
    expect(await report('91')).toEqual(before);
    // As a version left it that kept no former numbers: they are read from the events.
    await gateway.database.query('delete from former_identifier');
    await gateway.database.query(
      `insert into gateway_state (key, value) values ('former_identifiers', '"${randomUUID().replace(/^.{8}/, '00000000')}"')`,
    );
    await gateway.admin(`mutation { runJob(name: "fill-columns") { name } }`);
    expect(await until(async () => ((await report('90')).disclosures.length > 0 ? report('90') : undefined))).toEqual(
      before,
    );
    const kept = await gateway.database.query('select type, value from former_identifier');
    expect(kept).toEqual([{ type: 'UIN', value: '90' }]);
    await addRecords(gateway, [numbered('90', 'E10')]);
    expect((await report('90')).disclosures).toEqual([]);
    expect(await report('91')).toEqual(before);
  });

  test('is found by a number that a process of a version which kept none corrected', async () => {
    await addRecords(gateway, [person('92')]);
    await partner.send('social/registry/sync/search', 'search', searchById('92'));
    const before = await reportOf('92', 1);
    await gateway.database.query(`with gone as (delete from record_identifier where value = '92' returning *)
      insert into record_identifier (record_id, registry, record_type, type, value)
      select record_id, registry, record_type, type, '93' from gone`);
    expect(await report('92')).toEqual(before);
    expect(await report('93')).toEqual(before);
  });

  test('still says what was asked once the answer is kept no more', async () => {
    await gateway.database.query('update transaction set response_sealed = null where operation = $1', ['VERIFY']);
    const { disclosures } = await report('1');
    expect(disclosures.find(({ kind }) => kind === 'VERIFY')).toMatchObject({
      questions: ['sex', 'birth_date', 'is_alive'].map((attribute) => ({ attribute, answer: 'NOT_KEPT' })),
    });
  });

  describe('over all registries', () => {
    const ALL = `query ($identifier: IdentifierInput!) { accessReport(identifier: $identifier, reason: "she asked") {
      registries disclosures { registry kind senderId } readings { action reason } } }`;
    const OF_ALL = { type: 'UIN', value: 'everywhere' };
    const ofAll = async (identifier: object) => gateway.graphql<{ accessReport: AllReport }>(ALL, { identifier });
    interface AllReport {
      registries: string[];
      disclosures: { registry: string; kind: string }[];
      readings: { action: string; reason: string | null }[];
    }

    test('finds the person in each that has such a number, and tells what administrators exported too', async () => {
      await addRecords(gateway, [person('everywhere')]);
      const birth = { recordType: 'Person', identifiers: [OF_ALL], data: { sex: 'female' } };
      await gateway.admin(
        `mutation ($records: [RecordInput!]!) { upsertRecords(registry: CRVS, records: $records) { inserted } }`,
        { records: [birth] },
      );
      const civil = await createPartner(gateway, { agreements: [{ registry: 'CRVS', legalBasis: 'PUBLIC_TASK' }] });
      await partner.send('social/registry/sync/search', 'search', searchById('everywhere'));
      await civil.send('crvs/registry/sync/search', 'search', searchById('everywhere'));
      const whole = await until(async () => {
        const { data } = await ofAll(OF_ALL);
        return data?.accessReport.disclosures.length === 2 ? data.accessReport : undefined;
      });
      expect(whole.registries.toSorted()).toEqual(['CRVS', 'SOCIAL']);
      expect(whole.disclosures.map(({ registry }) => registry)).toEqual(['CRVS', 'SOCIAL']);
    });

    test('follows a number of theirs into a registry that knows them by no other, and no number of its own making', async () => {
      const numbered = (recordType: string, ...identifiers: [type: string, value: string][]) => ({
        ...person('followed'),
        recordType,
        identifiers: identifiers.map(([type, value]) => ({ type, value })),
      });
      await addRecords(gateway, [numbered('Person', ['UIN', 'followed'], ['BRN', 'B-followed'])], 'CRVS');
      await addRecords(gateway, [numbered('SRPerson', ['BRN', 'B-followed'])]);
      // As every list numbers its members.
      await addRecords(gateway, [numbered('Member', ['UIN', 'followed'], ['MEMBER_ID', '1'])]);
      await addRecords(gateway, [numbered('Member', ['UIN', 'somebody'], ['MEMBER_ID', '1'])], 'IBR');
      await partner.send('social/registry/sync/search', 'search', searchById('B-followed', 'BRN'));
      const whole = await until(async () => {
        const { data } = await ofAll({ type: 'UIN', value: 'followed' });
        return data?.accessReport.disclosures.length === 1 ? data.accessReport : undefined;
      });
      expect(whole).toMatchObject({ disclosures: [{ registry: 'SOCIAL', kind: 'SEARCH' }] });
      expect(whole.registries.toSorted()).toEqual(['CRVS', 'SOCIAL']);
      expect((await report('followed')).disclosures).toEqual([]);
    });

    test('as a file is a reading of its own, for whoever may make the report, with a reason', async () => {
      const file = async (body: object, token = ADMIN_TOKEN) => {
        const response = await fetch(`${gateway.url}/files/access-reports`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify({ identifier: OF_ALL, format: 'csv', reason: 'for her', ...body }),
        });
        return { status: response.status, text: await response.text() };
      };
      const [head = '', ...rows] = (await file({})).text.trimEnd().split('\r\n');
      expect(head).toMatch(/^was,at,id,who,name,role,how,registry/);
      expect(rows.filter((row) => row.startsWith('DISCLOSURE,'))).toHaveLength(2);
      expect(rows.at(-1)).toMatch(/^READING,.*accessReport/);
      const json = JSON.parse((await file({ format: 'json' })).text) as AllReport;
      expect(json).toMatchObject({ person: OF_ALL, complete: true, reason: 'for her' });
      expect(json.readings.slice(0, 2)).toMatchObject([
        { action: 'exportAccessReport', reason: 'for her' },
        { action: 'exportAccessReport', reason: 'for her' },
      ]);
      expect(await file({ reason: ' ' })).toMatchObject({ status: 400, text: expect.stringContaining('reason') });
      expect(await file({ identifier: { type: 'UIN' } })).toMatchObject({
        status: 400,
        text: expect.stringContaining('identifier.value'),
      });
      expect((await file({}, 'nobody')).status).toBe(401);
    });

    test.each([
      ['NO_SUCH', 'no identifier type of any registry'],
      ['MRN', 'MRN is shared by several persons: name one of them'],
    ])('refuses the type %s', async (type, message) => {
      const { errors } = await ofAll({ type, value: '1' });
      expect(errors?.[0]).toMatchObject({
        message: `identifier.type: ${message}`,
        extensions: { code: 'BAD_USER_INPUT' },
      });
    });
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
