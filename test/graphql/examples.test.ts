/** Every operation of `examples/` runs as it stands there, against a gateway with the demo registries. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Kind, OperationTypeNode, parse, print, type OperationDefinitionNode } from 'graphql';
import { uuidv7 } from '../../src/platform/uuid.js';
import { ADMIN_TOKEN, startTestGateway, type TestGateway } from '../support/gateway.js';
import { openLive, type LiveClient } from '../support/live-client.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

let gateway: TestGateway;
let live: LiveClient;
let partner: Partner;
let dataDir: string;
let beginning: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'examples-'));
  gateway = await startTestGateway({ env: { SEED: 'demo', DATA_DIR: dataDir } });
  live = openLive(gateway.url);
  partner = await createPartner(gateway);
  beginning = (await gateway.admin<{ liveCursor: string }>('{ liveCursor }')).liveCursor;
}, 60_000);
afterAll(async () => {
  await live.close();
  await gateway.close();
  await rm(dataDir, { recursive: true });
});

type Row = Record<string, unknown>;
type Operations = Map<string, { text: string; node: OperationDefinitionNode }>;

async function operationsOf(file: string): Promise<Operations> {
  const document = parse(await readFile(join(EXAMPLES, file), 'utf8'));
  const nodes = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  return new Map(nodes.map((node) => [node.name?.value ?? '', { text: print(node), node }]));
}

/** Runs one operation by its name; `checked` keeps account of what was run. */
const checked = new Set<string>();
async function run<Data = Record<string, Row>>(file: string, name: string, variables: Row = {}): Promise<Data> {
  const operation = (await operationsOf(file)).get(name);
  if (operation === undefined) throw new Error(`${file} has no operation ${name}`);
  checked.add(`${file} ${name}`);
  if (operation.node.operation !== OperationTypeNode.SUBSCRIPTION)
    return gateway.admin<Data>(operation.text, variables);
  const [first] = await live.take<Data>(operation.text, variables, 1);
  if (first === undefined) throw new Error(`${name} told nothing`);
  return first;
}

/** Not due, so that no worker touches it. */
async function makeDelivery(state: 'FAILED' | 'PENDING'): Promise<string> {
  const id = uuidv7();
  await gateway.database.query(
    `insert into delivery (id, kind, action, sender_id, registry, target, host, message_id, state, state_reason, due_at)
     values ($1::uuid, 'CALLBACK', 'on-search', 'demo-partner', 'SOCIAL', 'http://127.0.0.1:9/', '127.0.0.1:9', $1::text, $2, 'no answer',
       case when $2 = 'PENDING' then now() + interval '1 h' end)`,
    [id, state],
  );
  return id;
}

test('onboard-sender.graphql', async () => {
  const file = 'onboard-sender.graphql';
  const { createSender } = await run(file, 'RegisterSender');
  expect(createSender).toMatchObject({ clientSecret: expect.any(String), sender: { active: true } });
  expect((await run(file, 'AddKey'))['addSenderKey']).toMatchObject({ kid: '2026-1', algorithm: 'ed25519' });
  expect((await run(file, 'Agree'))['createAgreement']).toMatchObject({ state: 'ACTIVE', version: 1 });
  expect((await run(file, 'ShowSender'))['sender']).toMatchObject({ warnings: [], keys: [{ kid: '2026-1' }] });
  const { explainAccess } = await run(file, 'TryAccess');
  expect(explainAccess).toMatchObject({ found: true, released: true });
  expect(explainAccess?.['fields']).toContainEqual(expect.objectContaining({ path: 'birth_date', released: true }));
});

test('transactions.graphql', async () => {
  const file = 'transactions.graphql';
  await partner.send('social/registry/sync/search', 'search', searchById('123456789'));
  const stranger = await createPartner(gateway, { agreements: [] });
  await stranger.send('social/registry/sync/search', 'search', searchById('123456789'));
  const { transactions } = await run<{ transactions: { nodes: Row[]; totalCount: number } }>(file, 'Recent');
  expect(transactions.totalCount).toBe(2);
  const rejected = await run<{ transactions: { nodes: Row[] } }>(file, 'Rejected', { since: '2020-01-01T00:00:00Z' });
  expect(rejected.transactions.nodes).toMatchObject([{ statusReasonCode: 'err.request.forbidden' }]);
  const answered = transactions.nodes.find(({ status }) => status === 'SUCCEEDED');
  const { transaction } = await run(file, 'One', { id: answered?.['id'] });
  expect(transaction?.['requestData']).toMatchObject({ message: { search_request: [{}] } });
});

test('agreements.graphql', async () => {
  const file = 'agreements.graphql';
  const { agreements } = await run<{ agreements: { nodes: Row[] } }>(file, 'OfOneSender');
  expect(agreements.nodes).toHaveLength(6);
  const id = agreements.nodes[0]?.['id'];
  expect((await run(file, 'Narrow', { id }))['updateAgreement']).toMatchObject({ version: 2, requiresConsent: true });
  expect((await run(file, 'Consent'))['grantConsent']).toMatchObject({ fields: ['*'] });
  expect((await run(file, 'End', { id }))['endAgreement']).toMatchObject({ state: 'ENDED' });
});

test('deliveries.graphql', async () => {
  const file = 'deliveries.graphql';
  const id = await makeDelivery('FAILED');
  const { deliveries } = await run<{ deliveries: { nodes: Row[] } }>(file, 'Failed');
  expect(deliveries.nodes).toMatchObject([{ id, stateReason: 'no answer', attempts: [] }]);
  expect((await run(file, 'Retry', { id }))['retryDelivery']).toMatchObject({ state: 'PENDING' });
  const resting = await makeDelivery('PENDING');
  expect((await run(file, 'Cancel', { id: resting }))['cancelDelivery']).toMatchObject({ state: 'CANCELLED' });
  await makeDelivery('FAILED');
  const { replayDeliveries } = await run(file, 'Replay');
  expect(replayDeliveries?.['count']).toBeGreaterThan(0);
});

test('records.graphql', async () => {
  const file = 'records.graphql';
  expect((await run(file, 'Register'))['upsertRecords']).toMatchObject({ inserted: 1 });
  const { records } = await run<{ records: { nodes: Row[] } }>(file, 'Find');
  expect(records.nodes).toMatchObject([{ version: 1, data: { sex: expect.anything() } }]);
  expect((await run(file, 'Remove'))['deleteRecord']).toMatchObject({ change: 'DELETED' });
});

test('overview.graphql', async () => {
  const { overview } = await run('overview.graphql', 'LastHour');
  expect(overview).toMatchObject({ jobs: { store: { up: true } }, deliveries: { backlog: expect.any(Number) } });
  await run('overview.graphql', 'Jobs');
});

test('live.graphql', async () => {
  const file = 'live.graphql';
  await run(file, 'Here');
  await gateway.admin(
    `mutation { upsertRecords(registry: SOCIAL, records: [{ recordType: "SRPerson", identifiers: [{ type: "UIN", value: "live" }], data: { sex: "female" } }]) { inserted } }`,
  );
  await makeSubscription();
  const after = beginning;
  for (const name of ['Transactions', 'Deliveries', 'Subscriptions', 'Events']) {
    const [change] = Object.values(await run(file, name, { after }));
    expect([name, change]).toEqual([name, expect.objectContaining({ cursor: expect.any(String) })]);
  }
  expect((await run(file, 'Dashboard'))['overviewChanged']).toHaveProperty('requests');
});

async function makeSubscription(): Promise<void> {
  const answer = await partner.postHttpSigned('/dci/v1/subscribe', {
    transaction_id: 'subscribe-1',
    sender_id: partner.senderId,
    registry: 'social',
    subscription: { event_type: 'REGISTER', callback_url: 'http://127.0.0.1:9/notify' },
  });
  expect(answer.status).toBe(200);
}

test('monitor.mjs prints each transaction once, over a broken connection too, in 20 lines', async () => {
  const code = await readFile(join(EXAMPLES, 'monitor.mjs'), 'utf8');
  expect(code.trimEnd().split('\n').length).toBeLessThanOrEqual(20);
  await until(async () => (await gateway.services.tail.lagSeconds()) === 0);
  const { liveCursor } = await gateway.admin<{ liveCursor: string }>('{ liveCursor }');
  const proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(gateway.url).port) });
  const url = `http://127.0.0.1:${proxy.port}`;
  const monitor = spawn(process.execPath, [join(EXAMPLES, 'monitor.mjs'), url, ADMIN_TOKEN, liveCursor]);
  const lines: Row[] = [];
  createInterface(monitor.stdout).on('line', (line) => lines.push(JSON.parse(line) as Row));
  try {
    await partner.send('social/registry/sync/search', 'search', searchById('1'));
    await until(() => lines.length === 1);
    await proxy.cut();
    await partner.send('social/registry/sync/search', 'search', searchById('2'));
    await proxy.restore();
    await until(() => lines.length === 2);
    await sleep(300);
    expect(lines).toMatchObject([
      { operation: 'SEARCH', registry: 'SOCIAL', status: 'SUCCEEDED', sender: { name: partner.senderId } },
      { operation: 'SEARCH' },
    ]);
  } finally {
    const ended = once(monitor, 'exit');
    monitor.kill();
    await ended;
    await proxy.close();
  }
});

test('no operation was left out', async () => {
  const files = (await readdir(EXAMPLES)).filter((file) => file.endsWith('.graphql'));
  const all: string[] = [];
  for (const file of files) all.push(...[...(await operationsOf(file)).keys()].map((name) => `${file} ${name}`));
  expect(all.toSorted()).toEqual([...checked].toSorted());
});
