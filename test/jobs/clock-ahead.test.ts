/** A worker whose clock is ahead: what it would delete, end or destroy for good, and what it sets a time for, goes by the database's clock. */
import { randomUUID } from 'node:crypto';
import { claimDeliveries } from '../../src/entities/deliveries/due-delivery.repository.js';
import { recurringJobs, workerQueues } from '../../src/jobs/background.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { answer, startInbox } from '../support/inbox.js';
import { createPartner, searchById } from '../support/partner.js';
import { until } from '../support/until.js';

const YEARS_MS = 20 * 365 * 86_400_000;
const HOUR_MS = 3_600_000;

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

test('what it accepts, retries or lets rest waits by the database’s clock, and is not taken before its time', async () => {
  const inbox = await startInbox(gateway.url);
  inbox.behave(answer(503, {}, { 'retry-after': '60' }));
  const partner = await createPartner(gateway);
  const queues = workerQueues({ ...gateway.services, clock: () => new Date(Date.now() + HOUR_MS) });
  await partner.send('social/registry/search', 'search', searchById('1'), { sender_uri: `${inbox.url}/on-search` });
  const owed = () =>
    gateway.database.query<{ isNear: boolean; rests: boolean }>(
      `select d.due_at < now() + interval '5 minutes' as "isNear", r.rests_until < now() + interval '5 minutes' as rests
       from delivery d join endpoint_rest r on r.sender_id = d.sender_id where d.sender_id = $1 and d.attempts = 1`,
      [partner.senderId],
    );
  await until(async () => {
    for (const queue of queues) queue.wake();
    return (await owed()).length === 1;
  });
  expect(await owed()).toEqual([{ isNear: true, rests: true }]);
  const room = { perHost: 8, hosts: [], perSender: 8, senders: [], busy: [] };
  expect(await claimDeliveries(gateway.database, randomUUID(), room, 10)).toEqual([]);
  await Promise.all(queues.map((queue) => queue.close()));
  expect(inbox.received).toHaveLength(1);
  await inbox.close();
});
