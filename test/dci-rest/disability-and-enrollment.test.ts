/** The questions of the disability and the beneficiary registry, and the enrolments that partners push (protocol 3.8). */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { byId, expression, find } from '../support/search-message.js';

let gateway: TestGateway;
let partner: Partner;

const disabled = (uin: string, status: string) => ({
  recordType: 'DisabledPerson',
  identifiers: [{ type: 'UIN', value: uin }],
  data: {
    personal_details: { demographic_info: { sex: 'female' } },
    disability_status: status,
    disability_details: [{ impairment_type: '1', impairment_level: '3' }],
    disability_support: [{ human_assistance: [{ type: 'mobility', intensity: '2' }], medical_care: [] }],
  },
});
const enrolled = (uin: string, programme: string, status: string) => ({
  recordType: 'Beneficiary',
  identifiers: [{ type: 'UIN', value: uin }],
  externalId: `Beneficiary:${uin}:${programme}`,
  data: { programme_identifier: [{ programme_identifier: programme }], enrollment_status: status },
});

const load = (registry: string, records: object[]) =>
  gateway.admin(
    `mutation ($registry: Registry!, $records: [RecordInput!]!) { upsertRecords(registry: $registry, records: $records) { inserted } }`,
    { registry, records },
  );

beforeAll(async () => {
  gateway = await startTestGateway();
  partner = await createPartner(gateway, {
    agreements: [{ registry: 'DR' }, { registry: 'IBR' }, { registry: 'ESS' }],
  });
  await load('DR', [disabled('100', '0'), disabled('200', '1')]);
  await load('IBR', [enrolled('100', 'DCI001', '1'), enrolled('100', 'DCI002', '3'), enrolled('200', 'DCI002', '4')]);
  await load('ESS', [
    enrolled('100', 'JOB1', 'Active'),
    enrolled('100', 'JOB2', 'Awaiting Renewal'),
    { recordType: 'ESSPerson', identifiers: [{ type: 'UIN', value: '200' }], data: { sex: 'female' } },
    {
      recordType: 'Member',
      identifiers: [{ type: 'UIN', value: '100' }],
      data: {
        employment_info: [{ job_title: 'Baker', employment_type: 'Seasonal' }],
        unemployment_reason: 'Retirement',
      },
    },
  ]);
});
afterAll(() => gateway?.close());

async function ask(path: string, member: string, criteria: object, as = partner) {
  const message = { transaction_id: randomUUID(), [member]: criteria } as JsonObject;
  return as.send(path, 'search', message, { message_id: `m-${randomUUID()}` });
}

const shapes = (path: string, value: string): [string, object][] => [
  ['idtype-value', { query_type: 'idtype-value', query: { type: 'UIN', value } }],
  ['a path', { query_type: 'expression', query: { [path]: { eq: value } } }],
  ['a path under the name of a predicate', { query_type: 'predicate', query: { [path]: { eq: value } } }],
  ['a path under the name of an identifier', { query_type: 'idtype-value', query: { [path]: { eq: value } } }],
  ['a path without a type', { query: { [path]: { eq: value } } }],
  [
    'one expression',
    { query_type: 'expression', query: { attribute_name: path, operator: 'eq', attribute_value: value } },
  ],
  [
    'a predicate',
    {
      query_type: 'predicate',
      query: [{ seq_num: 1, expression1: { attribute_name: path, operator: 'eq', attribute_value: value } }],
    },
  ],
  ['an identifier by name', { query: { UIN: { eq: value } } }],
];

describe('sync/disabled', () => {
  const isDisabled = (criteria: object, as = partner) =>
    ask('dr/registry/sync/disabled', 'disabled_criteria', criteria, as);

  test.each(shapes('member.member_identifier', '100'))('by %s says yes', async (_, criteria) => {
    const { status, body } = await isDisabled(criteria);
    expect(status).toBe(200);
    expect(body.header).toMatchObject({ action: 'on-search', status: 'succ', total_count: 1, completed_count: 1 });
    expect(body.message.disabled_response).toEqual([
      {
        reference_id: expect.stringMatching(/^m-/),
        timestamp: expect.any(String),
        status: 'succ',
        disabled_status: 'yes',
      },
    ]);
  });

  test('in GraphQL says yes', async () => {
    const text = '{ disabledPerson(UIN: "100") { disability_status } }';
    const { body } = await isDisabled({ query_type: 'graphql', query: { type: 'x', value: { expression: text } } });
    expect(body.message.disabled_response[0]).toMatchObject({ status: 'succ', disabled_status: 'yes' });
  });

  test.each(['200', 'nobody'])('says no of %s', async (value) => {
    const { body } = await isDisabled({ query: { 'personal_details.member_identifier': { eq: value } } });
    expect(body.message.disabled_response[0]).toMatchObject({ status: 'succ', disabled_status: 'no' });
  });

  test('rejects a question it does not understand in the item', async () => {
    for (const criteria of [{}, { query: { shoe_size: { eq: 1 } } }]) {
      const { status, body } = await isDisabled(criteria);
      expect(status).toBe(200);
      expect(body.header.status).toBe('rjct');
      expect(body.message.disabled_response[0]).toMatchObject({
        status: 'rjct',
        disabled_status: 'no',
        status_reason_message: expect.stringMatching(/comparison|searchable/),
      });
    }
  });

  test('tells nothing to a partner whose agreement does not cover the status, or the operation', async () => {
    const narrow = await createPartner(gateway, { agreements: [{ registry: 'DR', fields: ['identifier', 'sex'] }] });
    const other = await createPartner(gateway, { agreements: [{ registry: 'DR', operations: ['SEARCH'] }] });
    for (const as of [narrow, other]) {
      const { status, body } = await isDisabled(shapes('UIN', '100')[0]![1], as);
      expect(status).toBe(403);
      expect(body.errors[0].code).toBe('err.request.forbidden');
    }
  });

  test('is found in the disability registry only', async () => {
    const { status } = await ask('social/registry/sync/disabled', 'disabled_criteria', {});
    expect(status).toBe(404);
    expect((await ask('disability/registry/sync/disabled', 'disabled_criteria', {})).status).toBe(200);
  });

  test('without criteria is malformed', async () => {
    const { status, body } = await ask('dr/registry/sync/disabled', 'enrolled_criteria', {});
    expect(status).toBe(400);
    expect(body.errors[0].message).toContain('message.disabled_criteria');
  });

  test('with a used message id is rejected in an envelope of its own shape', async () => {
    const send = (value: string) =>
      partner.send(
        'dr/registry/sync/disabled',
        'search',
        { transaction_id: 't', disabled_criteria: { query: { UIN: { eq: value } } } },
        { message_id: 'once' },
      );
    await send('100');
    const { body } = await send('200');
    expect(body.header.status_reason_code).toBe('rjct.message_id.duplicate');
    expect(body.message).toMatchObject({ transaction_id: 't', disabled_response: [] });
  });
});

describe('details and support', () => {
  const query = { query: { 'member.member_identifier': { eq: '100' } } };

  test('are lists of the person’s impairments', async () => {
    const { body } = await ask('dr/registry/sync/get-disability-details', 'disabled_criteria', query);
    expect(body.message.search_response[0]).toMatchObject({
      reference_id: body.message.search_response[0].reference_id,
      status: 'succ',
      data: {
        version: '1.0.0',
        reg_records: [{ disability_details: [{ impairment_type: '1', impairment_level: '3' }] }],
      },
      pagination: { total_count: 1 },
    });
    expect(JSON.stringify(body)).not.toContain('female');
  });

  test('are refused where the agreement covers nothing of them: an empty list would read as none', async () => {
    const narrow = await createPartner(gateway, { agreements: [{ registry: 'DR', fields: ['identifier'] }] });
    const message = { transaction_id: 't', disabled_criteria: { query_type: 'expression', ...query } };
    const { body } = await narrow.send('dr/registry/sync/get-disability-details', 'search', message);
    expect(body.message.search_response[0]).toMatchObject({
      status: 'rjct',
      status_reason_message: 'the agreement does not cover disability_details',
    });
    const part = await createPartner(gateway, {
      agreements: [{ registry: 'DR', fields: ['identifier', 'disability_details.impairment_type'] }],
    });
    const some = await part.send('dr/registry/sync/get-disability-details', 'search', message);
    expect(some.body.message.search_response[0].data.reg_records).toMatchObject([
      { disability_details: [{ impairment_type: '1' }] },
    ]);
    expect(JSON.stringify(some.body)).not.toContain('impairment_level');
  });

  test('are lists of lists of support', async () => {
    const { body } = await ask('dr/registry/sync/get-disability-support', 'disabled_criteria', query);
    expect(body.message.search_response[0].data.reg_records).toEqual([
      [{ human_assistance: [{ type: 'mobility', intensity: '2' }] }],
    ]);
  });

  // An empty list would read as "no impairment".
  test.each([
    ['housing_type', { impairment_type: '1', impairment_level: '3' }],
    ['housing_type disability_details', { impairment_type: '1', impairment_level: '3' }],
    ['housing_type disability_details { impairment_type }', { impairment_type: '1' }],
    ['... { housing_type }', { impairment_type: '1', impairment_level: '3' }],
    ['... { disability_details { impairment_type } }', { impairment_type: '1' }],
    ['personal_details { demographic_info { birth_date } }', { impairment_type: '1', impairment_level: '3' }],
    ['__typename', { impairment_type: '1', impairment_level: '3' }],
  ])('are what they are, whatever else GraphQL selects: { %s }', async (selection, details) => {
    const expressed = { type: 'x', value: { expression: `{ person(UIN: "100") { ${selection} } }` } };
    const criteria = { query_type: 'graphql', query: expressed };
    const found = await ask('dr/registry/sync/get-disability-details', 'disabled_criteria', criteria);
    expect(found.body.message.search_response[0].data.reg_records).toMatchObject([{ disability_details: [details] }]);
    const [{ disability_details: told }] = found.body.message.search_response[0].data.reg_records;
    expect(Object.keys(told[0]).filter((name) => !name.startsWith('@'))).toEqual(Object.keys(details));
    const support = await ask('dr/registry/sync/get-disability-support', 'disabled_criteria', criteria);
    expect(support.body.message.search_response[0].data.reg_records).toEqual([
      [{ human_assistance: [{ type: 'mobility', intensity: '2' }] }],
    ]);
  });

  test.each([
    ['house: housing_type', 'aliases'],
    ['disability_details: housing_type', 'aliases'],
    ['disability_details @include(if: false) { impairment_type }', 'directives'],
    ['disability_details @skip(if: true) { impairment_type }', 'directives'],
    ['disability_details { housing_type }', 'housing_type'],
  ])('are refused, never empty, where a selection is not read: { %s }', async (selection, told) => {
    const expressed = { type: 'x', value: { expression: `{ person(UIN: "100") { ${selection} } }` } };
    for (const path of ['details', 'support']) {
      const criteria = { query_type: 'graphql', query: expressed };
      const { body } = await ask(`dr/registry/sync/get-disability-${path}`, 'disabled_criteria', criteria);
      const [item] = body.message.search_response;
      expect(item).toMatchObject({ status: 'rjct', status_reason_message: expect.stringContaining(told) });
      expect(item).not.toHaveProperty('data');
    }
  });

  test('of nobody are empty, and a bad question is rejected in the item', async () => {
    const path = 'dr/registry/sync/get-disability-support';
    const none = await ask(path, 'disabled_criteria', { query: { UIN: { eq: 'nobody' } } });
    expect(none.body.message.search_response[0]).toMatchObject({ status: 'succ', data: { reg_records: [] } });
    const bad = await ask(path, 'disabled_criteria', { query: { shoe_size: 1 } });
    expect(bad.body.message.search_response[0]).toMatchObject({
      status: 'rjct',
      status_reason_code: 'rjct.filter.invalid',
    });
  });
});

describe('sync/enrolled', () => {
  const isEnrolled = (criteria: object) => ask('ibr/registry/sync/enrolled', 'enrolled_criteria', criteria);
  const inProgramme = (person: string, programme: string) => ({
    query: {
      person_identifier: { eq: person },
      'programme_identifier.program.programme_identifier': { eq: programme },
    },
  });

  test.each(shapes('person_identifier', '100'))('by %s says yes', async (_, criteria) => {
    const { body } = await isEnrolled({ ...criteria, response_entity: 'Member' });
    expect(body.header).toMatchObject({ action: 'on-search', status: 'succ' });
    expect(body.message.enrolled_response[0]).toMatchObject({ status: 'succ', enrolled_status: 'yes' });
  });

  test.each([
    ['100', 'DCI001', 'yes'],
    ['100', 'DCI002', 'no'],
    ['200', 'DCI002', 'no'],
    ['nobody', 'DCI001', 'no'],
  ])('of %s in %s says %s', async (person, programme, expected) => {
    const { body } = await isEnrolled(inProgramme(person, programme));
    expect(body.message.enrolled_response[0]).toMatchObject({ status: 'succ', enrolled_status: expected });
  });
});

describe('the employment registry', () => {
  const check = (uin: string, programme: string, registry = 'ess') =>
    ask(`${registry}/registry/sync/check-enrollment`, 'enrolled_criteria', {
      query: { person_identifier: { eq: uin }, 'programme_identifier.programme_identifier': { eq: programme } },
    });

  // Who is enrolled stands in the Beneficiary records, not in the default record type.
  test.each([
    ['100', 'JOB1', 'yes'],
    ['100', 'JOB2', 'no'],
    ['200', 'JOB1', 'no'],
  ])('asked at check-enrollment about %s in %s says %s', async (uin, programme, expected) => {
    for (const path of ['ess', 'employment']) {
      const { status, body } = await check(uin, programme, path);
      expect(status).toBe(200);
      expect(body.header).toMatchObject({ action: 'on-search', status: 'succ' });
      expect(body.message.enrolled_response).toMatchObject([{ status: 'succ', enrolled_status: expected }]);
    }
  });

  test('is searched by person, and by what a member works', async () => {
    const person = await partner.send('ess/registry/sync/search', 'search', searchById('200'));
    expect(person.body.message.search_response[0].data).toMatchObject({
      reg_type: 'ns:org:RegistryType:ESS',
      reg_record_type: 'ESSPerson',
      reg_records: [{ '@type': 'ESSPerson', sex: 'female' }],
    });
    const worker = await find(
      partner,
      expression({ 'employment_info.employment_type': 'Seasonal' }, { reg_record_type: 'Member' }),
      'ess',
    );
    expect(worker.records).toMatchObject([
      { employment_info: [{ job_title: 'Baker', employment_type: '4' }], unemployment_reason: '6' },
    ]);
  });

  test('tells nothing to a partner without an agreement for it, and takes no pushed enrolments', async () => {
    const other = await createPartner(gateway, { agreements: [{ registry: 'IBR' }] });
    const { status, body } = await ask('ess/registry/sync/check-enrollment', 'enrolled_criteria', {}, other);
    expect(status).toBe(403);
    expect(body.errors[0].code).toBe('err.request.forbidden');
    expect((await ask('ess/registry/sync/enrollment/updates', 'enrolled_updates', {})).status).toBe(404);
    expect((await ask('social/registry/sync/check-enrollment', 'enrolled_criteria', {})).status).toBe(404);
  });
});

describe('sync/enrollment/updates', () => {
  const push = (beneficiaries: object[], as = partner, overrides: JsonObject = {}) =>
    as.send(
      'ibr/registry/sync/enrollment/updates',
      'notify',
      { transaction_id: randomUUID(), enrolled_updates: { beneficiaries: beneficiaries as JsonObject[] } },
      { status: 'succ', ...overrides },
    );
  const beneficiary = (uin: string, programme: string, status: string) => ({
    '@type': 'Beneficiary',
    member: {
      member_identifier: [{ identifier_type: 'UIN', identifier_value: uin }],
      programme_identifier: { programme: { programme_identifier: programme }, enrolment_status: status },
    },
  });
  const events = async () => {
    const rows = await gateway.database.query<{ event_type: string }>(
      `select event_type from registry_event where registry = 'IBR' order by id`,
    );
    return rows.map(({ event_type }) => event_type);
  };

  test('enrols, changes the status, and raises the event of each', async () => {
    const before = (await events()).length;
    const first = await push([beneficiary('300', 'DCI009', 'Active')]);
    expect(first.status).toBe(200);
    expect(first.body.header).toMatchObject({ action: 'notify', status: 'succ', total_count: 1, completed_count: 1 });
    expect(first.body.message.enrolled_response).toEqual([
      { reference_id: expect.any(String), timestamp: expect.any(String), status: 'succ' },
    ]);
    await push([beneficiary('300', 'DCI009', 'Active')]);
    await push([beneficiary('300', 'DCI009', 'Graduated')]);
    expect((await events()).slice(before)).toEqual(['enrollement', 'enrollement_status_change']);
    const { body } = await partner.send('ibr/registry/sync/search', 'search', searchById('300'));
    expect(body.message.search_response[0].data.reg_records).toMatchObject([{ enrollment_status: '3' }]);
  });

  test('of another programme leaves the enrolments of the person alone', async () => {
    await push([beneficiary('100', 'DCI007', 'Active')]);
    const { body } = await partner.send('ibr/registry/sync/search', 'search', searchById('100'));
    expect(body.message.search_response[0].pagination.total_count).toBe(3);
  });

  test('by another number of the person, or of who was loaded, is the same enrolment; another programme is another', async () => {
    const by = (numbers: Record<string, string>, programme: string, status: string) => {
      const one = beneficiary('', programme, status);
      const identifiers = Object.entries(numbers).map(([type, value]) => ({
        identifier_type: type,
        identifier_value: value,
      }));
      return { ...one, member: { ...one.member, member_identifier: identifiers } };
    };
    const enrolments = async (uin: string) => {
      const { body } = await partner.send('ibr/registry/sync/search', 'search', searchById(uin));
      return body.message.search_response[0].data.reg_records
        .map((one: JsonObject) => [
          (one['programme_identifier'] as JsonObject[])[0]?.['programme_identifier'],
          one['enrollment_status'],
        ])
        .toSorted();
    };
    await push([by({ UIN: '750', BRN: 'b750' }, 'P1', 'Active'), by({ BRN: 'b750' }, ' P1 ', 'Suspended')]);
    expect(await enrolments('750')).toEqual([['P1', '4']]);
    const loaded = (uin: string, externalId?: string) => ({ ...enrolled(uin, 'P1', '1'), externalId });
    await load('IBR', [loaded('751'), loaded('752', 'theirs-752')]);
    for (const uin of ['751', '752']) {
      await push([by({ UIN: uin }, 'P2', 'Active'), by({ UIN: uin }, 'P1', 'Graduated')]);
      expect(await enrolments(uin)).toEqual([
        ['P1', '3'],
        ['P2', '1'],
      ]);
    }
    const told = {
      member: { member_identifier: [{ identifier_type: 'UIN', identifier_value: '752' }] },
      programme_identifier: [{ programme_identifier: 'P2' }],
      enrollment_status: '4',
    };
    const event = { event_type: 'enrollement_status_change', registry: 'ibr', record: told };
    const notice = { transaction_id: randomUUID(), sender_id: partner.senderId, event };
    const answer = (await partner.postHttpSigned('/dci/v1/notify', notice)).body;
    expect(answer).toEqual({
      transaction_id: notice.transaction_id,
      correlation_id: expect.any(String),
      status: 'rcvd',
    });
    expect(await enrolments('752')).toEqual([
      ['P1', '3'],
      ['P2', '4'],
    ]);
  });

  test('are removed by the programme that is named, and by none other', async () => {
    const enrolment = (programme: string) => ({
      member: { member_identifier: [{ identifier_type: 'UIN', identifier_value: '760' }] },
      ...(programme !== '' && { programme_identifier: [{ programme_identifier: programme }] }),
    });
    const remove = async (programme: string) => {
      const event = { event_type: 'delete', registry: 'ibr', record: enrolment(programme) };
      const notice = { transaction_id: randomUUID(), sender_id: partner.senderId, event };
      return (await partner.postHttpSigned('/dci/v1/notify', notice)).body.status_reason_message;
    };
    const left = async () =>
      (await find(partner, byId('760'), 'ibr')).records
        .map((one: { programme_identifier: JsonObject[] }) => one.programme_identifier[0]?.['programme_identifier'])
        .toSorted();
    await load('IBR', [{ ...enrolled('760', 'P1', '1'), externalId: undefined }]);
    expect(await remove('P2')).toBeUndefined();
    expect(await left()).toEqual(['P1']);
    await push([beneficiary('760', 'P2', 'Active')]);
    expect(await remove('')).toMatch(/AMBIGUOUS.*programme/);
    expect(await remove(' P2 ')).toBeUndefined();
    expect(await left()).toEqual(['P1']);
    expect(await remove('')).toBeUndefined();
    expect(await left()).toEqual([]);
  });

  test('of two persons whose numbers are alike in all but their type are each their own', async () => {
    const numbered = (type: string, value: string, status: string) => {
      const one = beneficiary(value, 'P1', status);
      return {
        ...one,
        member: { ...one.member, member_identifier: [{ identifier_type: type, identifier_value: value }] },
      };
    };
    const remove = async (uin: string) => {
      const member = { member_identifier: [{ identifier_type: 'UIN', identifier_value: uin }] };
      const record = { member, programme_identifier: [{ programme_identifier: 'P1' }] };
      const event = { event_type: 'delete', registry: 'ibr', record };
      const notice = { transaction_id: randomUUID(), sender_id: partner.senderId, event };
      return (await partner.postHttpSigned('/dci/v1/notify', notice)).body.status_reason_message;
    };
    const statuses = async (value: string, type: string) =>
      (await find(partner, byId(value, {}, type), 'ibr')).records.map((one: JsonObject) => one['enrollment_status']);
    await push([numbered('NIN', '770', 'Active')]);
    expect(await remove('770')).toBeUndefined();
    expect(await statuses('770', 'NIN')).toEqual(['1']);
    await push([numbered('UIN', '770', 'Suspended')]);
    expect([await statuses('770', 'NIN'), await statuses('770', 'UIN')]).toEqual([['1'], ['4']]);
    // Loaded under an external id that ours would be.
    const identifiers = [{ type: 'NIN', value: '771' }];
    await load('IBR', [{ ...enrolled('771', 'P1', '1'), identifiers, externalId: 'Beneficiary:UIN:771:P1' }]);
    expect(await remove('771')).toBeUndefined();
    expect(await statuses('771', 'NIN')).toEqual(['1']);
  });

  test('of whoever has the number now are beside that of who had it before', async () => {
    const statuses = async (uin: string) =>
      (await find(partner, byId(uin), 'ibr')).records.map((one: JsonObject) => one['enrollment_status']);
    await push([beneficiary('780', 'P1', 'Active')]);
    const externalId = 'Beneficiary:UIN:780:P1';
    await load('IBR', [{ ...enrolled('781', 'P1', '1'), externalId }]);
    for (const status of ['Suspended', 'Graduated']) {
      const { body } = await push([beneficiary('780', 'P1', status)]);
      expect(body.message.enrolled_response).toMatchObject([{ status: 'succ' }]);
    }
    expect([await statuses('780'), await statuses('781')]).toEqual([['3'], ['1']]);
  });

  test('takes over the good ones and says what is wrong with the others', async () => {
    const { body } = await push([
      { member: { member_identifier: [] } },
      { ...beneficiary('400', 'DCI001', 'Active'), enrollment_date: 'yesterday-ish' },
      beneficiary('400', 'DCI001', 'Active'),
      {
        ...beneficiary('401', '', 'Active'),
        programme_identifier: ['p', 'q'].map((name) => ({ programme_identifier: name.repeat(600) })),
      },
    ]);
    expect(body.header).toMatchObject({ status: 'succ', total_count: 4, completed_count: 1 });
    const statuses = body.message.enrolled_response.map((item: JsonObject) => item.status);
    expect(statuses).toEqual(['rjct', 'rjct', 'succ', 'rjct']);
    expect(body.message.enrolled_response[3].status_reason_message).toContain('programme_identifier');
    expect(body.message.enrolled_response[1].status_reason_message).toContain('enrollment_date');
    expect(JSON.stringify(body)).not.toContain('yesterday-ish');
  });

  test('sent twice is applied once', async () => {
    const message = {
      transaction_id: 't-twice',
      enrolled_updates: { beneficiaries: [beneficiary('500', 'DCI001', '1')] },
    };
    const envelope = await partner.envelope('notify', message, { status: 'succ' });
    const before = (await events()).length;
    const first = await partner.post('/dci/v1/ibr/registry/sync/enrollment/updates', envelope);
    const second = await partner.post('/dci/v1/ibr/registry/sync/enrollment/updates', envelope);
    expect(second.body.message).toEqual(first.body.message);
    expect((await events()).length).toBe(before + 1);
  });

  test('is refused without an agreement for it, and changes nothing', async () => {
    const other = await createPartner(gateway, { agreements: [{ registry: 'IBR', operations: ['SEARCH'] }] });
    const { status } = await push([beneficiary('600', 'DCI001', 'Active')], other);
    expect(status).toBe(403);
    const { body } = await partner.send('ibr/registry/sync/search', 'search', searchById('600'));
    expect(body.message.search_response[0].pagination.total_count).toBe(0);
  });

  test('writes only what the agreement covers, within its rows', async () => {
    const narrow = await createPartner(gateway, {
      agreements: [
        {
          registry: 'IBR',
          recordTypes: ['Beneficiary'],
          fields: ['member.member_identifier', 'programme_identifier', 'enrollment_status'],
          rowFilter: { 'programme_identifier.programme_identifier': { $eq: 'DCI005' } },
        },
      ],
    });
    const dated = { ...beneficiary('700', 'DCI005', 'Active'), enrollment_date: '2024-04-12' };
    expect((await push([dated], narrow)).body.header.status).toBe('succ');
    const { body } = await partner.send('ibr/registry/sync/search', 'search', searchById('700'));
    const [record] = body.message.search_response[0].data.reg_records;
    expect(record.enrollment_status).toBe('1');
    expect(record).not.toHaveProperty('enrollment_date');
    const outside = await push([beneficiary('100', 'DCI001', 'Suspended')], narrow);
    expect(outside.body.message.enrolled_response[0]).toMatchObject({
      status: 'rjct',
      status_reason_message: expect.stringContaining('outside the rows'),
    });
  });
});
