/** Forms that we send, and answers to them: what leaves has every member that its client reads, in the type that it reads. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { signEnvelope } from '../../src/protocol/signature/signature.js';
import { seedRecords } from '../../src/server/prepare.js';
import { demoRecords } from '../../src/sources/demo-data.js';
import { upsertInto } from '../subscriptions/subscriptions.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { answer, startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { until } from '../support/until.js';
import { forms, hasForms } from './forms.js';

let gateway: TestGateway;
let inbox: Inbox;
beforeAll(async () => {
  if (!hasForms) return;
  gateway = await startTestGateway();
  await seedRecords(gateway.database, demoRecords(1000));
  inbox = await startInbox(gateway.url, 'OPENSPP', false);
}, 120_000);
afterAll(async () => {
  await inbox?.close();
  await gateway?.close();
});
afterEach(() => inbox?.behave(undefined));

const form = (id: string) => forms.find((one) => one.id === id)!;

/** Where what we sent lacks what the form has, or has it in another type; a null of the form may be a text. */
function unlike(wanted: unknown, sent: unknown, path = ''): string[] {
  if (wanted === null) return sent === null || typeof sent === 'string' ? [] : [path];
  if (typeof wanted !== 'object') return typeof sent === typeof wanted ? [] : [`${path}: ${typeof sent}`];
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent) !== Array.isArray(wanted)) return [path];
  if (Array.isArray(wanted))
    return wanted.length === 0
      ? []
      : [wanted, sent as unknown[]].some(({ length }) => length === 0)
        ? [`${path}: none`]
        : (sent as unknown[]).flatMap((one, at) => unlike(wanted[0], one, `${path}.${at}`));
  return Object.entries(wanted).flatMap(([name, value]) =>
    unlike(value, (sent as Record<string, unknown>)[name], `${path}.${name}`),
  );
}

const REGISTRIES = ['SOCIAL', 'CRVS', 'DR', 'FR', 'IBR'];
const partnerOf = (dialect: string, profile: 'OPENSPP' | 'DCI' = 'OPENSPP', sender: Record<string, unknown> = {}) =>
  createPartner(gateway, {
    profile,
    agreements: REGISTRIES.map((registry) => ({ registry })),
    sender: { dialect, autoApproveSubscriptions: true, notifyUri: `${inbox.url}/notify`, ...sender },
  });

async function next(action: string, cause: () => Promise<unknown>) {
  const before = inbox.received.length;
  await cause();
  const found = () => inbox.received.slice(before).find(({ body }) => body.header.action === action);
  await until(() => found() !== undefined);
  return found()!;
}
/** By whom the clients look up, in the language that they name. */
function question(): JsonObject {
  const { search_request: items, ...message } = searchById('847951632');
  return { ...message, search_request: (items as JsonObject[]).map((item) => ({ ...item, locale: 'eng' })) };
}
const searched = (partner: Partner, registry: string) =>
  next('on-search', () =>
    partner.send(`${registry}/registry/search`, 'search', question(), {
      sender_uri: `${inbox.url}/${registry}`,
    }),
  );

const describeForms = hasForms ? describe : describe.skip;

describeForms('what we send', () => {
  test.each([
    ['C-051', 'dr'],
    ['C-052', 'ibr'],
    ['C-053', 'social'],
  ])('%s has what is read of it', async (id, registry) => {
    const { body, verified } = await searched(await partnerOf('OPENSPP'), registry);
    expect({ verified, unlike: unlike(form(id).body, body) }).toEqual({ verified: true, unlike: [] });
    expect(Object.keys(body.header).toSorted()).toEqual(
      Object.keys((form(id).body as JsonObject)['header'] ?? {}).toSorted(),
    );
  });

  test('C-053 brings the bearer that its receivers ask for', async () => {
    const partner = await partnerOf('OPENSPP');
    await gateway.admin(
      `mutation ($id: String!) { setSenderOutbound(senderId: $id, input: { bearer: "partner-text" }) { bearer } }`,
      { id: partner.senderId },
    );
    const { headers } = await searched(partner, 'social');
    expect(headers.authorization).toBe('Bearer partner-text');
  });

  test('C-130 repeats an event in the member that is walked', async () => {
    const partner = await partnerOf('OPENIMIS', 'DCI');
    const id = randomUUID();
    const item = { reference_id: id, timestamp: new Date().toISOString(), filter: { type: 'UIN', value: id } };
    const message = { transaction_id: id, subscribe_request: [item] };
    await next('on-subscribe', () =>
      partner.send('fr/registry/subscribe', 'subscribe', message, { sender_uri: `${inbox.url}/registry/on-subscribe` }),
    );
    const { body } = await next('notify', () =>
      upsertInto(gateway, 'FR', 'Farmer', { id, data: { registration_date: '2026-01-01T00:00:00Z' } }),
    );
    expect(unlike(form('C-130').body, { ...body, signature: body.signature })).toEqual([]);
    expect(body.message.notify_request[0]).toMatchObject({
      subscription_id: body.header.meta.subscription_code,
      data: { event_type: 'REGISTER', reg_type: 'FR', reg_record_type: 'Farmer' },
    });
    // The registry's published list has neither, and who is gone is no change.
    const changed = await next('notify', () =>
      upsertInto(gateway, 'FR', 'Farmer', { id, data: { registration_date: '2026-02-01T00:00:00Z' } }),
    );
    const gone = await next('notify', () =>
      gateway.admin(
        `mutation ($id: String!) { deleteRecord(registry: FR, identifier: { type: "UIN", value: $id }) { id } }`,
        { id },
      ),
    );
    expect([changed, gone].map((one) => one.body.message.notify_request[0].data.event_type)).toEqual([
      'UPDATE',
      'DEREGISTER',
    ]);
    for (const one of [changed, gone])
      expect(one.body.message.notify_event[0].data).not.toHaveProperty('reg_event_type');
  });

  test('C-055 its keys are known by the whole of kidId, of no other sender', async () => {
    const key = generateKeyPairSync('ed25519');
    const keys = ['spp-a', 'spp-b'].map((owner) => ({
      ...key.publicKey.export({ format: 'jwk' }),
      kid: `${owner}|key1|ed25519`,
      use: 'sig',
      alg: 'EdDSA',
    }));
    const server = createServer((_, response) => void response.end(JSON.stringify({ keys: keys.slice(0, 1) })));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
    for (const [senderId, status] of [
      ['spp-a', 200],
      ['spp-b', 401],
    ] as const) {
      const agreements = [{ registry: 'SOCIAL' }];
      const partner = await createPartner(gateway, { senderId, profile: 'OPENSPP', sender: { jwksUrl }, agreements });
      await gateway.graphql(`mutation { fetchSenderKeys(senderId: "${senderId}") { kid } }`);
      const content = { header: partner.header('search'), message: searchById('847951632') };
      const signing = { kid: 'key1', algorithm: 'ed25519', privateKey: key.privateKey } as const;
      const signature = await signEnvelope('OPENSPP', content, signing, { senderId, now: new Date() });
      expect((await partner.post('/dci/v1/social/registry/sync/search', { signature, ...content })).status).toBe(
        status,
      );
    }
    server.close();
  });

  test('C-056 any 2xx without ERR or NACK is delivered', async () => {
    const partner = await partnerOf('OPENSPP');
    const stateOf = async () => {
      const { deliveries } = await gateway.admin<{ deliveries: { nodes: { state: string }[] } }>(
        `query ($id: String!) { deliveries(first: 1, filter: { senderId: $id }) { nodes { state } } }`,
        { id: partner.senderId },
      );
      return deliveries.nodes[0]?.state;
    };
    for (const body of [form('C-056').body, { status: 'success', message: 'stored', event_id: 7 }]) {
      inbox.behave(answer(200, body));
      await searched(partner, 'social');
      await until(async () => (await stateOf()) === 'DELIVERED');
    }
    for (const body of [{ message: { ack_status: 'ERR' } }, { message: { ack_status: 'NACK' } }]) {
      inbox.behave(answer(200, body));
      await searched(partner, 'social');
      expect(await stateOf()).not.toBe('DELIVERED');
    }
  });
});

test('every form that we send, or are answered, is held to one of these', () => {
  const held = ['C-051', 'C-052', 'C-053', 'C-055', 'C-056', 'C-130'];
  expect(forms.filter(({ direction }) => direction !== 'in').map(({ id }) => id)).toEqual(hasForms ? held : []);
});
