/** One person is named by one identifier and one name, however these were typed, at every door; nobody else is. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { addRecords, giveConsent, person, revokeConsent } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { openLive } from '../support/live-client.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId, expression, find, searchFor } from '../support/search-message.js';

let gateway: TestGateway;
let partner: Partner;
let loose: Partner;

/** é in one character, and as e with its accent. */
const COMPOSED = 'Ren\u00e9e';
const DECOMPOSED = 'Rene\u0301e';
/** A double holds the one and not the other. */
const HELD = '9007199254740992';
const ASKED = '9007199254740993';

beforeAll(async () => {
  gateway = await startTestGateway();
  const agreements = ['SOCIAL', 'CRVS', 'DR', 'IBR'].map((registry) => ({ registry }));
  partner = await createPartner(gateway, { agreements });
  loose = await createPartner(gateway, { agreements, sender: { signaturePolicy: 'OPTIONAL', sandbox: true } });
  await addRecords(gateway, [
    person(' F8-1\u00a0', { name: { surname: 'Padded' } }),
    person(`F8-${DECOMPOSED}`, { name: { surname: 'Accent', given_name: DECOMPOSED } }),
    { ...person('F5', { name: { surname: 'Blank' } }), identifiers: [uin('F5'), { type: 'BRN', value: '  ' }] },
    { ...person('F5-B', { name: { surname: 'Other' } }), identifiers: [uin('F5-B'), { type: 'BRN', value: '' }] },
    person(HELD, { name: { surname: 'Held' } }),
    { recordType: 'SRPerson', identifiers: [], data: { identifier: [inside(' F8-2 ')], name: { surname: 'Inside' } } },
  ]);
  const disabled = { data: { disability_status: '0' }, recordType: 'DisabledPerson' };
  await addRecords(gateway, [{ ...disabled, identifiers: [uin(' F8-1 ')] }], 'DR');
});
afterAll(() => gateway?.close());

const uin = (value: string) => ({ type: 'UIN', value });
const inside = (value: unknown) => ({ identifier_type: 'UIN', identifier_value: value });
const named = async (message: JsonObject): Promise<string[]> =>
  (await find(partner, message)).records.map((record: { name: { surname: string } }) => record.name.surname);

const predicate = (attribute: string, operator: string, value: string) =>
  searchFor({
    query_type: 'predicate',
    query: [{ seq_num: 1, expression1: { attribute_name: attribute, operator, attribute_value: value } }],
  });
const graphql = (text: string) =>
  searchFor({ query_type: 'graphql', query: { type: 'ns:org:QueryType:graphql', value: { expression: text } } });

const short = (path: string, body: object, by = partner) =>
  by.postHttpSigned(`/dci/v1/${path}`, { transaction_id: 't', sender_id: by.senderId, ...body });

describe('one entry of a list', () => {
  beforeAll(async () => {
    const passport = { type: 'PASSPORT', value: 'TV-2' };
    await addRecords(gateway, [
      { ...person('TV-1', { name: { surname: 'By passport' } }), identifiers: [uin('TV-1'), passport] },
      person('TV-2', { name: { surname: 'By number' } }),
    ]);
    const married = (value: string, ...dates: string[]) => ({
      recordType: 'Person',
      identifiers: [uin(value)],
      data: { name: { surname: value }, marriage_date: dates },
    });
    await addRecords(
      gateway,
      [married('Twice', '1990-01-01', '2010-01-01'), married('In between', '2003-05-05'), married('Never')],
      'CRVS',
    );
  });

  test('type and value of an identifier are of the same one', async () => {
    const one = (name: string, value: string) => ({ attribute_name: name, operator: 'eq', attribute_value: value });
    const [type, value] = [one('identifier_type', 'UIN'), one('identifier_value', 'TV-2')];
    const forms = [
      expression({ identifier: { type: 'UIN', value: 'TV-2' } }),
      expression({ $and: [{ identifier_type: { $eq: 'UIN' } }, { identifier_value: { $eq: 'TV-2' } }] }),
      searchFor({ query_type: 'predicate', query: [{ expression1: type, condition: 'and', expression2: value }] }),
      searchFor({ query_type: 'predicate', query: [{ expression1: type }, { expression1: value }] }),
      graphql('{ sr_person(filter: {identifier: {type: "UIN", value: "TV-2"}}) { name } }'),
    ];
    for (const form of forms) expect(await named(form)).toEqual(['By number']);
    const { body } = await short('search', {
      search_criteria: { identifier_type: 'UIN', identifier_value: 'TV-2' },
    });
    expect(body.records).toMatchObject([{ name: { surname: 'By number' } }]);
  });

  test('what stands in one object is of one entry', async () => {
    const disabled = (value: string, ...impairments: [type: string, level: string][]) => ({
      recordType: 'DisabledPerson',
      identifiers: [uin(value)],
      data: {
        disability_details: impairments.map(([type, level]) => ({ impairment_type: type, impairment_level: level })),
      },
    });
    await addRecords(
      gateway,
      [disabled('Apart', ['Hearing', 'Mild'], ['Vision', 'Severe']), disabled('Together', ['Hearing', 'Severe'])],
      'DR',
    );
    const asked = { impairment_type: 'Hearing', impairment_level: 'Severe' };
    const inText = '{impairment_type: {eq: "Hearing"}, impairment_level: {eq: "Severe"}}';
    for (const form of [
      expression({ disability_details: asked }),
      graphql(`{ disabled_person(filter: {disability_details: ${inText}}) { disability_details } }`),
    ]) {
      const { item, total } = await find(partner, form, 'dr');
      expect({ details: item.data.reg_records.disability_details, total }).toEqual({
        details: [{ impairment_type: '2', impairment_level: '3' }],
        total: 1,
      });
    }
    const apart = Object.entries(asked).map(([name, value]) => ({ [`disability_details.${name}`]: value }));
    expect((await find(partner, expression({ $and: apart }), 'dr')).total).toBe(2);
  });

  test('a range of dates holds of one date', async () => {
    const bound = (operator: string, value: string) => ({
      attribute_name: 'dateOfEvent',
      operator,
      attribute_value: value,
    });
    const [from, to] = [bound('ge', '2000-01-01'), bound('le', '2005-12-31')];
    const marriages = (query: unknown, type = 'predicate') =>
      searchFor({ query_type: type, query, reg_event_type: 'MARRIAGE' } as JsonObject);
    for (const form of [
      marriages([{ seq_num: 1, expression1: from, condition: 'and', expression2: to }]),
      marriages([{ expression1: to }, { expression1: from }]),
      marriages({ dateOfEvent: { $gte: '2000-01-01', $lte: '2005-12-31' } }, 'expression'),
    ]) {
      const { records, total } = await find(partner, form, 'crvs');
      expect({ names: records.map(({ name }: { name: object }) => name), total }).toEqual({
        names: [{ surname: 'In between' }],
        total: 1,
      });
    }
  });
});

describe('an identifier that was stored, or is asked for, with blanks around it', () => {
  test.each(['F8-1', ' F8-1 ', '\tF8-1\u00a0'])('is found in every form of search: %j', async (value) => {
    const forms = [
      byId(value),
      predicate('UIN', 'eq', value),
      predicate('UIN', 'in', value),
      predicate('person_identifier', 'eq', value),
      expression({ UIN: { $eq: value } }),
      expression({ UIN: { $in: [value, 'nobody'] } }),
      expression({ identifier_value: { $eq: value } }),
      graphql(`query { sr_person(UIN: ${JSON.stringify(value)}) { name { surname } } }`),
      graphql(`query { sr_person(identifier: {type: "UIN", value: ${JSON.stringify(value)}}) { name { surname } } }`),
    ];
    for (const form of forms) expect(await named(form)).toEqual(['Padded']);
    const { body } = await short('search', { search_criteria: { national_id: value } });
    expect(body.records).toMatchObject([{ name: { surname: 'Padded' } }]);
  });

  test('in the data of a record too, and in two Unicode forms', async () => {
    expect(await named(byId('F8-2'))).toEqual(['Inside']);
    expect(await named(byId(`F8-${COMPOSED}`))).toEqual(['Accent']);
    expect(await named(byId(`F8-${DECOMPOSED}`))).toEqual(['Accent']);
  });

  test('is verified, told of and reported', async () => {
    const { body } = await short('verify', { verify: { national_id: ' F8-1 ', sex: 'female' } });
    expect(body).toMatchObject({ found: true, verified: { sex: true } });
    const input = { registry: 'SOCIAL', transactionId: 't', identifiers: [uin(' F8-1 ')], claims: { sex: 'female' } };
    const asked = {
      query: 'mutation ($input: VerifyInput!) { verify(input: $input) { found } }',
      variables: { input },
    };
    expect((await partner.postHttpSigned('/graphql', asked)).body.data.verify.found).toBe(true);
    const told = await gateway.admin<{
      explainAccess: object;
      accessReport: { disclosures: object[] };
      records: object;
    }>(
      `query ($sender: String!, $identifier: IdentifierInput!) {
         explainAccess(senderId: $sender, registry: SOCIAL, identifier: $identifier) { found }
         accessReport(registry: SOCIAL, identifier: $identifier, reason: "r") { disclosures { senderId } }
         records(registry: SOCIAL, filter: { identifier: $identifier }) { nodes { identifiers { value } } }
       }`,
      { sender: partner.senderId, identifier: uin('\tF8-1') },
    );
    expect(told.explainAccess).toEqual({ found: true });
    expect(told.accessReport.disclosures).toContainEqual({ senderId: partner.senderId });
    expect(told.records).toEqual({ nodes: [{ identifiers: [{ value: 'F8-1' }] }] });
  });

  test('is answered by the status checks', async () => {
    const message = { transaction_id: 't', disabled_criteria: { query: { type: 'UIN', value: ' F8-1' } } };
    const { body } = await partner.send('dr/registry/sync/disabled', 'search', message);
    expect(body.message.disabled_response).toMatchObject([{ disabled_status: 'yes' }]);
  });

  test('is consented for, and its consents are found and revoked', async () => {
    const asking = await createPartner(gateway, { agreements: [{ requiresConsent: true }] });
    const released = async () => (await find(asking, byId('F8-1'))).total;
    expect(await released()).toBe(0);
    const id = await giveConsent(gateway, { identifier: uin(' F8-1 '), senderId: asking.senderId });
    expect(await released()).toBe(1);
    const { consents } = await gateway.admin<{ consents: object }>(
      `{ consents(filter: { registry: SOCIAL, identifier: { type: "UIN", value: "F8-1 " } }) { nodes { id } } }`,
    );
    expect(consents).toEqual({ nodes: [{ id }] });
    await revokeConsent(gateway, id);
    expect(await released()).toBe(0);
  });

  test('pushed by a partner, and deleted', async () => {
    const record = { identifier: [{ identifier_type: 'BRN', identifier_value: ' P-1 ' }], name: { surname: 'Pushed' } };
    const { status } = await short('notify', { event: { event_type: 'LiveBirth', registry: 'crvs', record } });
    expect(status).toBe(200);
    const remove = (value: string) =>
      gateway.graphql(`mutation ($i: IdentifierInput!) { deleteRecord(registry: CRVS, identifier: $i) { change } }`, {
        i: { type: 'BRN', value },
      });
    expect((await find(partner, byId('P-1', {}, 'BRN'), 'crvs')).total).toBe(1);
    expect((await remove('P-1\n')).data).toEqual({ deleteRecord: { change: 'DELETED' } });
  });
});

describe('a value that identifies nobody', () => {
  test('is left out where it is blank: two records stay two', async () => {
    expect(await named(byId('F5'))).toEqual(['Blank']);
    expect(await named(byId('F5-B'))).toEqual(['Other']);
    const rows = await gateway.database.query("select 1 from record_identifier where value !~ '[^[:space:]]'");
    expect(rows).toEqual([]);
  });

  test.each(['', '  ', 'F8\u0007', 'F8\ufffd', '8.20E+11'])('is refused as a question: %j', async (value) => {
    for (const form of [byId(value), predicate('UIN', 'eq', value), expression({ UIN: { $in: ['F8-1', value] } })])
      expect((await find(partner, form)).item).toMatchObject({
        status: 'rjct',
        status_reason_code: 'rjct.filter.invalid',
      });
    const { status, body } = await short('verify', { verify: { national_id: value, sex: 'female' } });
    expect([status, body.errors[0].message]).toEqual([400, expect.stringContaining('verify.national_id')]);
    const variables = { identifier: uin(value) };
    const refused = await gateway.graphql(
      `query ($identifier: IdentifierInput!) { records(registry: SOCIAL, filter: { identifier: $identifier }) { nodes { id } } }`,
      variables,
    );
    expect(refused.errors?.[0]?.extensions.field).toBe('filter.identifier.value');
  });
});

describe('a number that JSON does not hold', () => {
  /** The quotes around the identifier go, in whatever form it is asked. */
  const unquoted = (message: unknown) => JSON.stringify(message).replaceAll(/\\?"9007199254740993\\?"/g, ASKED);
  const envelope = (message: JsonObject) => ({ header: loose.header('search'), message });

  test('is refused by its field in every form of search, and releases nobody', async () => {
    const forms: [JsonObject, string][] = [
      [byId(ASKED), 'body.message.search_request.0.search_criteria.query.value'],
      [predicate('UIN', 'eq', ASKED), 'query.0.expression1.attribute_value'],
      [expression({ UIN: { $in: ['1', ASKED] } }), 'query.value.expression.query.UIN.$in.1'],
    ];
    for (const [form, place] of forms) {
      const { status, body } = await loose.post('/dci/v1/social/registry/sync/search', unquoted(envelope(form)));
      expect([status, body.errors[0].message]).toEqual([400, expect.stringMatching(/send it as a string$/)]);
      expect(body.errors[0].message).toContain(place);
    }
    for (const argument of [`UIN: "${ASKED}"`, `filter: {UIN: {eq: "${ASKED}"}}`]) {
      const form = graphql(`query { sr_person(${argument}) { name { surname } } }`);
      const { body } = await loose.post('/dci/v1/social/registry/sync/search', unquoted(envelope(form)));
      const [item] = body.message.search_response;
      expect(item).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.filter.invalid' });
      expect((await find(partner, form)).total).toBe(0);
    }
    const question = { transaction_id: 't', sender_id: loose.senderId, search_criteria: { national_id: ASKED } };
    expect((await loose.post('/dci/v1/search', unquoted(question))).status).toBe(400);
  });

  test('is found as it is where it is a string, and a small number may be one', async () => {
    expect(await named(byId(HELD))).toEqual(['Held']);
    expect(await named(byId(ASKED))).toEqual([]);
    await addRecords(gateway, [person('4711', { name: { surname: 'Small' } })]);
    expect(await named(searchFor({ query_type: 'idtype-value', query: { type: 'UIN', value: 4711 } }))).toEqual([
      'Small',
    ]);
  });

  const UPSERT = `mutation ($x: [RecordInput!]!) { upsertRecords(registry: SOCIAL, records: $x) { inserted } }`;
  const record = (data: object) => [{ recordType: 'SRPerson', identifiers: [], data }];
  const identifier = [inside(ASKED)];
  const long = '0.12345678901234567890';

  async function post(query: string, variables: unknown): Promise<{ errors?: { message: string }[] }> {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer test-admin-token' },
      body: unquoted({ query, variables }).replaceAll(`"${long}"`, long),
    });
    return (await response.json()) as { errors?: { message: string }[] };
  }

  test('is refused over GraphQL, in variables by its name and in the text', async () => {
    const refused = await post(UPSERT, { x: record({ identifier }) });
    expect(refused.errors?.[0]?.message).toMatch(
      /^variables\.x\.0\.data\.identifier\.0\.identifier_value is a number .* send it as a string$/,
    );
    const decimal = await post(UPSERT, { x: record({ additional_attributes: [{ share: long }] }) });
    expect(decimal.errors?.[0]?.message).toContain('variables.x.0.data.additional_attributes.0.share');
    const inline = `mutation { upsertRecords(registry: SOCIAL, records: [{ recordType: "SRPerson", identifiers: [],
      data: { identifier: [{ identifier_type: "UIN", identifier_value: ${ASKED} }] } }]) { inserted } }`;
    expect((await post(inline, {})).errors?.[0]?.message).toContain('send it as a string');
    expect(await named(byId(HELD))).toEqual(['Held']);
  });

  test('is refused over a WebSocket', async () => {
    const live = openLive(gateway.url);
    const big = JSON.parse(HELD) as number;
    const asked = live.once(UPSERT, { x: record({ identifier: [inside(big)] }) });
    await expect(asked).rejects.toMatchObject([
      { message: expect.stringContaining('variables.x.0.data.identifier.0.identifier_value') },
    ]);
    await live.close();
  });
});

describe('a name with blanks around it, and marks of direction that came with it', () => {
  const NAME = '\u0639\u0644\u064a';
  const COPIED = `\u00a0\u202b${NAME}\u202c `;
  beforeAll(async () => {
    await addRecords(gateway, [
      person('NB-1', {
        name: { surname: ' van der Berg ', given_name: COPIED, prefix: '\u200f ' },
        email: [' a@x.org '],
      }),
      // Of some scripts the joiners are how a word is spelled.
      person('NB-2', { name: { surname: 'Joined', given_name: '\u0995\u09cd\u200d\u09b7' } }),
    ]);
    const record = { identifier: [inside('NB-3')], name: { surname: 'Born', given_name: COPIED } };
    await short('notify', { event: { event_type: 'LiveBirth', registry: 'crvs', record } });
  });

  test.each([NAME, COPIED])('is one name at every door: %j', async (given_name) => {
    const found = ['van der Berg'];
    expect(await named(expression({ given_name: { $eq: given_name } }))).toEqual(found);
    expect(await named(expression({ email: { $eq: ' a@x.org' }, surname: { $eq: 'van der Berg' } }))).toEqual(found);
    expect(
      await named(graphql(`query { sr_person(filter: {name: {given_name: "${given_name}"}}) { name { surname } } }`)),
    ).toEqual(found);
    const { body } = await short('verify', {
      verify: { national_id: 'NB-1', given_name, surname: 'van der Berg', 'name.prefix': 'Dr' },
    });
    expect(body.verified).toEqual({ given_name: true, surname: true, 'name.prefix': null });
    const told = await find(partner, expression({ given_name: { $eq: given_name } }), 'crvs');
    expect(told.records).toMatchObject([{ name: { surname: 'Born', given_name: NAME } }]);
  });

  test('joiners count, and blanks of a piece of text do', async () => {
    expect(await named(expression({ given_name: { $eq: '\u0995\u09cd\u200d\u09b7' } }))).toEqual(['Joined']);
    expect(await named(expression({ given_name: { $eq: '\u0995\u09cd\u09b7' } }))).toEqual([]);
    expect(await named(expression({ surname: { $startsWith: 'van ' } }))).toEqual(['van der Berg']);
    expect(await named(expression({ surname: { $startsWith: 'van  ' } }))).toEqual([]);
  });

  test.each(['', ' ', '\u200e'])('a claim of none is refused, and not answered as wrong: %j', async (surname) => {
    const { status, body } = await short('verify', { verify: { national_id: 'NB-1', surname } });
    expect([status, body.errors[0].message]).toEqual([
      400,
      expect.stringContaining('verify.surname: claim a text, a number or true/false, or leave it out'),
    ]);
  });
});

describe('a name in two Unicode forms', () => {
  test.each([COMPOSED, DECOMPOSED])('is one in searches, claims and short forms: %j', async (name) => {
    expect(await named(expression({ given_name: { $eq: name } }))).toEqual(['Accent']);
    expect(await named(predicate('given_name', 'in', `${name},nobody`))).toEqual(['Accent']);
    expect(
      await named(graphql(`query { sr_person(filter: {name: {given_name: "${name}"}}) { name { surname } } }`)),
    ).toEqual(['Accent']);
    const claims = await short('verify', { verify: { national_id: `F8-${name}`, given_name: name } });
    expect(claims.body).toMatchObject({ found: true, verified: { given_name: true } });
    const { body } = await short('search', { search_criteria: { given_name: name } });
    expect(body.total_count).toBe(1);
  });

  test('is told apart by case and by its apostrophe', async () => {
    await addRecords(gateway, [person('F11', { name: { surname: "N'Diaye" } })]);
    expect(await named(expression({ surname: { $eq: "N'Diaye" } }))).toEqual(["N'Diaye"]);
    for (const other of ['N\u2019Diaye', "n'diaye", 'NDiaye'])
      expect(await named(expression({ surname: { $eq: other } }))).toEqual([]);
  });

  test('is one in the rows of an agreement', async () => {
    const rowFilter = { given_name: { $eq: DECOMPOSED } };
    const local = await createPartner(gateway, { agreements: [{ rowFilter }] });
    expect((await find(local, byId(`F8-${COMPOSED}`))).total).toBe(1);
    expect((await find(local, byId('F8-1'))).total).toBe(0);
  });

  test('is one in the filter of a subscription', async () => {
    const auto = await createPartner(gateway, { sender: { autoApproveSubscriptions: true } });
    const subscribe = (given_name: string) =>
      short(
        'subscribe',
        {
          registry: 'social',
          subscription: { event_type: 'UPDATE', callback_url: 'http://127.0.0.1:9/n', filter: { given_name } },
        },
        auto,
      );
    expect((await subscribe(DECOMPOSED)).body.status).toBe('succ');
    // The same question in the other form is the same subscription.
    expect((await subscribe(COMPOSED)).body.errors[0].message).toContain('already_subscribed');
  });
});

describe('null in optional members', () => {
  const nulls = { sort: null, pagination: null, consent: null, authorize: null, version: null, reg_type: null };

  test('is read as absent, at once and later', async () => {
    const asked = byId('F8-1', nulls);
    const header = { sender_uri: null, receiver_id: null, is_msg_encrypted: null, meta: null, version: null };
    const { status, body } = await partner.send('social/registry/sync/search', 'search', asked, header);
    expect([status, body.message.search_response[0].data.reg_records]).toMatchObject([
      200,
      [{ name: { surname: 'Padded' } }],
    ]);
    const body2 = { search_criteria: { national_id: 'F8-1' }, registry: null, page_size: null, page_number: null };
    expect((await short('search', body2)).body.total_count).toBe(1);
  });

  test.each([null, [], {}, true])('of an identifier of the short form is refused by its name: %j', async (value) => {
    const asked = await short('search', { search_criteria: { national_id: value } });
    expect([asked.status, asked.body.errors[0].message]).toEqual([
      400,
      expect.stringMatching(/^search_criteria: rjct\.filter\.invalid, identifier type "UIN" takes /),
    ]);
  });

  test('of a required one is refused by its name', async () => {
    const { status, body } = await partner.send(
      'social/registry/sync/search',
      'search',
      byId('F8-1', { query_type: null }),
    );
    expect([status, body.errors[0].message]).toEqual([400, expect.stringContaining('query_type')]);
    const item = { reference_id: randomUUID(), timestamp: new Date().toISOString(), search_criteria: null };
    const message = { transaction_id: 't', search_request: [item] };
    expect((await partner.send('social/registry/sync/search', 'search', message)).status).toBe(400);
  });
});
