/** The published samples, none of which is valid as it stands, repaired as little as that takes: our reader accepts them. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../src/protocol/envelope/json.js';
import { demoRecords } from '../../src/sources/demo-data.js';
import { loadRecords } from '../../src/entities/records/record.repository.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { describeWhenPublished, PUBLISHED } from '../support/published.js';

let gateway: TestGateway;
let partner: Partner;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLE: 'api' } });
  await loadRecords(gateway.database, [...demoRecords(100)]);
  const agreements = ['SOCIAL', 'CRVS', 'DR', 'FR', 'IBR'].map((registry) => ({ registry }));
  partner = await createPartner(gateway, { agreements, sender: { notifyUri: 'https://127.0.0.1/none' } });
});
afterAll(() => gateway?.close());

/** Without empty texts, which stand where objects, dates and lists belong. */
function withoutBlanks(value: Json): Json | undefined {
  if (value === '' || value === null) return undefined;
  if (Array.isArray(value)) return value.map(withoutBlanks).filter((one) => one !== undefined);
  if (typeof value !== 'object') return value;
  const kept = Object.entries(value).map(([name, member]) => [name, withoutBlanks(member)] as const);
  return Object.fromEntries(kept.flatMap(([name, member]) => (member === undefined ? [] : [[name, member]])));
}

const REPAIRS: Record<string, (value: Json | undefined) => Json> = {
  transaction_id: (value) => value ?? randomUUID(),
  correlation_id: (value) => value ?? randomUUID(),
  reference_id: (value) => value ?? randomUUID(),
  timestamp: (value) => value ?? new Date().toISOString(),
};

/** Ids and times that are asked for, languages in three letters, numbers that were texts. */
function repaired(value: Json, needed: string[] = []): Json {
  if (Array.isArray(value)) return value.map((one) => repaired(one, needed));
  if (typeof value !== 'object' || value === null) return value;
  const object: JsonObject = { ...value };
  for (const name of needed) object[name] = REPAIRS[name]!(object[name]);
  if (typeof object['locale'] === 'string') object['locale'] = 'eng';
  if (object['frequency'] !== undefined && object['start_time'] !== undefined)
    object['end_time'] ??= '2099-01-01T00:00:00Z';
  return Object.fromEntries(
    Object.entries(object).map(([name, member]) => [name, repaired(member, NEEDED[name] ?? [])]),
  );
}

const ITEM = ['reference_id', 'timestamp'];
const NEEDED: Record<string, string[]> = {
  search_request: ITEM,
  subscribe_request: ITEM,
  search_response: ITEM,
  disabled_response: ITEM,
};

interface Sample {
  message: JsonObject;
}

/** No property of the dictionary; and members have no poverty score to be sorted by. */
const BEYOND = new Set(['relationship_head', 'sort']);

function messageOf(file: string, ids: string[] = ['transaction_id']): JsonObject {
  const text = readFileSync(join(PUBLISHED, 'samples', file), 'utf8');
  const { message } = JSON.parse(text, (name, value: Json) => (BEYOND.has(name) ? undefined : value)) as Sample;
  return repaired(withoutBlanks(message) ?? {}, ids) as JsonObject;
}

describeWhenPublished('the published sample', () => {
  test.each([
    ['social/processflow1-1req.json', 'social'],
    ['social/processflow1-3req.json', 'social'],
    ['social/processflow2req.json', 'social'],
    ['crvs/processflow1req.json', 'crvs'],
    ['crvs/processflow2req.json', 'crvs'],
    ['dr/processflow3req.json', 'dr'],
  ])('%s is a search', async (file, registry) => {
    const { status, body } = await partner.send(`${registry}/registry/sync/search`, 'search', messageOf(file));
    expect(status).toBe(200);
    for (const item of body.message.search_response) expect(item).toMatchObject({ status: 'succ' });
  });

  test('dr/processflow2req.json is a question about a disability', async () => {
    const { status, body } = await partner.send(
      'dr/registry/sync/disabled',
      'search',
      messageOf('dr/processflow2req.json'),
    );
    expect(status).toBe(200);
    expect(body.message.disabled_response[0]).toMatchObject({ status: 'succ', disabled_status: 'no' });
  });

  test.each([
    ['dr/processflow4req.json', 'dr'],
    ['fr/processflow3req.json', 'fr'],
  ])('%s is a subscription', async (file, registry) => {
    const { status, body } = await partner.send(`${registry}/registry/subscribe`, 'subscribe', messageOf(file));
    expect(status).toBe(202);
    expect(body.message.ack_status).toBe('ACK');
  });

  test('ibr/processflow1req.json is a pushed enrolment', async () => {
    const { receipt_information: updates, ...ids } = messageOf('ibr/processflow1req.json');
    const message = { ...ids, enrolled_updates: updates } as JsonObject;
    const { status, body } = await partner.send('ibr/registry/sync/enrollment/updates', 'notify', message, {
      status: 'succ',
    });
    expect(status).toBe(200);
    expect(body.message.enrolled_response).toMatchObject([{ status: 'succ' }]);
  });

  test('ibr/processflow2req.json is a question about an enrolment', async () => {
    const { status, body } = await partner.send(
      'ibr/registry/sync/enrolled',
      'search',
      messageOf('ibr/processflow2req.json'),
    );
    expect(status).toBe(200);
    expect(body.message.enrolled_response[0]).toMatchObject({ status: 'succ' });
  });

  test.each([
    ['social/processflow1-1res.json', 'social'],
    ['social/processflow1-3res.json', 'social'],
    ['crvs/processflow1res.json', 'crvs'],
    ['ibr/processflow2res.json', 'ibr'],
    ['ibr/processflow3ares.json', 'ibr'],
  ])('%s is an answer that we did not ask for', async (file, registry) => {
    const message = messageOf(file, ['transaction_id', 'correlation_id']);
    const { status, body } = await partner.send(`${registry}/registry/on-search`, 'on-search', message, {
      status: 'succ',
    });
    expect(status).toBe(200);
    expect(body.message.error.code).toBe('err.request.not_found');
  });

  test.each([
    ['social/processflow1-3res.json', 'social', 'Member', { recordCount: 1, statusReasonMessage: null }],
    ['crvs/processflow1res.json', 'crvs', 'Person', { recordCount: 1, statusReasonMessage: null }],
    // Its only identifier is a person's: a group is known by a group or household number alone.
    [
      'social/processflow1-1res.json',
      'social',
      'Group',
      { recordCount: 0, statusReasonMessage: expect.stringMatching(/^not applied: UNIDENTIFIED.*GROUP_ID/) },
    ],
  ])('the record of %s is taken over where it is somebody’s', async (file, registry, recordType, outcome) => {
    const answer = messageOf(file, ['transaction_id', 'correlation_id']);
    const [item] = answer['search_response'] as JsonObject[];
    const [record] = [(item?.['data'] as JsonObject | undefined)?.['reg_records'] ?? {}].flat();
    const message = {
      transaction_id: randomUUID(),
      notify_event: [
        {
          reference_id: 'sample',
          timestamp: new Date().toISOString(),
          data: { reg_event_type: 'REGISTER', reg_record_type: recordType, reg_records: record ?? {} },
        },
      ],
    };
    const { body } = await partner.send(`${registry}/registry/notify`, 'notify', message, { status: 'succ' });
    expect(body.message.ack_status).toBe('ACK');
    const { transactions } = await gateway.admin<{ transactions: { nodes: JsonObject[] } }>(
      `query ($id: String!) { transactions(filter: { transactionId: $id }) { nodes { recordCount statusReasonMessage } } }`,
      { id: message.transaction_id },
    );
    expect(transactions.nodes).toEqual([outcome]);
  });
});
