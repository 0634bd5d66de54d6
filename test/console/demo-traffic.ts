/** A gateway with something on every page: partners, agreements, consents, subscriptions, deliveries, and an hour of traffic. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { addTraffic, LATENCY_BOUNDS } from '../../src/entities/overview/traffic.repository.js';
import { addRecords, giveConsent, person } from '../support/consent.js';
import type { TestGateway } from '../support/gateway.js';
import { acknowledge, answer, type Inbox } from '../support/inbox.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';

export interface Filled {
  transaction: string;
  delivery: string;
}

const PARTNERS = [
  ['ministry-of-health', 'Ministry of Health'],
  ['pension-fund', 'National Pension Fund'],
  ['school-meals', 'School Meals Programme'],
] as const;
const OVER = { validFrom: '2025-01-01T00:00:00Z', validUntil: '2026-01-01T00:00:00Z' };
const UINS = ['4711', '4712', '4713', '4714', '4715'];

export async function fillGateway(gateway: TestGateway, inbox: Inbox): Promise<Filled> {
  await addRecords(
    gateway,
    UINS.map((uin) => person(uin)),
  );
  const partners: Partner[] = [];
  for (const [senderId, name] of PARTNERS)
    partners.push(
      await createPartner(gateway, {
        senderId,
        sender: { name, notifyUri: `${inbox.url}/notify` },
        agreements: [
          { fields: ['identifier', 'name', 'sex', 'birth_date'] },
          { registry: 'CRVS' },
          { registry: 'FR', operations: ['SEARCH', 'VERIFY', 'SUBSCRIBE', 'NOTIFY'], ...OVER },
        ],
      }),
    );
  const [ministry, fund] = partners as [Partner, Partner];
  await giveConsent(gateway, { uin: '4711', senderId: fund.senderId, purposes: ['pension'] });
  await registerController(gateway);
  for (const partner of partners) for (const uin of [...UINS, '4799']) await search(partner, uin);
  await fund.send('dr/registry/sync/search', 'search', searchById('4711'));
  await subscribe(ministry, inbox, 'live_birth');
  await subscribe(fund, inbox, 'death');
  for (const outcome of [acknowledge, acknowledge, answer(410), acknowledge, answer(500)]) {
    inbox.behave(outcome);
    await owe(ministry, inbox);
  }
  await gateway.admin(
    `mutation { placeLegalHold(senderId: "school-meals", month: "2026-01", reason: "case 12") { month } }`,
  );
  await pastHour(gateway);
  return untilDelivered(gateway);
}

const registerController = (gateway: TestGateway) => {
  const jwk = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const keys = [{ ...jwk, kid: 'key-1' }];
  return gateway.admin(
    `mutation ($jwks: JSONObject!) {
      registerConsentController(input: { name: "Exchange", issuer: "exchange", jwks: $jwks, registries: [SOCIAL] }) { id } }`,
    { jwks: { keys } },
  );
};

const search = (partner: Partner, uin: string) =>
  partner.send('social/registry/sync/search', 'search', searchById(uin));

/** One asynchronous request, up to the first attempt of its answer. */
async function owe(partner: Partner, inbox: Inbox): Promise<void> {
  const before = inbox.received.length;
  await partner.send('social/registry/search', 'search', searchById('4711'), { sender_uri: `${inbox.url}/on-search` });
  await inbox.wait(before + 1);
}

async function subscribe(partner: Partner, inbox: Inbox, event: string): Promise<void> {
  const subscription = { event_type: event, callback_url: `${inbox.url}/notify` };
  const body = { transaction_id: randomUUID(), sender_id: partner.senderId, subscription };
  const { status } = await partner.postHttpSigned('/dci/v1/subscribe', body);
  if (status !== 200) throw new Error(`subscribe: ${status}`);
}

/** Minutes as the meter would have rolled them up, with a busy quarter of an hour and a slow moment. */
async function pastHour(gateway: TestGateway): Promise<void> {
  const now = Math.floor(Date.now() / 60_000) * 60_000;
  const rows = Array.from({ length: 55 }, (_, ago) => {
    const busy = 1 + Math.exp(-(((ago - 30) / 8) ** 2));
    const total = Math.round(40 * busy + 6 * Math.sin(ago));
    const latency = LATENCY_BOUNDS.map(() => 0).concat(0);
    for (let call = 0; call < total; call++) {
      const bucket = 2 + (call % 3) + (call % 11 === 0 ? 1 : 0) + (ago === 22 && call % 4 === 0 ? 3 : 0);
      latency[bucket] = (latency[bucket] ?? 0) + 1;
    }
    return PARTNERS.map(([senderId], index) => ({
      minute: new Date(now - (ago + 2) * 60_000),
      kind: 'REQUEST' as const,
      registry: ['SOCIAL', 'CRVS', 'SOCIAL'][index] ?? 'SOCIAL',
      operation: ['SEARCH', 'VERIFY', 'SEARCH'][index] ?? 'SEARCH',
      senderId,
      total,
      failed: ago % 7 === index ? 2 : 0,
      latency,
    }));
  });
  const latency = LATENCY_BOUNDS.map(() => 0).concat(1);
  const once = { registry: 'FR', operation: 'VERIFY', senderId: 'school-meals', total: 1, failed: 0, latency };
  await addTraffic(gateway.database, [
    ...rows.flat(),
    { minute: new Date(now - 30 * 60_000), kind: 'REQUEST' as const, ...once },
  ]);
}

async function untilDelivered(gateway: TestGateway): Promise<Filled> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
    const { deliveries, transactions } = await gateway.admin<{
      deliveries: { nodes: { id: string }[] };
      transactions: { nodes: { id: string }[] };
    }>(`{ deliveries(first: 1, filter: { state: FAILED }) { nodes { id } }
          transactions(first: 1, filter: { senderId: "ministry-of-health", operation: SEARCH }) { nodes { id } } }`);
    const [delivery] = deliveries.nodes;
    const [transaction] = transactions.nodes;
    if (delivery !== undefined && transaction !== undefined)
      return { delivery: delivery.id, transaction: transaction.id };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('no delivery has failed');
}
