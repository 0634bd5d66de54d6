/** The published samples, none of which its own schema accepts: repaired as little as possible, the tolerant reader takes them. */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Json, JsonObject } from '../../src/protocol/json.js';
import { seedRecords } from '../../src/prepare.js';
import { demoRecords } from '../../src/sources/demo-data.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { startInbox, type Inbox } from '../support/inbox.js';
import { createPartner, type Partner } from '../support/partner.js';
import { hasSpecification } from '../support/specification.js';

const FOLDER = new URL('../../../shared/spec/samples/', import.meta.url);

let gateway: TestGateway;
let partner: Partner;
let inbox: Inbox;
beforeAll(async () => {
  gateway = await startTestGateway();
  await seedRecords(gateway.database, demoRecords(20));
  inbox = await startInbox(gateway.url);
  partner = await createPartner(gateway, {
    sender: { autoApproveSubscriptions: true },
    agreements: ['SOCIAL', 'CRVS', 'DR', 'FR', 'IBR'].map((registry) => ({ registry })),
  });
});
afterAll(async () => {
  await gateway?.close();
  await inbox?.close();
});

/** What stands for nothing is left out, and a language is one of three letters. */
function repaired(value: Json): Json {
  if (Array.isArray(value)) return value.map(repaired);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== '' && member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, name === 'locale' ? 'eng' : repaired(member)]));
}

/** Ids that the samples leave empty but the schemas require. */
function identified(message: JsonObject): JsonObject {
  for (const name of ['search_request', 'search_response'])
    for (const item of (message[name] ?? []) as JsonObject[])
      Object.assign(item, {
        reference_id: randomUUID(),
        timestamp: new Date().toISOString(),
        ...(name === 'search_response' ? { status: 'succ' } : {}),
      });
  const answered: JsonObject = message['search_response'] === undefined ? {} : { correlation_id: randomUUID() };
  return { transaction_id: randomUUID(), ...answered, ...message };
}

const sample = (name: string): JsonObject => {
  const { message } = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as { message: JsonObject };
  return identified(repaired(message) as JsonObject);
};

const judged = hasSpecification && existsSync(FOLDER) ? describe : describe.skip;

judged('the samples of', () => {
  const questions: [name: string, path: string, found?: number][] = [
    ['social/processflow1-1req', 'sync/search'],
    ['social/processflow2req', 'sync/search', 1],
    ['crvs/processflow1req', 'sync/search', 1],
    ['crvs/processflow2req', 'sync/search', 1],
    ['dr/processflow2req', 'sync/disabled'],
    ['dr/processflow3req', 'sync/search'],
    ['ibr/processflow2req', 'sync/enrolled'],
  ];
  test.each(questions)('%s at %s are answered', async (name, path, found = 0) => {
    const [registry = ''] = name.split('/');
    const { status, body } = await partner.send(`${registry}/registry/${path}`, 'search', sample(name));
    expect(status).toBe(200);
    const [item] = body.message.search_response ?? body.message.disabled_response ?? body.message.enrolled_response;
    expect({ became: item.status, reason: item.status_reason_message }).toEqual({ became: 'succ' });
    expect(item.data?.reg_records.length ?? 0).toBeGreaterThanOrEqual(found);
  });

  test('social/processflow1-3req sorts members by what only groups have, and is answered without', async () => {
    const message = sample('social/processflow1-3req');
    const ask = () => partner.send('social/registry/sync/search', 'search', message);
    const [refused] = (await ask()).body.message.search_response;
    expect(refused).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.sort.invalid' });
    const [{ search_criteria: criteria }] = message['search_request'] as [{ search_criteria: JsonObject }];
    delete criteria['sort'];
    expect((await ask()).body.message.search_response).toMatchObject([{ status: 'succ' }]);
  });

  test('ibr/processflow1req, in the member that the schema wants, is taken over', async () => {
    const { receipt_information: updates = {}, ...ids } = sample('ibr/processflow1req');
    const message = { ...ids, enrolled_updates: updates };
    const { status, body } = await partner.send('ibr/registry/sync/enrollment/updates', 'notify', message, {
      status: 'succ',
    });
    expect(status).toBe(200);
    expect(body.message.enrolled_response).toMatchObject([{ status: 'succ' }]);
  });

  test.each(['dr', 'fr'])('%s subscribe, with a window that ends', async (registry) => {
    const message = sample(`${registry}/processflow${registry === 'dr' ? 4 : 3}req`);
    const [{ subscribe_criteria: criteria }] = message['subscribe_request'] as [{ subscribe_criteria: JsonObject }];
    criteria['frequency'] = {
      ...(criteria['frequency'] as JsonObject),
      end_time: '2099-01-01T00:00:00Z',
      frequency: '0 0 0 * * ?',
    };
    const before = inbox.received.length;
    const sender_uri = `${inbox.url}/${registry}/registry/on-subscribe`;
    const { status } = await partner.send(`${registry}/registry/subscribe`, 'subscribe', message, { sender_uri });
    expect(status).toBe(202);
    const callback = (await inbox.wait(before + 1))[before];
    expect(callback?.body.message.subscribe_response).toMatchObject([{ status: 'succ' }]);
  });

  test.each([
    'social/processflow1-1res',
    'social/processflow1-3res',
    'crvs/processflow1res',
    'ibr/processflow2res',
    'ibr/processflow3ares',
  ])('%s are read as an answer, though to no question of ours', async (name) => {
    const [registry = ''] = name.split('/');
    const header = { status: 'succ' };
    const { status, body } = await partner.send(`${registry}/registry/on-search`, 'on-search', sample(name), header);
    expect(status).toBe(200);
    expect(body.message.error.code).toBe('err.request.not_found');
  });

  test('dr/processflow3res, whose results are nowhere in the schema, are refused', async () => {
    const { status, body } = await partner.send('dr/registry/on-search', 'on-search', sample('dr/processflow3res'), {
      status: 'succ',
    });
    expect(status).toBe(400);
    expect(body.errors[0].message).toContain('message.correlation_id');
  });
});
