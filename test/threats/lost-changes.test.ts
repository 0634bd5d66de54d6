/** Changes of identifiers and of members raise nothing; a crash between commit and queue loses the event. */
import { addRecords, household, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway?.close());

const events = async () =>
  (await gateway.database.query<{ event_type: string }>('select event_type from registry_event order by id')).map(
    (row) => row.event_type,
  );

test('every change of a record raises its event with it, and what is no change raises none', async () => {
  await addRecords(gateway, [person('1')]);
  expect(await events()).toEqual(['REGISTER']);
  await addRecords(gateway, [person('1')]);
  expect(await events()).toEqual(['REGISTER']);
  const more = {
    ...person('1'),
    identifiers: [
      { type: 'UIN', value: '1' },
      { type: 'NIN', value: 'n1' },
    ],
  };
  await addRecords(gateway, [more]);
  expect(await events()).toEqual(['REGISTER', 'UPDATE']);
  await addRecords(gateway, [household('H', ['1'])]);
  await addRecords(gateway, [household('H', ['1', '2'])]);
  expect(await events()).toEqual(['REGISTER', 'UPDATE', 'REGISTER', 'UPDATE']);
});

test('change and event commit together, or neither does', async () => {
  const before = await events();
  await gateway.database.query('alter table registry_event rename to registry_event_away');
  const failed = await gateway.graphql(
    `mutation { upsertRecords(registry: SOCIAL, records: [
      { recordType: "SRPerson", identifiers: [{ type: "UIN", value: "1001" }], data: { sex: "female" } }]) { inserted } }`,
  );
  await gateway.database.query('alter table registry_event_away rename to registry_event');
  expect(failed.errors?.[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
  expect(await gateway.database.query(`select 1 from record_identifier where value = '1001'`)).toEqual([]);
  expect(await events()).toEqual(before);
});
