/** A worker whose clock is years ahead: what it would delete, end or destroy for good waits for the database's clock. */
import { recurringJobs } from '../../src/jobs/background.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById } from '../support/partner.js';

const YEARS_MS = 20 * 365 * 86_400_000;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLE: 'api' } });
});
afterAll(() => gateway?.close());

async function state() {
  const read = (statement: string) => gateway.database.query(statement);
  return {
    transactions: await read('select id, request_sealed is null as purged from transaction order by id'),
    dataKeys: await read('select id, wrapped is null as shredded from data_key order by id'),
    subscriptions: await read('select id, state from subscription order by id'),
    serverKeys: await read('select kid, state, private_sealed is null as destroyed from server_key order by kid'),
  };
}

test.each(['retention', 'expire-subscriptions', 'rotate-keys'])('%s changes nothing', async (name) => {
  const partner = await createPartner(gateway, {
    agreements: [{ registry: 'CRVS' }],
    sender: { autoApproveSubscriptions: true },
  });
  const times = [-60_000, 3_600_000].map((ms) => new Date(Date.now() + ms).toISOString());
  const frequency = { start_time: times[0], end_time: times[1], frequency: '0 * * * * ?' };
  const item = { referenceId: 'r', eventType: 'Death', callbackUrl: 'http://127.0.0.1:9/notify', frequency };
  await partner.postHttpSigned('/graphql', {
    query: `mutation ($input: SubscribeInput!) { subscribe(input: $input) { items { status } } }`,
    variables: { input: { registry: 'CRVS', transactionId: 't', items: [item] } },
  });
  await partner.send('crvs/registry/sync/search', 'search', searchById('1'));
  const before = await state();
  expect(before.subscriptions).toContainEqual(expect.objectContaining({ state: 'ACTIVE' }));
  const services = { ...gateway.services, clock: () => new Date(Date.now() + YEARS_MS) };
  await recurringJobs(services)
    .find((job) => job.name === name)
    ?.run();
  expect(await state()).toEqual(before);
});
