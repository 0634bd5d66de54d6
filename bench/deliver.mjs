/** Notifications that are due at once, against a bare loop that signs and POSTs, with statistics made while nothing was due. */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { signEnvelope } from '../dist/protocol/signature/signature.js';
import { alone, onGround, row, seconds } from './ground.mjs';

export const title = 'Delivering notifications';

const AT_ONCE = 8;
const UPSERT = `mutation ($records: [RecordInput!]!) { upsertRecords(registry: CRVS, records: $records) { inserted refused } }`;

export function run({ progress, quick }) {
  return onGround(async (ground) => {
    const rows = [];
    for (const [hosts, count] of quick
      ? [
          [1, 1000],
          [10, 2000],
        ]
      : [
          [1, 5000],
          [10, 20_000],
        ]) {
      const work = `${count} notifications to ${hosts === 1 ? 'one host' : `${hosts} hosts`}`;
      progress(work);
      const ours = await deliver(ground, hosts, count, progress);
      progress('the same by a bare loop');
      const theirs = await loop(ground, hosts, count);
      rows.push(row(work, 'a bare loop that signs and POSTs', 'messages/s', ours, theirs, 0.5));
    }
    return rows;
  });
}

async function deliver(ground, hosts, count, progress) {
  const gateway = await ground.gateway(await ground.database(`deliver_${hosts}`), {
    ALLOW_HTTP_CALLBACKS: 'true',
    ALLOW_PRIVATE_CALLBACKS: 'true',
  });
  const receivers = await ground.receivers(hosts);
  const partner = await gateway.partner('subscriber', {
    registry: 'CRVS',
    operations: ['SUBSCRIBE'],
    callbackHosts: ['127.0.0.1'],
    autoApproveSubscriptions: true,
  });
  const ids = [];
  for (const url of receivers.urls)
    ids.push(
      await subscribe(gateway, partner, { registry: 'crvs', eventType: 'LiveBirth', recordType: 'Person', url }),
    );
  const pause = (mutation, id) => gateway.graphql(`mutation ($id: ID!) { ${mutation}(id: $id) { id } }`, { id });
  for (const id of ids) await pause('pauseSubscription', id);
  const client = await ground.client(gateway.env.DATABASE_URL);
  // Nothing is due yet: the planner is told so, and not told otherwise later.
  await client.query('alter table delivery set (autovacuum_enabled = false); analyze delivery');
  const persons = count / hosts;
  for (let from = 0; from < persons; from += 1000) {
    const records = Array.from({ length: Math.min(1000, persons - from) }, (_, index) => ({
      recordType: 'Person',
      identifiers: [{ type: 'UIN', value: `b${from + index}` }],
      data: { sex: 'female' },
      eventType: 'LiveBirth',
    }));
    await gateway.graphql(UPSERT, { records });
  }
  const owed = () => client.query(`select count(*)::int as n from delivery where kind = 'NOTIFICATION'`);
  await reached(async () => (await owed()).rows[0].n, count, progress, 'owed');
  const before = await receivers.received();
  const taken = await seconds(async () => {
    for (const id of ids) await pause('resumeSubscription', id);
    await reached(async () => (await receivers.received()) - before, count, progress, 'delivered');
  });
  await gateway.stop();
  return count / taken;
}

/** Gives the id of the subscription once it is active; events are sent to `url`. */
export async function subscribe(gateway, partner, { registry, eventType, recordType, url }) {
  const known = async () => {
    const { subscriptions } = await gateway.graphql('{ subscriptions(first: 50) { nodes { id state } } }');
    return subscriptions.nodes.filter(({ state }) => state === 'ACTIVE').map(({ id }) => id);
  };
  const before = await known();
  const item = {
    reference_id: randomUUID(),
    timestamp: new Date().toISOString(),
    subscribe_criteria: { version: '1.0.0', reg_event_type: eventType, filter: {}, notify_record_type: recordType },
  };
  const message = { transaction_id: randomUUID(), subscribe_request: [item] };
  const envelope = await partner.sign('subscribe', message, { senderUri: `${url}/registry/on-subscribe` });
  const { status, body } = await partner.post(`/dci/v1/${registry}/registry/subscribe`, envelope);
  if (status !== 202) throw new Error(JSON.stringify(body));
  let added = [];
  while (added.length === 0) {
    await sleep(100);
    added = (await known()).filter((id) => !before.includes(id));
  }
  return added[0];
}

async function reached(count, total, progress, what) {
  let told = 0;
  for (let now = 0; now < total; now = await count()) {
    if (now - told >= total / 5) progress(`  ${(told = now)} ${what}`);
    await sleep(20);
  }
}

/** The same message each time, signed anew, over connections that stay. */
async function loop(ground, hosts, count) {
  const receivers = await ground.receivers(hosts);
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = { kid: 'bench', algorithm: 'ed25519', privateKey };
  const agent = new Agent({ keepAlive: true });
  let left = count;
  const worker = async (url) => {
    while (left-- > 0) {
      const now = new Date();
      const header = { version: '1.0.0', message_id: randomUUID(), message_ts: now.toISOString(), action: 'notify' };
      const person = { identifier: [{ identifier_type: 'UIN', identifier_value: `b${left}` }], sex: 'female' };
      const data = { reg_type: 'CRVS', reg_event_type: 'LiveBirth', reg_record_type: 'Person', reg_records: person };
      const message = { transaction_id: randomUUID(), notify_event: [{ reference_id: randomUUID(), data }] };
      const signature = await signEnvelope('DCI', { header, message }, key, { senderId: 'loop', now });
      await post(agent, url, Buffer.from(JSON.stringify({ signature, header, message })));
    }
  };
  const taken = await seconds(() =>
    Promise.all(receivers.urls.flatMap((url) => Array.from({ length: AT_ONCE }, () => worker(url)))),
  );
  agent.destroy();
  return count / taken;
}

const post = (agent, url, body) =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => response.resume().on('end', resolve));
    sent.on('error', reject).end(body);
  });

await alone(import.meta, { title, run });
