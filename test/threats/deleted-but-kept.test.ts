/** What was deleted or withdrawn stays readable for ever. Here it goes, and the person still learns who was told what it held. */
import { DataVault } from '../../src/entities/database/data-vault.js';
import { forgetDeleted } from '../../src/entities/records/deleted-record.repository.js';
import { fanOutBatch } from '../../src/jobs/fan-out.job.js';
import { keepRetention } from '../../src/jobs/retention.job.js';
import { createLog } from '../../src/platform/log.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';
import { verifyAudit } from '../../src/use-cases/audit/verify-audit.js';
import { addRecords, giveConsent, household, person, revokeConsent } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { MASTER_KEY, SEALED_BY_TEST, sealNow } from '../support/seal.js';
import { until } from '../support/until.js';

const DAYS = { payloads: 30, transactions: 400, attempts: 60, outbox: 20, versions: 60 };
const MONTH = new Date().toISOString().slice(0, 7);

describe('a record that was deleted', () => {
  let gateway: TestGateway;
  let partner: Partner;

  beforeAll(async () => {
    gateway = await startTestGateway({ env: SEALED_BY_TEST });
    partner = await createPartner(gateway);
  });
  afterAll(() => gateway.close());

  const registries = createRegistries();
  const forget = (before = new Date(Date.now() + 1)) =>
    forgetDeleted(gateway.database, (name) => registries.byName(name), before);
  /** Once their end is told. */
  const forgotten = async () => {
    await tell();
    return forget();
  };
  const tell = async () => {
    const { database } = gateway;
    const vault = new DataVault(database, MASTER_KEY);
    const telling = { database, vault, registries, clock: () => new Date(), log: createLog('silent') };
    while ((await fanOutBatch(telling)) > 0);
  };
  const after = (days: number) => {
    const now = new Date(Date.now() + days * 86_400_000);
    const vault = new DataVault(gateway.database, MASTER_KEY);
    const { database } = gateway;
    return keepRetention({ database, vault, registries, clock: () => now, log: createLog('silent'), days: DAYS });
  };
  const hold = (mutation: string, senderId: string) =>
    gateway.admin(
      `mutation ($id: String!, $month: String!) { ${mutation}(senderId: $id, month: $month, reason: "case 1") { owner } }`,
      { id: senderId, month: MONTH },
    );
  const remove = (value: string, type = 'UIN', recordType = 'SRPerson') =>
    gateway.admin(
      `mutation ($type: String!, $identifier: IdentifierInput!) {
        deleteRecord(registry: SOCIAL, recordType: $type, identifier: $identifier) { id } }`,
      { type: recordType, identifier: { type, value } },
    );
  const askFor = (value: string, type = 'UIN', recordType = 'SRPerson') => {
    const message = searchById(value, type);
    const [item] = message['search_request'] as { search_criteria: Record<string, unknown> }[];
    Object.assign(item?.search_criteria ?? {}, { reg_record_type: recordType });
    return partner.send('social/registry/sync/search', 'search', message);
  };
  const report = async (value: string) => {
    const { accessReport } = await gateway.admin<{ accessReport: { disclosures: object[] } }>(
      `query ($value: String!) { accessReport(registry: SOCIAL, identifier: { type: "UIN", value: $value }, reason: "she asked") {
        disclosures { senderId kind inside at fields } } }`,
      { value },
    );
    return accessReport.disclosures;
  };
  const told = (count: number, value: string) =>
    until(async () => {
      const disclosures = await report(value);
      return disclosures.length >= count ? disclosures : undefined;
    });
  const documents = (like: string) =>
    gateway.database.query<{ deleted: boolean }>(
      `select deleted_at is not null as deleted from registry_record
       where data::text like '%' || $1 || '%' or external_id like '%' || $1 || '%'`,
      [like],
    );

  test('leaves with the versions, not before; its numbers lead to what was told, beside a new record of the person', async () => {
    await addRecords(gateway, [{ ...person('mark1'), externalId: 'X-mark1' }, household('H1', ['mark1'])]);
    await askFor('mark1');
    await askFor('H1', 'HOUSEHOLD_ID', 'Group');
    const before = await told(2, 'mark1');
    await remove('mark1');
    await remove('H1', 'HOUSEHOLD_ID', 'Group');
    await tell();
    expect(await forget(new Date(Date.now() - 60_000))).toBe(0);
    expect(await documents('mark1')).toHaveLength(2);
    expect(await forgotten()).toBe(2);
    expect(await documents('mark1')).toEqual([]);
    expect(await report('mark1')).toEqual(before);
    expect(await forget()).toBe(0);
    await addRecords(gateway, [person('mark1')]);
    await askFor('mark1');
    expect((await told(3, 'mark1')).slice(1)).toEqual(before);
    await sealNow(gateway.database);
    expect(await verifyAudit(gateway.database)).toMatchObject({ intact: true, problem: null });
  });

  test('stays as long as a delivery of its end is due, and under a legal hold', async () => {
    await addRecords(gateway, [person('mark2'), person('mark3')]);
    await hold('placeLegalHold', '(gateway)');
    await remove('mark2');
    await remove('mark3');
    expect(await forgotten()).toBe(0);
    await hold('liftLegalHold', '(gateway)');
    await gateway.database.query(
      `insert into delivery (id, kind, action, sender_id, registry, target, host, message_id, state, record_id, version)
       select gen_random_uuid(), 'NOTIFICATION', 'notify', 's', 'SOCIAL', 't', 'h', 'due', 'PENDING', id, 2
       from registry_record where data::text like '%mark2%'`,
    );
    expect(await forgotten()).toBe(1);
    expect((await documents('mark')).filter(({ deleted }) => deleted)).toHaveLength(1);
    await gateway.database.query(`delete from delivery where message_id = 'due'`);
    expect(await forgotten()).toBe(1);
  });

  test('a number that was corrected, and a consent that ended, stay with what a legal hold keeps, and go with it', async () => {
    await addRecords(gateway, [person('mark4')]);
    await remove('mark4');
    await tell();
    const numbered = (uin: string) => ({ ...person(uin), externalId: `E-${uin[0]}` });
    await addRecords(gateway, [numbered('a-old'), numbered('b-old')]);
    await askFor('a-old');
    const before = await told(1, 'a-old');
    await addRecords(gateway, [numbered('a-new'), numbered('b-new')]);
    const consentsOf = async () =>
      (await gateway.database.query<{ id: string }>('select id from consent order by id')).map(({ id }) => id);
    const { senderId } = partner;
    const stands = await giveConsent(gateway, { uin: 'a-new', senderId });
    const ended = await giveConsent(gateway, { uin: 'b-new', senderId });
    await revokeConsent(gateway, ended);
    await hold('placeLegalHold', senderId);
    expect(await after(500)).toMatchObject({ records: 1 });
    expect(await report('a-old')).toEqual(before);
    const former = await gateway.database.query(`select value from former_identifier where value like '_-old'`);
    expect(former).toEqual([{ value: 'a-old' }]);
    expect(await consentsOf()).toEqual([stands, ended]);
    await hold('liftLegalHold', senderId);
    await after(500);
    expect(await gateway.database.query('select value from former_identifier')).toEqual([]);
    expect(await consentsOf()).toEqual([stands]);
  });
});
